"""Pairs on disk: what the network shows, and the posts that we make of it; one sentence each.

`UPDATE_CASES=1 pytest …` writes the posts anew: look at what changed.
"""

from __future__ import annotations

import copy
import json
import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.networks.bluesky.paper import ANNA, BOT
from tests.threads.as_json import jsonable
from unroller.core.errors import UnrollerError
from unroller.core.model import Post
from unroller.networks.bluesky.calls import parse_mention
from unroller.networks.bluesky.labels import Scope
from unroller.networks.bluesky.listing import parse_home
from unroller.networks.bluesky.parse import parse_original, parse_post
from unroller.networks.bluesky.session import parse_session

CASES = sorted((Path(__file__).parent / "cases").glob("*.wire.json"))
SCOPE = Scope("did:plc:labelerlabelerlabelerlab", datetime(2026, 6, 1, tzinfo=UTC), "https://bsky.app")


def load(case: Path) -> list[Any]:
    views: list[Any] = json.loads(case.read_text())["views"]
    return views


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.partition(".")[0])
def test_what_the_network_shows_becomes_these_posts(case: Path) -> None:
    found = [parse_post(view, SCOPE) for view in load(case)]
    made = [post and jsonable(post) for post in found]
    expected = case.with_name(case.name.replace(".wire.", ".posts."))
    if os.environ.get("UPDATE_CASES"):
        expected.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n")
    assert made == json.loads(expected.read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.partition(".")[0])
def test_each_case_says_in_a_sentence_what_it_shows(case: Path) -> None:
    says = json.loads(case.read_text())["says"]
    assert says[0].isupper()
    assert says.endswith(".")


def test_the_original_holds_nothing_that_others_wrote() -> None:
    (view,) = load(Path(__file__).parent / "cases" / "quote.wire.json")
    assert "Quoted words" not in parse_original(view).decode()


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(value, dict):
        found += [place for key in value for place in _places(value[key], (*path, key))]
    if isinstance(value, list):
        found += [place for key, item in enumerate(value) for place in _places(item, (*path, key))]
    return found


VIEWS = [view for case in CASES for view in load(case)]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda deeper: st.lists(deeper, max_size=3) | st.dictionaries(st.text(max_size=8), deeper, max_size=3),
    max_leaves=6,
)


@st.composite
def spoilt_views(draw: st.DrawFn) -> Any:
    """A view in which something is not what it should be."""
    view = copy.deepcopy(draw(st.sampled_from(VIEWS)))
    for _ in range(draw(st.integers(1, 3))):
        places = _places(view)
        if not places:
            return draw(JSON)
        *path, last = draw(st.sampled_from(places))
        holder = view
        for step in path:
            holder = holder[step]
        holder[last] = draw(JSON)
    return view


@given(spoilt_views())
def test_no_view_however_spoilt_does_harm(view: Any) -> None:
    post = parse_post(view, SCOPE)
    assert post is None or isinstance(post, Post)
    if post:
        json.dumps(jsonable(post))
        parse_original(view)


@given(spoilt_views(), JSON)
def test_no_notification_however_spoilt_does_harm(note: Any, record: Any) -> None:
    parse_mention(note, BOT, SCOPE)
    parse_mention({"record": record}, BOT, SCOPE)


@given(st.dictionaries(st.sampled_from(["service", "did", "accessJwt", "didDoc", "handle"]), JSON))
def test_no_document_however_spoilt_raises_anything_but_our_errors(document: dict[str, Any]) -> None:
    for read in (
        lambda: parse_home(document, ANNA),
        lambda: parse_session(document, "x", "https://x.example", SCOPE.now),
    ):
        with suppress(UnrollerError):
            read()
