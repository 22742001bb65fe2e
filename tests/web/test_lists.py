"""Latest, authors, search, sitemap: what may be listed, page by page, whatever is asked; and gone at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote, urlencode
from xml.etree.ElementTree import fromstring

import pytest
from msgspec import structs
from starlette.testclient import TestClient

from tests.threads import build
from tests.web.conftest import Desk, opened
from unroller.core.model import Author, PostRef, Verdict
from unroller.flows.browse import PAGE
from unroller.flows.page import make_page
from unroller.flows.remove import operator_removes, opt_out
from unroller.store import Saved
from unroller.web import sitemap

LISTS = [
    "/",
    "/latest",
    "/bluesky",
    "/authors",
    "/bluesky/@anna.test",
    "/search?q=lighthouse",
    "/sitemap-1.xml",
]
HOSTILE = [
    '"', "'", "-", "*", "%", "\\", "NEAR(a b)", "a OR b", "col:a", "^a", "'; DROP TABLE threads; --",
    "\x00", "a\x00b", "\u202eabc", "<script>alert(1)</script>", "{{ 7*7 }}", "../../etc/passwd",
    "/evil.example", "🧵", "a" * 2000, "\n\r\t", "１２３",
]  # fmt: skip


def test_every_list_has_the_thread_and_none_once_it_is_taken_down(desk: Desk, client: TestClient) -> None:
    saved = desk.publish()
    for address in LISTS:
        assert saved.slug in client.get(address).text or address == "/authors", address
    operator_removes(desk.library, saved.ref)
    for address in LISTS:
        answer = client.get(address)
        assert "anna" not in answer.text.replace("/@anna.test", ""), address
        assert saved.slug not in answer.text, address
    assert client.get("/bluesky/@anna.test").status_code == 404
    assert client.get("/@anna.test").status_code == 404


def shelve(desk: Desk, number: int, text: str = "The heron waits.", language: str = "en") -> Saved:
    """A thread of the library, without its page: lists need none."""
    made = build.thread((build.post(number, text, languages=(language,)),))
    saved = desk.library.store.threads.save(made, Verdict(), {}, title=f"{text} {number}")
    desk.library.store.catalogue.enter(saved)
    return saved


def titles(client: TestClient, address: str) -> list[str]:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return re.findall(r'<a href="/t/[a-z0-9]{12}"[^>]*>([^<]*)</a>', answer.text)


@pytest.mark.slow
def test_lists_go_on_from_page_to_page(desk: Desk, client: TestClient) -> None:
    for number in range(1, PAGE + 4):
        shelve(desk, number)
    for address in ("/latest", "/bluesky", f"/bluesky/@{build.MIRA.handle}", "/search?q=heron"):
        join = "&" if "?" in address else "?"
        first, second = client.get(address).text, client.get(f"{address}{join}page=2").text
        assert 'rel="next">Older' in first
        assert 'rel="prev">← Newer' in second
        assert "Older" not in second
        seen = titles(client, address) + titles(client, f"{address}{join}page=2")
        assert len(seen) == len(set(seen)) == PAGE + 3, address
        assert client.get(f"{address}{join}page=3").status_code == 404


@pytest.mark.parametrize("address", ["/latest", "/bluesky", "/authors", "/bluesky/@anna.test", "/search?q=a"])
@pytest.mark.parametrize(
    ("page", "status", "words"),
    [("7", 404, "ends before page 7."), ("0", 400, "counted from 1"), ("-1", 400, "counted from 1"),
     ("x", 400, "counted from 1"), ("9" * 30, 400, "counted from 1"), ("\x00", 400, "counted from 1")],
)  # fmt: skip
def test_a_page_that_no_list_has_is_told_in_a_sentence(
    anna: TestClient, address: str, page: str, status: int, words: str
) -> None:
    answer = anna.get(f"{address}{'&' if '?' in address else '?'}{urlencode({'page': page})}")
    assert answer.status_code == status
    assert words in answer.text
    assert f'<a href="{address}">Begin with its first page.</a>' in answer.text


@pytest.fixture(scope="module")
def anna(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A site with one thread by Anna, for tests that change nothing."""
    with opened(tmp_path_factory.mktemp("anna")) as desk:
        desk.publish()
        yield desk.client()


@pytest.mark.parametrize("name", ["q", "author", "network", "language", "since", "until", "page"])
def test_no_string_breaks_the_search(anna: TestClient, name: str) -> None:
    for text in HOSTILE:
        asked = {"q": "lighthouse"} | {name: text}
        answer = anna.get(f"/search?{urlencode(asked)}")
        assert answer.status_code in ((200, 400, 404) if name == "page" else (200, 400)), text
        assert "<script>alert" not in answer.text
        assert "{{" not in answer.text or text == "{{ 7*7 }}"
        assert "\x00" not in answer.text


@pytest.mark.parametrize("text", HOSTILE)
def test_no_string_breaks_a_list(anna: TestClient, text: str) -> None:
    for address in (
        f"/latest?{urlencode({'network': text, 'language': text})}",
        f"/bluesky/@{quote(text)}",
        f"/@{quote(text)}",
        f"/{quote(text)}",
        f"/sitemap-{quote(text)}.xml",
    ):
        answer = anna.get(address)
        assert answer.status_code in (200, 404), address
        assert 'href="//' not in answer.text


def test_a_question_of_ten_kilobytes_is_refused_and_repeated_ones_are_one(anna: TestClient) -> None:
    assert anna.get("/search?q=" + "a" * 10_000).status_code == 414
    assert titles(anna, "/search?q=nothing&q=lighthouse") == ["The lighthouse had no keeper."]


def test_what_was_searched_is_marked_and_stays_in_the_form(anna: TestClient) -> None:
    html = anna.get("/search?q=CLOCK&author=@anna.test&language=en-GB&since=2020-01-01").text
    assert "<mark>clock</mark>" in html
    assert 'value="CLOCK"' in html
    assert 'value="@anna.test"' in html
    assert '<option value="en" selected lang="en">English</option>' in html
    assert "<details open>" in html


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("q=keeperless", "Nothing was found."),
        ("q=lighthouse&author=nobody", "Nothing was found."),
        ("q=lighthouse&network=nowhere", "Nothing was found."),
        ("q=lighthouse&until=2001-01-01", "Nothing was found."),
        ("q=-lighthouse", "no word to look for"),
        ("q=%F0%9F%A7%B5", "no word to look for"),
    ],
)
def test_a_search_without_a_find_says_why(anna: TestClient, query: str, words: str) -> None:
    answer = anna.get(f"/search?{query}")
    assert answer.status_code == 200
    assert words in answer.text


def test_a_wrong_day_is_told_beside_the_form_that_was_filled_in(anna: TestClient) -> None:
    answer = anna.get("/search?q=lighthouse&since=yesterday")
    assert answer.status_code == 400
    assert 'role="alert">A day is written as' in answer.text
    assert 'value="lighthouse"' in answer.text


def test_an_empty_search_is_a_form_and_nothing_else(anna: TestClient) -> None:
    html = anna.get("/search?q=&network=&author=").text
    assert "<details>" in html
    assert "What was found" not in html
    assert "Nothing was found" not in html


def test_lists_can_be_narrowed_to_a_language_and_a_network(desk: Desk, client: TestClient) -> None:
    shelve(desk, 1, "Der Reiher wartet", language="de-AT")
    shelve(desk, 2, "鷺は待っている", language="ja")
    html = client.get("/bluesky?language=de-CH").text
    assert titles(client, "/bluesky?language=de-CH") == ["Der Reiher wartet 1"]
    assert '<a href="/bluesky?language=de" aria-current="page" lang="de"><bdi>Deutsch</bdi></a>' in html
    assert '<a href="/bluesky?language=ja" lang="ja"><bdi>日本語</bdi></a>' in html
    assert "There is no such thread here." in client.get("/latest?language=xx").text
    assert "There is no such thread here." in client.get("/latest?network=nowhere").text
    assert titles(client, "/latest?network=bluesky") == titles(client, "/bluesky")


@pytest.mark.parametrize(
    ("address", "indexed", "canonical"),
    [
        ("/latest", True, "/latest"),
        ("/latest?network=bluesky", True, "/bluesky"),
        ("/latest?utm_source=x", True, "/latest"),
        ("/latest?page=1&language=en-GB", False, "/latest?language=en"),
        ("/bluesky/@anna.test", True, "/bluesky/@anna.test"),
        ("/authors", True, "/authors"),
        ("/search", False, "/search"),
        ("/search?network=&q=lighthouse", False, "/search?q=lighthouse"),
    ],
)
def test_search_engines_are_told_which_list_is_which(
    anna: TestClient, address: str, indexed: bool, canonical: str
) -> None:
    answer = anna.get(address)
    assert ('<meta name="robots" content="noindex">' in answer.text) is not indexed
    assert ("x-robots-tag" in answer.headers) is not indexed
    assert f'<link rel="canonical" href="https://unroll.example{canonical}">' in answer.text


def test_an_author_is_found_under_every_name_they_had(desk: Desk, client: TestClient) -> None:
    desk.publish("Under the old name.")
    desk.network.accounts["did:plc:anna"]["handle"] = "anna.new"
    desk.publish("Under the new one.")
    for name in ("anna.test", "ANNA.TEST", "did:plc:anna", "@anna.new"):
        answer = client.get(f"/bluesky/@{name}?page=1")
        assert (answer.status_code, answer.headers["location"]) == (308, "/bluesky/@anna.new?page=1"), name
    assert client.get("/@anna.test").headers["location"] == "/bluesky/@anna.test"
    html = client.get("/bluesky/@anna.new").text
    assert "2 threads, 2 posts here." in html
    assert "Follow <bdi>@anna.new</bdi> on Bluesky</a>" in html
    assert '<link rel="alternate" type="application/atom+xml"' in html


def test_no_avatar_tells_anybody_else_who_looks_at_an_author(desk: Desk, client: TestClient) -> None:
    desk.network.accounts["did:plc:anna"]["avatar"] = "https://cdn.example/anna.jpg"
    desk.publish()
    assert "cdn.example" not in client.get("/bluesky/@anna.test").text
    as_it_is = replace(desk.library.settings.media, copy=False)
    html = desk.client(media=as_it_is).get("/bluesky/@anna.test").text
    assert '<img src="https://cdn.example/anna.jpg" alt="" width="48" height="48">' in html


def test_an_author_whose_id_is_an_address_has_a_page(desk: Desk, client: TestClient) -> None:
    """The fediverse knows accounts by the address of their actor."""
    by = Author("mastodon", "https://a.example/users/mo", "mo@a.example", "Mo")
    made = structs.replace(
        build.thread((build.post(1, "The heron waits.", by=by),)),
        ref=PostRef("mastodon", "https://a.example/1"),
    )
    made = structs.replace(made, posts=(structs.replace(made.posts[0], ref=made.ref),), author=by)
    desk.library.store.threads.save(made, Verdict(), {}, title="The heron")
    assert titles(client, "/mastodon/@mo@a.example") == ["The heron"]
    moved = client.get("/mastodon/@https://a.example/users/mo")
    assert (moved.status_code, moved.headers["location"]) == (308, "/mastodon/@mo@a.example")


def test_threads_that_are_not_to_be_listed_are_in_no_list(desk: Desk, client: TestClient) -> None:
    saved = desk.publish()
    assert saved.thread
    assert saved.verdict
    page = f"/t/{saved.slug}"
    link = 'href="https://unroll.example/bluesky/@anna.test"'
    assert link in client.get(page).text
    verdict = structs.replace(saved.verdict, list=False)
    desk.library.store.threads.save(saved.thread, verdict, {}, title="The lighthouse")
    make_page(desk.library, saved.slug)
    assert [one for one in LISTS if saved.slug in client.get(one).text] == []
    assert client.get("/bluesky/@anna.test").status_code == 404
    assert link not in client.get(page).text


def test_who_opts_out_is_in_no_list_from_then_on(desk: Desk, client: TestClient) -> None:
    saved = desk.publish()
    assert saved.thread
    opt_out(desk.library, saved.thread.author, desk.library.clock())
    assert [one for one in LISTS if saved.slug in client.get(one).text] == []
    assert client.get("/bluesky/@anna.test").status_code == 404


def test_a_list_that_did_not_change_is_not_sent_again(desk: Desk, client: TestClient) -> None:
    saved = desk.publish()
    for address in LISTS:
        first = client.get(address)
        assert first.headers["cache-control"] == "no-cache"
        again = client.get(address, headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b""), address
    marks = {address: client.get(address).headers["etag"] for address in LISTS}
    operator_removes(desk.library, saved.ref)
    for address, mark in marks.items():
        assert client.get(address, headers={"if-none-match": mark}).status_code != 304, address


def test_the_sitemap_has_every_listed_thread(
    desk: Desk, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sitemap, "SIZE", 2)
    slugs = {shelve(desk, number).slug for number in range(1, 4)}
    where = f"{{{sitemap._SPACE}}}loc"
    files = [one.text for one in fromstring(client.get("/sitemap.xml").content).iter(where)]
    assert files == [f"https://unroll.example/sitemap-{number}.xml" for number in (1, 2)]
    pages = {
        one.text
        for number in (1, 2)
        for one in fromstring(client.get(f"/sitemap-{number}.xml").content).iter(where)
    }
    assert pages == {f"https://unroll.example/t/{slug}" for slug in slugs}
    assert client.get("/sitemap-3.xml").status_code == 404
    assert "Sitemap: https://unroll.example/sitemap.xml" in client.get("/robots.txt").text


def test_every_site_page_leads_to_the_lists(anna: TestClient) -> None:
    for address in ("/", "/latest", "/unroll?url=x", "/nope"):
        html = anna.get(address).text
        for path in ("/latest", "/authors", "/search"):
            assert f'<a href="{path}"' in html, address
