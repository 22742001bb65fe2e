"""The suite keeps its own promises."""

from __future__ import annotations

import socket
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

import psycopg
import pytest
from playwright.sync_api import Page

from tests import browser, sockets
from tests.testnet import bluesky, loopback, records


def test_no_test_can_connect_beyond_loopback() -> None:
    with pytest.raises(OSError, match="tried to connect"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("example.com", 443)
    assert sockets.strays.pop() == ("192.0.2.1", 80)


def test_a_client_that_hung_up_is_no_news_and_whatever_else_goes_wrong_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Handler(BaseHTTPRequestHandler):
        def handle(self) -> None:
            raise {b"reset": ConnectionResetError, b"pipe!": BrokenPipeError}[self.rfile.read(5)]

    with loopback.serving(Handler) as address:
        for sent in (b"reset", b"pipe!"):
            with socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])), 5) as client:
                client.sendall(sent)
                assert client.recv(1) == b""
    said = capsys.readouterr().err
    assert said.count("Traceback") == 1
    assert "\nBrokenPipeError\n" in said


def test_record_keys_are_in_the_order_in_which_they_were_asked_for() -> None:
    keys = [records.tid() for _ in range(1000)]
    assert keys == sorted(set(keys))


def test_every_test_with_a_database_has_its_own(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute(
            "select count(*) from pg_tables where schemaname = 'public'"
        ).fetchone() == (0,)


def test_a_planned_thread_with_pictures_is_written_in_one_request(bluesky_net: bluesky.Network) -> None:
    """The server refuses answers whose parent has another CID than the one worked out here."""
    author = bluesky_net.account("writer", display_name="Writer")
    first = author.plan("One", embed=author.images("A red square", "Another"))
    second = author.plan("Two", reply_to=first[0])
    author.write([first, second])
    bluesky_net.settle()
    seen = bluesky_net.view("app.bsky.feed.getPosts", uris=[first[0].uri, second[0].uri])["posts"]
    assert [post["record"]["text"] for post in seen] == ["One", "Two"]
    assert seen[1]["record"]["reply"]["root"] == first[0].strong


def test_the_network_cuts_threads_where_production_does(bluesky_net: bluesky.Network) -> None:
    author = bluesky_net.account("writer")
    posts = author.thread(str(number) for number in range(12))
    bluesky_net.settle()
    node = bluesky_net.view("app.bsky.feed.getPostThread", uri=posts[0].uri, depth=1000)["thread"]
    depth = 0
    while node.get("replies"):
        node, depth = node["replies"][0], depth + 1
    assert depth == bluesky.THREAD_DEPTH


def test_axe_judges_pages_that_forbid_scripts(new_page: Callable[..., Page]) -> None:
    page = new_page(javascript=True)
    policy = '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'">'
    page.set_content(
        f"<!doctype html><html lang=en><title>t</title>{policy}<main><h1>T</h1><img src=''></main>"
    )
    assert [one.partition(":")[0] for one in browser.violations(page)] == ["image-alt"]


def test_a_page_cannot_load_from_other_machines_unseen(new_page: Callable[..., Page]) -> None:
    page = new_page()
    page.set_content("<!doctype html><img src='http://192.0.2.1/a.png' alt=''>")
    page.wait_for_load_state()
    assert sockets.strays.pop() == "http://192.0.2.1/a.png"
