"""What every request passes first: addresses that are too long for any page go no further."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from unroller.web.pages import Painter

LONGEST = 8_000
"""Bytes of path and query."""


class Doorstep:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, painter: Painter) -> None:
        self._app = app
        self._painter = painter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request in, or answer it here."""
        if scope["type"] == "http" and len(scope["path"]) + len(scope["query_string"]) > LONGEST:
            words = "No page here has an address of that length."
            await self._painter.trouble(414, words)(scope, receive, send)
            return
        await self._app(scope, receive, send)
