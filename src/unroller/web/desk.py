"""What the site's answers are made with, and the small answers that all parts of it give."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from unroller.flows.library import Library
from unroller.web.headers import ALWAYS, NEVER_KEEP, NOT_INDEXED, Header, is_known
from unroller.web.pages import Painter
from unroller.web.queues import Queues
from unroller.web.shelf import Shelf
from unroller.web.turnstile import Meter, Turnstile, client_of, is_loopback


@dataclass(frozen=True, slots=True)
class Desk:
    """One library's site: each module of routes is handed this, and nothing else."""

    library: Library
    painter: Painter
    shelf: Shelf
    turnstile: Turnstile
    meter: Meter
    queues: Queues = field(default_factory=Queues)


def client(request: Request) -> str:
    """Who asks, as the turnstile counts them."""
    peer = request.client.host if request.client else ""
    # Each proxy adds at the end, be it to the line that is there or as a line of its own.
    lines = request.headers.getlist("x-forwarded-for")
    return client_of(peer, lines[-1] if lines else "")


def is_from_here(request: Request) -> bool:
    """Whether a program on this machine asks, by a name of this machine, and not for somebody else.

    Proxies say for whom they ask, or by which name; so does a page of the web whose name leads here.
    """
    forwarded = {"forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"}
    peer = request.client.host if request.client else ""
    is_ours = request.url.hostname in ("localhost", "127.0.0.1", "::1")
    return is_ours and is_loopback(peer) and not forwarded & set(request.headers.keys())


def retry_after(seconds: float | None) -> tuple[Header, ...]:
    """When to come again, as a header; none where that is not known."""
    return () if seconds is None else (("retry-after", str(max(1, round(seconds)))),)


def unless_known(request: Request, response: Response) -> Response:
    """`response` with its ETag; the ETag alone where the client has that already."""
    if response.status_code != 200:
        return response
    etag = f'"{hashlib.sha256(bytes(response.body)).hexdigest()[:32]}"'
    response.headers["etag"] = etag
    if not is_known(request.headers.get("if-none-match", ""), etag):
        return response
    kept = {name: response.headers[name] for name in ("etag", "cache-control")}
    return Response(status_code=304, headers=kept)


def redirect(path: str, status: int) -> Response:
    """Another address of this site."""
    return RedirectResponse(path, status, headers=dict((NEVER_KEEP, *ALWAYS)))


def as_json(value: object, status: int = 200) -> Response:
    """`value` for programs, as it is at this moment."""
    return JSONResponse(value, status, headers=dict((NEVER_KEEP, NOT_INDEXED, *ALWAYS)))
