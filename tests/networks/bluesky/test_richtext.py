"""Facets count UTF-8 bytes, and whatever they claim, the words stay whole."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unroller.core.body import Body, plain
from unroller.core.tolerant import clean
from unroller.networks.bluesky.richtext import MOST_BYTES, parse_text

WEB = "https://bsky.app"
DID = "did:plc:ar7c4by46qjdydhdevvrndac"


def facet(start: Any, end: Any, kind: str = "link", **more: Any) -> dict[str, Any]:
    feature = {"$type": f"app.bsky.richtext.facet#{kind}", "uri": "https://example.com/", **more}
    return {"index": {"byteStart": start, "byteEnd": end}, "features": [feature]}


def linked(body: Body) -> list[str]:
    return [run.text for block in body for run in block.runs if run.link]


@pytest.mark.parametrize(
    ("text", "facets", "expected"),
    [
        ("see here now", [facet(4, 8)], ["here"]),
        ("🧵 see ünder", [facet(9, 15)], ["ünder"]),
        ("a b c", [facet(4, 5), facet(0, 1)], ["a", "c"]),
        ("overlap", [facet(0, 4), facet(2, 7)], ["over"]),
        ("🧵", [facet(0, 2)], []),
        ("🧵", [facet(1, 4)], []),
        ("short", [facet(0, 99)], []),
        ("short", [facet(-1, 2)], []),
        ("short", [facet(3, 3), facet(4, 2)], []),
        ("short", [facet(True, 2), facet("0", 2), facet(0.0, 2), facet(None, 2)], []),
        ("short", [facet(0, 2, uri="javascript:alert(1)")], []),
        ("short", [facet(0, 2, uri="https://"), facet(0, 3)], ["sho"]),
        ("short", [facet(0, 2, kind="sparkle")], []),
        ("short", [None, 7, "x", {}, {"index": 1}, {"index": {}, "features": []}], []),
        ("short", {"0": facet(0, 2)}, []),
        ("short", [{"index": {"byteStart": 0, "byteEnd": 2}, "features": [None, 3, {"$type": 7}]}], []),
    ],
)
def test_facets_that_make_sense_link_their_bytes_and_no_other_does(
    text: str, facets: Any, expected: list[str]
) -> None:
    body = parse_text(text, facets, WEB)
    assert linked(body) == expected
    assert plain(body) == text


def test_the_first_feature_that_makes_sense_counts() -> None:
    many = facet(0, 4)
    many["features"] = [
        {"$type": "x"},
        {"$type": "app.bsky.richtext.facet#tag", "tag": "a b/c"},
        *many["features"],
    ]
    (block,) = parse_text("#tag", [many], WEB)
    assert block.runs[0].link == "https://bsky.app/hashtag/a%20b%2Fc"


def test_a_mention_names_the_account_and_leads_to_its_profile() -> None:
    (block,) = parse_text("hi @anna", [facet(3, 8, kind="mention", did=DID)], WEB)
    assert (block.runs[1].mention, block.runs[1].link) == (DID, f"https://bsky.app/profile/{DID}")


def test_blank_lines_make_paragraphs_and_line_feeds_stay_inside_them() -> None:
    body = parse_text("\n\none\ntwo\r\n\r\n \n\nthree  \n", [], WEB)
    assert [block.text for block in body] == ["one\ntwo", "three"]


def test_a_link_across_a_blank_line_goes_on_in_the_next_paragraph() -> None:
    body = parse_text("a b\n\nc d", [facet(2, 6)], WEB)
    assert linked(body) == ["b", "c"]


def test_characters_that_hide_or_reverse_are_taken_out() -> None:
    assert plain(parse_text("a\x00b\u202ec\ufeffd\ud800", [], WEB)) == "abcd"


def test_a_megabyte_of_text_is_cut_and_says_so() -> None:
    for text in ("x" * 1_000_000, "🧵" * 300_000, "\n \n" * 400_000, " " * 1_000_000):
        body = parse_text(text, [facet(0, 1)] * 1000, WEB)
        assert len(plain(body).encode()) <= MOST_BYTES + 3
    assert plain(parse_text("x" * 1_000_000, [], WEB)).endswith("x…")


numbers = st.integers(-3, 60) | st.none() | st.text(max_size=2)
features = st.sampled_from(["link", "tag", "mention", "other"])
facets = st.lists(st.builds(facet, numbers, numbers, features, tag=st.text(max_size=5), did=st.just(DID)))


@given(st.text(max_size=40), facets)
def test_no_facet_changes_a_word(text: str, given_facets: list[Any]) -> None:
    without = [block.text for block in parse_text(text, [], WEB)]
    assert [block.text for block in parse_text(text, given_facets, WEB)] == without
    assert "".join("".join(without).split()) == "".join(clean(text).split())
