"""Long posts: their beginnings stand among the posts, all of them in a file without the posts' ids."""

from __future__ import annotations

import re
from bisect import insort
from datetime import timedelta
from operator import attrgetter
from typing import NamedTuple

from unroller.archives.spool import Kept, Spool
from unroller.archives.x_records import value_of
from unroller.core.tolerant import parse_time
from unroller.networks.x import v1
from unroller.networks.x.entities import unescape
from unroller.networks.x.v1_text import text_of
from unroller.networks.x.wire import Wire, thing

ALIKE = 60
"""Characters that a post and its long form have in common at the beginning; or all that the post has."""

_SHORT = 15
_SECOND = timedelta(seconds=1)
_rank = attrgetter("rank")
_LAST_YEAR = 9998  # a second later there must still be a time
_ADDRESSED = re.compile(r"(?:@\w{1,20}\s+)*")
# What X puts behind the beginning of a long post, and what stands for its media.
_BEHIND = re.compile(r"(?:…?\s*https?://t\.co/\w+)+\s*$|…$")


class _Note(NamedTuple):
    rank: int
    beginning: str
    kept: Kept


class Notes:
    """The long posts of an export, by the times that the posts which they continue may have."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._near: dict[str, list[_Note]] = {}
        self.count = 0

    def add(self, data: bytes) -> None:
        """Take one in. One that has no time or no text is none."""
        found = value_of(data)
        note = thing(thing(found).get("noteTweet"))
        core, time = thing(note.get("core")), parse_time(note.get("createdAt"))
        text = core.get("text")
        if time is None or time < v1.FIRST_DAY or time.year > _LAST_YEAR or not isinstance(text, str):
            return
        self.count += 1
        kept = self._spool.keep(data)
        second = time.replace(microsecond=0)
        # The posts' times have no fraction: it was cut off, or rounded. Posts of the same second come first.
        for rank, near in enumerate((second, second + _SECOND, second - _SECOND)):
            if abs(time - near) <= _SECOND:
                there = self._near.setdefault(v1.time_text(near), [])
                insort(there, _Note(rank, text[:ALIKE], kept), key=_rank)

    def match(self, record: Wire) -> Kept | None:
        """The long form of the post that `record` is: less than a second apart, and beginning alike."""
        near = self._near.get(str(record.get("created_at"))[4:])
        if not near:
            return None
        text = text_of(record)
        # Threads are often sent in one second: most posts beside a long one hold nothing of its beginning.
        words = unescape(text)
        near = [note for note in near if note.beginning[:_SHORT] in words]
        beginning = _beginning(text) if near else ""
        return next((note.kept for note in near if _is_alike(note.beginning, beginning)), None)


def _beginning(text: str) -> str:
    """The first words of a post, without the people whom it addresses and what was put behind it."""
    words = _BEHIND.sub("", _ADDRESSED.sub("", text[: 10 * ALIKE], count=1))
    return unescape(words).rstrip()[:ALIKE]


def _is_alike(note: str, beginning: str) -> bool:
    return note == beginning or (len(beginning) >= _SHORT and note.startswith(beginning))


def core_of(data: bytes) -> Wire:
    """What a long post says, as it was kept."""
    return thing(thing(thing(value_of(data)).get("noteTweet")).get("core"))
