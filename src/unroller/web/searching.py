"""The search: a box, what narrows it down, and what was found."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from unroller.core.errors import InputError
from unroller.core.search import Wanted, parse
from unroller.exports.lists import ListPage
from unroller.exports.words import line
from unroller.flows.browse import Listing, browse, day, want
from unroller.flows.library import Library
from unroller.web.browsing import LONGEST, asked_language
from unroller.web.desk import Desk, unless_known
from unroller.web.listing import Asked, Counts, Place, books, page_of, parts, reach
from unroller.web.pages import LATEST_FEEDS

NARROWING = ("network", "author", "language", "since", "until")
"""What is asked besides words, by its name in the query."""

FIELDS = ("q", *NARROWING)
"""All that is asked."""

NOTHING = "Nothing was found. Fewer words, or another spelling, may find more."
NO_WORD = "There is no word to look for in that, only signs, or words that shall not be there."


def routes(desk: Desk) -> Sequence[BaseRoute]:
    """The address of the search."""
    return [Route("/search", _Search(desk).search)]


class _Search:
    def __init__(self, desk: Desk) -> None:
        self._library = desk.library
        self._painter = desk.painter
        self._counts = Counts(desk.library)

    def search(self, request: Request) -> Response:
        asked, page = asked_by(request), page_of(request)
        try:
            wanted = wanted_by(self._library, asked)
        except InputError as error:
            return self._show(Place("/search", 1, asked), wrong=error.words)
        if not any(asked.values()):
            return unless_known(request, self._show(Place("/search")))
        found = browse(self._library, wanted, page)
        reach(page, found.found)
        return unless_known(request, self._show(Place("/search", page, asked), found))

    def _show(self, place: Place, found: Listing | None = None, wrong: str = "") -> Response:
        newer, older = place.turns(more=bool(found and found.more))
        asked = dict.fromkeys(FIELDS, "") | dict(place.asked)
        words = asked["q"][:LONGEST]
        made = ListPage(
            f"“{words}”" if words else "Search",
            parts(found) if found else (),
            newer=newer,
            older=older,
            empty=_nothing(asked["q"]) if found else "",
        )
        return self._painter.listing(
            made,
            place,
            here="search",
            template="search.html",
            status=400 if wrong else 200,
            feeds=None if found else LATEST_FEEDS,
            books=books(self._library, place),
            asked=asked,
            wrong=wrong,
            narrowed=any(asked[name] for name in NARROWING),
            of_networks=self._counts.networks(asked["network"]),
            of_languages=self._counts.languages(asked["language"]),
        )


def wanted_by(library: Library, asked: Asked) -> Wanted:
    """What the search of these fields is for.

    Raises:
        InputError: a day is none.
    """
    return want(
        library,
        asked["q"],
        network=asked["network"],
        author=asked["author"],
        language=asked["language"],
        since=day(asked["since"]),
        until=day(asked["until"]),
    )


def asked_by(request: Request) -> dict[str, str]:
    """The fields of the search as they stand in the address; `""` for those that do not."""
    given = {name: line(request.query_params.get(name, "")) for name in FIELDS}
    asked = given | {name: given[name][:LONGEST] for name in NARROWING}
    return asked | {"language": asked_language(asked["language"])}


def _nothing(words: str) -> str:
    return NOTHING if not words or parse(words).all else NO_WORD
