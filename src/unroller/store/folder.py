"""A folder that is a site by itself: what was written there is known, and nothing else is ever touched.

Each file appears whole. What is written is noted in a journal before, and the list of all is written last: so
a build that was killed leaves no file behind that the next one would take for somebody else's.
The list names its files by hashes, since the folder is made to be seen by everybody, and not all pages are
in a list.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, TextIO

from unroller.core.errors import InputError, SetupError

LIST, JOURNAL = ".unroller.json", ".unroller.journal"

_FORM = 1
_UNFINISHED = re.compile(r"\.unroller-[0-9a-f]{16}")


class Folder:
    """An opened folder. `notes` are whatever the one who writes wants to find again next time.

    `there` are the names of all files of ours that are in it, with `/` between their parts; `wanted` those
    that stay when it is finished, with their hashes.
    """

    def __init__(self, path: Path, known: Mapping[str, Any], journal: TextIO) -> None:
        self.path = path
        self.notes: dict[str, Any] = known.get("notes", {})
        self._hashes: dict[str, str] = known.get("files", {})
        self._known = known
        self._journal = journal
        self.there = {name for name in _names(str(path)) if key(name) in self._hashes}
        self.wanted: dict[str, str] = {}

    def announce(self, names: Iterable[str]) -> None:
        """Note that files of these names are written from now on, by whomever."""
        self._journal.writelines(f"{key(name)}\n" for name in names)
        self._journal.flush()

    def put(self, name: str, data: bytes) -> str:
        """Have `data` there under this name, which comes back."""
        new = digest(data)
        if name not in self.there or self._hashes[key(name)] != new:
            self.announce([name])
            write(self.path / name, data)
        self.written({name: new})
        return name

    def is_whole(self, names: Collection[str]) -> bool:
        """Whether there are such files, and all of them are known to be as they were written."""
        return bool(names) and all(name in self.there and self._hashes[key(name)] for name in names)

    def written(self, files: Mapping[str, str]) -> None:
        """Somebody has written these files, with these hashes, and they are wanted."""
        self.wanted |= files

    def keep(self, names: Iterable[str]) -> None:
        """These files of `there` are wanted as they are."""
        self.wanted |= {name: self._hashes[key(name)] for name in names}

    def remove(self, names: Iterable[str]) -> None:
        """Take these files of ours away, and the folders that are empty without them."""
        with writable(self.path):
            for name in names:
                file = self.path / name
                file.unlink(missing_ok=True)
                self.there.discard(name)
                with suppress(OSError):  # not empty
                    for above in file.relative_to(self.path).parents[:-1]:
                        (self.path / above).rmdir()

    def finish(self, notes: Mapping[str, Any]) -> int:
        """Take away what is not wanted, and write the list; how many files went."""
        unwanted = self.there - self.wanted.keys()
        self.remove(unwanted)
        self.notes = dict(notes)
        self._hashes = {key(name): value for name, value in sorted(self.wanted.items())}
        self.there, self.wanted = set(self.wanted), {}
        made = {"unroller": _FORM, "files": self._hashes, "notes": self.notes}
        if made != self._known or not (self.path / LIST).exists():
            os.sync()  # once for all files, of which there may be a hundred thousand
            write(self.path / LIST, json.dumps(made, separators=(",", ":")).encode())
            self._known = made
        return len(unwanted)


@contextmanager
def open_folder(path: Path) -> Iterator[Folder]:
    """The folder at `path`, made if need be, and held so that nobody else writes there meanwhile.

    Raises:
        InputError: it holds files that are not ours, is no folder, or somebody else is writing there.
        SetupError: it cannot be written.
    """
    if path.exists() and not path.is_dir():
        raise InputError(f"{path} is a file: name a folder to write to.")
    with writable(path):
        path.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        with writable(path):
            stack.enter_context(_held(path))
            known = _known(path)
            journal = stack.enter_context((path / JOURNAL).open("a"))
            folder = Folder(path, known, journal)
        yield folder
        (path / JOURNAL).unlink()


def write(file: Path, data: bytes) -> None:
    """Have `data` there, whole, in place of what was.

    Raises:
        SetupError: it cannot be written; what was there is as it was.
    """
    with unfinished(file) as part:
        part.write_bytes(data)


def copy(source: Path, file: Path) -> None:
    """Have the same bytes there, whole.

    Raises:
        SetupError: as `write`.
    """
    with unfinished(file) as part:
        shutil.copyfile(source, part)


@contextmanager
def unfinished(file: Path) -> Iterator[Path]:
    """A path beside `file`, which becomes `file` at the end of the block."""
    part = file.with_name(f".unroller-{secrets.token_hex(8)}")
    with writable(file):
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            yield part
            part.replace(file)
        except BaseException:
            part.unlink(missing_ok=True)
            raise


@lru_cache(200_000)  # a name is looked up a dozen times in each build
def key(name: str) -> str:
    """What the list calls a file."""
    return hashlib.sha256(name.encode(errors="replace")).hexdigest()[:20]


def digest(data: bytes) -> str:
    """What the list says of a file's content."""
    return hashlib.sha256(data).hexdigest()[:20]


@contextmanager
def writable(path: Path) -> Iterator[None]:
    """Raise SetupError, in words, where something below `path` cannot be written."""
    try:
        yield
    except OSError as error:
        raise SetupError(f"{error.filename or path} cannot be written: {error.strerror}.") from error


@contextmanager
def _held(path: Path) -> Iterator[None]:
    opened = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise InputError(f"Another build is writing to {path}: wait until it is done.") from error
    finally:
        os.close(opened)


def _known(path: Path) -> dict[str, Any]:
    """What the list says. Of what the journal of a killed build names besides, the content is not known."""
    if not (path / LIST).exists() and not (path / JOURNAL).exists():
        if any(path.iterdir()):
            raise InputError(f"{path} holds files that unroll did not write: name an empty folder.")
        return {}
    try:
        known: dict[str, Any] = json.loads((path / LIST).read_bytes()) if (path / LIST).exists() else {}
        if known.get("unroller", _FORM) != _FORM:
            raise InputError(f"{path} was built by a newer version of Unroller.")
        files = dict(known.get("files", {})) | dict.fromkeys(_journal(path), "")
        return {"unroller": _FORM, "files": files, "notes": dict(known.get("notes", {}))}
    except (ValueError, TypeError, AttributeError) as error:
        words = f"{path / LIST} is damaged: delete the folder, and build it anew."
        raise InputError(words) from error


def _journal(path: Path) -> list[str]:
    try:
        return (path / JOURNAL).read_text().split()
    except FileNotFoundError:
        return []


def _names(folder: str, above: str = "") -> Iterator[str]:
    """All files, but for those that a build which was killed left unfinished: they go."""
    try:
        found = list(os.scandir(folder))  # `os.walk` asks about each folder once more
    except OSError:  # somebody else's, who keeps it closed or has just taken it away
        return
    for one in found:
        if one.is_dir(follow_symlinks=False):
            yield from _names(one.path, f"{above}{one.name}/")
        elif _UNFINISHED.fullmatch(one.name):
            Path(one.path).unlink(missing_ok=True)
        else:
            yield above + one.name
