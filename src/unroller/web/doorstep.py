"""What every request passes first: addresses that are too long for any page go no further."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

LONGEST = 8_000
"""Bytes of path and query."""
WORDS = "Nothing here has an address of that length."


class Doorstep:
    """ASGI middleware. `refuse` makes the answer to a request for a path that is too long."""

    def __init__(self, app: ASGIApp, refuse: Callable[[str], Response]) -> None:
        self._app = app
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request in, or answer it here."""
        if scope["type"] == "http" and len(scope["path"]) + len(scope["query_string"]) > LONGEST:
            await self._refuse(scope["path"])(scope, receive, send)
            return
        await self._app(scope, receive, send)
