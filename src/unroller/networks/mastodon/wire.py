"""Single values as servers send them → ours. Pure, and tolerant of whatever it is given."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from unroller.core.body import Emoji, plain
from unroller.core.model import MediaKind, Signal
from unroller.core.tolerant import clean, web_link
from unroller.networks.mastodon.html import parse_html

UNKNOWN_TIME = datetime(1970, 1, 1, tzinfo=UTC)

_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{2,8}){0,4}")
_LONGEST_LINE = 1_000
_LONGEST_ALT = 10_000
_MOST_ITEMS = 200
# What people write into their bios, in the spellings in which they write it.
# https://github.com/friendica/friendica/issues/14086
_WISHES = {
    Signal.NO_BOT: re.compile(r"(?<!\w)[#＃]no[-_]?(?:bots?|archiv(?:e|es|ing)|unroll)(?!\w)", re.IGNORECASE),
    Signal.NO_INDEX: re.compile(
        r"(?<!\w)[#＃]no[-_]?(?:index(?:ing)?|search|searchable|searching)(?!\w)", re.IGNORECASE
    ),
}
_SUFFIXES = {
    **dict.fromkeys(("jpg", "jpeg", "png", "webp", "avif", "heic", "jxl", "bmp", "svg"), MediaKind.IMAGE),
    "gif": MediaKind.GIF,
    **dict.fromkeys(("mp4", "webm", "mov", "m4v", "mkv", "ogv", "m3u8"), MediaKind.VIDEO),
    **dict.fromkeys(("mp3", "ogg", "oga", "opus", "flac", "wav", "m4a", "aac"), MediaKind.AUDIO),
}
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_WIDTH = 32


class Size(NamedTuple):
    """Pixels; both `None` where they are not known."""

    width: int | None = None
    height: int | None = None


def mapping(value: object) -> dict[str, Any]:
    """`value` when it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: object, most: int = _MOST_ITEMS) -> list[Any]:
    """The first items of a list; a single value is a list of one, nothing is none."""
    if value is None:
        return []
    return value[:most] if isinstance(value, list) else [value]


def objects(value: object) -> Iterator[dict[str, Any]]:
    """Those of `items` that are JSON objects."""
    return (item for item in items(value) if isinstance(item, dict))


def line(text: object, longest: int = _LONGEST_LINE) -> str:
    """`text` as one line of sane length; `""` when it is no text."""
    return " ".join(clean(text[:longest]).split()) if isinstance(text, str) else ""


def stripped(html: object) -> str:
    """The words of a piece of HTML on one line, such as a content warning that a server sends as HTML."""
    if not isinstance(html, str) or ("<" not in html and "&" not in html):
        return line(html)
    return line(plain(parse_html(html, mentions={}, emojis=())))


def parse_alt(text: object) -> str | None:
    """What the author wrote for those who cannot see; the fediverse has no way to say "decorative"."""
    words = clean(text[:_LONGEST_ALT]).strip() if isinstance(text, str) else ""
    return words or None


def version(edited: datetime | None) -> str:
    """What changes when a post is edited: to the second, since ActivityPub tells no more than that."""
    return edited.isoformat(timespec="seconds") if edited else ""


def parse_languages(tag: object) -> tuple[str, ...]:
    """The language that a post is said to be in, as a BCP 47 tag; none when it is not known."""
    known = isinstance(tag, str) and tag != "und" and _LANGUAGE.fullmatch(tag)
    return (tag,) if known and isinstance(tag, str) else ()


def parse_size(holder: Mapping[str, Any]) -> Size:
    """The `width` and `height` that `holder` gives, in pixels."""
    width, height = holder.get("width"), holder.get("height")
    if type(width) is int and type(height) is int and 0 < width < 100_000 and 0 < height < 100_000:
        return Size(width, height)
    return Size()


def parse_count(number: object) -> int | None:
    """A number of things; `None` when it is none."""
    return number if type(number) is int and 0 <= number < 2**53 else None


def parse_emoji(name: object, url: object) -> Emoji | None:
    """A custom emoji by its name, with or without colons around it."""
    link, word = web_link(url), line(name, 100).strip(":")
    return Emoji(link, f":{word}:") if link and word and " " not in word else None


def parse_wishes(*texts: object) -> frozenset[Signal]:
    """What an author asks in the words of a profile, such as `#nobot`; they may be HTML."""
    whole = "\n".join(stripped(text) for text in texts if isinstance(text, str) and _may_wish(text))
    return frozenset(signal for signal, words in _WISHES.items() if words.search(whole))


def kind_of(url: str | None) -> MediaKind | None:
    """What a file seems to be, by the end of its address."""
    path = urlsplit(url).path if url else ""
    return _SUFFIXES.get(path.rpartition(".")[2].lower())


def _may_wish(text: str) -> bool:
    """Whether `text` may hold a hashtag: a profile comes with each of its author's posts."""
    return "#" in text or "＃" in text or "&num" in text


def order(id_: str) -> str:
    """A server's own id as a text that sorts as the server does.

    Snowflakes count in decimal, Pleroma's flakes in base 62, ULIDs in base 32; in all of them a longer
    one is later, and their digits sort as characters.
    """
    return id_.rjust(_WIDTH, "0")


def order_by_time(moment: datetime) -> str:
    """The text for a post without such an id; it sorts among flakes, whose first digits are the time."""
    number = max(0, int((moment - UNKNOWN_TIME).total_seconds() * 1000)) << 64
    digits = ""
    while number:
        number, digit = divmod(number, 62)
        digits = _BASE62[digit] + digits
    return order(digits)
