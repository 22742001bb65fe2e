"""Published bytes in a folder: made whole or not at all, and served without asking the database.

A page's folder is its slug. Each name in it is one file, `<name>.forms`: a line of JSON (etag, media type,
time, the forms and their sizes), then the bytes of each form. One file, so that one rename publishes
all forms together, and one `os.stat` tells a reader that has it in memory whether it is still the same.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from unroller.core.errors import SetupError
from unroller.store import forms

_SLUG = re.compile(r"[a-z0-9]{12}")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*(\.[a-z0-9]+)*")
_GONE = ".gone"
_STALE = 600.0  # seconds after which an unfinished file was left by a process that died
_DAMAGED = (ValueError, KeyError, TypeError, OverflowError)  # what a file raises that nobody wrote so

Stamp = tuple[int, int, int]
"""What `os.stat` says of a file that tells it from any other: time of change, inode, size."""


@dataclass(frozen=True, slots=True)
class Page:
    """Published bytes. `etag` is a hash of the plain form, without quotes: add the form's name for others.

    `forms` maps a content coding (`zstd`, `br`, `gzip`) to the bytes; `""` is the plain form, always there.
    """

    etag: str
    media_type: str
    modified: datetime
    forms: Mapping[str, bytes]
    stamp: Stamp


class Pages:
    """The folder of published pages."""

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self._folder = folder
        self._clock = clock
        with written():
            folder.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(folder / _GONE, ignore_errors=True)  # what a process that died left behind

    def put(self, slug: str, name: str, data: bytes, media_type: str) -> str:
        """Publish `data` in all its forms and return its etag. The same bytes again change nothing."""
        file = self.file(slug, name)
        etag = hashlib.sha256(data).hexdigest()[:32]
        if not _is_published(file, etag, media_type):
            _write(file, _pack(data, etag, media_type, self._clock()))
        with written():
            _clear_stale(file)  # of whoever was killed, also where the page is right already
        return etag

    def add(self, slug: str, name: str, data: bytes, media_type: str) -> bool:
        """Publish `data` beside what is published under this slug already.

        `False` where nothing is: it was dropped meanwhile, and this does not bring it back.
        """
        file, etag = self.file(slug, name), hashlib.sha256(data).hexdigest()[:32]
        with written():
            try:
                replace_file(file, _pack(data, etag, media_type, self._clock()))
            except FileNotFoundError:
                return False
            _clear_stale(file)
        return True

    def load(self, slug: str, name: str) -> Page | None:
        """The published bytes, all forms of one moment; `None` when there are none."""
        if not _is_usable(slug, name):
            return None
        return read_page(self.file(slug, name))

    def path(self, slug: str) -> Path:
        """The folder of one page, which need not be there."""
        if not _SLUG.fullmatch(slug):
            raise ValueError(f"not a slug: {slug!r}")
        return self._folder / slug

    def file(self, slug: str, name: str) -> Path:
        """The file to `stat` before serving `load`'s answer from memory: see `stamp_of`."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"not a page's name: {name!r}")
        return self.path(slug) / f"{name}.forms"

    def names(self, slug: str) -> tuple[str, ...]:
        """What is published under this slug."""
        found = matching(self.path(slug), "[!.]*.forms")
        return tuple(sorted(file.name.removesuffix(".forms") for file in found))

    def take_away(self, slug: str, name: str) -> None:
        """Publish nothing under this name any more."""
        with written():
            self.file(slug, name).unlink(missing_ok=True)

    def drop(self, slug: str) -> bool:
        """Take away all that is published under this slug, at once for all readers; whether there was any."""
        folder, gone = self.path(slug), self._folder / _GONE
        with written():
            gone.mkdir(exist_ok=True)
            try:
                folder.rename(gone / f"{slug}.{secrets.token_hex(8)}")
            except FileNotFoundError:
                return False
            _sync(self._folder)
        shutil.rmtree(gone, ignore_errors=True)
        return True


def read_page(file: Path) -> Page | None:
    """What `Pages.file` holds now; `None` when it is not there, or damaged: then it has to be made anew."""
    try:
        with file.open("rb") as opened:
            return _unpack(opened)
    except (FileNotFoundError, NotADirectoryError, *_DAMAGED):
        return None


def stamp_of(file: Path | str) -> Stamp | None:
    """The stamp of the page that `file` holds now: as in `Page.stamp` while that page is the right one."""
    try:
        return _stamp(os.stat(file))  # noqa: PTH116 - a Path would cost more than the call
    except (FileNotFoundError, NotADirectoryError):
        return None


def _stamp(found: os.stat_result) -> Stamp:
    return found.st_mtime_ns, found.st_ino, found.st_size


def _is_usable(slug: str, name: str) -> bool:
    return bool(_SLUG.fullmatch(slug) and _NAME.fullmatch(name))


def _pack(data: bytes, etag: str, media_type: str, modified: datetime) -> bytes:
    made = forms.make(data, media_type)
    header = {
        "etag": etag,
        "media_type": media_type,
        "modified": int(modified.timestamp()),
        "forms": [(form, len(content)) for form, content in made.items()],
    }
    return b"\n".join((json.dumps(header).encode(), b"".join(made.values())))


def _unpack(opened: BinaryIO) -> Page:
    stamp = _stamp(os.fstat(opened.fileno()))
    header = json.loads(opened.readline())
    found = {form: opened.read(size) for form, size in header["forms"]}
    if "" not in found or [len(content) for content in found.values()] != [
        size for _, size in header["forms"]
    ]:
        raise ValueError(opened.name)
    modified = datetime.fromtimestamp(header["modified"], UTC)
    return Page(header["etag"], header["media_type"], modified, found, stamp)


def _is_published(file: Path, etag: str, media_type: str) -> bool:
    try:
        found = read_page(file)
    except OSError:
        return False
    return found is not None and (found.etag, found.media_type) == (etag, media_type)


def _write(file: Path, content: bytes) -> None:
    """Have `content` under the name `file`, on the disk, or have everything as it was before."""
    with written():
        while True:
            _make_folder(file.parent)
            try:
                replace_file(file, content)
            except FileNotFoundError:
                continue  # the page was dropped meanwhile, folder and all
            break


def _make_folder(folder: Path) -> None:
    with suppress(FileExistsError):
        folder.mkdir()
        _sync(folder.parent)


def replace_file(file: Path, content: bytes) -> None:
    """Have `content` under the name `file`, whole and on the disk.

    Raises:
        FileNotFoundError: its folder is not there.
    """
    unfinished = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    try:
        with unfinished.open("xb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        unfinished.replace(file)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    _sync(file.parent)


def _sync(folder: Path) -> None:
    """Have the folder's list of files on the disk, or a power cut may undo a rename."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def matching(folder: Path, pattern: str) -> list[Path]:
    """The files of that pattern; none where the page is dropped, folder and all, while one looks."""
    with suppress(FileNotFoundError):
        return list(folder.glob(pattern))
    return []


def _clear_stale(file: Path) -> None:
    for unfinished in matching(file.parent, f".{file.name}.*"):
        if is_stale(unfinished):
            unfinished.unlink(missing_ok=True)


def is_stale(unfinished: Path) -> bool:
    """Whether whoever wrote the file must have died before it was whole."""
    with suppress(FileNotFoundError):
        return time.time() - unfinished.stat().st_mtime > _STALE
    return False


@contextmanager
def written() -> Iterator[None]:
    """Raise SetupError, for the operator, where a file below the pages cannot be written."""
    try:
        yield
    except OSError as error:
        words = f"The folder of published pages cannot be written: {error.strerror} ({error.filename})."
        raise SetupError(words) from error
