"""The media of a thread whose copies are kept, with a name that says what they are by their first bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from unroller.core.kinds import HEAD, MEDIA_TYPES, kind_of
from unroller.core.media import media_of as all_media
from unroller.core.media import pictures_of, still_of
from unroller.core.model import Thread
from unroller.core.ports import Frame

_ENDS = {"png": b"IEND\xaeB`\x82", "jpg": b"\xff\xd9", "gif": b";"}
_SHOWN = ("png", "jpg", "gif")


@dataclass(frozen=True, slots=True)
class Kept:
    """A file: `name` follows from its bytes, `of` is what the thread calls it, or its address elsewhere."""

    of: str
    name: str
    media_type: str
    data: bytes


def media_of(thread: Thread, frame: Frame) -> Iterator[Kept]:
    """Each picture, film and sound of the thread's page of which `frame` has the bytes, once."""
    each = frame.rules is not None and frame.rules.shows_each
    brought = (media.copy for media in all_media(thread) if media.copy)
    elsewhere = (picture.address for picture in pictures_of(thread, each=each))
    for name in dict.fromkeys((*brought, *elsewhere)):
        if (data := frame.kept.get(name)) and (kind := kind_of(data[:HEAD])):
            yield Kept(name, f"{hashlib.sha256(data).hexdigest()[:16]}.{kind}", MEDIA_TYPES[kind], data)


def stills_of(thread: Thread, frame: Frame) -> Iterator[Kept]:
    """Of `media_of`, each picture of a post that every e-reader and every printer can show."""
    stills = {still_of(media) for media in all_media(thread)}
    for kept in media_of(thread, frame):
        if kept.of in stills and kept.name.endswith(_SHOWN) and _is_whole(kept):
            yield kept


def _is_whole(kept: Kept) -> bool:
    return kept.data.rstrip(b"\0").endswith(_ENDS.get(kept.name.rpartition(".")[2], b""))
