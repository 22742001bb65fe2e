"""Files, cards and polls as the Mastodon API shows them beside a post → ours. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from unroller.core.model import Card, Choice, Media, MediaKind, Poll
from unroller.core.tolerant import parse_time, web_link
from unroller.networks.mastodon import wire
from unroller.networks.mastodon.wire import line, mapping, objects

_MOST_CHOICES = 50
_MIME = re.compile(r"[a-z]+/[a-zA-Z0-9.+-]{1,100}")
_TYPES = {"gif": "image/gif", "mp4": "video/mp4", "webm": "video/webm", "mp3": "audio/mpeg"}
_KINDS = {
    "image": MediaKind.IMAGE,
    "gifv": MediaKind.GIF,
    "video": MediaKind.VIDEO,
    "audio": MediaKind.AUDIO,
}


def parse_poll(poll: object) -> Poll | None:
    """A poll; votes are `None` where they are hidden until it closes.

    https://docs.joinmastodon.org/entities/Poll/
    """
    found = mapping(poll)
    options = list(objects(found.get("options")))[:_MOST_CHOICES]
    named = ((line(option.get("title")), wire.parse_count(option.get("votes_count"))) for option in options)
    choices = tuple(Choice(name, votes) for name, votes in named if name)
    if not choices:
        return None
    return Poll(choices, parse_time(found.get("expires_at")), found.get("multiple") is True)


def parse_card(card: object) -> Card | None:
    """The preview of a page that the post links to.

    https://docs.joinmastodon.org/entities/PreviewCard/
    """
    found = mapping(card)
    url = web_link(found.get("url"))
    if url is None:
        return None
    image = web_link(found.get("image"))
    return Card(url, line(found.get("title")), line(found.get("description")), image)


def parse_media(attachment: object) -> Media | None:
    """A file beside a post; `None` when nothing says what it is or where.

    A file that the server does not keep itself (`unknown`) is taken from where it was posted.

    https://docs.joinmastodon.org/entities/MediaAttachment/
    """
    found = mapping(attachment)
    remote = web_link(found.get("remote_url"))
    url = web_link(found.get("url")) or remote
    kind = _KINDS.get(str(found.get("type"))) or wire.kind_of(remote or url)
    if url is None or kind is None:
        return None
    poster = web_link(found.get("preview_url"))
    width, height = wire.parse_size(mapping(mapping(found.get("meta")).get("original")))
    mime = _mime(found, url, kind)
    described = wire.parse_alt(found.get("description"))
    moving = kind is not MediaKind.IMAGE and poster != url
    return Media(kind, url, described, width, height, poster=poster if moving else None, mime=mime)


def _mime(attachment: Mapping[str, Any], url: str, kind: MediaKind) -> str | None:
    """The type of a file where it is told, or by the end of its address; what moves on Mastodon is an MP4."""
    told = mapping(attachment.get("pleroma")).get("mime_type")
    if isinstance(told, str) and _MIME.fullmatch(told):
        return told
    suffix = urlsplit(url).path.rpartition(".")[2].lower()
    return _TYPES.get(suffix, "video/mp4" if kind is MediaKind.GIF else None)
