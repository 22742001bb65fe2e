"""Published threads: their pages, their copies in other formats, their pictures."""

from __future__ import annotations

import re
from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from unroller.core.kinds import MEDIA_TYPES
from unroller.flows.page import make_copy, make_page, offered
from unroller.store import Saved, Status
from unroller.web.desk import Desk, as_json, redirect
from unroller.web.headers import MEDIA

BUSY_WORDS = "Formats are made one at a time, and many are waiting for this one just now."

_SLUG = re.compile(r"[a-z0-9]{12}")


def routes(desk: Desk) -> Sequence[BaseRoute]:
    """The addresses below `/t/`."""
    made = _Threads(desk)
    return [
        Route("/t/{slug}", made.thread),
        Route("/t/{slug}/", made.without_slash),
        Route("/t/{slug}/card.png", made.thread),
        Route("/t/{slug}/media/{name}", made.media),
    ]


class _Threads:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._library = desk.library

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
            return self._desk.painter.trouble(404, words)
        async with self._desk.queues.place(suffix, BUSY_WORDS):
            served = self._published(request)  # another request may have had it made meanwhile
            if served is None and await run_in_threadpool(make_copy, self._library, slug, suffix):
                served = self._published(request)
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
        served = self._desk.shelf.answer(path, header("accept-encoding", ""), header("if-none-match", ""))
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
        status, words = what_became(saved)
        if request.url.path.endswith(".json"):
            return as_json({"error": words}, status)
        return self._desk.painter.trouble(status, words)

    def media(self, request: Request) -> Response:
        """A picture, film or sound that is kept with a page, in pieces where it is asked for so."""
        slug, name = _address(request)[0], request.path_params["name"]
        file = self._library.store.media.file(slug, name)
        if file is None:
            return self._gone(request, slug)
        found = file.stat()
        etag = f'"{found.st_mtime_ns:x}-{found.st_size:x}"'
        headers = dict((("etag", etag), *MEDIA))
        if etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return FileResponse(file, media_type=MEDIA_TYPES[file.suffix.removeprefix(".")], headers=headers)

    async def without_slash(self, request: Request) -> Response:
        return redirect(f"/t/{_address(request)[0]}", 308)


def _address(request: Request) -> tuple[str, str]:
    """The slug, and what stands behind it: `""` for the page."""
    slug, dot, rest = request.path_params["slug"].partition(".")
    if not _SLUG.fullmatch(slug):
        raise HTTPException(404)
    return slug, dot + rest


def what_became(saved: Saved | None) -> tuple[int, str]:
    """Why there is no page, as a status and in words."""
    if saved is None:
        return 404, "No thread was ever unrolled at this address."
    if saved.status is Status.PENDING:
        return 403, saved.why
    if saved.status is Status.PUBLISHED:  # the card could not be drawn
        return 404, "There is no such file for this thread."
    return 410, saved.why or "This page was taken down."
