"""What comes over a line that stays open, and the lines that must not be opened."""

import logging
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st
from websockets.sync.server import ServerConnection, serve

from tests.http.conftest import MakeClient
from tests.http.servers import Talk, answer, say, serving
from unroller.core.errors import NetworkError, RefusedError, WireError
from unroller.core.ports import Following
from unroller.http.follow import LARGEST, events

STREAM = answer(b"", Content_Type="text/event-stream", Content_Length="0")
QUIET = logging.getLogger("tests.http.test_follow")
OPENED = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"


def send(*pieces: bytes, then: threading.Event | None = None) -> Talk:
    """A server that sends these pieces of a stream, and closes once `then` is set."""

    def talk(connection: socket.socket, head: bytes) -> None:
        connection.sendall(OPENED)
        for piece in pieces:
            connection.sendall(piece)
        if then:
            then.wait(10)

    return talk


@contextmanager
def socket_server(
    handler: Callable[[ServerConnection], None], secret: ssl.SSLContext | None = None
) -> Iterator[str]:
    """A WebSocket server; its host and port."""
    with serve(handler, "127.0.0.1", 0, ssl=secret, logger=QUIET) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.socket.getsockname()[1]}"
        server.shutdown()
        thread.join(5)


def test_the_client_can_follow(client: MakeClient) -> None:
    assert isinstance(client(), Following)


def test_events_come_as_they_are_sent_and_heartbeats_are_none(client: MakeClient) -> None:
    over = threading.Event()
    sent = send(b':thump\n\nevent: notification\ndata: {"a":\ndata: 1}\n\n', b":thump\n\n", then=over)
    with (
        serving(sent) as server,
        client(server.pair).follow(server.url(), headers={"Authorization": "x"}) as line,
    ):
        assert next(line) == '{"a":\n1}'
        over.set()
        assert list(line) == []
    assert "authorization: x" in server.heads[0].lower()
    assert "user-agent: unroller/" in server.heads[0].lower()


@given(
    st.lists(st.text("ab:\u00e9 ", min_size=1), max_size=6),
    st.lists(st.integers(1, 9)),
    st.sampled_from(["\n", "\r", "\r\n"]),
)
def test_a_stream_says_the_same_however_it_is_cut(said: list[str], cuts: list[int], end: str) -> None:
    whole = "".join(f": x{end}data: {text}{end}id: 1{end}{end}" for text in said).encode()
    pieces, place = [], 0
    for cut in cuts:
        pieces.append(whole[place : place + cut])
        place += cut
    assert list(events([*pieces, whole[place:]], "a.example")) == said


@pytest.mark.parametrize(
    "piece",
    [
        b"data: " + b"x" * LARGEST + b"\n\n",
        b"x" * (LARGEST + 1),
        (b"data: " + b"x" * 99_999 + b"\n") * 11,
    ],
    ids=["a large event", "a line", "lines"],
)
def test_a_message_without_end_is_left(client: MakeClient, piece: bytes) -> None:
    larger = pytest.raises(WireError, match="larger than any")
    with serving(send(piece)) as server, client(server.pair).follow(server.url()) as line, larger:
        next(line)


def test_a_line_without_heartbeat_is_given_up(client: MakeClient) -> None:
    over = threading.Event()
    with serving(send(b":thump\n\n", then=over)) as server:
        with client(server.pair).follow(server.url(), patience=0.1) as line, pytest.raises(NetworkError):
            next(line)
        over.set()


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (answer(b"<html>"), WireError),
        (answer(b"{}", 401), WireError),
        (answer(b"", 302, Location="http://127.0.0.1/"), WireError),
        (answer(b"", 500), NetworkError),
        (answer(b"", 429, Retry_After="77"), NetworkError),
    ],
    ids=["no stream", "no entrance", "elsewhere", "trouble", "too often"],
)
def test_what_is_no_stream_is_told_as_what_it_is(
    client: MakeClient, said: bytes, error: type[Exception]
) -> None:
    for scheme in ("http", "ws"):
        with serving(say(said)) as server:
            polite = client(server.pair)
            with pytest.raises(error), polite.follow(f"{scheme}://{server.pair}/"):
                pass


@pytest.mark.parametrize("scheme", ["http", "ws"])
def test_a_pause_that_was_asked_for_is_kept(client: MakeClient, scheme: str) -> None:
    with serving(say(answer(b"", 429, Retry_After="77"))) as server:
        polite = client(server.pair)
        for _ in range(2):
            with pytest.raises(NetworkError) as told, polite.follow(f"{scheme}://{server.pair}/"):
                pass
            assert told.value.retry_after == 77
    assert len(server.heads) == 1


@pytest.mark.parametrize("scheme", ["http", "ws", "https", "wss"])
def test_a_private_address_is_never_followed(client: MakeClient, scheme: str) -> None:
    refused = pytest.raises(RefusedError)
    with serving(say(STREAM)) as server, refused, client().follow(f"{scheme}://{server.pair}/"):
        pass
    assert server.heads == []


@pytest.mark.parametrize(
    "url", ["ftp://a.example/", "ws://", "wss://a:b@c.example/", "ws:/x", "", "ws://a.example:99999/"]
)
def test_what_is_no_address_of_a_stream_is_not_followed(client: MakeClient, url: str) -> None:
    with pytest.raises(RefusedError), client().follow(url):
        pass


@pytest.mark.parametrize("scheme", ["http", "ws"])
def test_nobody_there_is_an_error_of_the_network(client: MakeClient, scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        pair = f"127.0.0.1:{listener.getsockname()[1]}"
    with pytest.raises(NetworkError), client(pair).follow(f"{scheme}://{pair}/"):
        pass


def test_messages_of_a_web_socket_come_as_they_are_sent(client: MakeClient) -> None:
    heads: list[dict[str, str]] = []

    def handler(connection: ServerConnection) -> None:
        assert connection.request
        heads.append({name.lower(): value for name, value in connection.request.headers.raw_items()})
        connection.send('{"event":"notification"}')
        connection.send(b"bytes")

    with (
        socket_server(handler) as pair,
        client(pair).follow(f"ws://{pair}/api?stream=user", headers={"Authorization": "Bearer x"}) as line,
    ):
        assert list(line) == ['{"event":"notification"}', "bytes"]
    assert heads[0]["authorization"] == "Bearer x"
    assert heads[0]["user-agent"].startswith("unroller/")


def test_a_web_socket_that_does_not_answer_pings_is_given_up(client: MakeClient) -> None:
    """It opens as it should, and then never says a word."""

    def talk(connection: socket.socket, head: bytes) -> None:
        connection.sendall(accepted(head))
        while connection.recv(999):
            pass

    with serving(talk) as server:
        line = client(server.pair).follow(f"ws://{server.pair}/", patience=0.2)
        with line as messages, pytest.raises(NetworkError):
            next(messages)


def accepted(head: bytes) -> bytes:
    from websockets.utils import accept_key

    key = next(line for line in head.decode().splitlines() if line.lower().startswith("sec-websocket-key"))
    told = accept_key(key.partition(":")[2].strip())
    return (
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Accept: {told}\r\n\r\n"
    ).encode()


@pytest.mark.parametrize(
    ("frames", "error"),
    [
        (b"\x81\x7f" + (LARGEST + 1).to_bytes(8), WireError),
        (b"\x81\x02\xff\xff", WireError),
        (b"\xff\x00", WireError),
        (b"\x88\x02\x03\xf3", NetworkError),
        (b"", NetworkError),
    ],
    ids=["too large", "no text", "no frame", "trouble", "gone"],
)
def test_a_web_socket_that_breaks_ends_in_an_error(
    client: MakeClient, frames: bytes, error: type[Exception]
) -> None:
    def talk(connection: socket.socket, head: bytes) -> None:
        connection.sendall(accepted(head) + frames)
        if frames:
            connection.recv(999)

    with (
        serving(talk) as server,
        client(server.pair).follow(f"ws://{server.pair}/") as line,
        pytest.raises(error),
    ):
        next(line)


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for `localhost` that it signed itself, and its key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=True)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(made.public_bytes(Encoding.PEM))
    files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files


def test_a_private_line_is_only_spoken_on_with_whom_the_address_names(
    client: MakeClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, key = certificate(tmp_path)
    secret = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secret.load_cert_chain(known, key)
    with socket_server(lambda connection: connection.send("one"), secret) as pair:
        port = pair.partition(":")[2]
        named, numbered = f"localhost:{port}", f"127.0.0.1:{port}"
        with pytest.raises(NetworkError), client(named).follow(f"wss://{named}/"):
            pass  # nobody vouches for it
        trusting = ssl.create_default_context(cafile=known)
        monkeypatch.setattr("httpx2.create_ssl_context", lambda: trusting)
        with client(named).follow(f"wss://{named}/") as line:
            assert next(line) == "one"
        with pytest.raises(NetworkError), client(numbered).follow(f"wss://{numbered}/"):
            pass  # it is somebody else


def test_leaving_the_block_closes_the_line(client: MakeClient) -> None:
    gone = threading.Event()

    def handler(connection: ServerConnection) -> None:
        connection.send("one")
        for _ in connection:
            pass
        gone.set()

    with socket_server(handler) as pair:
        with client(pair).follow(f"ws://{pair}/") as line:
            assert next(line) == "one"
        assert gone.wait(5)


def test_a_follower_and_a_reader_in_one_thread_do_not_disturb_each_other(client: MakeClient) -> None:
    over = threading.Event()
    big = b"data: " + b"x" * 900_000 + b"\n\n"
    with serving(send(big, big, big, then=over)) as streaming, serving(say(answer(b"{}"))) as server:
        polite = client(streaming.pair, server.pair)
        with polite.follow(streaming.url()) as line:
            for _ in range(3):
                assert len(next(line)) == 900_000
                assert polite.request("GET", server.url(), limit=10).body == b"{}"
            over.set()
