"""What is attached to an ActivityPub object → media and a card. Pure.

https://www.w3.org/TR/activitystreams-vocabulary/#dfn-attachment
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from unroller.core.body import web_link
from unroller.core.model import Card, Media, MediaKind
from unroller.networks.mastodon import wire
from unroller.networks.mastodon.parse import kind_of
from unroller.networks.mastodon.wire import items, line, objects

_MOST = 40
_TALLEST = 1080
_MIME = re.compile(r"[a-z]+/[a-zA-Z0-9.+-]{1,100}")
_HLS = ("application/vnd.apple.mpegurl", "application/x-mpegURL")
_KINDS = {"image": MediaKind.IMAGE, "video": MediaKind.VIDEO, "audio": MediaKind.AUDIO}
_FILES = frozenset({"Document", "Image", "Video", "Audio"})
# What belongs to a profile or is shown elsewhere.
_IGNORED = frozenset({"PropertyValue", "IdentityProof", "Emoji", "Hashtag", "Mention"})


@dataclass(frozen=True, slots=True)
class Attached:
    """`unknown` are the kinds of attachments that nobody here knows."""

    media: tuple[Media, ...] = ()
    card: Card | None = None
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Link:
    """Where a file is: its address, type and height."""

    url: str
    mime: str
    height: int


def parse_attachments(note: Mapping[str, Any], kinds: frozenset[str]) -> Attached:
    """All files beside a post, and the post itself where it is a film, a sound or a picture."""
    sensitive = note.get("sensitive") is True
    media: list[Media] = []
    cards: list[Card] = []
    unknown: list[str] = []
    if own := _own(note, kinds):
        media.append(_media(own, note, sensitive=sensitive, alt=None))
    for item in items(note.get("attachment"), _MOST):
        one = item if isinstance(item, dict) else {"type": "Link", "href": item}
        found = _attachment(one, sensitive=sensitive)
        if isinstance(found, Media):
            media.append(found)
        elif isinstance(found, Card):
            cards.append(found)
        elif found:
            unknown.append(found)
    return Attached(tuple(media), cards[0] if cards else None, tuple(unknown))


def url_of(value: object) -> str | None:
    """The address in `value` that people can open: a page rather than a file, else the first."""
    links = tuple(_links(value, 3))
    page = next((link.url for link in links if link.mime == "text/html"), None)
    return page or (links[0].url if links else None)


def _attachment(one: Mapping[str, Any], *, sensitive: bool) -> Media | Card | str:
    """A file, a page, the kind of something unknown, or `""` for what is shown elsewhere."""
    kind = line(next(iter(items(one.get("type") or one.get("@type"), 1)), None), 100)
    if kind in _IGNORED:
        return ""
    link = _best(_links(one.get("url") or one.get("href"), 3), line(one.get("mediaType"), 100))
    if link is None:
        return kind or "no type"
    if kind in _FILES and _kind(link, kind):
        return _media(link, one, sensitive=sensitive, alt=wire.alt(one.get("name")), named=kind)
    if kind == "Link" and (found := _kind(link, "")):
        return Media(found, link.url, wire.alt(one.get("name")), mime=link.mime or None, sensitive=sensitive)
    if kind in {"Link", "Document", "Page", "Article"}:
        return Card(link.url, wire.stripped(one.get("name")), wire.stripped(one.get("summary")))
    return kind or "no type"


def _own(note: Mapping[str, Any], kinds: frozenset[str]) -> _Link | None:
    """The file that a film, a sound or a picture is, where the object is one itself."""
    if not kinds & {"Video", "Audio", "Image"}:
        return None
    link = _best(_links(note.get("url"), 3), "")
    return link if link and _kind(link, "") else None


def _media(
    link: _Link, holder: Mapping[str, Any], *, sensitive: bool, alt: str | None, named: str = ""
) -> Media:
    width, height = wire.size(holder)
    kind = _kind(link, named) or MediaKind.IMAGE
    poster = url_of(holder.get("icon")) or url_of(holder.get("preview"))
    return Media(
        kind,
        link.url,
        alt,
        width,
        height,
        poster=None if kind is MediaKind.IMAGE else poster,
        mime=link.mime or None,
        sensitive=sensitive,
    )


def _kind(link: _Link, named: str) -> MediaKind | None:
    """What a file is: by its type, by the name of the attachment, by the end of its address."""
    if link.mime in _HLS:
        return MediaKind.VIDEO
    if link.mime == "image/gif":
        return MediaKind.GIF
    told = _KINDS.get(link.mime.partition("/")[0])
    if told or link.mime:
        return told
    return _KINDS.get(named.lower()) or kind_of(link.url)


def _best(links: Iterator[_Link], mime: str) -> _Link | None:
    """The file to show among several: the tallest film that is not too tall, before streams and pages."""
    found = [_Link(link.url, link.mime or _checked(mime), link.height) for link in links]
    films = [link for link in found if link.mime == "video/mp4" and link.height <= _TALLEST]
    if films:
        return max(films, key=lambda link: link.height)
    files = [link for link in found if _kind(link, "")]
    return next(iter(files or found), None)


def _links(value: object, deepest: int) -> Iterator[_Link]:
    """Every address in `value`: texts, links, objects with an address of their own, and lists of these."""
    for one in items(value, _MOST):
        if isinstance(one, str):
            if url := web_link(one):
                yield _Link(url, "", 0)
        elif isinstance(one, dict) and deepest:
            yield from _link(one, deepest)


def _link(one: Mapping[str, Any], deepest: int) -> Iterator[_Link]:
    mime, height = _checked(one.get("mediaType")), wire.count(one.get("height")) or 0
    for found in _links(one.get("href") or one.get("url"), deepest - 1):
        yield _Link(found.url, found.mime or mime, found.height or height)
    for tag in objects(one.get("tag")):
        yield from _links(tag, deepest - 1)


def _checked(mime: object) -> str:
    return mime if isinstance(mime, str) and _MIME.fullmatch(mime) else ""


