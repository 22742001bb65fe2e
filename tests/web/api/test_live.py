"""The API through the real server, which reads bodies as they come."""

from __future__ import annotations

import socket
from typing import Any

from tests.docs.pages import code, read
from tests.web.conftest import Desk, Running, link_to


def test_the_example_of_the_documentation_unrolls(live: tuple[Desk, Running]) -> None:
    desk, running = live
    saved = desk.publish()
    names: dict[str, Any] = {}
    exec(compile(next(code(read("docs/http-api.md"), "python")), "an example", "exec"), names)
    thread = names["unrolled"](running.address, link_to(saved.ref))
    assert (thread["slug"], thread["posts"]) == (saved.slug, 3)


def test_a_body_that_does_not_come_is_not_waited_for(live: tuple[Desk, Running]) -> None:
    _, running = live
    host, port = running.address.removeprefix("http://").split(":")
    head = "POST /api/v1/unroll HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    head += "Content-Length: 99\r\n\r\n{"
    with socket.create_connection((host, int(port)), timeout=30) as line:
        line.sendall(head.encode())
        assert line.recv(4_000).startswith(b"HTTP/1.1 400 ")


def test_bodies_are_read_to_their_end_or_refused(live: tuple[Desk, Running]) -> None:
    desk, running = live
    link = link_to(desk.write("One.")[0])
    with running.client() as client:
        pieces = [b'{"url": ', f'"{link}"'.encode(), b"}"]
        kind = {"content-type": "application/json"}
        assert client.post("/api/v1/unroll", content=iter(pieces), headers=kind).status_code == 202
        assert client.post("/api/v1/unroll", content=b"", headers=kind).json()["code"] == "malformed"
        for size in (20_000, 300_000):
            answer = client.post("/api/v1/unroll", content=b"x" * size, headers=kind)
            assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
        assert client.get("/api/v1/threads").status_code == 200
