"""Bytes put aside in a file that vanishes, to be taken back in any order: memory stays flat."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from typing import NamedTuple, Self

from unroller.core.errors import SetupError

_PIECE = 1 << 20


class Kept(NamedTuple):
    """Where in a spool something is."""

    place: int
    size: int


class Spool:
    """A file without a name, for one reading. What is put aside comes first, what is taken back after it."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(buffering=_PIECE)  # noqa: SIM115 (closed with the spool)
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
            SetupError: as `keep`.
        """
        if self._waits:
            try:
                self._file.flush()
            except OSError as error:
                raise _no_room(error) from error
            self._waits = False
        return os.pread(self._file.fileno(), kept.size, kept.place)


def _no_room(error: OSError) -> SetupError:
    where = f"{tempfile.gettempdir()}: {error.strerror}"
    return SetupError(
        f"There is no room for a while in {where}. Make some, or name another folder as TMPDIR."
    )
