"""Threads of the library, bound as one book: only those that may be listed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from unroller.core.errors import AbsentError
from unroller.core.ports import Binding, Part
from unroller.core.search import Wanted
from unroller.flows.library import Library
from unroller.flows.page import offered, part_of
from unroller.store import Entry

MOST = 100
"""Threads in a book: as many of the newest."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What a book is to hold, and what it is to be called."""

    title: str
    entries: tuple[Entry, ...]


def select(library: Library, wanted: Wanted) -> Selection:
    """The newest threads that are `wanted`; there may be none."""
    entries = library.store.catalogue.find(wanted, MOST)
    return Selection(_title(wanted, entries), entries)


def binders(library: Library) -> dict[str, Binding]:
    """The formats that many threads can be bound in, by what stands at the end of their addresses."""
    found = offered(library)
    return {suffix: export for suffix, export in found.items() if isinstance(export, Binding)}


def make_book(library: Library, export: Binding, selection: Selection) -> bytes:
    """The book, its threads in the order in which they were begun.

    What is taken down while it is being made is not in it.

    Raises:
        AbsentError: none of its threads is there any more.
        SetupError: the format cannot be rendered here.
    """
    slugs: Iterable[str] = [
        entry.slug for entry in sorted(selection.entries, key=lambda entry: entry.written_at)
    ]
    while parts := _parts(library, slugs):
        data = export.bind(selection.title, list(parts.values()))
        slugs = _parts(library, parts)
        if len(slugs) == len(parts):
            return data
    raise AbsentError("There is no thread here to be bound.")


def _title(wanted: Wanted, entries: Sequence[Entry]) -> str:
    by = f" by {entries[0].author_name or entries[0].author_handle}" if wanted.author and entries else ""
    found = f" with “{wanted.words}”" if wanted.words else ""
    return f"Threads{by}{found}"


def _parts(library: Library, slugs: Iterable[str]) -> dict[str, Part]:
    found = ((slug, part_of(library, slug)) for slug in slugs)
    return {slug: part for slug, part in found if part}
