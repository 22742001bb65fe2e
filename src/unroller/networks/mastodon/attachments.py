"""What is attached to an ActivityPub object → media and a card. Pure.

https://www.w3.org/TR/activitystreams-vocabulary/#dfn-attachment
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from unroller.core.model import Card, Media, MediaKind
from unroller.networks.mastodon import wire
from unroller.networks.mastodon.properties import Link, links_of, parse_mime, url_of
from unroller.networks.mastodon.wire import items, line, mapping

_MOST = 40
_TALLEST = 1080
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


def parse_attachments(note: Mapping[str, Any], kinds: frozenset[str]) -> Attached:
    """All files beside a post, and the post itself where it is a film, a sound or a picture."""
    sensitive = note.get("sensitive") is True
    media: list[Media] = []
    cards: list[Card] = []
    unknown: list[str] = []
    if own := _own(note, kinds):
        media.append(replace(_media(own, note, sensitive=sensitive), alt=None))
    for item in items(note.get("attachment"), _MOST):
        found = _attachment(item, sensitive=sensitive)
        if isinstance(found, Media):
            media.append(found)
        elif isinstance(found, Card):
            cards.append(found)
        elif found:
            unknown.append(found)
    picture = url_of(note.get("image"))
    if picture and cards:
        cards[0] = replace(cards[0], image=cards[0].image or picture)
    elif picture and picture not in {item.url for item in media}:
        link = Link(picture, "", 0)
        media.insert(0, _media(link, mapping(note.get("image")), sensitive=sensitive, named="Image"))
    return Attached(tuple(media), cards[0] if cards else None, tuple(unknown))


def _attachment(item: object, *, sensitive: bool) -> Media | Card | str:
    """A file, a page, the kind of something unknown, or `""` for nothing or what is shown elsewhere."""
    one = {"type": "Link", "href": item} if isinstance(item, str) else mapping(item)
    if not one:
        return ""
    kind = line(next(iter(items(one.get("type") or one.get("@type"), 1)), None), 100)
    if kind in _IGNORED:
        return ""
    link = _best(links_of(one.get("url") or one.get("href"), 3), line(one.get("mediaType"), 100))
    if link is None:
        return kind or "no type"
    if kind in _FILES and _kind(link, kind):
        return _media(link, one, sensitive=sensitive, named=kind)
    if kind == "Link" and _kind(link, ""):
        return _media(link, one, sensitive=sensitive)
    if kind in {"Link", "Document", "Page", "Article"}:
        return Card(link.url, line(one.get("name")), wire.stripped(one.get("summary")))
    return kind or "no type"


def _own(note: Mapping[str, Any], kinds: frozenset[str]) -> Link | None:
    """The file that a film, a sound or a picture is, where the object is one itself."""
    if not kinds & {"Video", "Audio", "Image"}:
        return None
    link = _best(links_of(note.get("url"), 3), "")
    return link if link and _kind(link, "") else None


def _media(link: Link, holder: Mapping[str, Any], *, sensitive: bool, named: str = "") -> Media:
    """The file at `link`, of which `holder` tells the description, the size and the still picture."""
    width, height = wire.parse_size(holder)
    kind = _kind(link, named) or MediaKind.IMAGE
    poster = url_of(holder.get("icon")) or url_of(holder.get("preview"))
    return Media(
        kind,
        link.url,
        wire.parse_alt(holder.get("name")),
        width,
        height,
        poster=None if kind is MediaKind.IMAGE else poster,
        mime=link.mime or None,
        sensitive=sensitive,
    )


def _kind(link: Link, named: str) -> MediaKind | None:
    """What a file is: by its type, by the name of the attachment, by the end of its address."""
    if link.mime in _HLS:
        return MediaKind.VIDEO
    if link.mime == "image/gif":
        return MediaKind.GIF
    told = _KINDS.get(link.mime.partition("/")[0])
    if told or link.mime:
        return told
    return _KINDS.get(named.lower()) or wire.kind_of(link.url)


def _best(links: Iterator[Link], mime: str) -> Link | None:
    """The file to show among several: the tallest film that is not too tall, before streams and pages."""
    found = [Link(link.url, link.mime or parse_mime(mime), link.height) for link in links]
    films = [link for link in found if link.mime == "video/mp4" and link.height <= _TALLEST]
    if films:
        return max(films, key=lambda link: link.height)
    files = [link for link in found if _kind(link, "")]
    return next(iter(files or found), None)
