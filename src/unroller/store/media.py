"""Pictures, films and sounds that an import brought: files in their page's folder, gone when it goes.

A file is named by the hash of what is in it, so that the same picture twice is one file, and no name that
a stranger chose is ever used.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import BinaryIO

from unroller.core.errors import InputError
from unroller.core.kinds import HEAD, MEDIA_TYPES, kind_of, without_notes
from unroller.store.pages import Pages, is_stale, matching, written

FOLDER = "media"

MOST_PICTURE = 40 << 20
"""Bytes of a picture; networks allow 16 MB and less."""

MOST_FILM = 1 << 30
"""Bytes of a film or sound."""

_NAME = re.compile(rf"[0-9a-f]{{32}}\.({'|'.join(MEDIA_TYPES)})")


class MediaFiles:
    """The media of all pages."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def put(self, slug: str, stream: BinaryIO) -> str:
        """Keep what `stream` holds with the page, and return the name under which it is kept.

        Raises:
            InputError: it is no picture, film or sound that a page can show, or too large.
            SetupError: it cannot be written.
        """
        head = stream.read(HEAD)
        kind = kind_of(head)
        if not kind:
            raise InputError("files that are no picture, film or sound that browsers show")
        if MEDIA_TYPES[kind].startswith("image/"):
            data = head + stream.read(MOST_PICTURE)
            if len(data) > MOST_PICTURE:
                raise InputError(f"pictures of more than {MOST_PICTURE >> 20} MB")
            return self._write(slug, iter([without_notes(data, kind)]), kind)
        return self._write(slug, _pieces(head, stream), kind)

    def file(self, slug: str, name: str) -> Path | None:
        """The file of that name; `None` when there is none, or it is no name of a picture, film or sound."""
        if not _NAME.fullmatch(name):
            return None
        path = self._pages.path(slug) / FOLDER / name
        return path if path.is_file() else None

    def names(self, slug: str) -> list[str]:
        """The names of all files that are kept with the page, in order."""
        try:
            found = os.listdir(f"{self._pages.path(slug)}/{FOLDER}")  # noqa: PTH208 - a Path would cost more
        except (FileNotFoundError, NotADirectoryError):
            return []
        return sorted(name for name in found if not name.startswith("."))

    def keep_only(self, slug: str, names: Collection[str], stems: Collection[str] = ()) -> None:
        """Erase all media of the page but these, and those whose names without endings are in `stems`.

        A file that is being written is erased once its writer must have died.
        """
        with written():
            for path in matching(self._pages.path(slug) / FOLDER, "*"):
                wanted = path.name in names or path.stem in stems
                if is_stale(path) if path.name.startswith(".") else not wanted:
                    path.unlink(missing_ok=True)

    def _write(self, slug: str, pieces: Iterator[bytes], kind: str) -> str:
        with written():
            folder = self._pages.path(slug) / FOLDER
            folder.mkdir(parents=True, exist_ok=True)
            unfinished = folder / f".{secrets.token_hex(8)}"
            digest = hashlib.sha256()
            try:
                with unfinished.open("xb") as opened:
                    for piece in pieces:
                        digest.update(piece)
                        opened.write(piece)
                    opened.flush()
                    os.fsync(opened.fileno())
                name = f"{digest.hexdigest()[:32]}.{kind}"
                unfinished.replace(folder / name)
            finally:
                unfinished.unlink(missing_ok=True)
        return name


def _pieces(head: bytes, stream: BinaryIO) -> Iterator[bytes]:
    """All of it, piece by piece.

    Raises:
        InputError: it is too large.
    """
    size, piece = 0, head
    while piece:
        size += len(piece)
        if size > MOST_FILM:
            raise InputError(f"films and sounds of more than {MOST_FILM >> 20} MB")
        yield piece
        piece = stream.read(1 << 20)
