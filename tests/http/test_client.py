"""What the client makes of answers, and of servers that mean harm."""

import gzip
import json
import socket
import zlib
from collections.abc import Iterator

import brotli  # type: ignore[import-untyped]
import pytest

from tests.http.conftest import MakeClient, Time
from tests.http.servers import Server, Talk, answer, say, serving
from unroller.core.errors import NetworkError, RefusedError, SetupError, UnrollerError, WireError
from unroller.core.ports import HttpClient
from unroller.http import Polite
from unroller.http.client import Patience


def test_the_client_is_what_networks_are_handed(client: MakeClient) -> None:
    handed: HttpClient = client()
    assert isinstance(handed, Polite)


def test_a_request_names_the_program_and_where_to_complain(client: MakeClient) -> None:
    with serving(say(answer(b'{"a": 1}', Content_Type="application/json"))) as server:
        reply = client(server.pair).request(
            "GET", server.url("/xrpc?a=1"), params={"uris": ["x", "y z"], "deep": True, "limit": 5}
        )
    head = server.heads[0]
    assert head.startswith("GET /xrpc?a=1&uris=x&uris=y+z&deep=true&limit=5 HTTP/1.1")
    assert "user-agent: unroller/" in head.lower()
    assert "(+https://unroll.example)" in head
    assert reply.json() == {"a": 1}
    assert reply.headers["content-type"] == "application/json"


def test_json_is_sent_as_utf8(client: MakeClient) -> None:
    got: list[bytes] = []

    def talk(connection: socket.socket, head: bytes) -> None:
        got.append(head.partition(b"\r\n\r\n")[2] or connection.recv(999))
        connection.sendall(answer())

    with serving(talk) as server:
        client(server.pair).request("POST", server.url(), json={"text": "é"})
    assert json.loads(got[0]) == {"text": "é"}
    assert "content-type: application/json" in server.heads[0].lower()


@pytest.mark.parametrize("status", [200, 204, 400, 401, 404, 410])
def test_an_answer_about_the_request_comes_back_as_it_is(status: int, client: MakeClient) -> None:
    with serving(say(answer(b"" if status == 204 else b"{}", status))) as server:
        assert client(server.pair).request("GET", server.url()).status == status
    assert len(server.heads) == 1


def test_html_in_place_of_json_is_told_as_such(client: MakeClient) -> None:
    with serving(say(answer(b"<html>Maintenance</html>"))) as server:
        reply = client(server.pair).request("GET", server.url())
    with pytest.raises(WireError):
        reply.json()


def test_json_nested_without_end_is_told_as_such(client: MakeClient) -> None:
    with serving(say(answer(b"[" * 200_000))) as server:
        reply = client(server.pair).request("GET", server.url())
    with pytest.raises(WireError):
        reply.json()


def test_packed_answers_are_unpacked(client: MakeClient) -> None:
    words = b'{"a": "' + b"b" * 9_000 + b'"}'
    packed = [
        answer(gzip.compress(words), Content_Encoding="gzip"),
        answer(brotli.compress(words), Content_Encoding="br"),
    ]
    with serving(say(*packed)) as server:
        polite = client(server.pair)
        assert [polite.request("GET", server.url()).body for _ in packed] == [words, words]
    assert polite.tally.read().received < 1_000


def test_a_broken_packing_is_told_as_such(client: MakeClient) -> None:
    with serving(say(answer(b"no gzip", Content_Encoding="gzip"))) as server, pytest.raises(WireError):
        client(server.pair).request("GET", server.url())


def test_a_huge_answer_is_refused_by_its_announcement(client: MakeClient) -> None:
    with serving(say(answer(b"", Content_Length="2000000000"))) as server:
        polite = client(server.pair)
        with pytest.raises(WireError):
            polite.request("GET", server.url())
    assert polite.tally.read().received < 10_000
    assert len(server.heads) == 1


def _stream(piece: bytes, *headers: str) -> Talk:
    """A server that sends chunks of `piece` for ever."""

    def talk(connection: socket.socket, head: bytes) -> None:
        lines = ["HTTP/1.1 200 OK", "Transfer-Encoding: chunked", *headers]
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        while True:
            connection.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))

    return talk


def test_an_answer_without_end_is_left_at_the_limit(client: MakeClient) -> None:
    with serving(_stream(b"x" * 50_000)) as server:
        polite = client(server.pair)
        with pytest.raises(WireError):
            polite.request("GET", server.url(), limit=1_000_000)
    assert polite.tally.read().received < 1_500_000


@pytest.mark.parametrize("unpacked", [10_000_000, 60_000_000])
def test_a_small_packed_answer_may_not_unpack_to_a_large_one(unpacked: int, client: MakeClient) -> None:
    pack = zlib.compressobj(9, wbits=31)
    bomb = b"".join(pack.compress(bytes(1_000_000)) for _ in range(unpacked // 1_000_000)) + pack.flush()
    with serving(say(answer(bomb, Content_Encoding="gzip"))) as server, pytest.raises(WireError):
        client(server.pair).request("GET", server.url())


def test_a_packed_answer_that_unpacks_to_nothing_for_ever_is_left(client: MakeClient) -> None:
    pack = zlib.compressobj(wbits=31)
    start = pack.compress(b"") + pack.flush(zlib.Z_SYNC_FLUSH)
    empty = b"\0\0\0\xff\xff" * 10_000
    done = False

    def talk(connection: socket.socket, head: bytes) -> None:
        nonlocal done
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + start)
        while not done:
            connection.sendall(empty)

    with serving(talk) as server, pytest.raises(WireError):
        client(server.pair).request("GET", server.url(), limit=100_000)
    done = True


def test_an_answer_packed_twice_is_refused(client: MakeClient) -> None:
    body = gzip.compress(gzip.compress(b"{}"))
    with serving(say(answer(body, Content_Encoding="gzip, gzip"))) as server, pytest.raises(WireError):
        client(server.pair).request("GET", server.url())


def _drip(start: bytes, drop: bytes) -> Talk:
    """A server that sends a drop again and again, slowly enough never to fill anything."""

    def talk(connection: socket.socket, head: bytes) -> None:
        connection.sendall(start)
        connection.settimeout(0.02)
        while True:
            connection.sendall(drop)
            try:
                connection.recv(1)
            except TimeoutError:
                continue
            break

    return talk


_ENDLESS = {
    "body": _drip(b"HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n", b"x"),
    "headers": _drip(b"HTTP/1.1 200 OK\r\n", b"x: y\r\n"),
    "continue": _drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "silence": _drip(b"", b""),
}


@pytest.mark.parametrize("talk", _ENDLESS.values(), ids=_ENDLESS.keys())
def test_a_server_that_drips_for_ever_is_left_at_the_deadline(talk: Talk) -> None:
    with serving(talk) as server:
        polite = Polite(allow_addresses=(server.pair,), patience=Patience(total=0.4))
        with pytest.raises(NetworkError):
            polite.request("GET", server.url())
        assert len(server.heads) == 1


def test_a_silent_server_is_left_after_the_time_for_one_read(client: MakeClient) -> None:
    with serving(_ENDLESS["silence"]) as server, pytest.raises(NetworkError) as failed:
        client(server.pair, patience=Patience(read=0.05)).request("POST", server.url())
    assert failed.value.words == "127.0.0.1 did not answer in time; try again later."


def test_a_server_that_hangs_up_is_a_network_error(client: MakeClient) -> None:
    for said in (b"", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf", b"SSH-2.0-OpenSSH\r\n\r\n"):
        with serving(say(said)) as server, pytest.raises(NetworkError):
            client(server.pair).request("POST", server.url())


def test_a_refused_connection_is_a_network_error_after_some_tries(client: MakeClient, time: Time) -> None:
    with serving(say(answer())) as server:
        pass
    with pytest.raises(NetworkError):
        client(server.pair).request("GET", server.url("/?token=secret"), headers={"authorization": "secret"})
    assert time.slept == [0.5, 1.0, 2.0]


def test_no_connection_is_lost_to_answers_that_were_refused(client: MakeClient) -> None:
    with serving(say(answer(b"x" * 100))) as server:
        polite = client(server.pair)
        for _ in range(60):  # more than the pool holds
            with pytest.raises(RefusedError):
                polite.request("GET", server.url(host="localhost"))
            with pytest.raises(WireError):
                polite.request("GET", server.url(), limit=10)
        assert polite.request("GET", server.url()).status == 200


# Redirects


def _to(url: str, status: int = 302) -> bytes:
    return answer(b"", status, Location=url)


def test_a_redirect_is_followed(client: MakeClient) -> None:
    with serving(say(_to("/there?x=1"), answer(b"here"))) as server:
        reply = client(server.pair).request("GET", server.url(), headers={"Authorization": "secret"})
    assert reply.body == b"here"
    assert reply.url == server.url("/there?x=1")
    assert server.heads[1].startswith("GET /there?x=1 ")
    assert "authorization: secret" in server.heads[1].lower()


def test_another_host_never_sees_the_credentials(client: MakeClient) -> None:
    with serving(say(answer())) as other, serving(say(_to(other.url()))) as server:
        client(server.pair, other.pair).request(
            "GET", server.url(), headers={"Authorization": "secret", "Cookie": "secret", "Accept": "a/b"}
        )
    assert "secret" in server.heads[0]
    assert "secret" not in other.heads[0]
    assert "accept: a/b" in other.heads[0].lower()


def test_a_redirect_to_a_private_address_is_refused(client: MakeClient) -> None:
    with serving(say(answer())) as inner, serving(say(_to(inner.url(host="localhost")))) as server:
        with pytest.raises(RefusedError):
            client(server.pair).request("GET", server.url())
        assert inner.heads == []


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "http://me:secret@posts.example/", "http://169.254.169.254/"]
)
def test_a_redirect_to_what_is_never_asked_is_refused(url: str, client: MakeClient) -> None:
    with serving(say(_to(url))) as server, pytest.raises(RefusedError):
        client(server.pair).request("GET", server.url())


def test_redirects_without_end_are_left(client: MakeClient) -> None:
    with serving(say(_to("/again"))) as server:
        with pytest.raises(WireError):
            client(server.pair).request("GET", server.url())
        assert len(server.heads) == 6


def test_a_message_is_not_sent_on_to_another_address(client: MakeClient) -> None:
    with serving(say(_to("/there", 307))) as server:
        with pytest.raises(WireError):
            client(server.pair).request("POST", server.url(), content=b"x")
        assert len(server.heads) == 1


def test_a_private_line_never_leads_to_an_open_one() -> None:
    from dataclasses import replace

    from unroller.http.client import _Call, _redirected
    from unroller.http.urls import web_address

    call = _Call("GET", web_address("https://posts.example/"), {}, None, 1, 1.0)
    with pytest.raises(RefusedError):
        _redirected(call, "http://posts.example/")
    safe = _redirected(replace(call, headers={"authorization": "secret"}), "https://other.example/")
    assert safe.headers == {}


# The figures


@pytest.fixture
def echo() -> Iterator[Server]:
    with serving(say(answer(b"x" * 1_000))) as server:
        yield server


def test_the_tally_counts_requests_and_bytes(client: MakeClient, echo: Server) -> None:
    polite = client(echo.pair)
    for _ in range(3):
        polite.request("GET", echo.url())
    counted = polite.tally.read()
    assert counted.requests == 3
    assert 3_000 < counted.received < 4_000
    assert counted.paused == 0


def test_a_connection_is_used_again(client: MakeClient) -> None:
    def talk(connection: socket.socket, head: bytes) -> None:
        connection.sendall(answer(b"one", Connection="keep-alive"))
        connection.recv(9_999)
        connection.sendall(answer(b"two"))

    with serving(talk) as server:
        polite = client(server.pair)
        assert [polite.request("GET", server.url()).body for _ in "12"] == [b"one", b"two"]
        polite.close()
        assert len(server.heads) == 1


def test_no_cookie_is_kept(client: MakeClient) -> None:
    with serving(say(answer(Set_Cookie="who=me"))) as server:
        polite = client(server.pair)
        for _ in range(2):
            polite.request("GET", server.url())
    assert "cookie" not in "".join(server.heads).lower()


def test_error_words_name_the_host_and_nothing_else(client: MakeClient) -> None:
    said = [answer(b"secret", 500), answer(b"secret", 429), _to("http://10.0.0.1/secret")]
    for talk in map(say, said):
        with serving(talk) as server, pytest.raises(UnrollerError) as failed:
            client(server.pair).request("GET", server.url("/secret?secret"), headers={"x": "secret"})
        assert "secret" not in failed.value.words
        assert "\n" not in failed.value.words


@pytest.mark.parametrize("body", [b"monthly", b"x" * 100_000])
def test_what_stands_in_a_refusal_for_too_many_requests_is_kept_for_the_network(
    body: bytes, client: MakeClient
) -> None:
    said = answer(body, 429, Retry_After="300")
    with serving(say(said)) as server, pytest.raises(NetworkError) as failed:
        client(server.pair).request("GET", server.url())
    assert (failed.value.status, failed.value.said) == (429, body[:4000])
    assert "monthly" not in failed.value.words


def test_a_refusal_that_breaks_off_is_one_all_the_same(client: MakeClient) -> None:
    said = answer(b"{", 429, Content_Length="900", Retry_After="300")
    with serving(say(said)) as server, pytest.raises(NetworkError) as failed:
        client(server.pair).request("GET", server.url())
    assert failed.value.retry_after == 300


def test_no_answer_has_no_status(client: MakeClient) -> None:
    with serving(say(b"")) as server, pytest.raises(NetworkError) as failed:
        client(server.pair).request("GET", server.url())
    assert failed.value.status is None


@pytest.mark.parametrize("token", ["ё", "two\nlines", "\x00"])
def test_a_secret_that_no_header_can_hold_is_refused_and_never_shown(client: MakeClient, token: str) -> None:
    with pytest.raises(SetupError, match="authorization") as told:
        client().request("GET", "https://unroll.example/", headers={"authorization": f"Bearer {token}"})
    assert token not in str(told.value)
