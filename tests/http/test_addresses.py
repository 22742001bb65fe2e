"""Private machines are never asked, whatever their address is written like."""

import ipaddress
import socket
from typing import Any

import pytest

from tests.http.conftest import MakeClient
from tests.http.servers import answer, say, serving
from tests.sockets import is_address
from unroller.core.errors import NetworkError, RefusedError
from unroller.http.addresses import endpoint, is_public


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1",
        "100.100.100.200", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
        "168.63.129.16", "::", "::1", "fe80::1", "fe80::1%lo", "fc00::1", "fec0::1", "ff02::1", "ff0e::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "2002:7f00:1::", "2002:a00:1::",
        "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1", "2001:db8::1", "2001::1",
        "192.0.0.8", "192.0.0.9", "192.88.99.1", "3fff::1", "3fff:fff::1",
    ],
)  # fmt: skip
def test_addresses_that_are_not_the_whole_internets_are_private(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "8.8.8.8", "2606:4700::1", "64:ff9b::808:808", "2002:808:808::1"]
)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "LOCALHOST", "10.0.0.1", "169.254.169.254", "0.0.0.0", "0177.0.0.1",
        "[::]", "[::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]",
    ],
)  # fmt: skip
def test_a_private_host_is_refused_while_a_server_answers_there(host: str, client: MakeClient) -> None:
    with serving(say(answer())) as server:
        with pytest.raises(RefusedError):
            client().request("GET", server.url(host=host))
        assert server.heads == []


def _resolver(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Let every name resolve to `addresses`; the names that were asked for."""
    real, asked = socket.getaddrinfo, []

    def resolve(host: str, port: int, *args: Any, **kwargs: Any) -> object:
        if is_address(host):
            return real(host, port, *args, **kwargs)
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "127.1", "0x7f.1"])
def test_a_private_address_in_disguise_is_refused(
    host: str, client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolved = socket.inet_ntoa(socket.inet_aton(host))  # as the system's resolver reads it
    _resolver(monkeypatch, resolved)
    with serving(say(answer())) as server:
        with pytest.raises(RefusedError):
            client().request("GET", server.url(host=host))
        assert server.heads == []


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["fd00::1"]])
def test_a_name_with_a_private_address_is_refused(
    addresses: list[str], client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    _resolver(monkeypatch, *addresses)
    with serving(say(answer())) as server:
        with pytest.raises(RefusedError):
            client().request("GET", server.url(host="posts.example"))
        assert server.heads == []


def test_a_name_is_resolved_once_and_keeps_its_host_header(
    client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = _resolver(monkeypatch, "127.0.0.1")
    with serving(say(answer())) as server:
        pair = f"posts.example:{server.port}"
        assert client(pair).request("GET", f"http://{pair}/").status == 200
        assert f"\r\nhost: {pair}\r\n" in server.heads[0].lower()
    assert asked == ["posts.example"]


def test_tls_names_the_host_and_not_the_address(client: MakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    _resolver(monkeypatch, "127.0.0.1")
    with serving(say(b"no TLS here")) as server:
        pair = f"posts.example:{server.port}"
        with pytest.raises(NetworkError):
            client(pair).request("POST", f"https://{pair}/")
        assert "posts.example" in server.heads[0]


def test_the_next_address_is_tried_when_the_first_does_not_answer(
    client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    _resolver(monkeypatch, "127.0.0.9", "127.0.0.1")
    with serving(say(answer())) as server:
        pair = f"posts.example:{server.port}"
        assert client(pair).request("GET", f"http://{pair}/").status == 200


def test_only_the_allowed_port_may_be_asked(client: MakeClient) -> None:
    with serving(say(answer())) as allowed, serving(say(answer())) as other:
        polite = client(allowed.pair)
        assert polite.request("GET", allowed.url()).body == b"{}"
        with pytest.raises(RefusedError):
            polite.request("GET", other.url())
        with pytest.raises(RefusedError):
            polite.request("GET", allowed.url(host="localhost"))


def test_an_allowed_ipv6_address_is_written_in_brackets(client: MakeClient) -> None:
    with serving(say(answer()), socket.AF_INET6) as server:
        pair = f"[::1]:{server.port}"
        assert client(pair).request("GET", f"http://{pair}/").status == 200
    assert endpoint("Localhost:80") == ("localhost", 80)


@pytest.mark.parametrize(
    "url",
    [
        "", "nothing", "/path", "file:///etc/passwd", "ftp://posts.example/", "http://", "http:///x",
        "http://me:secret@posts.example/", "http://posts.example:99999/", "http://①②⑦.0.0.1/",
        "http://posts.example/\n", "gopher://127.0.0.1:25/", "http://[::1/", "data:,x",
    ],
)  # fmt: skip
def test_what_is_no_plain_web_address_is_refused(url: str, client: MakeClient) -> None:
    with pytest.raises(RefusedError) as refused:
        client().request("GET", url)
    assert "secret" not in refused.value.words


def test_a_name_that_cannot_be_one_is_not_reached(client: MakeClient) -> None:
    for host in ("a..b", "x" * 64 + ".example"):
        with pytest.raises(NetworkError):
            client().request("POST", f"http://{host}/")
