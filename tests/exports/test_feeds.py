"""Feeds and the list of people to follow: valid, whole, and read by others as they were meant."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import feedparser
import jsonschema  # type: ignore[import-untyped]
import pytest
from justhtml import JustHTML
from lxml import etree
from msgspec import structs

from tests import threads
from tests.exports.pages import SITE
from tests.threads.build import chain, thread
from unroller.core.model import Thread, Verdict
from unroller.core.ports import Feed, Item, Rules, Subscription
from unroller.exports import feed_item
from unroller.exports.atom import atom
from unroller.exports.feeds import FORMATS
from unroller.exports.jsonfeed import json_feed
from unroller.exports.opml import opml

AT = datetime(2026, 11, 25, 12, 30, tzinfo=UTC)
GRAMMAR = etree.RelaxNG(etree.parse(Path(__file__).with_name("atom.rng")))
ADDRESS = {"type": "string", "pattern": r"^https?://\S+$"}
MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}
# https://www.jsonfeed.org/version/1.1/
JSON_FEED = {
    "type": "object",
    "required": ["version", "title", "items"],
    "additionalProperties": False,
    "properties": {
        "version": {"const": "https://jsonfeed.org/version/1.1"},
        "title": {"type": "string", "minLength": 1},
        "language": {"type": "string"},
        **dict.fromkeys(("home_page_url", "feed_url", "next_url", "icon"), ADDRESS),
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "content_html"],
                "additionalProperties": False,
                "properties": {
                    **{name: {"type": "string", "minLength": 1} for name in ("id", "title", "content_html")},
                    **dict.fromkeys(("url", "external_url"), ADDRESS),
                    **dict.fromkeys(("date_published", "date_modified"), MOMENT),
                    "language": {"type": "string", "minLength": 1},
                    "authors": {
                        "type": "array",
                        "minItems": 1,
                        "items": {
                            "type": "object",
                            "required": ["name"],
                            "additionalProperties": False,
                            "properties": {"name": {"type": "string"}, "url": ADDRESS, "avatar": ADDRESS},
                        },
                    },
                },
            },
        },
    },
}
X = Rules("X", shows_each=True, logo="M1 1h22v22z")


def item(thread: Thread, name: str = "abcdefghijkl", rules: Rules | None = None) -> Item:
    frame = replace(SITE, page_url=f"https://unroll.example/t/{name}", rules=rules)
    return Item(thread, Verdict(), frame, AT, AT + timedelta(hours=1))


def feed(*items: Item, **more: str) -> Feed:
    list_url = "https://unroll.example/latest"
    return Feed("Latest threads", "Unroller", f"{list_url}.atom", f"{list_url}.atom", list_url, items, **more)


def every() -> Feed:
    return feed(
        *(item(made(), name) for name, made in threads.ALL.items()), next_url="https://u.example/?a=1&b=2"
    )


def said(made: Thread) -> list[str]:
    """The words of every paragraph, in order."""
    posts = (*made.posts, *(post for aside in made.elsewhere for post in aside.posts))
    return [squeezed(block.text) for post in posts for block in post.body if block.text.strip()]


def squeezed(text: str) -> str:
    return "".join(text.split())


def words_of(html: str) -> str:
    return squeezed(JustHTML(html, fragment=True, sanitize=False).to_text())


@pytest.mark.parametrize("made", [every(), feed()], ids=["every", "empty"])
def test_an_atom_feed_keeps_to_the_grammar_and_is_read_without_a_complaint(made: Feed) -> None:
    tree = etree.fromstring(atom(made))
    GRAMMAR.assertValid(tree)
    read = feedparser.parse(atom(made))
    assert not read.bozo, read.get("bozo_exception")
    assert [entry.id for entry in read.entries] == [one.frame.page_url for one in made.items]
    assert len({entry.id for entry in read.entries}) == len(made.items)


@pytest.mark.parametrize("made", [every(), feed()], ids=["every", "empty"])
def test_a_json_feed_is_what_its_standard_says(made: Feed) -> None:
    jsonschema.validate(json.loads(json_feed(made)), JSON_FEED)


@pytest.mark.parametrize("name", [name for name in threads.ALL if name not in ("hostile", "every_medium")])
def test_the_whole_text_of_a_thread_is_inside_in_order(name: str) -> None:
    made = threads.ALL[name]()
    (found,) = json.loads(json_feed(feed(item(made))))["items"]
    html, at = words_of(found["content_html"]), 0
    for words in said(made):
        assert (at := html.find(words, at)) >= 0, words


def test_both_formats_say_the_same() -> None:
    entries = feedparser.parse(atom(every()), sanitize_html=False, resolve_relative_uris=False).entries
    items = json.loads(json_feed(every()))["items"]
    for entry, found in zip(entries, items, strict=True):
        assert (entry.id, entry.link, entry.title) == (found["id"], found["url"], found["title"])
        assert entry.content[0].value.split() == found["content_html"].split()
        assert (entry.published, entry.updated) == (found["date_published"], found["date_modified"])
        assert entry.author == found["authors"][0]["name"]


def test_an_entry_tells_who_when_where_and_in_which_language() -> None:
    (entry,) = feedparser.parse(atom(feed(item(threads.right_to_left())))).entries
    assert entry.author == "نور الهاشمي"
    assert (entry.published, entry.updated) == ("2026-11-25T12:30:00Z", "2026-11-25T13:30:00Z")
    assert entry.link == "https://unroll.example/t/abcdefghijkl"
    assert entry.title_detail.language == "ar"


def test_a_feed_tells_where_it_is_and_where_it_goes_on() -> None:
    read = feedparser.parse(atom(every())).feed
    assert {link.rel: link.href for link in read.links} == {
        "self": "https://unroll.example/latest.atom",
        "first": "https://unroll.example/latest.atom",
        "alternate": "https://unroll.example/latest",
        "next": "https://u.example/?a=1&b=2",
    }
    assert read.updated == "2026-11-25T13:30:00Z"


@pytest.mark.parametrize("name", threads.ALL)
def test_nothing_in_an_item_runs_or_is_relative(name: str) -> None:
    tree = JustHTML(feed_item.content(item(threads.ALL[name]())), fragment=True, sanitize=False)
    elements: list[Any] = list(tree.query("*"))
    assert not {one.name for one in elements} & {"script", "style", "iframe", "object", "form", "details"}
    addresses = [one.attrs[name] for one in elements for name in ("href", "src") if name in one.attrs]
    assert [one for one in addresses if not one.startswith(("https://", "http://"))] == []
    assert [name for one in elements for name in one.attrs if name.startswith("on")] == []


def test_what_is_behind_a_warning_comes_after_it_and_its_pictures_are_links() -> None:
    html = feed_item.content(item(threads.warned()))
    assert html.index("Content warning: shipwreck, drowning") < html.index("The wreck itself.")
    assert "<img" not in html
    assert 'Image: <a href="https://media.example/wreck.png">The wreck.</a>' in html


def test_a_thread_that_is_all_behind_a_warning_says_nothing_of_itself_in_its_title() -> None:
    guarded = replace(
        item(threads.short()), verdict=Verdict(warn=True, why="Moderators warn of this account.")
    )
    assert feed_item.title(guarded) == "A thread by Mira Okafor"
    assert feed_item.content(guarded).index("Moderators warn") < feed_item.content(guarded).index(
        "lighthouse"
    )


def test_code_keeps_its_lines() -> None:
    code = "if lit:\n\n    turn()"
    block = structs.replace(
        threads.short().posts[3].body[-1],
        runs=(structs.replace(threads.short().posts[3].body[-1].runs[0], text=code),),
    )
    assert f"<code>{code}</code></pre>" in feed_item.content(item(thread(chain((block,)))))


def test_a_network_that_wants_each_post_signed_has_its_way() -> None:
    html = feed_item.content(item(threads.short(), rules=X))
    assert html.count("<bdi>@mira.example.social</bdi>") == 5
    assert html.count("View on X") == 5
    assert html.count('d="M1 1h22v22z"') == 5
    assert html.count("<time ") >= 5


def test_a_list_of_people_is_opml_that_a_reader_takes() -> None:
    people = [
        Subscription(
            f"<Mira> & {name} \x00\u202e]]>", f"https://u.example/{name}.atom", f"https://u.example/{name}"
        )
        for name in ("a", "b")
    ]
    root = etree.fromstring(opml("Authors & friends", people))
    assert (root.tag, root.get("version"), root.findtext("head/title")) == (
        "opml",
        "2.0",
        "Authors & friends",
    )
    found = [dict(outline.attrib) for outline in root.iterfind("body/outline")]
    assert [one["xmlUrl"] for one in found] == ["https://u.example/a.atom", "https://u.example/b.atom"]
    assert found[0]["text"] == "<Mira> & a ]]>"
    assert {one["type"] for one in found} == {"rss"}


def test_the_same_feed_gives_the_same_bytes() -> None:
    for form in FORMATS:
        assert form.render(every()) == form.render(every())
