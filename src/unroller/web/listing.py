"""Lists as pages show them: their lines, the lists beside them, the pages before and after.

All links stay on the site, by whatever name it was opened.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from starlette.requests import Request

from unroller.exports.feeds import alternates
from unroller.exports.lists import Choice, Line, Part, Way
from unroller.exports.tongues import tongue
from unroller.exports.words import network_title
from unroller.flows.book import binders
from unroller.flows.browse import MOST_PAGES, Listing
from unroller.flows.library import Library, author_path
from unroller.store import Entry, Writer

COUNTED_FOR = 60.0
"""Seconds."""

Asked = Mapping[str, str]
"""What an address asks for, by the names in its query; what is empty is not asked for."""

Feeds = tuple[tuple[str, str, str], ...]
"""Title, media type and address of each."""


def address(path: str, asked: Asked, page: int = 1) -> str:
    """The address of this page of the list; the first page has no number."""
    given = {name: value for name, value in asked.items() if value}
    if page > 1:
        given["page"] = str(page)
    return f"{path}?{urlencode(given)}" if given else path


@dataclass(frozen=True, slots=True)
class Place:
    """Page `number` of the list that is at `path`, of which no more than what is `asked` for."""

    path: str
    number: int = 1
    asked: Asked = field(default_factory=dict)

    @property
    def address(self) -> str:
        """The address, always written alike."""
        return address(self.path, self.asked, self.number)

    @property
    def is_plain(self) -> bool:
        """Whether this is the beginning of the whole list."""
        return self.number == 1 and not any(self.asked.values())

    def feeds(self, title: str) -> Feeds:
        """The feeds of the list, of which this may be any page."""
        return alternates(title, self.path, address("", self.asked).removeprefix("?"))

    def turns(self, *, more: bool) -> tuple[Way | None, Way | None]:
        """The links to the page before and to the page after, where there are such."""
        before, after = (address(self.path, self.asked, self.number + step) for step in (-1, 1))
        return Way("Newer", before) if self.number > 1 else None, Way("Older", after) if more else None


def books(library: Library, place: Place) -> tuple[tuple[str, str, str], ...]:
    """What the whole list can be had as, in one file: (title, media type, address)."""
    return tuple(
        (export.title, export.media_type, address(place.path + suffix, place.asked))
        for suffix, export in binders(library).items()
    )


def parts(listing: Listing, *, signed: bool = True) -> tuple[Part, ...]:
    """The threads of the list; none for an empty one. `signed`: each with its author."""
    lines = tuple(_line(found.entry, found.passage, signed=signed) for found in listing.found)
    return (Part("", lines),) if lines else ()


def _line(entry: Entry, passage: tuple[tuple[str, bool], ...], *, signed: bool) -> Line:
    return Line(
        title=entry.title,
        address=f"/t/{entry.slug}",
        posts=entry.posts,
        at=entry.written_at,
        author=(entry.author_name or entry.author_handle) if signed else "",
        author_address=author_path(entry.network, entry.author_handle) if signed else "",
        language=entry.language,
        sample=entry.sample,
        passage=passage,
    )


def people(library: Library, writers: Sequence[Writer]) -> tuple[Way, ...]:
    """A link to the page of each."""
    return tuple(
        Way(
            one.name or one.handle,
            author_path(one.network, one.handle),
            one.threads,
            detail=f"@{one.handle} on {title_of(library, one.network)}",
        )
        for one in writers
    )


def title_of(library: Library, network: str) -> str:
    """The network's name for readers, also where this installation no longer has it."""
    found = library.networks.get(network)
    return found.rules.title if found else network_title(network)


class Counts:
    """How many listed threads there are of each network and language, in a library of many threads.

    Counting takes a look at each of them, so that it is done once a minute. Numbers say nothing of anybody.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self._kept: dict[str, tuple[float, dict[str, int]]] = {}

    def networks(self, asked: str = "") -> dict[str, tuple[str, int]]:
        """The networks, also one that is only asked for: name → title and number of threads."""
        counts = self._of("networks", self._library.store.catalogue.networks)
        return {
            name: (_capital(title_of(self._library, name)), count) for name, count in _with(counts, asked)
        }

    def languages(self, asked: str = "") -> dict[str, tuple[str, int]]:
        """The languages, also one that is only asked for: tag → own name and number of threads."""
        counts = self._of("languages", self._library.store.catalogue.languages)
        return {tag: (tongue(tag), count) for tag, count in _with(counts, asked)}

    def _of(self, what: str, count: Callable[[], Iterable[tuple[str, int]]]) -> dict[str, int]:
        until, counts = self._kept.get(what, (0.0, {}))
        if time.monotonic() >= until:
            counts = dict(count())
            self._kept[what] = time.monotonic() + COUNTED_FOR, counts
        return counts


def _with(counts: dict[str, int], asked: str) -> list[tuple[str, int]]:
    return list((counts | ({asked: 0} if asked and asked not in counts else {})).items())


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def latest(library: Library, network: str, language: str, number: int = 1) -> Place:
    """The latest threads of a network, in a language; at the network's own address where it has one."""
    if network in library.networks:
        return Place(f"/{network}", number, {"language": language})
    return Place("/latest", number, {"network": network, "language": language})


def choices(library: Library, counts: Counts, network: str, language: str) -> tuple[Choice, ...]:
    """The latest threads of one network or all, and in one language or all; not where there is but one."""
    by_network = [
        Way(title, latest(library, name, language).address, 0 if language else count, here=name == network)
        for name, (title, count) in ({"": ("All", 0)} | counts.networks(network)).items()
    ]
    by_language = [
        Way(
            title,
            latest(library, network, tag).address,
            0 if network else count,
            here=tag == language,
            language=tag,
        )
        for tag, (title, count) in ({"": ("All", 0)} | counts.languages(language)).items()
    ]
    found = (Choice("Network", tuple(by_network)), Choice("Language", tuple(by_language)))
    return tuple(choice for choice in found if len(choice.ways) > 2)


class NoPageError(Exception):
    """The list has no page of that number: never, which is `status` 400, or not now, which is 404."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words


def page_of(request: Request) -> int:
    """Which page of a list is asked for, from 1 on.

    Raises:
        NoPageError: no list can have it.
    """
    text = request.query_params.get("page", "").strip() or "1"
    page = int(text) if len(text) < 9 and text.isdecimal() else 0
    if not 1 <= page <= MOST_PAGES:
        raise NoPageError(400, f"Pages are counted from 1 to {MOST_PAGES:,}.")
    return page


def reach(page: int, found: Sequence[object]) -> None:
    """Nothing, where something was found or the page is the first.

    Raises:
        NoPageError: the list ends before the page.
    """
    if page > 1 and not found:
        raise NoPageError(404, f"This list ends before page {page:,}.")
