"""Pairs on disk: what servers send, and what we make of it; one sentence each.

`UPDATE_CASES=1 pytest …` writes what is expected anew: look at what changed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from tests.networks.mastodon.spoilt import JSON, spoilt
from tests.threads.as_json import jsonable
from unroller.core.model import Audience, Author, MediaKind, Post, PostRef
from unroller.networks.mastodon.notes import authors_of, conversation_of, parse_actor, parse_note
from unroller.networks.mastodon.parse import parse_account, parse_history, parse_status
from unroller.networks.mastodon.properties import is_tombstone
from unroller.networks.mastodon.wire import kind_of, order, order_by_time, parse_wishes

FOLDER = Path(__file__).parent / "cases"
CASES = sorted(FOLDER.glob("*/*.wire.json"))
HOME = "https://pond.example"


def named(case: Path) -> str:
    return f"{case.parent.name}-{case.name.partition('.')[0]}"


def views(kind: str) -> list[Any]:
    return [
        view for case in CASES if case.parent.name == kind for view in json.loads(case.read_text())["views"]
    ]


def status(view: Any, refs: dict[str, str] | None = None) -> Post | None:
    settled = {name: PostRef("mastodon", id_) for name, id_ in (refs or {}).items()}
    return parse_status(view, HOME, settled)


READERS: dict[str, Callable[[Any, dict[str, str]], Post | Author | None]] = {
    "api": status,
    "activitypub": lambda view, _: parse_note(view, None),
    "actors": lambda view, _: parse_actor(view),
}


@pytest.mark.parametrize("case", CASES, ids=named)
def test_what_a_server_sends_becomes_this(case: Path) -> None:
    wire = json.loads(case.read_text())
    found = [READERS[case.parent.name](view, wire.get("refs", {})) for view in wire["views"]]
    made = [value and jsonable(value) for value in found]
    expected = case.with_name(case.name.replace(".wire.", ".expected."))
    if os.environ.get("UPDATE_CASES"):
        expected.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n")
    assert made == json.loads(expected.read_text())


@pytest.mark.parametrize("case", CASES, ids=named)
def test_each_case_says_in_a_sentence_what_it_shows(case: Path) -> None:
    says = json.loads(case.read_text())["says"]
    assert says[0].isupper()
    assert says.endswith(".")


def test_no_word_of_a_quote_that_is_not_accepted_is_kept() -> None:
    for name in ("quote-states", "quote-not-public"):
        made = (FOLDER / "api" / f"{name}.expected.json").read_text()
        assert "Hidden words" not in made
        assert "Secret words" not in made


def test_every_case_that_is_public_says_so_to_everybody() -> None:
    """Default deny: among all spellings, only those of the documentation are public."""
    found = [post.audience for view in views("activitypub") if (post := parse_note(view, None))]
    cases = json.loads((FOLDER / "activitypub" / "audience.wire.json").read_text())["views"]
    told = [parse_note(view, None) for view in cases]
    public = [post.audience in (Audience.PUBLIC, Audience.UNLISTED) for post in told if post]
    assert public == [True] * 6 + [False] * 4 + [True] + [False] * 3
    assert Audience.DIRECT in found


def test_a_note_is_by_whom_it_says_or_by_nobody() -> None:
    anna, bob = (
        Author("mastodon", f"{HOME}/users/{name}", f"{name}@pond.example") for name in ("anna", "bob")
    )
    (view, *_) = json.loads((FOLDER / "activitypub" / "text.wire.json").read_text())["views"]
    assert (post := parse_note(view, anna)) is not None
    assert post.author is anna
    assert parse_note(view, bob) is None


def test_the_history_of_a_post_tells_when_it_was_edited() -> None:
    def at(hour: int) -> datetime:
        return datetime(2026, 5, 4, hour, tzinfo=UTC)

    def version(hour: int) -> dict[str, str]:
        return {"created_at": at(hour).isoformat(), "content": "<p>words that were corrected</p>"}

    assert parse_history([version(10), version(12), version(11)]) == (at(11), at(12))
    assert parse_history([version(10)]) == ()
    assert parse_history([version(10), None, {"created_at": 7}, version(11), "x"]) == (at(11),)
    assert parse_history(None) == parse_history({}) == parse_history("x") == ()


@pytest.mark.parametrize(
    "later",
    [
        ("99", "100"),
        ("99999999999999999", "113000000000000000"),
        ("01HWYQ6S9B0Q3D8YB3W9A1T6ZK", "01HWYQ6S9C0Q3D8YB3W9A1T6ZK"),
        ("9qPBm7jTEHyRI1Iq1g", "AhYJlPqkVZxIwTq3gO"),
        ("12345", "9qPBm7jTEHyRI1Iq1g"),
    ],
)
def test_a_servers_ids_sort_as_it_counts(later: tuple[str, str]) -> None:
    before, after = later
    assert order(before) < order(after)


def test_a_post_without_an_id_that_sorts_takes_its_place_among_flakes_by_time() -> None:
    """The flake was made at 2024-05-03T21:03:04Z."""
    flake = order("AhYJlPqkVZxIwTq3gO")
    milliseconds = 0
    for digit in "AhYJlPqkVZxIwTq3gO":
        digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
        milliseconds = milliseconds * 62 + digits.index(digit)
    made = datetime.fromtimestamp((milliseconds >> 64) / 1000, tz=UTC)
    assert (
        order_by_time(made.replace(microsecond=0)) < flake < order_by_time(made.replace(year=made.year + 1))
    )
    assert order_by_time(datetime(1066, 1, 1, tzinfo=UTC)) <= order_by_time(datetime(9999, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("#nobot", True), ("#NoBots", True), ("#no_bot", True), ("#no-bots please", True), ("＃nobot", True),
        ("x #NOARCHIVE.", True), ("#nobotany", False), ("x#nobot", False), ("nobot", False),
        ("#no bot", False),
    ],
)  # fmt: skip
def test_a_wish_in_a_bio_is_heard_in_its_common_spellings(text: str, says: bool) -> None:
    assert bool(parse_wishes(text)) is says


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://a.example/x.JPG", MediaKind.IMAGE), ("https://a.example/x.gif?y=1", MediaKind.GIF),
        ("https://a.example/x.mp4#t", MediaKind.VIDEO), ("https://a.example/x.opus", MediaKind.AUDIO),
        ("https://a.example/x", None), ("https://a.example/jpg", None), (None, None),
    ],
)  # fmt: skip
def test_a_file_is_what_its_address_ends_with(url: str | None, kind: MediaKind | None) -> None:
    assert kind_of(url) is kind


def test_what_an_object_says_of_its_surroundings_can_be_read() -> None:
    assert conversation_of({"context": "https://a.example/1"}) == "https://a.example/1"
    assert conversation_of({"context": {"id": "https://a.example/1"}}) == "https://a.example/1"
    assert conversation_of({"context": 7, "conversation": "https://a.example/2"}) == "https://a.example/2"
    assert conversation_of({"conversation": "tag:a.example,2026:1"}) is None
    assert is_tombstone({"type": ["Tombstone"]})
    assert not is_tombstone({"type": "Note"})
    assert authors_of({"attributedTo": [{"type": "Group", "id": f"{HOME}/g"}, f"{HOME}/u"]}) == (
        f"{HOME}/u", f"{HOME}/g",
    )  # fmt: skip


@given(spoilt(views("api")))
def test_no_status_however_spoilt_does_harm(view: Any) -> None:
    if post := status(view):
        json.dumps(jsonable(post))
        assert (
            post.quote is None
            or post.quote.post is None
            or post.quote.post.quote is None
            or post.quote.post.quote.post is None
        )


@given(spoilt(views("activitypub")))
def test_no_object_however_spoilt_does_harm(view: Any) -> None:
    if post := parse_note(view, None):
        json.dumps(jsonable(post))
    for read in (conversation_of, authors_of, is_tombstone):
        read(view)


@given(spoilt(views("actors")), JSON)
def test_no_account_however_spoilt_does_harm(view: Any, other: Any) -> None:
    for author in (
        parse_actor(view),
        parse_account(view, HOME),
        parse_account(other, HOME),
        parse_actor(other),
    ):
        assert author is None or ("@" in author.handle and author.id)
    parse_history([view, other])
