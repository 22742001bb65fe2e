"""What one author wrote: their page, at their present handle on their network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from unroller.core.search import Wanted
from unroller.exports.lists import ListPage, Person
from unroller.exports.rhythm import rhythm
from unroller.exports.words import counted
from unroller.flows.browse import Profile, browse, known_as, profile
from unroller.flows.library import author_path
from unroller.web.desk import Desk, redirect, unless_known
from unroller.web.listing import Place, books, page_of, parts, reach, title_of
from unroller.web.pages import Trouble

NOBODY = Trouble("No such author here", "Look for the name with the search, or paste the link of a post.")


def routes(desk: Desk) -> Sequence[BaseRoute]:
    """The addresses of authors. Ids of accounts may have slashes."""
    made = _Authors(desk)
    return [
        Route("/@{name:path}", made.anywhere),
        *(Route(f"/{network}/@{{name:path}}", made.on(network)) for network in desk.library.networks),
    ]


class _Authors:
    def __init__(self, desk: Desk) -> None:
        self._library = desk.library
        self._painter = desk.painter

    def anywhere(self, request: Request) -> Response:
        """To the author of that name, on whichever network there is one."""
        name = request.path_params["name"]
        found = known_as(self._library, name, self._library.networks)
        return redirect(author_path(found.network, name), 302) if found else self._nobody()

    def on(self, network: str) -> Callable[[Request], Response]:
        """What answers for the authors of that network."""
        return partial(self._author, network=network)

    def _author(self, request: Request, network: str) -> Response:
        page, name = page_of(request), request.path_params["name"]
        found = profile(self._library, network, name)
        if found is None:
            return self._nobody()
        path = author_path(network, found.name)
        if name != found.name:
            return redirect(f"{path}?{request.url.query}" if request.url.query else path, 308)
        return unless_known(request, self._page(found, Place(path, page)))

    def _page(self, found: Profile, place: Place) -> Response:
        wanted = Wanted(network=found.known.network, author=found.known.id)
        listing = browse(self._library, wanted, place.number, by_writing=True)
        reach(place.number, listing.found)
        newer, older = place.turns(more=listing.more)
        made = ListPage(
            found.author.name,
            parts(listing, signed=False),
            lead=f"{counted(found.threads, 'thread')}, {counted(found.posts, 'post')} here.",
            person=self._person(found),
            rhythm=rhythm(found.months),
            newer=newer,
            older=older,
        )
        return self._painter.listing(made, place, books=books(self._library, place))

    def _person(self, found: Profile) -> Person:
        author, network = found.author, title_of(self._library, found.known.network)
        return Person(author.name, found.known.handle, network, author.url, author.avatar or "")

    def _nobody(self) -> Response:
        return self._painter.trouble(
            404, "No thread by an author of that name is listed here.", trouble=NOBODY
        )
