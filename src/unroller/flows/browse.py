"""The library's lists, for whoever comes: what is new, what somebody wrote, what is found by its words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from unroller.core.errors import InputError
from unroller.core.media import at_home
from unroller.core.model import Author
from unroller.core.search import Wanted, parse, passage
from unroller.core.summary import primary
from unroller.flows.copies import held, is_copied
from unroller.flows.library import Library
from unroller.store import Entry, Known, Writer

PAGE = 20
"""Threads on one page of a list."""

MOST_PAGES = 10_000


@dataclass(frozen=True, slots=True)
class Found:
    """A thread of a list. `passage` is where it says what was searched: pieces, and whether they match.

    `()` where no words were searched.
    """

    entry: Entry
    passage: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a list, newest first. `more`: there is a page after it."""

    found: tuple[Found, ...]
    page: int
    more: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """An author with listed threads. `months` are how many were begun in each (year, month), in order.

    `name` leads to this account and no other: its handle, or its id where somebody else bears that by now.
    """

    known: Known
    name: str
    author: Author
    threads: int
    posts: int
    months: dict[tuple[int, int], int]


def want(
    library: Library,
    words: str = "",
    *,
    network: str = "",
    author: str = "",
    language: str = "",
    since: date | None = None,
    until: date | None = None,
) -> Wanted:
    """What somebody asks for in terms of their own, as `browse` takes it.

    `author` is any name of theirs, with or without @, on `network`, or on the first network that knows it;
    a name that no listed author goes by stays, so that nothing is found by it. `language` is any tag: `de-AT`
    asks for `de`.
    """
    networks = (network,) if network else library.networks
    known = known_as(library, author.removeprefix("@"), networks) if author else None
    return Wanted(words, network, known.id if known else author, primary(language), since, until)


def browse(
    library: Library, wanted: Wanted, page: int = 1, size: int = PAGE, *, by_writing: bool = False
) -> Listing:
    """The threads that are `wanted` and may be listed, newest first by when they appeared here.

    Any words are fine; where there are none among them that can be looked for, nothing is found.
    `by_writing`: without words, what was begun last comes first.

    Raises:
        InputError: there can be no page of that number.
    """
    catalogue, offset = library.store.catalogue, _offset(page, size)
    entries = catalogue.find(wanted, size + 1, offset, by_writing=by_writing)
    shown = entries[:size]
    texts = catalogue.texts([entry.slug for entry in shown]) if wanted.words else {}
    query = parse(wanted.words)
    found = (
        Found(entry, passage(texts[entry.slug], query) if entry.slug in texts else ()) for entry in shown
    )
    return Listing(tuple(found), page, len(entries) > size)


def authors(library: Library, page: int = 1, size: int = PAGE) -> tuple[tuple[Writer, ...], bool]:
    """Who has listed threads, who wrote the newest one first; and whether there is a page after this one.

    Raises:
        InputError: there can be no page of that number.
    """
    found = library.store.catalogue.authors(size + 1, _offset(page, size))
    return found[:size], len(found) > size


def _offset(page: int, size: int) -> int:
    if not 1 <= page <= MOST_PAGES:
        raise InputError(f"Pages are counted from 1 to {MOST_PAGES:,}.")
    return size * (page - 1)


def profile(library: Library, network: str, name: str) -> Profile | None:
    """The author whose present or earlier handle, or id, is `name`; `None` without any listed thread."""
    catalogue = library.store.catalogue
    known = catalogue.author(network, name.removeprefix("@"))
    newest = catalogue.find(Wanted(network=network, author=known.id), 1) if known else ()
    saved = library.store.threads.load(newest[0].slug) if newest else None
    if known is None or saved is None or saved.thread is None:
        return None
    threads, posts = catalogue.totals(network, known.id)
    author = at_home(saved.thread, held(library, saved).media, only=is_copied(library, network)).author
    months = catalogue.months(network, known.id)
    return Profile(known, name_of(library, known), author, threads, posts, months)


def name_of(library: Library, known: Known) -> str:
    """What leads to this account and no other: its handle; its id where somebody else bears that by now."""
    return known.handle if library.store.catalogue.author(known.network, known.handle) == known else known.id


def known_as(library: Library, name: str, networks: Iterable[str]) -> Known | None:
    """The author with listed threads whom `name` means, on the first of `networks` that has one."""
    found = (library.store.catalogue.author(network, name) for network in networks)
    return next(filter(None, found), None)


def day(text: str) -> date | None:
    """The day that `text` names as `2026-11-25`; `None` where it is empty.

    Raises:
        InputError: it is no such day.
    """
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        raise InputError("A day is written as year, month and day: 2026-11-25.") from None
