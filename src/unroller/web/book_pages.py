"""Many threads as one file: an author's, or those that a search finds. Made when asked for, kept nowhere."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from unroller.core.errors import InputError
from unroller.core.ports import Binding
from unroller.core.search import Wanted
from unroller.flows.book import Selection, binders, make_book, select
from unroller.flows.browse import known_as, want
from unroller.web.desk import Desk, redirect
from unroller.web.headers import MEDIA, NEVER_KEEP
from unroller.web.pages import Trouble
from unroller.web.searching import asked_by, wanted_by

BUSY_WORDS = "Books are made one at a time, and many people are waiting for one just now."
NOTHING = Trouble("There is nothing to bind here", "Look for the author, or for other words, first.")

Endpoint = Callable[[Request], Awaitable[Response]]


def routes(desk: Desk) -> Sequence[BaseRoute]:
    """The addresses of authors and of the search, with a format's suffix behind them."""
    found: list[BaseRoute] = []
    for suffix, export in binders(desk.library).items():
        made = _Books(desk, export)
        found.append(Route(f"/search{suffix}", made.search))
        found.append(Route(f"/@{{name:path}}{suffix}", made.anywhere))
        found += [Route(f"/{name}/@{{name:path}}{suffix}", made.on(name)) for name in desk.library.networks]
    return found


class _Books:
    """The books of one format."""

    def __init__(self, desk: Desk, export: Binding) -> None:
        self._desk = desk
        self._library = desk.library
        self._export = export

    async def search(self, request: Request) -> Response:
        """What the search for the same query finds."""
        try:
            wanted = await run_in_threadpool(wanted_by, self._library, asked_by(request))
        except InputError as error:
            return self._desk.painter.trouble(400, error.words, trouble=NOTHING)
        return await self._book(wanted)

    def anywhere(self, request: Request) -> Response:
        """To the author of that name, on whichever network there is one."""
        known = known_as(self._library, request.path_params["name"], self._library.networks)
        if known is None:
            return self._nothing()
        return redirect(f"/{known.network}{quote(request.url.path, safe='/@:')}", 302)

    def on(self, network: str) -> Endpoint:
        """What answers for the authors of that network."""

        async def answer(request: Request) -> Response:
            name = request.path_params["name"]
            wanted = await run_in_threadpool(want, self._library, network=network, author=name)
            return await self._book(wanted) if wanted.author else self._nothing()

        return answer

    async def _book(self, wanted: Wanted) -> Response:
        selection = await run_in_threadpool(select, self._library, wanted)
        if not selection.entries:
            return self._nothing()
        async with self._desk.queues.place("book", BUSY_WORDS):
            return await run_in_threadpool(self._made, selection)

    def _made(self, selection: Selection) -> Response:
        data = make_book(self._library, self._export, selection)
        return Response(data, 200, dict((*MEDIA, NEVER_KEEP)), media_type=self._export.media_type)

    def _nothing(self) -> Response:
        return self._desk.painter.trouble(404, "No thread that may be listed was found.", trouble=NOTHING)
