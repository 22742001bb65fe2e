"""What is attached to a post, in view form → media, a card, and the wire form of a quote. Pure.

https://docs.bsky.app/docs/advanced-guides/posts#images-embeds
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from unroller.core.model import Card, Media, MediaKind
from unroller.core.tolerant import clean, web_link

_EMBED = "app.bsky.embed."
_MOST_MEDIA = 20
_LONGEST_ALT = 10_000
_LONGEST_LINE = 1_000
_GIF_HOSTS = ("media.tenor.com", "static.klipy.com", "media.giphy.com", "i.giphy.com")
_ALT_PREFIXES = ("User-provided alt text: ", "Alt text: ", "ALT: ")


@dataclass(frozen=True, slots=True)
class Attached:
    """`quote` is the quoted record as the network shows it. `unknown` are the types nobody here knows."""

    media: tuple[Media, ...] = ()
    card: Card | None = None
    quote: dict[str, Any] | None = None
    unknown: tuple[str, ...] = ()

    def __add__(self, other: Attached) -> Attached:
        return Attached(
            media=self.media + other.media,
            card=self.card or other.card,
            quote=self.quote or other.quote,
            unknown=self.unknown + other.unknown,
        )


def parse_embed(embed: object) -> Attached:
    """Everything in one embed; parts that are malformed are left out.

    https://github.com/bluesky-social/atproto/tree/main/lexicons/app/bsky/embed
    """
    if not isinstance(embed, dict):
        return Attached()
    kind = type_of(embed)
    if kind == _EMBED + "recordWithMedia":
        return _record(embed.get("record")) + parse_simple(embed.get("media"))
    return parse_simple(embed)


def parse_simple(embed: object) -> Attached:
    """An embed that holds no other embed."""
    if not isinstance(embed, dict):
        return Attached()
    kind = type_of(embed)
    read = _KINDS.get(kind)
    return read(embed) if read else Attached(unknown=(named(kind),))


def type_of(value: dict[str, Any]) -> str:
    """The `$type` of an embed, as a record names it: without what marks a view."""
    kind = value.get("$type")
    return kind.removesuffix("#view") if isinstance(kind, str) else ""


def named(kind: str) -> str:
    """The name of an unknown kind, fit to be shown."""
    return clean(kind)[:200] or "no type"


def _images(embed: dict[str, Any]) -> Attached:
    return Attached(media=_pictures(embed.get("images")))


def _gallery(embed: dict[str, Any]) -> Attached:
    return Attached(media=_pictures(embed.get("items")))


def _pictures(items: object) -> tuple[Media, ...]:
    listed = items[:_MOST_MEDIA] if isinstance(items, list) else []
    return tuple(media for item in listed if (media := _picture(item)))


def _picture(item: object) -> Media | None:
    """One picture; a gallery calls its small form `thumbnail`, other pictures `thumb`."""
    if not isinstance(item, dict):
        return None
    small = web_link(item.get("thumb")) or web_link(item.get("thumbnail"))
    url = web_link(item.get("fullsize")) or small
    width, height = _ratio(item.get("aspectRatio"))
    return Media(MediaKind.IMAGE, url, _alt(item.get("alt")), width, height) if url else None


def _video(embed: dict[str, Any]) -> Attached:
    url, poster = web_link(embed.get("playlist")), web_link(embed.get("thumbnail"))
    if not url and not poster:
        return Attached()
    width, height = _ratio(embed.get("aspectRatio"))
    kind = MediaKind.GIF if embed.get("presentation") == "gif" else MediaKind.VIDEO
    mime = "application/vnd.apple.mpegurl"
    return Attached(
        media=(Media(kind, url, _alt(embed.get("alt")), width, height, poster=poster, mime=mime),)
    )


def _external(embed: dict[str, Any]) -> Attached:
    page = embed.get("external")
    url = web_link(page.get("uri")) if isinstance(page, dict) else None
    if not isinstance(page, dict) or not url:
        return Attached()
    if gif := _gif(url, page):
        return Attached(media=(gif,))
    title, description = line(page.get("title")), line(page.get("description"))
    return Attached(card=Card(url, title, description, web_link(page.get("thumb"))))


def _gif(url: str, page: dict[str, Any]) -> Media | None:
    """A moving picture that the app embeds as a link; its alt text stands in the description."""
    parts = urlsplit(url)
    if parts.hostname not in _GIF_HOSTS:
        return None
    sizes = parse_qs(parts.query)
    width, height = _ratio({"width": _whole(sizes.get("ww")), "height": _whole(sizes.get("hh"))})
    alt = _alt(page.get("description"))
    for prefix in _ALT_PREFIXES:
        alt = alt.removeprefix(prefix) if alt else None
    mime = "image/gif" if parts.path.endswith(".gif") else None
    return Media(
        MediaKind.GIF, url, alt or None, width, height, poster=web_link(page.get("thumb")), mime=mime
    )


def _record(embed: object) -> Attached:
    record = embed.get("record") if isinstance(embed, dict) else None
    return Attached(quote=record) if isinstance(record, dict) else Attached()


def _alt(text: object) -> str | None:
    """What the author wrote for those who cannot see; the network has no way to say "decorative"."""
    words = clean(text[:_LONGEST_ALT]).strip() if isinstance(text, str) else ""
    return words or None


def line(text: object, longest: int = _LONGEST_LINE) -> str:
    """`text` as one line of sane length; `""` when it is no text."""
    return " ".join(clean(text[:longest]).split()) if isinstance(text, str) else ""


def _whole(values: list[str] | None) -> int | None:
    digits = values[0] if values else ""
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 6 else None


def _ratio(ratio: object) -> tuple[int | None, int | None]:
    width, height = (ratio.get("width"), ratio.get("height")) if isinstance(ratio, dict) else (None, None)
    if type(width) is int and type(height) is int and 0 < width < 100_000 and 0 < height < 100_000:
        return width, height
    return None, None


_KINDS: dict[str, Callable[[dict[str, Any]], Attached]] = {
    _EMBED + "images": _images,
    _EMBED + "gallery": _gallery,
    _EMBED + "video": _video,
    _EMBED + "external": _external,
    _EMBED + "record": _record,
}
