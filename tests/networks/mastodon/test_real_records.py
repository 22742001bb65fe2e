"""Records of real servers, where they lie beside the repository: all of them are read, and counted."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import leave_out
from tests.threads.as_json import jsonable
from unroller.core.model import Post
from unroller.networks.mastodon.notes import parse_note
from unroller.networks.mastodon.parse import parse_status

DATA = Path(__file__).parents[4] / "shared" / "data"
HOME = "http://localhost:3000"


def files(folder: str, suffix: str) -> list[Path]:
    found = sorted((DATA / folder).rglob(f"*{suffix}"))
    if not found:
        leave_out(f"{folder}: real records are not beside the repository")
    return found


def statuses(value: Any) -> Iterator[dict[str, Any]]:
    """Every post in an answer, wherever it stands."""
    if isinstance(value, dict):
        if "visibility" in value and "content" in value:
            yield value
        for inner in value.values():
            yield from statuses(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from statuses(inner)


def answers() -> Iterator[Any]:
    """What the servers sent: YAML writes it in single quotes, over many lines."""
    for file in files("mastodon-api", ".yaml"):
        for text in re.findall(r"\n      string: '((?:[^']|'')*)'\n", file.read_text()):
            yield json.loads(re.sub(r"\n +", " ", text.replace("''", "'")))


@pytest.fixture(scope="module")
def shown() -> list[Post]:
    made = [parse_status(status, HOME, {}) for answer in answers() for status in statuses(answer)]
    assert None not in made
    return [post for post in made if post]


def test_every_status_of_a_real_mastodon_is_read(shown: list[Post]) -> None:
    assert len(shown) == 24
    for post in shown:
        json.dumps(jsonable(post))
        assert post.author.handle.count("@") == 1


def test_nothing_that_a_real_mastodon_shows_is_lost(shown: list[Post]) -> None:
    found = Counter[str]()
    for post in shown:
        attached = {"poll": post.poll, "card": post.card, "quote": post.quote, "edited": post.edited}
        found.update(name for name, value in attached.items() if value)
        found.update(media.kind.value for media in post.media)
        found["words"] += bool(post.body)
    assert found == {
        "words": 24, "edited": 5, "poll": 3, "quote": 2, "card": 1, "image": 1, "gif": 1, "audio": 1,
    }  # fmt: skip


def test_every_kind_of_activitypub_object_is_read_and_only_broken_ones_are_no_posts() -> None:
    found = Counter[tuple[str, bool]]()
    for file in files("activitypub", ".json"):
        for note in json.loads(file.read_text())["notes"]:
            post = parse_note(note, None)
            found[file.stem, post is not None] += 1
            if post:
                json.dumps(jsonable(post))
    assert {name: count for (name, read), count in found.items() if not read} == {
        # Places, profiles, relationships, tombstones, and no type at all.
        "object_types": 5,
        # Without an id or without an author.
        "necessary_properties": 3,
    }
    assert found.total() == 262
