"""What is attached to a post: pictures, films, and which of a film's files to show. Pure.

https://docs.x.com/x-api/fundamentals/data-dictionary#media
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from unroller.core.model import Media, MediaKind
from unroller.core.tolerant import clean, web_link

_KINDS = {"photo": MediaKind.IMAGE, "video": MediaKind.VIDEO, "animated_gif": MediaKind.GIF}
_SIZE = re.compile(r"/(\d{2,5})x(\d{2,5})/")
_LARGEST = 1080
_LONGEST_ALT = 10_000
_MOST_PIXELS = 100_000


class Variant(NamedTuple):
    """One file of a film. `rate` is in bits per second, 0 where the network does not say."""

    url: str
    mime: str
    rate: int

    @property
    def fits(self) -> bool:
        """Whether the shorter side is 1080 pixels at most, as far as the address tells."""
        size = _SIZE.search(self.url)
        return size is None or min(int(size[1]), int(size[2])) <= _LARGEST


def parse_variant(url: object, mime: object, rate: object) -> Variant | None:
    """One file of a film; `None` when it has no address."""
    address = web_link(url)
    told = int(rate) if isinstance(rate, int | str) and str(rate).isdecimal() and len(str(rate)) < 12 else 0
    return Variant(address, mime if isinstance(mime, str) else "", told) if address else None


def best(variants: Iterable[Variant | None]) -> Variant | None:
    """The file to show: MP4 of the best rate up to 1080p, else the smallest MP4, else a playlist."""
    known = [variant for variant in variants if variant]
    films = [variant for variant in known if variant.mime == "video/mp4"]
    fitting = [variant for variant in films if variant.fits]
    if fitting or not films:
        return max(fitting or known, key=lambda variant: variant.rate, default=None)
    return min(films, key=lambda variant: variant.rate)


def parse_media(item: object, *, sensitive: bool = False) -> Media | None:
    """One of `includes.media`; `None` when it has neither a file nor a picture of it."""
    if not isinstance(item, dict):
        return None
    kind = _KINDS.get(str(item.get("type")), MediaKind.IMAGE)
    file = _file(item) if kind is not MediaKind.IMAGE else None
    poster = web_link(item.get("preview_image_url"))
    url = file.url if file else web_link(item.get("url"))
    if not url and not poster:
        return None
    return Media(
        kind=kind,
        url=url,
        alt=parse_alt(item.get("alt_text")),
        width=pixels(item.get("width")),
        height=pixels(item.get("height")),
        poster=poster,
        mime=file.mime or None if file else None,
        sensitive=sensitive,
    )


def parse_alt(text: object) -> str | None:
    """What the author wrote for those who cannot see; X has no way to say “decorative”."""
    words = clean(text[:_LONGEST_ALT]).strip() if isinstance(text, str) else ""
    return words or None


def pixels(count: object) -> int | None:
    """A width or height, also written as text; `None` when it makes no sense."""
    if isinstance(count, str) and count.isascii() and count.isdigit() and len(count) < 7:
        count = int(count)
    return count if type(count) is int and 0 < count < _MOST_PIXELS else None


def _file(item: dict[str, Any]) -> Variant | None:
    listed = item.get("variants")
    variants = [one for one in listed[:50] if isinstance(one, dict)] if isinstance(listed, list) else []
    return best(
        parse_variant(one.get("url"), one.get("content_type"), one.get("bit_rate")) for one in variants
    )
