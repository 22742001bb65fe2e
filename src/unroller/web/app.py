"""The site as one Starlette app. Each module of routes says which addresses it answers."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import Response

from unroller.flows.library import Library
from unroller.web import (
    api,
    arriving,
    author_pages,
    book_pages,
    browsing,
    feeds,
    installing,
    operating,
    paste_pages,
    searching,
    sitemap,
    thread_pages,
    troubles,
    upkeep,
)
from unroller.web.api.problems import TOO_LONG, ProblemError, Problems
from unroller.web.desk import Desk
from unroller.web.doorstep import WORDS, Doorstep
from unroller.web.pages import Painter
from unroller.web.shelf import Shelf
from unroller.web.turnstile import Meter, Turnstile

PARTS = (
    *(paste_pages, thread_pages, upkeep, operating, api, sitemap, installing, feeds, book_pages),
    *(browsing, searching, author_pages, arriving),
)
"""The modules of routes. The first that knows an address answers it."""


def make_app(
    library: Library, shelf: Shelf | None = None, *, clock: Callable[[], float] = time.monotonic
) -> Starlette:
    """The whole site. `shelf` is shared with the layer in front; `clock` counts seconds."""
    shelf = shelf or Shelf(library.store.pages)
    desk = Desk(library, Painter(library), shelf, Turnstile(clock), Meter(clock))
    app = Starlette(
        routes=[route for part in PARTS for route in part.routes(desk)],
        middleware=[Middleware(Doorstep, refuse=partial(_too_long, desk))],
        exception_handlers=troubles.handlers(desk),
    )
    # Starlette's own would lead to whatever host the request names, and over http.
    app.router.redirect_slashes = False
    return app


def _too_long(desk: Desk, path: str) -> Response:
    """For a program where a program asks, else for a person."""
    if path.startswith(f"{api.PREFIX}/"):
        return Problems(desk.library.settings.base_url).answer(ProblemError(TOO_LONG, WORDS))
    return desk.painter.trouble(414, WORDS)
