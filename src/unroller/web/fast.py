"""The layer in front: published pages are answered here, without a framework; all else goes to the app.

https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md
"""

from __future__ import annotations

from granian._granian import RSGIHTTPProtocol
from granian.rsgi import Scope
from starlette.types import ASGIApp

from unroller.web.bridge import Bridge
from unroller.web.shelf import Shelf


class Fast:
    """The whole site as granian calls it."""

    def __init__(self, shelf: Shelf, app: ASGIApp) -> None:
        self._shelf = shelf
        self._bridge = Bridge(app)

    async def __rsgi__(self, scope: Scope, proto: RSGIHTTPProtocol) -> None:
        """Answer one request."""
        path = scope.path
        if path.startswith("/t/") and scope.method in ("GET", "HEAD"):
            header = scope.headers.get
            served = self._shelf.answer(path, header("accept-encoding", ""), header("if-none-match", ""))
            if served is not None:
                # The server leaves the body of an answer to HEAD out, and counts it all the same.
                proto.response_bytes(served.status, served.headers, served.body)
                return
        await self._bridge(scope, proto)
