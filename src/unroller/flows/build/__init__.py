"""The library, or an author's part, in; a folder out that is a site by itself. Only what changed is made.

What may not be shown any more goes before anything is written, so that no full disk keeps it there. What is
not listed has a page, as on the site, and no list, feed or search names it. Who writes looks afterwards
whether something was taken down meanwhile.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from unroller import __version__
from unroller.core.model import Thread, Verdict
from unroller.core.ports import Forms, Frame
from unroller.core.search import searchable
from unroller.exports.offline import HERE, MEDIA, files_of
from unroller.exports.page import FOLDER_STYLES, TEMPLATES
from unroller.exports.search import TEXTS, Said, index_files, read_text, search_page, text_file
from unroller.exports.words import counted, day
from unroller.flows.build.choice import CARD, Order, Shown, are_as_read, formats_of, shown_by, verdict_on
from unroller.flows.build.feeds import feed_files
from unroller.flows.build.lists import Site, list_files
from unroller.flows.build.threads import PAGE, Job, make_all
from unroller.flows.build.writers import person, writers_of
from unroller.flows.library import Library
from unroller.flows.page import plain_frame
from unroller.store import Entry, Folder, Saved, open_folder
from unroller.store.folder import digest, key

__all__ = ["Built", "Order", "build"]

THREADS = "t/"

Show = Callable[[int, int], None]
"""Takes how many threads are made, and of how many."""

_DOOR = b'<!doctype html><title>Threads</title><meta http-equiv="refresh" content="0; url=../index.html">'


@dataclass(frozen=True, slots=True)
class Built:
    """How many threads were made, were there already, and were taken away; and how many no list names."""

    made: int
    same: int
    removed: int
    unlisted: int


def build(library: Library, path: Path, order: Order, show: Show = lambda *_: None) -> Built:
    """Make the folder at `path` say what the library says now.

    Raises:
        InputError: there is no such author or format; the folder holds something else.
        SetupError: a file cannot be written.
    """
    formats, shown = formats_of(library, order), shown_by(library, order)
    with open_folder(path) as folder:
        while True:
            built = _Build(library, folder, order, formats, shown).run(show)
            if are_as_read(library, shown):
                return built
            before, shown = shown, shown_by(library, order)
            if _published(before) <= _published(shown):
                return built


def _published(shown: Sequence[Shown]) -> set[tuple[str, bool]]:
    return {(one.entry.slug, one.listed) for one in shown}


class _Build:
    """One pass. The folder's notes have of each thread what its files follow from, its number, how many."""

    def __init__(
        self,
        library: Library,
        folder: Folder,
        order: Order,
        formats: Mapping[str, str],
        shown: Sequence[Shown],
    ) -> None:
        self.library, self.folder, self.order, self.formats = library, folder, order, formats
        self.shown = {one.entry.slug: one for one in shown}
        self.listed = [one.entry for one in shown if one.listed]
        self.site = _site(library, order, self.listed)
        self.before: dict[str, list[Any]] = folder.notes.get("threads", {})
        self.last: int = folder.notes.get("last", 0)
        self.author_pages = {who: f"../../{quote(by.folder)}{PAGE}" for who, by in self.site.writers.items()}
        self.numbers = {entry.slug: self._number(entry.slug) for entry in self.listed}
        look = (_program(), self.site.title, order.url, str(order.mine), *sorted(formats))
        self.signs = {slug: self._sign(one, look) for slug, one in self.shown.items()}
        self.there = _by_thread(folder.there)
        self.notes: dict[str, list[Any]] = {}

    def run(self, show: Show) -> Built:
        """Make what has changed, in the order that harms nobody: removals, threads, lists, notes."""
        removed = self._remove()
        changed = [one for slug, one in self.shown.items() if not self._is_same(slug)]
        made = 0
        for made, (job, written) in enumerate(make_all(self._jobs(changed), len(changed)), 1):
            self.folder.written(written)
            self._note(job.slug, len(written) + len(files_of(job.frame)) - len(job.media))
            show(made, len(changed))
        lists = self._make_lists()
        self.folder.finish({"threads": self.notes, "last": self.last, "lists": lists})
        return Built(made, len(self.notes) - made, removed, len(self.notes) - len(self.listed))

    def _number(self, slug: str) -> int:
        """By which search knows the thread: the newer, the greater, and never given twice."""
        _, number, _ = self.before.get(key(slug), ("", 0, 0))
        if not number:
            self.last += 1
        return number or self.last

    def _sign(self, one: Shown, look: Sequence[str]) -> str:
        media = self.library.store.media.names(one.entry.slug)  # copies of pictures come when they come
        return _digest(*look, one.sign, str(one.listed), self._author_page(one.entry), *media)

    def _author_page(self, entry: Entry) -> str:
        return self.author_pages.get((entry.network, entry.author_id), "")

    def _remove(self) -> int:
        """Take away what is of threads that may not be shown, or not be found, any more."""
        gone = self.there.keys() - self.shown.keys()
        texts = {name for name in self.folder.there if name.startswith(TEXTS)}
        found = {text_file(number) for number in self.numbers.values()}
        self.folder.remove([*(name for slug in gone for name in self.there[slug]), *(texts - found)])
        return len(gone)

    def _is_same(self, slug: str) -> bool:
        """Whether nothing has to be made of the thread; then its files stay, and so does what is noted."""
        sign, _, count = self.before.get(key(slug), ("", 0, 0))
        files = [*self.there.get(slug, ()), *self._text(slug)]
        if sign != self.signs[slug] or len(files) != count or not self.folder.is_whole(files):
            return False
        self.folder.keep(files)
        self._note(slug, count)
        return True

    def _text(self, slug: str) -> list[str]:
        return [text_file(self.numbers[slug])] if slug in self.numbers else []

    def _note(self, slug: str, count: int) -> None:
        self.notes[key(slug)] = [self.signs[slug], self.numbers.get(slug, 0), count]

    def _jobs(self, changed: Sequence[Shown]) -> Iterator[Job]:
        for one in changed:
            saved = self.library.store.threads.load(one.entry.slug)
            if saved and saved.thread and (verdict := verdict_on(self.order, saved)) and verdict.show:
                job = self._job(one.entry, saved, saved.thread, verdict)
                self.folder.announce(job.names())
                yield job

    def _job(self, entry: Entry, saved: Saved, thread: Thread, verdict: Verdict) -> Job:
        slug, place = entry.slug, f"{THREADS}{entry.slug}/"
        frame = self._frame(entry, plain_frame(self.library, saved))
        files = {name: self.library.store.media.file(slug, name) for name in files_of(frame)}
        there = {name for name in files if self.folder.is_whole([f"{place}{MEDIA}{name}"])}
        self.folder.keep(f"{place}{MEDIA}{name}" for name in there)
        return Job(
            slug=slug,
            root=self.folder.path,
            place=place,
            thread=thread,
            verdict=verdict,
            frame=frame,
            formats=self.formats,
            media={name: file for name, file in files.items() if file and name not in there},
            said=self._said(entry) if slug in self.numbers else None,
            number=self.numbers.get(slug, 0),
        )

    def _frame(self, entry: Entry, around: Frame) -> Frame:
        address = f"{self.order.url}/{THREADS}{entry.slug}/" if self.order.url else ""
        at = f"{around.page_url}/media/"

        def here(there: str) -> str:
            return HERE + there.removeprefix(at) if there else ""

        return replace(
            around,
            site=self.site.title,
            base_url="",
            page_url=address,
            card_url=f"{address}{CARD}" if address else "",
            media={name: here(there) for name, there in around.media.items()},
            forms={
                here(there): Forms(here(form.lighter), here(form.moving))
                for there, form in around.forms.items()
            },
            sealed=True,
            author_url=self._author_page(entry),
            root="../../",
        )

    def _said(self, entry: Entry) -> Said:
        return Said(
            title=entry.title,
            address=f"{THREADS}{entry.slug}/{PAGE}",
            author="" if self.site.single else entry.author_name,
            day=day(entry.written_at),
            posts=counted(entry.posts, "post"),
            language=entry.language,
        )

    def _make_lists(self) -> list[str | int]:
        """Everything that is not of one thread, if a thread in a list has changed: from what, how many."""
        sign = _digest(*(f"{slug} {self.signs[slug]}" for slug in self.numbers))
        others = self.folder.there.difference(self.folder.wanted)
        before: list[str | int] = self.folder.notes.get("lists", [])
        if before == [sign, len(others)] and self.folder.is_whole(others):
            self.folder.keep(others)
            return before
        return [sign, len([self.folder.put(name, data) for name, data in self._other_files()])]

    def _other_files(self) -> Iterator[tuple[str, bytes]]:
        yield from list_files(self.site, self.listed, partial(person, self.library))
        if self.site.feeds:
            yield from feed_files(self.library, self.order, self.site, self.listed)
        yield from ((name, style.encode()) for name, style in FOLDER_STYLES.items())
        yield from ((f"{THREADS}{PAGE}", _DOOR), (".nojekyll", b""))
        yield "search.html", search_page(Frame(site=self.site.title, root="./"))
        yield from index_files(self._texts())

    def _texts(self) -> Iterator[tuple[int, str]]:
        """The number and the text of each thread that can be found."""
        for slug, number in self.numbers.items():
            try:
                yield number, read_text((self.folder.path / text_file(number)).read_bytes())
            except (OSError, ValueError):  # somebody has been at the file, or the thread went meanwhile
                saved = self.library.store.threads.load(slug)
                yield number, searchable(saved.thread) if saved and saved.thread else ""


def _site(library: Library, order: Order, listed: Sequence[Entry]) -> Site:
    writers = writers_of(listed)
    by_one = f"Threads by {next(iter(writers.values())).name}" if len(writers) == 1 else ""
    return Site(order.title or by_one or library.settings.site, writers, feeds=bool(order.url))


def _by_thread(names: Iterable[str]) -> dict[str, list[str]]:
    """The files of each thread, by its slug."""
    found: dict[str, list[str]] = {}
    for name in names:
        first, _, below = name.partition("/")
        slug, _, file = below.partition("/")
        if f"{first}/" == THREADS and file:
            found.setdefault(slug, []).append(name)
    return found


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()[:20]


@cache
def _program() -> str:
    """What pages follow from besides their threads."""
    files = sorted(file for file in TEMPLATES.rglob("*") if file.is_file())
    return _digest(__version__, *(digest(file.read_bytes()) for file in files))
