"""The media of a thread whose copies are kept, with a name that says what they are by their first bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from unroller.core.media import media_of as all_media
from unroller.core.model import MediaKind, Thread
from unroller.core.ports import Frame

_KINDS = (
    (0, b"\x89PNG\r\n\x1a\n", "png", "image/png"),
    (0, b"\xff\xd8\xff", "jpg", "image/jpeg"),
    (0, b"GIF87a", "gif", "image/gif"),
    (0, b"GIF89a", "gif", "image/gif"),
    (8, b"WEBP", "webp", "image/webp"),
    (4, b"ftypavif", "avif", "image/avif"),
    (4, b"ftyp", "mp4", "video/mp4"),
    (0, b"ID3", "mp3", "audio/mpeg"),
    (0, b"\x1aE\xdf\xa3", "webm", "video/webm"),
)
_ENDS = {"png": b"IEND\xaeB`\x82", "jpg": b"\xff\xd9", "gif": b";"}
_SHOWN = ("png", "jpg", "gif")


@dataclass(frozen=True, slots=True)
class Kept:
    """A file: `name` follows from its bytes, `copy` is what the thread calls it."""

    copy: str
    name: str
    media_type: str
    data: bytes


def media_of(thread: Thread, frame: Frame) -> Iterator[Kept]:
    """Each medium of `thread` once whose bytes `frame` has, and which is what it says."""
    for copy in dict.fromkeys(media.copy for media in all_media(thread) if media.copy):
        if (data := frame.kept.get(copy)) and (kind := _kind(data)):
            yield Kept(copy, f"{hashlib.sha256(data).hexdigest()[:16]}.{kind[0]}", kind[1], data)


def pictures_of(thread: Thread, frame: Frame) -> Iterator[Kept]:
    """Of `media_of`, each picture that every e-reader and every printer can show."""
    images = {media.copy for media in all_media(thread) if media.kind is MediaKind.IMAGE}
    for kept in media_of(thread, frame):
        if kept.copy in images and kept.name.endswith(_SHOWN) and _is_whole(kept):
            yield kept


def _kind(data: bytes) -> tuple[str, str] | None:
    """The ending and the media type; `None` for a file that nobody would expect in a post."""
    found = ((end, kind) for at, begin, end, kind in _KINDS if data[at : at + len(begin)] == begin)
    return next(found, None)


def _is_whole(kept: Kept) -> bool:
    return kept.data.rstrip(b"\0").endswith(_ENDS.get(kept.name.rpartition(".")[2], b""))
