"""The layer in front: published pages are answered here, without a framework; all else goes to the app.

https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md
"""

from __future__ import annotations

from granian._granian import RSGIHTTPProtocol
from granian.rsgi import Scope
from starlette.types import ASGIApp

from unroller.flows.log import log
from unroller.web.bridge import Bridge
from unroller.web.shelf import Served, Shelf


class Fast:
    """The whole site as granian calls it."""

    def __init__(self, shelf: Shelf, app: ASGIApp) -> None:
        self._shelf = shelf
        self._bridge = Bridge(app)

    async def __rsgi__(self, scope: Scope, proto: RSGIHTTPProtocol) -> None:
        """Answer one request."""
        served = None
        if scope.path.startswith("/t/") and scope.method in ("GET", "HEAD"):
            served = self._published(scope)
        if served is None:
            await self._bridge(scope, proto)
        else:
            # The server leaves the body of an answer to HEAD out, and counts it all the same.
            proto.response_bytes(served.status, served.headers, served.body)

    def _published(self, scope: Scope) -> Served | None:
        header = scope.headers.get
        try:
            return self._shelf.answer(scope.path, header("accept-encoding", ""), header("if-none-match", ""))
        except Exception:  # noqa: BLE001 - a bug of ours must be loud, but must be answered: by the app
            log.exception("a bug: please report it", path=scope.path[:200])
            return None
