"""The files of a zip. Its list says what is packed how; none of it is believed while it is read."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

from unroller.archives.places import unwrapped
from unroller.archives.unpacking import DAMAGE, Guarded, check_sizes, damaged
from unroller.core.errors import InputError

MOST_LIST = 64 << 20
"""Bytes of the list of files, which `zipfile` holds ten times over: of 600,000 files, as X names them."""

_ENCRYPTED = 0x1
_UTF8 = 0x800


class Zip:
    """The files of the zip in `stream`, which is closed with it."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self.name = name
        self._stream, self._size = stream, stream.seek(0, os.SEEK_END)
        try:
            self._zip = zipfile.ZipFile(_Listed(stream, name))
        except (
            zipfile.BadZipFile,
            OSError,
            ValueError,
            EOFError,
            NotImplementedError,
            RuntimeError,
        ) as error:
            raise damaged(name) from error
        left_out: Counter[str] = Counter()
        self._places = unwrapped(_members(self._zip, left_out), name, left_out)
        self.left_out: Mapping[str, int] = left_out

    def names(self) -> Sequence[str]:
        """See `Files.names`."""
        return tuple(self._places)

    def size(self, name: str) -> int:
        """See `Files.size`."""
        return self._places[name].file_size

    def open(self, name: str) -> BinaryIO:
        """See `Files.open`."""
        info = self._places[name]
        if info.flag_bits & _ENCRYPTED:
            raise InputError(f"{self.name} is locked with a password: unpack it, then name the folder.")
        check_sizes(self.name, info.file_size, min(info.compress_size, self._size))
        try:
            opened = self._zip.open(info)
        except NotImplementedError as error:
            words = f"{self.name} is packed in a way that is not read here: unpack it, then name the folder."
            raise InputError(words) from error
        except (*DAMAGE, RuntimeError) as error:
            raise damaged(self.name) from error
        # `zipfile` reads no more packed bytes than the list says there are.
        return io.BufferedReader(Guarded(opened, self.name, lambda: info.compress_size), 1 << 16)

    def close(self) -> None:
        """Close the file."""
        self._zip.close()
        self._stream.close()


class _Listed:
    """A stream for `zipfile`, which reads the list of files in one piece, however long it says it is."""

    def __init__(self, stream: BinaryIO, archive: str) -> None:
        self._read, self._archive = stream.read, archive
        self.seek, self.tell, self.seekable = stream.seek, stream.tell, stream.seekable

    def read(self, size: int = -1) -> bytes:
        """The next bytes.

        Raises:
            InputError: so many can only be a list of more files than any export has.
        """
        if size > MOST_LIST:
            words = f"{self._archive} lists more files than any export has: unpack it, then name the folder."
            raise InputError(words)
        return self._read(size)


def _members(found: zipfile.ZipFile, left_out: Counter[str]) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    for info in found.infolist():
        if info.is_dir():
            continue
        if stat.S_ISLNK(info.external_attr >> 16):
            left_out["links in the archive"] += 1
        else:
            yield _path(info), info


def _path(info: zipfile.ZipInfo) -> str:
    """The path inside. Many packers write UTF-8 and do not say so; Python takes it for that of MS-DOS."""
    if info.flag_bits & _UTF8:
        return info.orig_filename
    try:
        return info.orig_filename.encode("cp437").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return info.orig_filename
