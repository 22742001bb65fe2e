"""Long posts: their beginnings stand among the posts, all of them in a file without the posts' ids."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from unroller.archives.spool import Kept, Spool
from unroller.archives.x_archive.records import value_of
from unroller.networks.x import v1
from unroller.networks.x.entities import unescape
from unroller.networks.x.parse import parse_time
from unroller.networks.x.v1_text import text_of
from unroller.networks.x.wire import Wire, thing

ALIKE = 60
"""Characters that a post and its long form have in common at the beginning; or all that the post has."""

_CUT = "…"
_ADDRESSED = re.compile(r"(?:@\w{1,20}\s+)*")


class _Note(NamedTuple):
    time: float
    beginning: str
    kept: Kept


class Notes:
    """The long posts of an export, by the second in which they were written."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._by_second: dict[int, list[_Note]] = {}
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
        self._by_second.setdefault(int(time.timestamp()), []).append(
            _Note(time.timestamp(), text[:ALIKE], kept)
        )

    def match(self, record: Wire) -> Kept | None:
        """The long form of the post that `record` is: less than a second apart, and beginning alike."""
        text = text_of(record)
        if (
            not self._by_second
            or _CUT not in text
            or (time := v1.parse_time(record.get("created_at"))) is None
        ):
            return None
        words = unescape(text[: text.rindex(_CUT)])
        found = _ADDRESSED.match(words)
        beginning = words[found.end() if found else 0 :].rstrip()[:ALIKE]
        alike = (note for note in self._near(int(time.timestamp())) if note.beginning.startswith(beginning))
        return next((note.kept for note in alike), None) if beginning else None

    def _near(self, second: int) -> Iterator[_Note]:
        """Those of the same second first. The posts' times have no fraction: it was cut off, or rounded."""
        for near in (second, second - 1, second + 1):
            for note in self._by_second.get(near, ()):
                if abs(note.time - second) <= 1:
                    yield note


def core_of(data: bytes) -> Wire:
    """What a long post says, as it was kept."""
    return thing(thing(thing(value_of(data)).get("noteTweet")).get("core"))
