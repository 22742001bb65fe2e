"""Links that come in without the box: behind our address, from a share sheet, from a bookmark."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import Page
from starlette.testclient import TestClient

from tests.web.conftest import Desk, Running
from unroller.exports.page import POLICY
from unroller.flows.match import best_link, either, links_in

POST = "https://bsky.app/profile/anna.test/post/3kabcdefghijk"
TOOT = "https://social.example/@anna/112233445566778899"


def link_of(address: str) -> str:
    """The link that a redirect hands to the page for links; it must not leave the site."""
    parts = urlsplit(address)
    assert (parts.scheme, parts.netloc, parts.path) == ("", "", "/unroll")
    (link,) = parse_qs(parts.query)["url"]
    return link


@pytest.mark.parametrize(
    ("path", "link"),
    [
        (f"/{POST}", POST),
        (f"/{POST.replace('//', '/')}", POST),
        (f"/{POST.replace('//', '///')}", POST),
        (f"/{POST.upper().replace('BSKY.APP', 'bsky.app')}", POST.upper().replace("BSKY.APP", "bsky.app")),
        (f"/{POST.removeprefix('https://')}", POST.removeprefix("https://")),
        (f"/{quote(POST, safe='')}", POST),
        (f"/{TOOT}?a=b&c=%2F", f"{TOOT}?a=b&c=%2F"),
        (f"/{TOOT.removeprefix('https://')}?a=b", f"{TOOT.removeprefix('https://')}?a=b"),
        ("/x.com/anna/status/1234567890123456789", "x.com/anna/status/1234567890123456789"),
        ("/at://did:plc:anna/app.bsky.feed.post/3kabc", "at://did:plc:anna/app.bsky.feed.post/3kabc"),
        ("/bsky.app/profile/anna.test", "bsky.app/profile/anna.test"),
        ("/http:/evil.example/x", "http://evil.example/x"),
    ],
)
def test_a_link_behind_our_address_leads_to_its_thread(client: TestClient, path: str, link: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 303
    assert link_of(answer.headers["location"]).lower() == link.lower()


@pytest.mark.parametrize(
    "path",
    [
        "/evil.example/x",
        "/index.php/x",
        "/.env/x",
        "/a.b",
        "/https:",
        "/https:/",
        "//evil.example/x",
        "/x/y.z/",
    ],
)
def test_what_no_network_knows_is_no_page(client: TestClient, path: str) -> None:
    assert client.get(f"http://site.test:8080{path}").status_code == 404


def test_links_behind_our_address_are_not_for_search_engines(client: TestClient) -> None:
    robots = client.get("/robots.txt").text
    assert "Disallow: /https:\n" in robots
    assert "Disallow: /http:\n" in robots


@pytest.mark.parametrize(
    "shared",
    [
        {"url": POST},
        {"text": POST},
        {"title": "Anna on Bluesky", "text": f"“A lamp”, by Anna ({POST}).", "url": ""},
        {"text": f"from https://news.example/story see {POST} and {TOOT}"},
        {"title": POST, "text": "no link, and/or none"},
    ],
)
def test_a_shared_link_is_found_wherever_the_app_put_it(client: TestClient, shared: dict[str, str]) -> None:
    answer = client.get("/share", params=shared)
    assert answer.status_code == 303
    assert link_of(answer.headers["location"]) == POST


@pytest.mark.parametrize("shared", [{}, {"text": "only words, e.g. these"}, {"text": "\0\u202e" * 50}])
def test_shared_words_without_a_link_are_answered_in_words(
    client: TestClient, shared: dict[str, str]
) -> None:
    answer = client.get("/share", params=shared)
    assert answer.status_code == 400
    assert "There was no link in what you shared." in answer.text


def test_links_are_taken_out_of_the_words_around_them() -> None:
    text = f"See <{POST}>, then „{TOOT}”!\n{POST}\u3000x.com/a/status/123. And/or e.g. a@b.example/c"
    assert links_in(text) == (POST, TOOT, "x.com/a/status/123")


def test_looking_for_links_takes_no_longer_the_stranger_the_text(desk: Desk) -> None:
    assert best_link(desk.library.networks, "a." * 50_000) == ""


@pytest.mark.parametrize(
    ("names", "said"), [((), ""), (("A",), "A"), (("A", "B"), "A or B"), (("A", "B", "C"), "A, B or C")]
)
def test_names_are_set_apart_as_people_do(names: tuple[str, ...], said: str) -> None:
    assert either(names) == said


def test_home_names_the_networks_in_a_sentence(client: TestClient) -> None:
    words = "Paste the link of any post of a thread on Bluesky or the fediverse, or several links"
    assert words in client.get("/").text


def test_the_bookmark_leads_from_any_page_to_ours_and_cannot_run_on_our_own(
    desk: Desk, client: TestClient
) -> None:
    answer = client.get("/tools")
    found = re.search(r'href="(javascript:[^"]+)"', answer.text)
    assert found
    base = desk.library.settings.base_url
    script = f"javascript:location.href='{base}/unroll?url='+encodeURIComponent(location.href)"
    assert unescape(found[1]) == script
    assert answer.headers["content-security-policy"] == POLICY
    assert "script-src" not in POLICY


def test_one_click_on_the_bookmark_leads_to_the_thread_of_the_page_and_here_to_nothing(
    live: tuple[Desk, Running], new_page: Callable[..., Page]
) -> None:
    address, page = live[1].address, new_page(javascript=True)
    page.goto(f"{address}/tools")
    link = page.get_by_role("link", name="Unroll this thread")
    link.click()
    assert page.url == f"{address}/tools"
    script = (link.get_attribute("href") or "").removeprefix("javascript:")
    page.goto(f"{address}/robots.txt?x=1&y=2")
    page.evaluate(script)
    page.wait_for_url("**/unroll?**")
    assert parse_qs(urlsplit(page.url).query)["url"] == [f"{address}/robots.txt?x=1&y=2"]
