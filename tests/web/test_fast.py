"""The layer in front, in a real server: the same answers as the app gives, from memory."""

from __future__ import annotations

import asyncio
import gzip
import socket
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import brotli  # type: ignore[import-untyped]
import pytest
import structlog.testing
import zstandard
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from tests.web.conftest import Desk, Running
from unroller.flows.remove import operator_removes
from unroller.web.fast import Fast

NOT_COMPARED = {"server", "date"}
UNPACK = {
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data),
    "": bytes,
}
LONG = tuple(
    f"Post {number}: the clock ran {number} seconds fast, and nobody minded." for number in range(30)
)


@pytest.fixture
def desk(live: tuple[Desk, Running]) -> Desk:
    return live[0]


@pytest.fixture
def site(live: tuple[Desk, Running]) -> Running:
    return live[1]


def raw(site: Running, request: bytes) -> tuple[int, dict[str, str], bytes]:
    """One answer as it comes over the wire, nothing unpacked."""
    address = urlsplit(site.address)
    with socket.create_connection((address.hostname, address.port), timeout=20) as wire:
        wire.sendall(request)
        got = b""
        while chunk := wire.recv(65536):
            got += chunk
    head, _, body = got.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    return int(first.split()[1]), {name: headers[name] for name in headers if name != "connection"}, body


def get(site: Running, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    given = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    return raw(site, f"{head}{given}\r\n".encode())


def compared(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in NOT_COMPARED}


def test_memory_and_app_give_the_same_bytes_and_headers(
    desk: Desk, client: TestClient, site: Running
) -> None:
    saved = desk.publish(*LONG)
    client.headers.clear()
    for form in ("", ".json", "/card.png"):
        for accept in ("", "gzip", "br, gzip;q=0.5", "zstd"):
            for method in ("GET", "HEAD"):
                path = f"/t/{saved.slug}{form}"
                status, headers, body = get(site, path, method, Accept_Encoding=accept)
                with client.stream(method, path, headers={"accept-encoding": accept}) as slow:
                    content = b"".join(slow.iter_raw())
                assert (status, compared(headers), body) == (200, compared(dict(slow.headers)), content)
                tag = headers["etag"]
                status, headers, body = get(site, path, method, Accept_Encoding=accept, If_None_Match=tag)
                same = client.request(method, path, headers={"accept-encoding": accept, "if-none-match": tag})
                assert (status, compared(headers), body) == (304, compared(dict(same.headers)), b"")


def test_each_form_unpacks_to_the_same_page_under_a_tag_of_its_own(desk: Desk, site: Running) -> None:
    path = f"/t/{desk.publish(*LONG).slug}"
    tags, texts = set(), set()
    for coding, unpack in UNPACK.items():
        _, headers, body = get(site, path, Accept_Encoding=coding)
        assert headers.get("content-encoding", "") == coding
        assert headers["vary"] == "accept-encoding"
        assert headers["cache-control"] == "no-cache"
        tags.add(headers["etag"])
        texts.add(unpack(body))
    assert (len(tags), len(texts)) == (4, 1)


@pytest.mark.parametrize("form", ['"x", {}', "W/{}", "*", ' {} , "y"'])
def test_a_client_that_has_the_page_is_told_so(desk: Desk, site: Running, form: str) -> None:
    path = f"/t/{desk.publish().slug}"
    _, headers, _ = get(site, path)
    assert get(site, path, If_None_Match=form.format(headers["etag"]))[0] == 304
    assert get(site, path, If_None_Match='"another"')[0] == 200


def test_a_removal_by_another_process_is_seen_at_once(desk: Desk, site: Running) -> None:
    saved = desk.publish()
    path = f"/t/{saved.slug}"
    _, headers, _ = get(site, path)
    operator_removes(desk.library, saved.ref)
    status, _, body = get(site, path, If_None_Match=headers["etag"])
    assert status == 410
    assert b"The operator of this site removed this page." in body


def test_a_page_made_anew_by_another_process_is_seen_at_once(desk: Desk, site: Running) -> None:
    saved = desk.publish()
    path = f"/t/{saved.slug}"
    before = get(site, path)
    desk.library.store.pages.put(saved.slug, "page.html", b"<!doctype html>new", "text/html")
    after = get(site, path)
    assert (before[0], after[0], after[2]) == (200, 200, b"<!doctype html>new")
    assert before[1]["etag"] != after[1]["etag"]


def test_everything_else_reaches_the_app(desk: Desk, site: Running) -> None:
    status, headers, body = get(site, "/unroll?url=caf%C3%A9", Accept_Encoding="br")
    assert (status, headers["x-robots-tag"]) == (400, "noindex")
    assert 'value="café"'.encode() in body
    assert get(site, "/t/abcdefghijkl")[0] == 404
    assert get(site, "/t/%61bcdefghijkl%00")[0] == 404
    assert get(site, "/health")[0] == 200
    assert get(site, "/metrics")[0] == 200
    assert get(site, "/", "POST")[0] == 405
    assert get(site, "/", "HEAD")[1]["content-length"] == str(len(get(site, "/")[2]))


def test_what_breaks_in_front_is_logged_and_answered_by_the_app() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("from the app")(scope, receive, send)

    shelf: Any = SimpleNamespace(answer=lambda *_: 1 / 0)
    scope: Any = SimpleNamespace(
        path="/t/abcdefghijkl",
        method="GET",
        headers={},
        client="",
        server="",
        scheme="http",
        http_version="1.1",
        query_string="",
    )
    sent: list[bytes] = []
    proto: Any = SimpleNamespace(response_bytes=lambda *answer: sent.append(answer[2]))
    # In a thread aside, for this one may have a loop already: a browser's.
    with structlog.testing.capture_logs() as logged, ThreadPoolExecutor() as aside:
        aside.submit(lambda: asyncio.run(Fast(shelf, app).__rsgi__(scope, proto))).result()
    assert sent == [b"from the app"]
    assert [entry["event"] for entry in logged] == ["a bug: please report it"]


@pytest.mark.parametrize(
    ("request_", "statuses"),
    [
        (b"GET / HTTP/1.0\r\n\r\n", {200}),
        (b"GET http://elsewhere.example/nope HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", {404}),
        (b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", {400, 404, 405}),
        (b"BREW /t/abcdefghijkl HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", {405}),
        (b"GET /unroll?url=\xe9 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", {400}),
        (b"GET /%ff%fe%00 HTTP/1.1\r\nHost: x\r\nX-Odd: \xff\xfe\r\nConnection: close\r\n\r\n", {404}),
        (b"GET //../t//x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", {404}),
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", {414}),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 200_000 + b"\r\n\r\n", {431}),
        (b"nonsense\r\n\r\n", {400}),
    ],
)
def test_hostile_requests_are_answered_as_such(site: Running, request_: bytes, statuses: set[int]) -> None:
    assert raw(site, request_)[0] in statuses


def test_a_body_is_not_read(site: Running) -> None:
    size = 3_200_000
    head = f"POST /unroll HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {size}\r\n\r\n"
    assert raw(site, head.encode() + b"x" * 1000)[0] == 405


def test_a_body_is_not_taken_for_the_next_request(site: Running) -> None:
    inner = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
    first = f"GET /robots.txt HTTP/1.1\r\nHost: x\r\nContent-Length: {len(inner)}\r\n\r\n".encode() + inner
    last = b"GET /nope HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    status, _, rest = raw(site, first + last)
    assert (status, rest.count(b"HTTP/1.1 404"), rest.count(b"oldest_seconds")) == (200, 1, 0)
