"""The media of a thread whose copies are kept, with a name that says what they are by their first bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from unroller.core.kinds import HEAD, MEDIA_TYPES, kind_of
from unroller.core.media import media_of as all_media
from unroller.core.model import MediaKind, Thread
from unroller.core.ports import Frame

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
        if (data := frame.kept.get(copy)) and (kind := kind_of(data[:HEAD])):
            name = f"{hashlib.sha256(data).hexdigest()[:16]}.{kind}"
            yield Kept(copy, name, MEDIA_TYPES[kind], data)


def pictures_of(thread: Thread, frame: Frame) -> Iterator[Kept]:
    """Of `media_of`, each picture that every e-reader and every printer can show."""
    images = {media.copy for media in all_media(thread) if media.kind is MediaKind.IMAGE}
    for kept in media_of(thread, frame):
        if kept.copy in images and kept.name.endswith(_SHOWN) and _is_whole(kept):
            yield kept


def _is_whole(kept: Kept) -> bool:
    return kept.data.rstrip(b"\0").endswith(_ENDS.get(kept.name.rpartition(".")[2], b""))
