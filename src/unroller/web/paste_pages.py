"""Where a link is pasted, and the page that waits for its thread."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from unroller.core.errors import UnrollerError
from unroller.web import pasting
from unroller.web.desk import Desk, as_json, client, redirect, retry_after
from unroller.web.pasting import State
from unroller.web.troubles import told


def routes(desk: Desk) -> Sequence[BaseRoute]:
    """The addresses for links."""
    made = _Pastes(desk)
    return [Route("/unroll", made.unroll), Route("/unroll/state", made.state)]


class _Pastes:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def unroll(self, request: Request) -> Response:
        link = request.query_params.get("url", "").strip()
        found = pasting.look(self._desk.library, link) if "wait" in request.query_params else None
        return self._show(link, found or self._begin(request, link))

    def _begin(self, request: Request, link: str) -> State:
        return pasting.begin(self._desk.library, self._desk.turnstile, client(request), link)

    def _show(self, link: str, found: State) -> Response:
        painter = self._desk.painter
        if found.state == "published":
            return redirect(found.url, 303)
        if found.state == "failed":
            headers = retry_after(found.retry_after)
            return painter.trouble(found.status, found.words, link=link, headers=headers)
        return painter.working(link, found.words, found.url)

    def state(self, request: Request) -> Response:
        """How far a paste is, for the script of the page that waits for it."""
        link = request.query_params.get("url", "").strip()
        try:
            found = pasting.look(self._desk.library, link)
        except UnrollerError as error:
            found = State("failed", pasting.waiting_address(link), told(request, error))
        found = found or State("unknown", pasting.waiting_address(link), "")
        return as_json({"state": found.state, "url": found.url, "words": found.words})
