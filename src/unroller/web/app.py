"""The site as one Starlette app. Each module of routes says which addresses it answers."""

from __future__ import annotations

import time
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.middleware import Middleware

from unroller.flows.library import Library
from unroller.web import (
    arriving,
    author_pages,
    browsing,
    feeds,
    installing,
    paste_pages,
    searching,
    sitemap,
    thread_pages,
    troubles,
    upkeep,
)
from unroller.web.desk import Desk
from unroller.web.doorstep import Doorstep
from unroller.web.pages import Painter
from unroller.web.shelf import Shelf
from unroller.web.turnstile import Turnstile

PARTS = (
    *(paste_pages, thread_pages, upkeep, sitemap, installing, feeds),
    *(browsing, searching, author_pages, arriving),
)
"""The modules of routes. The first that knows an address answers it."""


def make_app(
    library: Library, shelf: Shelf | None = None, *, clock: Callable[[], float] = time.monotonic
) -> Starlette:
    """The whole site. `shelf` is shared with the layer in front; `clock` counts seconds."""
    desk = Desk(library, Painter(library), shelf or Shelf(library.store.pages), Turnstile(clock))
    app = Starlette(
        routes=[route for part in PARTS for route in part.routes(desk)],
        middleware=[Middleware(Doorstep, painter=desk.painter)],
        exception_handlers=troubles.handlers(desk),
    )
    # Starlette's own would lead to whatever host the request names, and over http.
    app.router.redirect_slashes = False
    return app
