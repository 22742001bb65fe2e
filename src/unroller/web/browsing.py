"""The lists: what is new, on one network or in one language; who wrote here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from unroller.core.search import Wanted
from unroller.core.summary import primary
from unroller.exports.lists import ListPage
from unroller.exports.tongues import tongue
from unroller.exports.words import line
from unroller.flows.browse import authors, browse
from unroller.web.desk import Desk, unless_known
from unroller.web.listing import Counts, Place, choices, latest, page_of, parts, people, reach, title_of
from unroller.web.pages import LATEST_FEEDS

LONGEST = 100
"""Characters of a language or a network, of which no more is looked at."""


def routes(desk: Desk) -> Sequence[BaseRoute]:
    """The addresses of lists."""
    made = _Browsing(desk)
    return [
        Route("/", made.home),
        Route("/latest", made.latest),
        Route("/authors", made.authors),
        *(Route(f"/{name}", made.of(name)) for name in desk.library.networks),
    ]


class _Browsing:
    def __init__(self, desk: Desk) -> None:
        self._library = desk.library
        self._painter = desk.painter
        self._counts = Counts(desk.library)

    def home(self, request: Request) -> Response:
        return unless_known(request, self._painter.home(parts(browse(self._library, Wanted()))))

    def latest(self, request: Request) -> Response:
        return self._latest(request, line(request.query_params.get("network", ""))[:LONGEST])

    def of(self, network: str) -> Callable[[Request], Response]:
        """What answers for the list of that network."""
        return partial(self._latest, network=network)

    def _latest(self, request: Request, network: str) -> Response:
        library, page = self._library, page_of(request)
        language = asked_language(request.query_params.get("language", ""))
        found = browse(library, Wanted(network=network, language=language), page)
        reach(page, found.found)
        place = latest(library, network, language, page)
        newer, older = place.turns(more=found.more)
        made = ListPage(
            _title(title_of(library, network) if network else "", language),
            parts(found),
            lead="In the order in which they came here, the newest first.",
            choices=choices(library, self._counts, network, language),
            newer=newer,
            older=older,
            empty="There is no such thread here." if network or language else "There is no thread here yet.",
        )
        feeds = Place("/latest", 1, {"network": network, "language": language}).feeds(made.title)
        return unless_known(request, self._painter.listing(made, place, here="latest", feeds=feeds))

    def authors(self, request: Request) -> Response:
        page = page_of(request)
        found, more = authors(self._library, page)
        reach(page, found)
        place = Place("/authors", page)
        newer, older = place.turns(more=more)
        made = ListPage(
            "Authors",
            (),
            lead="Everybody with a thread in the lists here. Who wrote the newest one comes first.",
            newer=newer,
            older=older,
            empty="There is nobody here yet.",
        )
        ways = people(self._library, found)
        answer = self._painter.listing(made, place, here="authors", feeds=LATEST_FEEDS, people=ways)
        return unless_known(request, answer)


def asked_language(tag: str) -> str:
    """The language that a list is asked for."""
    return primary(line(tag)[:LONGEST])


def _title(network: str, language: str) -> str:
    title = f"Latest threads on {network}" if network else "Latest threads"
    return f"{title} in {tongue(language)}" if language else title
