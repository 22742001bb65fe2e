"""Reading what is packed without believing a word of it: damage and bombs become one sentence.

`Gzip` is here since `gzip` goes back by beginning anew
(docs/decisions/0032-tars-and-gzip-are-read-by-our-own-code.md).
"""

from __future__ import annotations

import bisect
import io
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Protocol

import zstandard

from unroller.core.errors import InputError

MOST_BYTES = 4 << 30
"""Bytes of one file inside an archive: more than any network lets a film or a list of posts be."""

MOST_RATIO = 250
"""How much smaller packing makes what people write: ten to sixty times. A bomb: a thousand times."""

_UNSUSPICIOUS = 64 << 20  # so many bytes harm nobody, however well they were packed
_CHUNK = 1 << 16
_POINTS = 256
_FIRST_SPACING = 4 << 20
DAMAGE = (OSError, EOFError, ValueError, zlib.error, zipfile.BadZipFile, zstandard.ZstdError)
"""What unpackers raise at what is not whole."""


def too_large(archive: str) -> InputError:
    """What is said of a bomb."""
    return InputError(
        f"{archive} unpacks to far more than an export of posts does; it is not read any further."
    )


def damaged(archive: str) -> InputError:
    """What is said of half a file."""
    return InputError(f"{archive} is damaged or only half there: copy or download it again.")


def check_sizes(archive: str, unpacked: int, packed: int) -> None:
    """Refuse what unpacks to more than is plausible, by what was read or by what the archive says itself.

    Raises:
        InputError: it does.
    """
    if unpacked > MOST_BYTES or (unpacked > _UNSUSPICIOUS and unpacked > MOST_RATIO * packed):
        raise too_large(archive)


class Inner(Protocol):
    """What `Guarded` reads."""

    def read(self, size: int, /) -> bytes | None:
        """The next bytes, at most so many."""

    def close(self) -> None:
        """Close what is below."""


class Guarded(io.RawIOBase):
    """A stream whose damage is told in our words, and which ends where no export goes on.

    `packed` tells how many packed bytes it took so far, or in all.
    """

    def __init__(self, inner: Inner, archive: str, packed: Callable[[], int]) -> None:
        self._inner, self._archive, self._packed = inner, archive, packed
        self._read = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """See `io.RawIOBase`."""
        try:
            data = self._inner.read(len(buffer)) or b""
        except DAMAGE as error:
            raise damaged(self._archive) from error
        self._read += len(data)
        check_sizes(self._archive, self._read, self._packed())
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close what is below too."""
        self._inner.close()
        super().close()


class Gzip:
    """A gzip file that can be read from any place without beginning anew.

    The state of the decompressor is kept every few megabytes (some 40 kB each, at most 256 of them), so
    that a jump costs at most the bytes between two of these points. Each `open` has a place of its own.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._places: list[int] = [0]
        self._points: list[tuple[int, zlib._Decompress]] = [(0, _decompressor())]
        self._spacing = _FIRST_SPACING

    def open(self) -> GzipStream:
        """The unpacked bytes, at their beginning."""
        return GzipStream(self, self.path.open("rb"))

    def before(self, place: int) -> tuple[int, int, zlib._Decompress]:
        """The last point before `place`: where it is, the packed bytes up to it, the state there."""
        at = bisect.bisect_right(self._places, place) - 1
        packed, state = self._points[at]
        return self._places[at], packed, state.copy()

    def remember(self, place: int, packed: int, state: zlib._Decompress) -> None:
        """Keep a point, where the last one is far enough behind; the more there are, the farther apart."""
        if place - self._places[-1] < self._spacing or state.eof:
            return
        self._places.append(place)
        self._points.append((packed, state.copy()))
        if len(self._places) > _POINTS:
            del self._places[1::2], self._points[1::2]
            self._spacing *= 2


class GzipStream(io.RawIOBase):
    """The unpacked bytes of a `Gzip`."""

    def __init__(self, gzip: Gzip, packed: BinaryIO) -> None:
        self._gzip, self._file = gzip, packed
        self._place, self._taken, self._state = gzip.before(0)
        self._waiting = b""

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is, forwards and backwards, though not from its end."""
        return True

    def tell(self) -> int:
        """The place among the unpacked bytes."""
        return self._place

    def seek(self, place: int, whence: int = io.SEEK_SET) -> int:
        """Go to `place`, counted from the beginning."""
        assert whence == io.SEEK_SET
        known, taken, state = self._gzip.before(place)
        if not known <= self._place <= place:
            self._place, self._taken, self._state, self._waiting = known, taken, state, b""
            self._file.seek(taken)
        while self._place < place and self._unpack(min(place - self._place, 1 << 20)):
            pass
        return self._place

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """See `io.RawIOBase`."""
        data = self._unpack(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()

    @property
    def taken(self) -> int:
        """The packed bytes that were read to come here."""
        return self._taken

    def _unpack(self, most: int) -> bytes:
        """The next bytes, at most so many; none at the end.

        Raises:
            InputError: the file is damaged, cut off, or a bomb.
        """
        try:
            data = self._next(most)
        except (zlib.error, OSError, EOFError) as error:
            raise damaged(self._gzip.path.name) from error
        self._place += len(data)
        if self._place > _UNSUSPICIOUS and self._place > MOST_RATIO * self._taken:
            raise too_large(self._gzip.path.name)
        self._gzip.remember(self._place, self._taken, self._state)
        return data

    def _next(self, most: int) -> bytes:
        while True:
            if self._state.eof and not self._begin_next():
                return b""
            packed = self._waiting or self._file.read(_CHUNK)
            if not packed:
                raise EOFError
            data = self._state.decompress(packed, most)
            self._waiting = self._state.unused_data if self._state.eof else self._state.unconsumed_tail
            self._taken = self._file.tell() - len(self._waiting)
            if data:
                return data

    def _begin_next(self) -> bool:
        """Whether another gzip stands behind this one, as some packers write them."""
        rest = (self._waiting + self._file.read(2))[:2] if len(self._waiting) < 2 else self._waiting[:2]
        if rest != b"\x1f\x8b":
            return False
        self._waiting = self._waiting if len(self._waiting) >= 2 else rest
        self._state = _decompressor()
        return True


def _decompressor() -> zlib._Decompress:
    return zlib.decompressobj(31)
