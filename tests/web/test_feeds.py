"""Feeds of the lists, as a feed reader asks for them: whole, cheap to look at again, true at once."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import feedparser
import jsonschema  # type: ignore[import-untyped]
import pytest
from lxml import etree
from msgspec import structs
from starlette.testclient import TestClient

from tests.exports.test_feeds import GRAMMAR, JSON_FEED
from tests.flows import paper
from tests.web.conftest import Desk
from unroller.flows.browse import PAGE
from unroller.flows.page import make_page
from unroller.flows.publish import publish
from unroller.flows.remove import operator_removes
from unroller.store import Saved

LISTS = ["/latest", "/search?q=lighthouse", "/bluesky", "/bluesky/@anna.test"]


def atom(client: TestClient, address: str = "/latest.atom") -> Any:
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/atom+xml"
    GRAMMAR.assertValid(etree.fromstring(answer.content))
    read = feedparser.parse(answer.content)
    assert not read.bozo
    return read


def titles(client: TestClient, address: str = "/latest.atom") -> list[str]:
    return [entry.title for entry in atom(client, address).entries]


def ending(address: str, suffix: str) -> str:
    path, mark, query = address.partition("?")
    return f"{path}{suffix}{mark}{query}"


@pytest.mark.parametrize("address", LISTS)
def test_every_list_has_both_feeds(desk: Desk, client: TestClient, address: str) -> None:
    saved = desk.publish()
    (entry,) = atom(client, ending(address, ".atom")).entries
    assert entry.id == desk.library.page_url(saved.slug)
    assert "and the clock was wrong." in entry.content[0].value
    answer = client.get(ending(address, ".json"))
    assert answer.headers["content-type"] == "application/feed+json"
    jsonschema.validate(answer.json(), JSON_FEED)
    assert answer.json()["items"][0]["id"] == entry.id


@pytest.mark.parametrize("address", LISTS)
def test_a_feed_that_did_not_change_is_not_sent_nor_made_again(
    desk: Desk, client: TestClient, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.publish()
    address = ending(address, ".atom")
    etag = client.get(address).headers["etag"]
    monkeypatch.setattr(desk.library.store.threads, "load", lambda _: 1 / 0)
    again = client.get(address, headers={"if-none-match": f'"x", {etag.removeprefix("W/")}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    assert client.get(address).status_code == 200, "what was made is kept"


@pytest.mark.parametrize("coding", ["gzip", "br"])
def test_a_feed_is_sent_compressed_to_whom_that_suits(desk: Desk, client: TestClient, coding: str) -> None:
    desk.publish("One post after another. " * 10)
    whole = client.get("/latest.atom", headers={"accept-encoding": "identity"})
    less = client.get("/latest.atom", headers={"accept-encoding": coding})
    assert (less.headers["content-encoding"], less.content) == (coding, whole.content)
    assert "content-encoding" not in whole.headers
    assert int(less.headers["content-length"]) < int(whole.headers["content-length"])


def test_what_is_removed_leaves_the_feed_at_once(desk: Desk, client: TestClient) -> None:
    stays, goes = desk.publish("Stays."), desk.publish("Goes.")
    before = client.get("/latest.atom")
    assert titles(client) == ["Goes.", "Stays."]
    operator_removes(desk.library, goes.ref)
    after = client.get("/latest.atom", headers={"if-none-match": before.headers["etag"]})
    assert (after.status_code, b"Goes." in after.content) == (200, False)
    assert client.get("/latest.json").json()["items"][0]["id"].endswith(stays.slug)


def unlist(desk: Desk, saved: Saved) -> None:
    assert saved.thread
    assert saved.verdict
    verdict = structs.replace(saved.verdict, list=False)
    desk.library.store.threads.save(saved.thread, verdict, {}, title="Hidden")
    make_page(desk.library, saved.slug)


def test_what_its_author_wants_unlisted_is_in_no_feed(desk: Desk, client: TestClient) -> None:
    saved = desk.publish()
    assert titles(client) == ["The lighthouse had no keeper."]
    unlist(desk, saved)
    assert [titles(client, ending(address, ".atom")) for address in LISTS[:3]] == [[], [], []]
    assert client.get("/bluesky/@anna.test.atom").status_code == 404
    assert b"outline" not in client.get("/authors.opml").content


@pytest.mark.slow
def test_a_long_list_goes_on_over_pages(desk: Desk, client: TestClient) -> None:
    for number in range(PAGE + 1):
        desk.publish(f"Thread {number}.")
    first = atom(client, "/latest.atom?language=&network=bluesky")
    links = {link.rel: link.href for link in first.feed.links}
    base = desk.library.settings.base_url
    assert links["self"] == f"{base}/latest.atom?network=bluesky"
    assert links["alternate"] == f"{base}/latest?network=bluesky"
    assert links["next"] == f"{base}/latest.atom?network=bluesky&page=2"
    second = atom(client, links["next"].removeprefix(base))
    assert [entry.title for entry in second.entries] == ["Thread 0."]
    links = {link.rel: link.href for link in second.feed.links}
    assert links["previous"] == links["first"] == f"{base}/latest.atom?network=bluesky"
    assert "next" not in links
    assert first.feed.id == second.feed.id


def test_a_search_is_a_feed_of_what_is_found(desk: Desk, client: TestClient) -> None:
    desk.publish("A lamp.", "It turns.")
    desk.publish("A bell.", "It rings.")
    assert titles(client, "/search.atom?q=turns") == ["A lamp."]
    assert titles(client, "/search.atom?q=it&author=anna.test") == ["A bell.", "A lamp."]
    assert titles(client, "/search.atom?q=it&author=nobody.test") == []
    assert titles(client, "/search.atom?q=it&since=2100-01-01") == []


def test_an_author_is_followed_by_the_account_whatever_it_is_called(desk: Desk, client: TestClient) -> None:
    desk.publish()
    answer = client.get("/bluesky/@did:plc:anna.atom")
    assert (answer.status_code, answer.headers["location"]) == (302, "/bluesky/@anna.test.atom")
    outline = etree.fromstring(client.get("/authors.opml").content).find("body/outline")
    assert outline.get("xmlUrl").endswith("/bluesky/@did:plc:anna.atom")
    path = outline.get("xmlUrl").removeprefix(desk.library.settings.base_url)
    assert client.get(path).headers["location"] == "/bluesky/@anna.test.atom"


def test_pages_name_the_feed_of_what_is_new(client: TestClient) -> None:
    html = client.get("/").text
    assert (
        '<link rel="alternate" type="application/atom+xml" title="Latest threads (Atom)" href="/latest.atom">'
        in html
    )
    assert 'type="application/feed+json" title="Latest threads (JSON Feed)" href="/latest.json">' in html


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/latest.atom?page=0", 400),
        ("/latest.atom?page=99999999999999999999", 400),
        ("/latest.atom?page=-1", 400),
        ("/latest.atom?page=900", 200),
        ("/search.atom?since=tomorrow", 400),
        ("/search.atom", 200),
        ("/search.atom?q=%00%22%27*)(%E2%80%AE]]>", 200),
        ("/search.json?q=" + "a%20" * 1500, 200),
        ("/latest.atom?network=%00&language=%00", 200),
        ("/bluesky/@.atom", 404),
        ("/bluesky/@%00.atom", 404),
        ("/nowhere.atom", 404),
        ("/nowhere/@anna.test.atom", 404),
    ],
)
def test_whatever_is_asked_there_is_an_answer(
    desk: Desk, client: TestClient, address: str, status: int
) -> None:
    desk.publish()
    answer = client.get(address)
    assert answer.status_code == status
    if status == 200 and ".atom" in address:
        GRAMMAR.assertValid(etree.fromstring(answer.content))


@pytest.mark.parametrize("text", ["]]> <b>&amp;</b>", "\u202ereversed\u2066", "a\x0bb\x1b[31m", "😀" * 290])
def test_hostile_words_arrive_as_words(desk: Desk, client: TestClient, text: str) -> None:
    publish(desk.library, paper.thread(desk.network, "anna", text, "More.")[0])
    (entry,) = feedparser.parse(client.get("/latest.atom").content, sanitize_html=False).entries
    assert "\u202e" not in entry.content[0].value
    assert "<b>&amp;</b>" not in entry.content[0].value
    assert json.loads(client.get("/latest.json").content)["items"][0]["content_html"].startswith("<p")


def test_a_network_whose_threads_are_signed_keeps_its_rules_in_feeds(desk: Desk, client: TestClient) -> None:
    desk.publish()
    network = desk.library.networks["bluesky"]
    network.rules = replace(network.rules, shows_each=True, logo="M1 1h22v22z")
    assert client.get("/latest.json").json()["items"][0]["content_html"].count("View on Bluesky") == 3
