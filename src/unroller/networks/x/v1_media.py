"""What is attached to a post of version 1.1: pictures and films. Numbers may be written as text. Pure.

https://developer.x.com/en/docs/x-api/v1/data-dictionary/object-model/extended-entities
"""

from __future__ import annotations

from unroller.core.model import Media, MediaKind
from unroller.core.tolerant import web_link
from unroller.networks.x.media import Variant, best, parse_alt, parse_variant, pixels
from unroller.networks.x.wire import Wire, listed, thing

_KINDS = {"photo": MediaKind.IMAGE, "video": MediaKind.VIDEO, "animated_gif": MediaKind.GIF}
_MOST = 20


def parse_media(record: Wire) -> tuple[Media, ...]:
    """The pictures and films of `record`. What a reader cannot be shown is left out."""
    if not (items := attached(record)):
        return ()
    sensitive = record.get("possibly_sensitive") is True
    found = [_item(item, sensitive=sensitive) for item in items]
    return tuple([media for media in found if media])


def attached(record: Wire) -> list[Wire]:
    """All that is attached, each once; `entities` has but the first of several."""
    told = thing(record.get("extended_entities")).get("media") or thing(record.get("entities")).get("media")
    if not told:  # as with most
        return []
    found: dict[str, Wire] = {}
    for item in listed(told)[:_MOST]:
        found.setdefault(str(item.get("media_url_https") or item.get("media_url")), item)
    return list(found.values())


def variants_of(item: Wire) -> list[Variant]:
    """The files of a film."""
    told = listed(thing(item.get("video_info")).get("variants"))[:50]
    found = (parse_variant(one.get("url"), one.get("content_type"), one.get("bitrate")) for one in told)
    return [variant for variant in found if variant]


def _item(item: Wire, *, sensitive: bool) -> Media | None:
    still = web_link(item.get("media_url_https")) or web_link(item.get("media_url"))
    kind = _kind(item, still or "")
    film = best(variants_of(item)) if kind is not MediaKind.IMAGE else None
    url = still if kind is MediaKind.IMAGE else film.url if film else None
    if not url and not still:
        return None
    width, height = _size(item)
    return Media(
        kind=kind,
        url=url,
        alt=parse_alt(item.get("ext_alt_text")),
        width=width,
        height=height,
        poster=still if kind is not MediaKind.IMAGE else None,
        mime=film.mime or None if film else None,
        sensitive=sensitive,
    )


def _kind(item: Wire, still: str) -> MediaKind:
    """What it is; where only a still is told of, its address tells of what."""
    if item.get("type") in ("video", "animated_gif"):
        return _KINDS[item["type"]]
    if "/tweet_video_thumb/" in still:
        return MediaKind.GIF
    return MediaKind.VIDEO if "_video_thumb/" in still else MediaKind.IMAGE


def _size(item: Wire) -> tuple[int | None, int | None]:
    """Pixels of the largest form. Early exports list the forms without their names."""
    sizes = item.get("sizes")
    forms = [sizes.get("large")] if isinstance(sizes, dict) else listed(sizes)[:10]
    found = ((pixels(thing(form).get("w")), pixels(thing(form).get("h"))) for form in forms)
    return max(found, key=lambda size: (size[0] or 0) * (size[1] or 0), default=(None, None))
