"""Opens what a person names: a folder, a zip, a tar, or one file alone; by what is in it, not by its name."""

from __future__ import annotations

import io
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import zstandard

from unroller.archives.places import unwrapped
from unroller.archives.tars import BLOCK, Tar, is_tar
from unroller.archives.unpacking import Guarded, Gzip
from unroller.archives.zips import Zip
from unroller.core.errors import InputError
from unroller.core.ports import Files

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_OTHERS = {b"Rar!": "RAR", b"7z\xbc\xaf": "7z", b"BZh": "bzip2", b"\xfd7zXZ": "xz"}


@contextmanager
def open_files(path: Path) -> Iterator[Files]:
    """The files of what is at `path`, while the block lasts.

    Raises:
        InputError: it is not there, may not be read, is empty, damaged, or packed in another way.
    """
    files = _opened(path)
    try:
        if not files.names():
            raise InputError(f"{files.name} holds no files.")
        yield files
    finally:
        files.close()


def _opened(path: Path) -> Files:
    try:
        if path.is_dir():
            return Folder(path)
        if not path.exists():
            raise InputError(f"There is no file {path}.")
        if not path.is_file():
            raise InputError(f"{path} is neither a file nor a folder.")
        return _of_file(path)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error


def _of_file(path: Path) -> Files:
    with path.open("rb") as opened:
        head = opened.read(BLOCK)
    if not head:
        raise InputError(f"{path.name} is empty.")
    if head.startswith(_ZIP):
        return _of_zip(path.open("rb"), path.name)
    if is_tar(head):
        return Tar(path, lambda: path.open("rb"))
    if head.startswith(_GZIP):
        return _of_gzip(path)
    if head.startswith(_ZSTD):
        return Alone(path, path.name.removesuffix(".zst"), lambda: _unpacked_zstd(path))
    for beginning, kind in _OTHERS.items():
        if head.startswith(beginning):
            raise InputError(f"{path.name} is packed as {kind}: unpack it, then name the folder.")
    return Alone(path, path.name, lambda: path.open("rb"), path.stat().st_size)


def _of_zip(stream: BinaryIO, name: str) -> Files:
    """The files of a zip; where all that it holds is another zip, the files of that one."""
    try:
        found = Zip(stream, name)
        inner = found.names()
        if len(inner) == 1 and inner[0].lower().endswith(".zip"):
            return Zip(_unpacked(found, inner[0]), name)
    except BaseException:
        stream.close()
        raise
    return found


def _unpacked(outer: Zip, name: str) -> BinaryIO:
    """One file of a zip, in a file of its own that vanishes when it is closed: a zip is read from its end."""
    copy = tempfile.TemporaryFile()  # noqa: SIM115 (the zip that is read from it closes it)
    try:
        with outer.open(name) as packed:
            while data := packed.read(1 << 20):
                copy.write(data)
        copy.seek(0)
    except BaseException:
        copy.close()
        raise
    outer.close()
    return copy


def _of_gzip(path: Path) -> Files:
    gzip = Gzip(path)
    with io.BufferedReader(gzip.open()) as opened:
        head = opened.read(BLOCK)
    if is_tar(head):
        return Tar(path, lambda: io.BufferedReader(gzip.open(), 1 << 16))
    name = path.name.removesuffix(".gz")
    return Alone(path, name, lambda: io.BufferedReader(gzip.open(), 1 << 16))


def _unpacked_zstd(path: Path) -> BinaryIO:
    packed = path.open("rb")
    reader = zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True, closefd=True)
    return io.BufferedReader(Guarded(reader, path.name, packed.tell), 1 << 16)


class Folder:
    """The files below a folder. Links are left out: they may lead anywhere."""

    def __init__(self, path: Path) -> None:
        self.name = path.name or str(path)
        left_out: Counter[str] = Counter()
        self._places = unwrapped(_below(path, left_out), self.name, left_out)
        self.left_out: Mapping[str, int] = left_out

    def names(self) -> Sequence[str]:
        """See `Files.names`."""
        return tuple(self._places)

    def size(self, name: str) -> int:
        """See `Files.size`."""
        try:
            return self._places[name].stat().st_size
        except OSError:
            return 0

    def open(self, name: str) -> BinaryIO:
        """See `Files.open`."""
        try:
            return self._places[name].open("rb")
        except OSError as error:
            raise InputError(f"{name} in {self.name} cannot be read: {error.strerror}.") from error

    def close(self) -> None:
        """Nothing stays open between two files."""


def _below(folder: Path, left_out: Counter[str]) -> Iterator[tuple[str, Path]]:
    def refuse(error: OSError) -> None:
        raise InputError(f"{error.filename} cannot be read: {error.strerror}.")

    for above, folders, files in os.walk(folder, onerror=refuse):
        folders.sort()
        for name in sorted(files):
            path = Path(above, name)
            if path.is_symlink() or not path.is_file():
                left_out["links in the folder" if path.is_symlink() else "devices in the folder"] += 1
            else:
                yield path.relative_to(folder).as_posix(), path


class Alone:
    """One file, unpacked where it was packed."""

    def __init__(self, path: Path, name: str, opened: Callable[[], BinaryIO], size: int = 0) -> None:
        self.name = path.name
        self.left_out: Mapping[str, int] = {}
        self._name, self._opened, self._size = name, opened, size

    def names(self) -> Sequence[str]:
        """See `Files.names`."""
        return (self._name,)

    def size(self, name: str) -> int:
        """See `Files.size`."""
        self._check(name)
        return self._size

    def open(self, name: str) -> BinaryIO:
        """See `Files.open`."""
        self._check(name)
        return self._opened()

    def close(self) -> None:
        """Nothing stays open between two readings."""

    def _check(self, name: str) -> None:
        if name != self._name:
            raise KeyError(name)
