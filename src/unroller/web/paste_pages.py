"""Where links are pasted, and the pages that wait for their threads."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from unroller.core.errors import UnrollerError
from unroller.flows.match import best_link, links_in
from unroller.web import batch, pasting
from unroller.web.desk import Desk, as_json, client, redirect, retry_after
from unroller.web.pasting import State
from unroller.web.troubles import told

PAUSES = (0.2, 0.3, 0.5, 1.0, 1.0, 1.5, 1.5, 2.0)
"""Seconds between looks while a tool waits at `/read`: together less than any gives a page to begin."""
LATER = 10.0
"""Seconds after which a tool may ask again."""


def routes(desk: Desk) -> Sequence[BaseRoute]:
    """The addresses for links."""
    made = _Pastes(desk)
    return [
        Route("/unroll", made.unroll),
        Route("/unroll/state", made.state),
        Route("/read", made.read),
    ]


class _Pastes:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def unroll(self, request: Request) -> Response:
        text = request.query_params.get("url", "").strip()
        links = links_in(text)
        if len(links) > 1:
            return self._batch(request, links)
        link = links[0] if links else text
        found = pasting.look(self._desk.library, link) if "wait" in request.query_params else None
        return self._show(link, found or self._begin(request, link))

    def _batch(self, request: Request, links: Sequence[str]) -> Response:
        """The page that shows how far each of several links is."""
        lines = batch.lines(self._desk, request, links)
        return self._desk.painter.batch(lines, pasting.waiting_address("\n".join(links)))

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

    async def read(self, request: Request) -> Response:
        """The thread for a tool that asks once: its page as soon as it is there, else when to come again.

        Not 202, which tools take for the article itself.
        """
        text = request.query_params.get("url", "").strip()
        link = best_link(self._desk.library.networks, text) or text
        found = await run_in_threadpool(self._begin, request, link)
        for pause in PAUSES:
            if found.state != "waiting":
                break
            await asyncio.sleep(pause)
            looked = await run_in_threadpool(pasting.look, self._desk.library, link)
            found = looked or found
        if found.state != "waiting":
            return self._show(link, found)
        headers = retry_after(LATER)
        return self._desk.painter.working(link, found.words, found.url, status=503, headers=headers)

    def state(self, request: Request) -> Response:
        """How far a paste is, for the script of the page that waits for it."""
        link = request.query_params.get("url", "").strip()
        try:
            found = pasting.look(self._desk.library, link)
        except UnrollerError as error:
            found = State("failed", pasting.waiting_address(link), told(request, error))
        found = found or State("unknown", pasting.waiting_address(link), "")
        return as_json({"state": found.state, "url": found.url, "words": found.words})
