"""Bytes put aside, to be taken back in any order; many of them in a file that vanishes: memory stays flat."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from typing import IO, Self

from msgspec import Struct

from unroller.core.errors import SetupError

HELD = 16 << 20
"""Bytes that are held in memory: what most exports have. The rest goes to a file."""

_PIECE = 1 << 16


class Kept(Struct, frozen=True, gc=False):
    """Where in a spool something is."""

    place: int
    size: int


class Spool:
    """What is put aside for one reading: in memory, and where that is too much in a file without a name."""

    def __init__(self) -> None:
        """An empty one."""
        self._held: dict[int, bytes] = {}
        self._file: IO[bytes] | None = None
        self._begin = self._end = 0
        self._waits = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # what waits to be written is of no use any more
            if self._file:
                self._file.close()

    def keep(self, data: bytes) -> Kept:
        """Put `data` aside; where it is.

        Raises:
            SetupError: there is no room for it.
        """
        kept = Kept(self._end, len(data))
        self._end += len(data)
        if self._end <= HELD:
            self._held[kept.place] = data
        else:
            self._write(kept.place, data)
        return kept

    def take(self, kept: Kept) -> bytes:
        """What was put aside there.

        Raises:
            SetupError: as `keep`, or it cannot be read any more.
        """
        if self._file is None or kept.place < self._begin:
            return self._held[kept.place][: kept.size]  # of two at one place the first is empty
        try:
            if self._waits:
                self._file.flush()
                self._waits = False
            return os.pread(self._file.fileno(), kept.size, kept.place - self._begin)
        except OSError as error:
            raise _no_room(error) from error

    def _write(self, place: int, data: bytes) -> None:
        try:
            if self._file is None:
                self._begin = place
                self._file = tempfile.TemporaryFile(buffering=_PIECE)  # noqa: SIM115 (closed with the spool)
            self._file.write(data)
        except OSError as error:
            raise _no_room(error) from error
        self._waits = True


def _no_room(error: OSError) -> SetupError:
    return SetupError(
        f"Posts cannot be put aside: {error.strerror}."
        " Make room in the folder for temporary files, or name another as TMPDIR."
    )
