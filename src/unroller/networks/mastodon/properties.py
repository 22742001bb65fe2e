"""What a property of an ActivityPub object may hold: a value, a link, an object, a list, or nonsense. Pure.

https://www.w3.org/TR/activitystreams-core/#jsonld
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from unroller.core.tolerant import web_link
from unroller.networks.mastodon import wire
from unroller.networks.mastodon.wire import items, mapping, objects

_MOST = 40
_MIME = re.compile(r"[a-z]+/[a-zA-Z0-9.+-]{1,100}")


@dataclass(frozen=True, slots=True)
class Link:
    """Where a file is: its address, type and height."""

    url: str
    mime: str
    height: int


def types(found: Mapping[str, Any]) -> frozenset[str]:
    """What an object says it is; it may be several things."""
    told = (kind for kind in items(found.get("type"), 20) if isinstance(kind, str))
    return frozenset(kind.removeprefix("as:") for kind in told)


def is_tombstone(found: object) -> bool:
    """Whether an object says that what was there is deleted.

    https://www.w3.org/TR/activitystreams-vocabulary/#dfn-tombstone
    """
    return "Tombstone" in types(mapping(found))


def id_of(value: object) -> str:
    """The address that `value` is, links to or belongs to; `""` when there is none."""
    value = next(iter(items(value, 1)), None)
    if isinstance(value, dict):
        value = value.get("id") or value.get("href")
    return value if isinstance(value, str) else ""


def text_of(found: Mapping[str, Any], field: str) -> tuple[str, tuple[str, ...]]:
    """A text, and the language it is in: a map tells it by the very same words, or has only one.

    https://www.w3.org/TR/activitystreams-vocabulary/#dfn-content
    """
    text = next((text for text in items(found.get(field), 5) if isinstance(text, str)), "")
    told = [
        (tag, words) for tag, words in mapping(found.get(f"{field}Map")).items() if isinstance(words, str)
    ]
    if not text and told:
        return told[0][1], wire.parse_languages(told[0][0])
    same = [tag for tag, words in told if words == text]
    tags = same or [tag for tag, _ in told if len(told) == 1]
    return text, next((known for tag in tags if (known := wire.parse_languages(tag))), ())


def url_of(value: object) -> str | None:
    """The address in `value` that people can open: a page rather than a file, else the first."""
    links = tuple(links_of(value, 3))
    page = next((link.url for link in links if link.mime == "text/html"), None)
    return page or (links[0].url if links else None)


def links_of(value: object, deepest: int) -> Iterator[Link]:
    """Every address in `value`: texts, links, objects with an address of their own, and lists of these."""
    for one in items(value, _MOST):
        if isinstance(one, str):
            if url := web_link(one):
                yield Link(url, "", 0)
        elif isinstance(one, dict) and deepest:
            yield from _link(one, deepest)


def _link(one: Mapping[str, Any], deepest: int) -> Iterator[Link]:
    mime, height = parse_mime(one.get("mediaType")), wire.parse_count(one.get("height")) or 0
    for found in links_of(one.get("href") or one.get("url"), deepest - 1):
        yield Link(found.url, found.mime or mime, found.height or height)
    for tag in objects(one.get("tag")):
        yield from links_of(tag, deepest - 1)


def parse_mime(mime: object) -> str:
    """A media type; `""` when it is none."""
    return mime if isinstance(mime, str) and _MIME.fullmatch(mime) else ""
