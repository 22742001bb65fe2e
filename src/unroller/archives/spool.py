"""Bytes put aside in a file that vanishes, to be taken back in any order: memory stays flat."""

from __future__ import annotations

import os
import tempfile
from typing import NamedTuple, Self


class Kept(NamedTuple):
    """Where in a spool something is."""

    place: int
    size: int


class Spool:
    """A file without a name, for one reading."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the spool)
        self._end = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def keep(self, data: bytes) -> Kept:
        """Put `data` aside; where it is."""
        self._file.write(data)
        kept = Kept(self._end, len(data))
        self._end += len(data)
        return kept

    def take(self, kept: Kept) -> bytes:
        """What was put aside there."""
        self._file.flush()
        return os.pread(self._file.fileno(), kept.size, kept.place)
