"""The library's lists, for whoever comes: what is new, what somebody wrote, what is found by its words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from unroller.core.errors import InputError
from unroller.core.model import Author
from unroller.core.search import Wanted, parse, passage
from unroller.flows.library import Library
from unroller.store import Entry, Known

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
    """An author with listed threads. `months` are how many were begun in each (year, month), in order."""

    known: Known
    author: Author
    threads: int
    posts: int
    months: dict[tuple[int, int], int]


def browse(library: Library, wanted: Wanted, page: int = 1, size: int = PAGE) -> Listing:
    """The threads that are `wanted` and may be listed, newest first by when they appeared here.

    Any words are fine; where there are none among them that can be looked for, nothing is found.

    Raises:
        InputError: there can be no page of that number.
    """
    if not 1 <= page <= MOST_PAGES:
        raise InputError(f"Pages are counted from 1 to {MOST_PAGES:,}.")
    catalogue = library.store.catalogue
    entries = catalogue.find(wanted, size + 1, size * (page - 1))
    shown = entries[:size]
    texts = catalogue.texts([entry.slug for entry in shown]) if wanted.words else {}
    query = parse(wanted.words)
    found = (
        Found(entry, passage(texts[entry.slug], query) if entry.slug in texts else ()) for entry in shown
    )
    return Listing(tuple(found), page, len(entries) > size)


def profile(library: Library, network: str, name: str) -> Profile | None:
    """The author whose present or earlier handle, or id, is `name`; `None` without any listed thread."""
    catalogue = library.store.catalogue
    known = catalogue.author(network, name.removeprefix("@"))
    newest = catalogue.find(Wanted(network=network, author=known.id), 1) if known else ()
    saved = library.store.threads.load(newest[0].slug) if newest else None
    if known is None or saved is None or saved.thread is None:
        return None
    threads, posts = catalogue.totals(network, known.id)
    return Profile(known, saved.thread.author, threads, posts, catalogue.months(network, known.id))


def account(library: Library, network: str, name: str) -> str:
    """The id of the author whom `name` means on `network`, or on any network where that is `""`.

    `name` itself where no listed author goes by it, so that nothing is found by them.
    """
    networks = (network,) if network else tuple(library.networks)
    author = library.store.catalogue.author
    found = (author(one, name.removeprefix("@")) for one in networks) if name else ()
    return next((known.id for known in found if known), name)


def day(text: str) -> date | None:
    """The day that `text` names as `2026-11-25`; `None` where it is empty.

    Raises:
        InputError: it is no such day.
    """
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        raise InputError("A day is written as year, month and day: 2026-11-25.") from None
