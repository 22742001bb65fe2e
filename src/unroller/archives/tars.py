"""The files of a tar, plain or packed by gzip, found in one pass and read in any order.

Its headers are read here and not by `tarfile`, which takes a damaged one for the end of the tar, and believes
the sizes that they name (docs/decisions/0032-tars-and-gzip-are-read-by-our-own-code.md).
https://www.gnu.org/software/tar/manual/html_node/Standard.html
https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_02
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from unroller.archives.places import unwrapped
from unroller.archives.unpacking import MOST_BYTES, Guarded, damaged, too_large
from unroller.core.errors import InputError

BLOCK = 512

_FILES = (b"0", b"\0", b"7")
_LINKS = (b"1", b"2")
_FOLDERS = (b"5", b"D")
_LONGEST_NAME = 1 << 20  # of a header that does nothing but name the file behind it


class Tar:
    """The files of a tar. `opened` gives the unpacked tar from its beginning, each time anew."""

    def __init__(self, path: Path, opened: Callable[[], BinaryIO]) -> None:
        self.name = path.name
        self._opened = opened
        self._idle: list[BinaryIO] = []
        left_out: Counter[str] = Counter()
        with opened() as stream:
            self._places = unwrapped(_members(stream, path.name, left_out), path.name, left_out)
        self.left_out: Mapping[str, int] = left_out

    def names(self) -> Sequence[str]:
        """See `Files.names`."""
        return tuple(self._places)

    def size(self, name: str) -> int:
        """See `Files.size`."""
        return self._places[name][1]

    def open(self, name: str) -> BinaryIO:
        """See `Files.open`."""
        place, size = self._places[name]
        stream = self._idle.pop() if self._idle else self._opened()
        try:
            stream.seek(place)
        except BaseException:
            stream.close()
            raise
        part = _Part(stream, size, self.name, self._idle)
        # A bomb packed by gzip is noticed where it is unpacked; here nothing is.
        return io.BufferedReader(Guarded(part, self.name, lambda: size), 1 << 16)

    def close(self) -> None:
        """Close what waits for the next file."""
        while self._idle:
            self._idle.pop().close()


class _Part(io.RawIOBase):
    """So many bytes of a stream, from where it stands.

    Where it ends, the stream is kept for the next file: most are read in the order in which they are packed,
    and going on unpacks nothing twice.
    """

    def __init__(self, stream: BinaryIO, size: int, archive: str, idle: list[BinaryIO]) -> None:
        self._stream, self._left, self._archive, self._idle = stream, size, archive, idle

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if not self._left:
            return 0
        data = self._stream.read(min(len(buffer), self._left))
        if not data:
            raise damaged(self._archive)
        self._left -= len(data)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            if self._idle:
                self._stream.close()
            else:
                self._idle.append(self._stream)
        super().close()


def is_tar(head: bytes) -> bool:
    """Whether a file that begins with `head` (a block) is a tar: its first header adds up."""
    return len(head) >= BLOCK and any(head) and _adds_up(head[:BLOCK])


def _members(stream: BinaryIO, archive: str, left_out: Counter[str]) -> Iterator[tuple[str, tuple[int, int]]]:
    """The path of each file, and where in the tar its bytes are: from where, and how many."""
    place, named, size_said = 0, "", -1
    while header := _header(stream, place, archive):
        kind, size = header[156:157], _size(header, archive)
        place += BLOCK
        if kind in (b"L", b"x"):
            named, size_said = _said(_content(stream, place, size, archive), kind, named, size_said)
        elif kind not in (b"K", b"g", b"V"):
            size = size_said if size_said >= 0 else size
            if size > MOST_BYTES:
                raise too_large(archive)
            if kind in _FILES and not (kind == b"\0" and _name(header).endswith("/")):
                yield named or _name(header), (place, size)
            elif kind not in _FOLDERS:
                left_out["links in the archive" if kind in _LINKS else "devices in the archive"] += 1
            named, size_said = "", -1
        place += -(-size // BLOCK) * BLOCK


def _header(stream: BinaryIO, place: int, archive: str) -> bytes:
    """The header at `place`; none where the tar says that it ends.

    Raises:
        InputError: there is something else, or nothing: the file was not copied whole.
    """
    stream.seek(place)
    header = _exactly(stream, BLOCK, archive)
    if not any(header):
        return b""
    if not _adds_up(header):
        raise damaged(archive)
    return header


def _adds_up(header: bytes) -> bool:
    """Whether the header's checksum is right, which has blanks in its own place."""
    try:
        said = int(header[148:156].strip(b" \0") or b"x", 8)
    except ValueError:
        return False
    return said == sum(header[:148]) + 8 * 32 + sum(header[156:])


def _size(header: bytes, archive: str) -> int:
    """The size in octal digits; GNU's tar writes large ones as a binary number behind a first byte of 128."""
    field = header[124:136]
    try:
        size = int.from_bytes(field[1:], "big") if field[0] == 0x80 else int(field.strip(b" \0") or b"0", 8)
    except ValueError:
        raise damaged(archive) from None
    if size < 0:
        raise damaged(archive)
    return size


def _name(header: bytes) -> str:
    name = header[:100].split(b"\0", 1)[0]
    if header[257:263] == b"ustar\0" and (above := header[345:500].split(b"\0", 1)[0]):
        name = above + b"/" + name
    return name.decode("utf-8", "replace")


def _content(stream: BinaryIO, place: int, size: int, archive: str) -> bytes:
    """What a header says that is about the file behind it."""
    if size > _LONGEST_NAME:
        raise InputError(f"{archive} names a file with more letters than any name has.")
    stream.seek(place)
    return _exactly(stream, size, archive)


def _said(content: bytes, kind: bytes, named: str, size: int) -> tuple[str, int]:
    """The path and the size of the next file, where they do not fit into a header."""
    if kind == b"L":
        return content.rstrip(b"\0").decode("utf-8", "replace"), size
    for line in content.split(b"\n"):
        key, _, value = line.partition(b" ")[2].partition(b"=")
        if key == b"path":
            named = value.decode("utf-8", "replace")
        elif key == b"size" and value.isdigit() and len(value) < 20:
            size = int(value)
    return named, size


def _exactly(stream: BinaryIO, size: int, archive: str) -> bytes:
    data = b""
    while len(data) < size:
        more = stream.read(size - len(data))
        if not more:
            raise damaged(archive)
        data += more
    return data
