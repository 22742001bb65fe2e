"""Bytes put aside in a file that vanishes, to be taken back in any order: memory stays flat."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from typing import NamedTuple, Self

from unroller.core.errors import SetupError

_PIECE = 1 << 16


class Kept(NamedTuple):
    """Where in a spool something is."""

    place: int
    size: int


class Spool:
    """A file without a name, for one reading."""

    def __init__(self) -> None:
        """An empty one.

        Raises:
            SetupError: there is no folder for it.
        """
        try:
            self._file = tempfile.TemporaryFile(buffering=_PIECE)  # noqa: SIM115 (closed with the spool)
        except OSError as error:
            raise _no_room(error) from error
        self._end = 0
        self._waits = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # what waits to be written is of no use any more
            self._file.close()

    def keep(self, data: bytes) -> Kept:
        """Put `data` aside; where it is.

        Raises:
            SetupError: there is no room for it.
        """
        try:
            self._file.write(data)
        except OSError as error:
            raise _no_room(error) from error
        kept = Kept(self._end, len(data))
        self._end += len(data)
        self._waits = True
        return kept

    def take(self, kept: Kept) -> bytes:
        """What was put aside there.

        Raises:
            SetupError: as `keep`, or it cannot be read any more.
        """
        try:
            if self._waits:
                self._file.flush()
                self._waits = False
            return os.pread(self._file.fileno(), kept.size, kept.place)
        except OSError as error:
            raise _no_room(error) from error


def _no_room(error: OSError) -> SetupError:
    return SetupError(
        f"Posts cannot be put aside: {error.strerror}."
        " Make room in the folder for temporary files, or name another as TMPDIR."
    )
