"""An author's threads, and a search, as one file."""

from __future__ import annotations

import html
import re
import zipfile
from io import BytesIO

import pytest
from starlette.testclient import TestClient

from tests.web.conftest import Desk
from unroller.flows.remove import operator_removes
from unroller.web import queues

AUTHOR = "/bluesky/@anna.test"
TYPES = {".epub": "application/epub+zip", ".pdf": "application/pdf"}


def contents(book: bytes) -> str:
    with zipfile.ZipFile(BytesIO(book)) as files:
        return files.read("book/nav.xhtml").decode()


@pytest.mark.parametrize("suffix", TYPES)
@pytest.mark.parametrize("address", [AUTHOR, "/bluesky/@did:plc:anna", "/search"])
def test_each_format_can_be_had_and_is_neither_kept_nor_indexed(
    desk: Desk, client: TestClient, address: str, suffix: str
) -> None:
    desk.publish()
    found = client.get(f"{address}{suffix}", params={"q": "clock"} if address == "/search" else None)
    assert found.status_code == 200
    assert found.headers["content-type"] == TYPES[suffix]
    assert found.headers["x-robots-tag"] == "noindex"
    assert found.headers["cache-control"] == "no-store"
    assert found.headers["content-security-policy"] == "default-src 'none'; sandbox"


def test_a_book_has_all_threads_of_its_author_and_none_that_was_taken_down(
    desk: Desk, client: TestClient
) -> None:
    first = desk.publish("Lamps.", "More.")
    second = desk.publish("Clocks.", "More.")
    assert contents(client.get(f"{AUTHOR}.epub").content).count("-first.xhtml") == 2
    operator_removes(desk.library, first.ref)
    found = contents(client.get(f"{AUTHOR}.epub").content)
    assert "Clocks." in found
    assert "Lamps." not in found
    operator_removes(desk.library, second.ref)
    assert client.get(f"{AUTHOR}.epub").status_code == 404


@pytest.mark.parametrize("page", [AUTHOR, "/search?q=clock"])
def test_the_pages_of_authors_and_searches_link_to_their_books(
    desk: Desk, client: TestClient, page: str
) -> None:
    desk.publish()
    links = re.findall(r'href="([^"]*\.(?:epub|pdf)[^"]*)"', client.get(page).text)
    assert len(links) == 2
    assert {client.get(html.unescape(link)).status_code for link in links} == {200}


def test_a_handle_alone_leads_to_its_network(desk: Desk, client: TestClient) -> None:
    desk.publish()
    found = client.get("/@anna.test.pdf")
    assert (found.status_code, found.headers["location"]) == (302, f"{AUTHOR}.pdf")


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"q": "clock"}, 200),
        ({"q": "clock", "author": "anna.test", "network": "bluesky", "language": "EN-gb"}, 200),
        ({"q": "nowhere"}, 404),
        ({"q": "clock", "author": "bob.test"}, 404),
        ({"q": "clock", "network": "nowhere"}, 404),
        ({"q": "\"'*:^(%\0 OR -" * 20}, 404),
        ({"q": "clock", "since": "yesterday"}, 400),
    ],
)
def test_a_search_is_bound_whatever_is_asked(
    desk: Desk, client: TestClient, asked: dict[str, str], status: int
) -> None:
    desk.publish()
    assert client.get("/search.epub", params=asked).status_code == status


@pytest.mark.parametrize(
    "address",
    ["/@nobody.epub", "/bluesky/@nobody.pdf", "/bluesky/@.epub", "/@a/b.pdf", "/bluesky/@x%00.epub"],
)
def test_nobodys_book_is_a_page_that_says_so(client: TestClient, address: str) -> None:
    found = client.get(address)
    assert found.status_code == 404
    assert "nothing" in found.text


def test_when_too_many_wait_the_next_is_told_to_come_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queues, "LONGEST", 0)
    desk.publish()
    found = desk.client().get(f"{AUTHOR}.epub")
    assert found.status_code == 503
    assert found.headers["retry-after"] == "10"
