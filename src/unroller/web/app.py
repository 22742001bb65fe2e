"""The site as one Starlette app: every address that there is, and what it answers."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from unroller.core.errors import UnrollerError
from unroller.core.kinds import MEDIA_TYPES
from unroller.core.ports import Appearing
from unroller.flows.library import Library
from unroller.flows.log import log
from unroller.flows.page import make_copy, make_page, offered
from unroller.store import Saved, Status
from unroller.web import figures, pasting
from unroller.web.doorstep import Doorstep
from unroller.web.headers import ALWAYS, MEDIA, NEVER_KEEP, NOT_INDEXED, Header
from unroller.web.pages import BUSY, Painter
from unroller.web.pasting import HastyError, State
from unroller.web.queues import PATIENCE, BusyError, Queues
from unroller.web.shelf import Shelf
from unroller.web.turnstile import Turnstile, client_of, is_loopback

ROBOTS = "User-agent: *\nDisallow: /unroll\n"
"""What robots are kept from besides copies of pages in other formats, each of which is made for who asks."""
BUSY_WORDS = "Formats are made one at a time, and many are waiting for this one just now."
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" '
    'fill="#176b5b"/><path d="M4 5h8M4 8h8M4 11h5" stroke="#fff" stroke-width="1.6" stroke-linecap="round"/>'
    "</svg>"
)

_SLUG = re.compile(r"[a-z0-9]{12}")


def make_app(
    library: Library, shelf: Shelf | None = None, *, clock: Callable[[], float] = time.monotonic
) -> Starlette:
    """The whole site. `shelf` is shared with the layer in front; `clock` counts seconds."""
    site = _Site(library, shelf or Shelf(library.store.pages), Turnstile(clock))
    app = Starlette(
        routes=[
            Route("/", site.home),
            Route("/unroll", site.unroll),
            Route("/unroll/state", site.state),
            Route("/t/{slug}", site.thread),
            Route("/t/{slug}/", site.without_slash),
            Route("/t/{slug}/card.png", site.thread),
            Route("/t/{slug}/media/{name}", site.media),
            Route("/health", site.health),
            Route("/metrics", site.metrics),
            Route("/robots.txt", site.robots),
            Route("/favicon.svg", _icon),
            Route("/favicon.ico", _icon),
            *(Route(path, site.appearance) for path in sorted(site.appearing)),
        ],
        middleware=[Middleware(Doorstep, painter=site.painter)],
        exception_handlers={
            HTTPException: site.not_there,
            UnrollerError: site.trouble,
            HastyError: site.hasty,
            Exception: site.broken,
        },
    )
    # Starlette's own would lead to whatever host the request names, and over http.
    app.router.redirect_slashes = False
    return app


class _Site:
    def __init__(self, library: Library, shelf: Shelf, turnstile: Turnstile) -> None:
        self.painter = Painter(library)
        self._library = library
        self._shelf = shelf
        self._turnstile = turnstile
        networks = [one for one in library.networks.values() if isinstance(one, Appearing)]
        self.appearing = {path: network for network in networks for path in network.paths}
        self._queues = Queues()

    def home(self, _: Request) -> Response:
        return self.painter.home()

    def unroll(self, request: Request) -> Response:
        link = request.query_params.get("url", "").strip()
        found = pasting.look(self._library, link) if "wait" in request.query_params else None
        return self._show(link, found or self._begin(request, link))

    def _begin(self, request: Request, link: str) -> State:
        return pasting.begin(self._library, self._turnstile, _client(request), link)

    def _show(self, link: str, found: State) -> Response:
        if found.state == "published":
            return _redirect(found.url, 303)
        if found.state == "failed":
            return self.painter.trouble(
                found.status, found.words, link=link, headers=_retry(found.retry_after)
            )
        return self.painter.working(link, found.words, found.url)

    def state(self, request: Request) -> Response:
        """How far a paste is, for the script of the page that waits for it."""
        link = request.query_params.get("url", "").strip()
        try:
            found = pasting.look(self._library, link)
        except UnrollerError as error:
            found = State("failed", pasting.waiting_address(link), _told(request, error))
        found = found or State("unknown", pasting.waiting_address(link), "")
        return _json({"state": found.state, "url": found.url, "words": found.words})

    async def thread(self, request: Request) -> Response:
        """A page, its JSON or its card: the published bytes, or what became of them."""
        if served := self._published(request):
            return served
        slug, suffix = _address(request)
        if suffix not in ("", ".json"):
            return await self._copy(request, slug, suffix)
        if await run_in_threadpool(self._publish_again, slug) and (served := self._published(request)):
            return served
        return await run_in_threadpool(self._gone, request, slug)

    async def _copy(self, request: Request, slug: str, suffix: str) -> Response:
        """The thread in a format that nobody asked for since it last changed."""
        known = await run_in_threadpool(self._formats, slug)
        if not known:
            return await run_in_threadpool(self._gone, request, slug)
        if suffix not in known:
            words = f"There is no such format of this thread. There are: {', '.join(known)}."
            return self.painter.trouble(404, words)
        try:
            async with self._queues.place(suffix):
                served = self._published(request)  # another request may have had it made meanwhile
                if served is None and await run_in_threadpool(make_copy, self._library, slug, suffix):
                    served = self._published(request)
        except BusyError:
            return self.painter.trouble(503, BUSY_WORDS, headers=_retry(PATIENCE), trouble=BUSY)
        if served is None:
            return await run_in_threadpool(self._gone, request, slug)
        return served

    def _formats(self, slug: str) -> list[str]:
        """How the addresses of a published thread's formats end; none where there is no such thread."""
        if self._library.store.threads.status(slug) is not Status.PUBLISHED:
            return []
        return sorted(offered(self._library))

    def _published(self, request: Request) -> Response | None:
        header = request.headers.get
        path = request.scope["path"]
        served = self._shelf.answer(path, header("accept-encoding", ""), header("if-none-match", ""))
        if served is None:
            return None
        return Response(served.body, served.status, dict(served.headers))

    def _publish_again(self, slug: str) -> bool:
        """Make a page anew whose file was lost; whether there is one to be made."""
        if self._library.store.threads.status(slug) is not Status.PUBLISHED:
            return False
        make_page(self._library, slug)
        return True

    def _gone(self, request: Request, slug: str) -> Response:
        saved = self._library.store.threads.load(slug)
        status, words = _what_became(saved)
        if request.url.path.endswith(".json"):
            return _json({"error": words}, status)
        return self.painter.trouble(status, words)

    def media(self, request: Request) -> Response:
        """A picture, film or sound that is kept with a page, in pieces where it is asked for so."""
        slug, name = _address(request)[0], request.path_params["name"]
        file = self._library.store.media.file(slug, name)
        if file is None:
            return self._gone(request, slug)
        etag = f'"{file.stem}"'
        headers = dict((("etag", etag), *MEDIA))
        if etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return FileResponse(file, media_type=MEDIA_TYPES[file.suffix.removeprefix(".")], headers=headers)

    async def without_slash(self, request: Request) -> Response:
        return _redirect(f"/t/{_address(request)[0]}", 308)

    def health(self, _: Request) -> Response:
        """Whether the store can be reached, and how much waits."""
        found = figures.health(self._library)
        return _json(found, 200 if found["store"] == "ok" else 503)

    def metrics(self, request: Request) -> Response:
        """Figures for Prometheus, for programs on this machine only."""
        if not _is_direct_from_here(request):
            raise HTTPException(404)
        return PlainTextResponse(figures.metrics(self._library), headers=dict((NEVER_KEEP, *ALWAYS)))

    def appearance(self, request: Request) -> Response:
        """Who we are to the servers of a network, which want to know who asks them."""
        path = request.url.path
        shown = self.appearing[path].show(path, request.query_params)
        if shown is None:
            raise HTTPException(404)
        kind, body = shown
        return Response(body, media_type=kind, headers=dict((NEVER_KEEP, NOT_INDEXED, *ALWAYS)))

    def robots(self, _: Request) -> Response:
        """What is no page, or is another form of one."""
        copies = "".join(f"Disallow: /t/*{suffix}$\n" for suffix in sorted(offered(self._library)))
        return PlainTextResponse(ROBOTS + copies, headers=dict(ALWAYS))

    def not_there(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        words = {
            404: "There is no page at this address.",
            405: "This page can only be read.",
        }.get(error.status_code, str(error.detail))
        headers = tuple((name.lower(), value) for name, value in (error.headers or {}).items())
        return self.painter.trouble(error.status_code, words, headers=headers)

    def trouble(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, UnrollerError)
        words = _told(request, error)
        link = request.query_params.get("url", "")[: pasting.LONGEST]
        status, headers = pasting.status_of(error), _retry(error.retry_after)
        return self.painter.trouble(status, words, link=link, headers=headers)

    def hasty(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HastyError)
        link = request.query_params.get("url", "")
        words = "You have pasted many links in a short time, and each costs the network something."
        return self.painter.trouble(429, words, link=link, headers=_retry(error.wait))

    def broken(self, request: Request, error: Exception) -> Response:
        log.error("a bug: please report it", path=request.url.path[:200], exc_info=error)
        return self.painter.trouble(500, "This page could not be made.")


def _told(request: Request, error: UnrollerError) -> str:
    """What the visitor is told; what is no visitor's business is told to the operator."""
    if pasting.status_of(error) >= 500:
        log.error("a page could not be shown", path=request.url.path, why=error.words)
    return pasting.words_for_visitors(error.exit_code, error.words)


def _address(request: Request) -> tuple[str, str]:
    """The slug, and what stands behind it: `""` for the page."""
    slug, dot, rest = request.path_params["slug"].partition(".")
    if not _SLUG.fullmatch(slug):
        raise HTTPException(404)
    return slug, dot + rest


def _what_became(saved: Saved | None) -> tuple[int, str]:
    if saved is None:
        return 404, "No thread was ever unrolled at this address."
    if saved.status is Status.PENDING:
        return 403, saved.why
    if saved.status is Status.PUBLISHED:  # the card could not be drawn
        return 404, "There is no such file for this thread."
    return 410, saved.why or "This page was taken down."


def _client(request: Request) -> str:
    peer = request.client.host if request.client else ""
    # Each proxy adds at the end, be it to the line that is there or as a line of its own.
    lines = request.headers.getlist("x-forwarded-for")
    return client_of(peer, lines[-1] if lines else "")


def _is_direct_from_here(request: Request) -> bool:
    forwarded = {"forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"}
    peer = request.client.host if request.client else ""
    return is_loopback(peer) and not forwarded & set(request.headers.keys())


def _retry(seconds: float | None) -> tuple[Header, ...]:
    return () if seconds is None else (("retry-after", str(max(1, round(seconds)))),)


def _redirect(path: str, status: int) -> Response:
    return RedirectResponse(path, status, headers=dict((NEVER_KEEP, *ALWAYS)))


def _json(value: object, status: int = 200) -> Response:
    return JSONResponse(value, status, headers=dict((NEVER_KEEP, NOT_INDEXED, *ALWAYS)))


async def _icon(_: Request) -> Response:
    return Response(
        ICON, media_type="image/svg+xml", headers=dict(ALWAYS) | {"cache-control": "max-age=86400"}
    )
