"""Long posts: their beginnings stand among the posts, all of them in a file without the posts' ids."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
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
_ADDRESSED = re.compile(r"(?:@\w{1,20}\s+)*")
# What X puts behind the beginning of a long post, and what stands for its media.
_BEHIND = re.compile(r"(?:…?\s*https?://t\.co/\w+)+\s*$|…$")


class _Note(NamedTuple):
    time: float
    beginning: str
    kept: Kept


class Notes:
    """The long posts of an export, by the second in which they were written."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._by_second: dict[int, list[_Note]] = {}
        self._times: set[str] = set()
        self.count = 0

    def add(self, data: bytes) -> None:
        """Take one in. One that has no time or no text is none."""
        found = value_of(data)
        note = thing(thing(found).get("noteTweet"))
        core, time = thing(note.get("core")), parse_time(note.get("createdAt"))
        text = core.get("text")
        if time is None or not isinstance(text, str):
            return
        self.count += 1
        kept = self._spool.keep(data)
        self._times.update(v1.time_text(time + timedelta(seconds=more)) for more in (-1, 0, 1))
        self._by_second.setdefault(int(time.timestamp()), []).append(
            _Note(time.timestamp(), text[:ALIKE], kept)
        )

    def match(self, record: Wire) -> Kept | None:
        """The long form of the post that `record` is: less than a second apart, and beginning alike."""
        created = record.get("created_at")
        time = v1.parse_time(created) if str(created)[4:] in self._times else None
        if time is None:
            return None
        near = list(self._near(int(time.timestamp())))
        beginning = _beginning(text_of(record)) if near else ""
        return next((note.kept for note in near if _is_alike(note.beginning, beginning)), None)

    def _near(self, second: int) -> Iterator[_Note]:
        """Those of the same second first. The posts' times have no fraction: it was cut off, or rounded."""
        for near in (second, second - 1, second + 1):
            for note in self._by_second.get(near, ()):
                if abs(note.time - second) <= 1:
                    yield note


def _beginning(text: str) -> str:
    """The first words of a post, without the people whom it addresses and what was put behind it."""
    words = _BEHIND.sub("", _ADDRESSED.sub("", text[: 10 * ALIKE], count=1))
    return unescape(words).rstrip()[:ALIKE]


def _is_alike(note: str, beginning: str) -> bool:
    return note == beginning or (len(beginning) >= _SHORT and note.startswith(beginning))


def core_of(data: bytes) -> Wire:
    """What a long post says, as it was kept."""
    return thing(thing(thing(value_of(data)).get("noteTweet")).get("core"))
