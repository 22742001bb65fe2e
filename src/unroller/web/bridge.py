"""RSGI in, ASGI out: lets granian's quick protocol reach an app that speaks the common one.

Answers in one piece are sent whole, films as they are read; a request's body is read as the app asks for it.
https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md
https://asgi.readthedocs.io/en/latest/specs/www.html
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import quote

from granian._granian import RSGIHTTPProtocol, RSGIHTTPStreamTransport
from granian.rsgi import Scope
from starlette.types import ASGIApp, Message
from starlette.types import Scope as AsgiScope

from unroller.flows.log import log

BODILESS = ("GET", "HEAD", "OPTIONS")
"""Methods of requests whose body, should there be one, nobody reads."""


class Bridge:
    """An ASGI app, as RSGI calls it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, proto: RSGIHTTPProtocol) -> None:
        """Answer one request with what the app says."""
        exchange = _Exchange(proto, has_body=scope.method not in BODILESS)
        try:
            await self._app(asgi_scope(scope), exchange.receive, exchange.send)
        except Exception:  # noqa: BLE001 - a bug of ours must be loud, but must be answered
            if not exchange.sent:  # else the app has answered and logged it
                log.exception("a bug: please report it", path=scope.path[:200])
        if not exchange.sent:
            proto.response_str(500, [("content-type", "text/plain")], "Something broke here.\n")


def asgi_scope(scope: Scope) -> AsgiScope:
    """The same request in ASGI's words."""
    host, port = _address(scope.client)
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": scope.http_version,
        "method": scope.method,
        "scheme": scope.scheme,
        "path": scope.path,
        "raw_path": quote(scope.path, safe="/:@!$&'()*+,;=~%").encode(),
        "query_string": scope.query_string.encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in scope.headers.items()],
        "client": (host, port),
        "server": _address(scope.server),
    }


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host.strip("[]"), int(port) if port.isdigit() else 0


@dataclass(slots=True)
class _Exchange:
    proto: RSGIHTTPProtocol
    has_body: bool
    status: int = 500
    headers: list[tuple[str, str]] = field(default_factory=list)
    stream: RSGIHTTPStreamTransport | None = None
    body: AsyncIterator[bytes] | None = None
    received: bool = False
    sent: bool = False

    async def receive(self) -> Message:
        if self.received:
            await self.proto.client_disconnect()
            return {"type": "http.disconnect"}
        piece = await self._piece() if self.has_body else b""
        self.received = not piece
        return {"type": "http.request", "body": piece, "more_body": bool(piece)}

    async def _piece(self) -> bytes:
        """The next piece of the body; none at its end."""
        self.body = self.body or aiter(self.proto)
        try:
            # Not `anext` with a default: what that waits in cannot be cancelled once the app waited enough.
            return await self.body.__anext__()
        except StopAsyncIteration:
            return b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = [
                (name.decode("latin-1"), value.decode("latin-1")) for name, value in message["headers"]
            ]
        elif message["type"] == "http.response.body":
            await self._send(message.get("body", b""), more=message.get("more_body", False))

    async def _send(self, body: bytes, *, more: bool) -> None:
        """An answer in one piece, or as a stream where it comes in several: a film has no room in memory."""
        self.sent = True
        if self.stream is None and not more:
            self.proto.response_bytes(self.status, self.headers, body)
            return
        self.stream = self.stream or self.proto.response_stream(self.status, self.headers)
        if body:
            await self.stream.send_bytes(body)
