"""Our own copies of pictures that a page shows: files in the page's folder, gone when it goes.

A file is named by the hash of the address that the picture has elsewhere, so that no table is needed to find
it again, and what a thread no longer shows is told by its name. Nothing here makes a page's folder: a
copy that comes when the page was taken down comes too late.
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from unroller.store.media import FOLDER
from unroller.store.pages import Pages, matching, replace_file, written

_STILLS = ("jpg", "png")
_LIGHTER = "avif"
_MOVING = ("gif", "webp")
_MISSED = "missed"

_FRESH = 24 * 3600.0  # seconds; a network gives a picture that its owner changes another address
_MOST_KNOWN = 1000


@dataclass(frozen=True, slots=True)
class Copy:
    """The files of one picture: `lighter` is the same as AVIF, `moving` the one that moves; `""` for none."""

    still: str
    lighter: str = ""
    moving: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The files that there are."""
        return tuple(filter(None, (self.still, self.lighter, self.moving)))


class Copies:
    """The copies of all pages."""

    def __init__(self, pages: Pages, steady: Callable[[], float] = time.monotonic) -> None:
        self._pages = pages
        self._steady = steady
        self._known: OrderedDict[str, tuple[str, float]] = OrderedDict()

    def known(self, address: str) -> dict[str, bytes]:
        """A picture that was `put` here in the last day, as some page has it: its forms, by their kinds.

        Empty where there is none, or its page is gone: every page keeps its own, and takes it along.
        """
        slug, until = self._known.get(address, ("", 0.0))
        copy = self.find(slug, [address]).get(address) if slug and self._steady() < until else None
        try:
            files = [self._folder(slug) / name for name in copy.names] if copy else []
            return {file.suffix[1:]: file.read_bytes() for file in files}
        except OSError:  # its page went meanwhile
            return {}

    def find(self, slug: str, addresses: Iterable[str]) -> dict[str, Copy]:
        """The copies that are kept with the page, by the pictures' addresses."""
        there = set(self._names(slug))
        found = {}
        for address in addresses:
            stem = stem_of(address)
            if still := _first(stem, _STILLS, there):
                found[address] = Copy(still, _first(stem, (_LIGHTER,), there), _first(stem, _MOVING, there))
        return found

    def put(self, slug: str, address: str, forms: Mapping[str, bytes], *, shared: bool = False) -> bool:
        """Keep a picture, by the kinds of its forms; `False` where there is no such page any more.

        `shared`: other pages are likely to show it too, and may have it from here: see `known`.
        """
        stem, folder = stem_of(address), self._folder(slug)
        # A picture counts as kept from when its still is there, so that comes last.
        for kind in sorted(forms, key=_STILLS.__contains__):
            if not _put(folder / f"{stem}.{kind}", forms[kind]):
                return False
        with written():
            (folder / f"{stem}.{_MISSED}").unlink(missing_ok=True)
        if shared:
            self._note(slug, address)
        return True

    def _note(self, slug: str, address: str) -> None:
        """The newest page that has it, since that stays longest; it is not fresher for being there."""
        now = self._steady()
        _, until = self._known.pop(address, ("", 0.0))
        self._known[address] = slug, until if now < until else now + _FRESH
        while len(self._known) > _MOST_KNOWN:
            self._known.popitem(last=False)

    def missed(self, slug: str, address: str) -> int:
        """How often the picture could not be had so far."""
        try:
            return int((self._folder(slug) / f"{stem_of(address)}.{_MISSED}").read_bytes())
        except (OSError, ValueError):
            return 0

    def miss(self, slug: str, address: str) -> None:
        """Note that the picture could not be had, once more."""
        times = self.missed(slug, address) + 1
        _put(self._folder(slug) / f"{stem_of(address)}.{_MISSED}", b"%d" % times)

    def size(self, slug: str, addresses: Iterable[str]) -> int:
        """How many bytes the copies take."""
        folder = self._folder(slug)
        files = (folder / name for copy in self.find(slug, addresses).values() for name in copy.names)
        return sum(file.stat().st_size for file in files if file.is_file())

    def _names(self, slug: str) -> list[str]:
        return [file.name for file in matching(self._folder(slug), "[!.]*")]

    def _folder(self, slug: str) -> Path:
        return self._pages.path(slug) / FOLDER


def stem_of(address: str) -> str:
    """What the files of the picture at `address` are called, without their endings."""
    return hashlib.sha256(address.encode(errors="replace")).hexdigest()[:32]


def _first(stem: str, kinds: Iterable[str], there: set[str]) -> str:
    return next((name for kind in kinds if (name := f"{stem}.{kind}") in there), "")


def _put(file: Path, data: bytes) -> bool:
    with written():
        try:
            file.parent.mkdir(exist_ok=True)
            replace_file(file, data)
        except FileNotFoundError:
            return False
    return True
