"""Pages that list what a static site has: the newest, each author's, each year's. From entries alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from urllib.parse import quote

from unroller.core.ports import Frame
from unroller.exports.feeds import FORMATS
from unroller.exports.lists import Line, ListPage, Part, Person, Way, list_page
from unroller.exports.rhythm import rhythm
from unroller.exports.words import counted, month
from unroller.flows.build.writers import Key, Writer
from unroller.store import Entry

FEEDS = tuple((form.title, form.media_type, f"feed{form.suffix}") for form in FORMATS)
"""The feeds beside a list, as its page names them."""

NEWEST = 30
"""Threads on a first page, where there are many."""

FEW = 60
"""As many stand on one page, without one for each year."""

SPLIT = 200
"""Threads on a page of a year."""

MOST_AUTHORS = 20
"""Authors that the first page names."""


@dataclass(frozen=True, slots=True)
class Site:
    """What all lists share: the site's title, its authors, and whether there are feeds beside them."""

    title: str
    writers: Mapping[Key, Writer]
    feeds: bool = False

    @property
    def single(self) -> bool:
        """Whether all is by one author."""
        return len(self.writers) == 1


def list_files(
    site: Site, entries: Sequence[Entry], person: Callable[[Writer], Person]
) -> Iterator[tuple[str, bytes]]:
    """Every list, by its name in the folder. `entries` are those that may be listed, in any order."""
    authors = by_writer(entries)
    if not site.single:
        ways = [_way_to(site.writers[key], found) for key, found in authors.items()]
        written = sorted(entries, key=_written, reverse=True)
        yield from _shelf(site, "", ListPage(site.title, ()), written, appeared(entries), ways)
        yield from _authors(site, ways)
    for key, found in authors.items():
        writer = site.writers[key]
        head = ListPage(site.title if site.single else writer.name, (), person=person(writer))
        yield from _shelf(site, writer.folder, head, found, found, ())


def by_writer(entries: Iterable[Entry]) -> dict[Key, list[Entry]]:
    """The threads of each author by when they were written, newest first; whose is the newest comes first."""
    found: dict[Key, list[Entry]] = {}
    for entry in sorted(entries, key=_written, reverse=True):
        found.setdefault((entry.network, entry.author_id), []).append(entry)
    return found


def appeared(entries: Iterable[Entry]) -> list[Entry]:
    """The threads by when they came here, newest first."""
    return sorted(entries, key=lambda entry: (entry.first_saved, *_written(entry)), reverse=True)


def _shelf(
    site: Site,
    folder: str,
    head: ListPage,
    written: Sequence[Entry],
    newest: Sequence[Entry],
    authors: Sequence[Way],
) -> Iterator[tuple[str, bytes]]:
    """The first page of a folder, with the newest or all, and the pages of its years."""
    root, few = _root(folder), len(written) <= FEW
    pages = [] if few else list(_years(written))
    shown = [*authors[:MOST_AUTHORS], *_all_of(authors)]
    first = replace(
        head,
        lead=_said(written),
        rhythm=rhythm(Counter(map(_month, written))),
        search=f"{root}search.html",
        feeds=FEEDS if site.feeds else (),
        authors=tuple(shown),
        years=tuple(_year_ways(pages)),
        parts=_by_year(site, folder, written) if few else (Part("", _lines(site, folder, newest[:NEWEST])),),
    )
    yield f"{folder}index.html", list_page(first, _frame(site, root))
    for at, (name, title, entries) in enumerate(pages):
        newer = pages[at - 1] if at else None
        older = pages[at + 1] if at + 1 < len(pages) else None
        page = ListPage(
            f"{title} · {head.title}",
            _by_month(site, folder, entries),
            newer=Way(newer[1], newer[0]) if newer else Way("Newest", "index.html"),
            older=Way(older[1], older[0]) if older else None,
        )
        yield f"{folder}{name}", list_page(page, _frame(site, root))


def _authors(site: Site, ways: Sequence[Way]) -> Iterator[tuple[str, bytes]]:
    if len(ways) > MOST_AUTHORS:
        by_name = tuple(sorted(ways, key=lambda way: way.title.casefold()))
        page = ListPage("Authors", (), authors=by_name, lead=counted(len(ways), "author"))
        yield "authors.html", list_page(page, _frame(site, "./"))


def _all_of(authors: Sequence[Way]) -> Iterator[Way]:
    if len(authors) > MOST_AUTHORS:
        yield Way("All authors", "authors.html", sum(way.threads for way in authors))


def _years(entries: Sequence[Entry]) -> Iterator[tuple[str, str, Sequence[Entry]]]:
    """The name, title and threads of each page, newest first."""
    for year, group in groupby(entries, key=lambda entry: entry.written_at.year):
        found = list(group)
        for number, start in enumerate(range(0, len(found), SPLIT), 1):
            more = f"-{number}" if number > 1 else ""
            title = f"{year}, page {number}" if number > 1 else str(year)
            yield f"{year}{more}.html", title, found[start : start + SPLIT]


def _year_ways(pages: Sequence[tuple[str, str, Sequence[Entry]]]) -> Iterator[Way]:
    for year, group in groupby(pages, key=lambda page: page[2][0].written_at.year):
        found = list(group)
        yield Way(str(year), found[0][0], *_counts([entry for page in found for entry in page[2]]))


def _way_to(writer: Writer, entries: Sequence[Entry]) -> Way:
    return Way(writer.name, f"{quote(writer.folder)}index.html", *_counts(entries))


def _counts(entries: Sequence[Entry]) -> tuple[int, int]:
    return len(entries), sum(entry.posts for entry in entries)


def _said(entries: Sequence[Entry]) -> str:
    threads, posts = _counts(entries)
    if not entries:
        return "No threads yet."
    years = sorted({entry.written_at.year for entry in entries})
    span = f"{years[0]}" if len(years) == 1 else f"{years[0]} to {years[-1]}"
    return f"{counted(threads, 'thread')}, {counted(posts, 'post')}, {span}"


def _by_year(site: Site, folder: str, entries: Sequence[Entry]) -> tuple[Part, ...]:
    groups = groupby(entries, key=lambda entry: entry.written_at.year)
    return tuple(Part(str(year), _lines(site, folder, list(found))) for year, found in groups)


def _by_month(site: Site, folder: str, entries: Sequence[Entry]) -> tuple[Part, ...]:
    groups = groupby(entries, key=_month)
    return tuple(Part(month(*when), _lines(site, folder, list(found))) for when, found in groups)


def _month(entry: Entry) -> tuple[int, int]:
    return entry.written_at.year, entry.written_at.month


def _lines(site: Site, folder: str, entries: Sequence[Entry]) -> tuple[Line, ...]:
    root = _root(folder)
    return tuple(_line(site, folder, root, entry) for entry in entries)


def _line(site: Site, folder: str, root: str, entry: Entry) -> Line:
    writer = site.writers[entry.network, entry.author_id]
    own = site.single or folder
    return Line(
        entry.title,
        f"{root}t/{entry.slug}/index.html",
        entry.posts,
        entry.written_at,
        "" if own else writer.name,
        "" if own else f"{root}{quote(writer.folder)}index.html",
        entry.language,
        entry.sample,
    )


def _frame(site: Site, root: str) -> Frame:
    return Frame(site=site.title, root=root)


def _root(folder: str) -> str:
    return "../" * folder.count("/") or "./"


def _written(entry: Entry) -> tuple[object, ...]:
    return entry.written_at, entry.slug
