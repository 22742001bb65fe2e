"""Labels by moderators and by authors themselves → what we do about them. Pure.

https://docs.bsky.app/docs/advanced-guides/moderation
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from unroller.core.model import Label, Signal
from unroller.core.tolerant import parse_time

_MEANING = {
    "porn": Label.ADULT,
    "sexual": Label.ADULT,
    "nudity": Label.NUDITY,
    "graphic-media": Label.GRAPHIC,
    "gore": Label.GRAPHIC,
    "!hide": Label.HIDE,
    "!takedown": Label.HIDE,
    "!suspend": Label.HIDE,
    "!warn": Label.WARN,
}
SENSITIVE = frozenset({Label.ADULT, Label.NUDITY, Label.GRAPHIC})


@dataclass(frozen=True, slots=True)
class Scope:
    """How to read: whose labels count besides the authors' own, at what time, and where links lead."""

    labeler: str
    now: datetime
    web: str


class Mark(NamedTuple):
    """One label that counts: what it says, and about what."""

    value: str
    subject: str


def parse_labels(labels: object, author: str, scope: Scope) -> frozenset[Mark]:
    """The labels that count: by the labeler or the author, not taken back, not run out.

    https://github.com/bluesky-social/atproto/blob/main/lexicons/com/atproto/label/defs.json
    """
    made: set[tuple[str, Mark]] = set()
    undone: set[tuple[str, Mark]] = set()
    for label in labels if isinstance(labels, list) else ():
        if not isinstance(label, dict) or label.get("src") not in (scope.labeler, author):
            continue
        if _ran_out(label, scope):
            continue
        value, subject = label.get("val"), label.get("uri")
        if isinstance(value, str) and isinstance(subject, str):
            key = (label["src"], Mark(value, subject))
            (undone if label.get("neg") is True else made).add(key)
    return frozenset(mark for _, mark in made - undone)


def _ran_out(label: dict[str, Any], scope: Scope) -> bool:
    expiry = parse_time(label.get("exp"))
    return expiry is not None and expiry <= scope.now


def parse_self_labels(record: dict[str, Any]) -> Iterator[str]:
    """What the author says about the post, in the record itself."""
    labels = record.get("labels")
    values = labels.get("values") if isinstance(labels, dict) else None
    for label in values if isinstance(values, list) else ():
        if isinstance(label, dict) and isinstance(label.get("val"), str):
            yield label["val"]


def of_post(view: dict[str, Any], record: dict[str, Any], author: str, scope: Scope) -> frozenset[Label]:
    """What is said about the post, or about its author's whole account, but not about the mere profile."""
    about_account = parse_labels(_author(view).get("labels"), author, scope)
    values = {mark.value for mark in parse_labels(view.get("labels"), author, scope)}
    values |= {mark.value for mark in about_account if mark.subject == author}
    values.update(parse_self_labels(record))
    return frozenset(_MEANING[value] for value in values if value in _MEANING)


def of_author(view: dict[str, Any], author: str, scope: Scope) -> tuple[frozenset[Signal], bool]:
    """What the author asks of others, and whether the account says that it is a bot."""
    own = Scope(author, scope.now, scope.web)
    values = {mark.value for mark in parse_labels(view.get("labels"), author, own)}
    closed = "!no-unauthenticated" in values
    return frozenset({Signal.NO_UNAUTHENTICATED} if closed else ()), "bot" in values


def _author(view: dict[str, Any]) -> dict[str, Any]:
    author = view.get("author")
    return author if isinstance(author, dict) else {}
