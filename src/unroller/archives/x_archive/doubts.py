"""What the owner must be sure of: some exports hold posts that were never public, and nothing marks them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from unroller.archives.x_archive.layout import Layout, layout_of, open_named
from unroller.archives.x_archive.owner import about
from unroller.core.ports import Files

# X mixed posts for a circle into the lists of public ones, and closed circles at the end of October 2023.
_FIRST = datetime(2022, 8, 1, tzinfo=UTC)
_LAST = datetime(2023, 11, 1, tzinfo=UTC)
_TIME = re.compile(
    rb"""created_at["']?\s*:\s*["'][A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d) [\d:]{8} \+0000 (\d{4})"""
)
_PROTECTED = re.compile(rb"""(?<!\\)["']protected["']\s*:\s*true""")
_MONTHS = (b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec")
_PIECE = 1 << 20
_OVERLAP = 128

CIRCLES = (
    "{name} was made between August 2022 and October 2023: exports of that time can hold posts for a "
    "circle of chosen readers among the public ones, and nothing tells them apart."
)
PROTECTED = "{name} is of an account that was protected then: its posts were for followers only."


def of(files: Files) -> str:
    """What is doubtful about one export, in sentences; `""` when nothing is."""
    layout = layout_of(files)
    told = about(files, layout)
    made = told.made or _newest(files, layout)
    words = [CIRCLES] if made and _FIRST <= made < _LAST else []
    if told.protected or _was_protected(files, layout):
        words.append(PROTECTED)
    return " ".join(words).format(name=files.name)


def _newest(files: Files, layout: Layout) -> datetime | None:
    """The time of the newest post: the export was made later. Lists are in no order, so all is looked at."""
    newest: datetime | None = None
    for name in layout.posts:
        with open_named(files, name) as stream:
            rest = b""
            while data := stream.read(_PIECE):
                times = [_day(*found) for found in _TIME.findall(rest + data)]
                newest = max([*filter(None, times), *filter(None, [newest])], default=None)
                rest = data[-_OVERLAP:]
    return newest


def _day(month: bytes, day: bytes, year: bytes) -> datetime | None:
    try:
        return datetime(int(year), _MONTHS.index(month) + 1, int(day), tzinfo=UTC)
    except ValueError:
        return None


def _was_protected(files: Files, layout: Layout) -> bool:
    """Whether the newest month of an early export says so: there the account stands beside every post."""
    if not layout.posts:
        return False
    with open_named(files, layout.posts[-1]) as stream:
        return _PROTECTED.search(stream.read(_PIECE)) is not None
