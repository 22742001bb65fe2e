"""The API for programs: one table of operations, from which addresses, checks and description are made."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from functools import cache

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from unroller.web.api.calls import Operation, perform
from unroller.web.api.document import document
from unroller.web.api.operations import OPERATIONS
from unroller.web.api.problems import OPEN, Problems
from unroller.web.api.trying import Trying
from unroller.web.desk import Desk

PREFIX = "/api"

Endpoint = Callable[[Request], Awaitable[Response]]


def routes(desk: Desk) -> Sequence[BaseRoute]:
    """The addresses at and below `/api`. Below, what goes wrong is told to a program, not to a person."""
    settings = desk.library.settings
    problems = Problems(settings.base_url)
    by_path: dict[str, dict[str, Operation]] = defaultdict(dict)
    for one in OPERATIONS:
        by_path[one.path][one.method] = one
    trying = Trying(desk.painter, settings.base_url)
    below = [
        Route("/", trying.page),
        Route("/v1/openapi.json", _description(settings.site, settings.base_url)),
        *(_route(desk, problems, path, methods) for path, methods in by_path.items()),
    ]
    # A mount of its own, so that every error in it has its form.
    app = Starlette(routes=below, exception_handlers={HTTPException: problems.handle})
    app.router.redirect_slashes = False
    mount = Mount(PREFIX, app)
    mount.path_regex = re.compile(mount.path_regex.pattern, re.DOTALL)  # a line break is below `/api` too
    return [Route(PREFIX, trying.page), mount]


def _route(desk: Desk, problems: Problems, path: str, methods: dict[str, Operation]) -> Route:
    async def endpoint(request: Request) -> Response:
        if request.method == "OPTIONS":
            return _preflight(request, methods)
        method = "GET" if request.method == "HEAD" else request.method
        try:
            return await perform(methods[method], desk, request)
        except Exception as error:  # noqa: BLE001 - whatever it is, a program must be able to read it
            return problems.handle(request, error)

    # A handle may hold what an address does, since some networks' ids are addresses.
    known = path.removeprefix(PREFIX).replace("{handle}", "{handle:path}")
    return Route(known, endpoint, methods=[*methods, "OPTIONS"])


def _preflight(request: Request, methods: dict[str, Operation]) -> Response:
    """What a page of another site may do: read; with a key, also paste.

    Without one it could have its visitors paste links that they do not know of.
    https://fetch.spec.whatwg.org/#http-cors-protocol
    """
    wanted = request.headers.get("access-control-request-headers", "").lower().split(",")
    has_key = "authorization" in (name.strip() for name in wanted)
    allowed = [name for name in methods if name == "GET" or has_key]
    headers = dict(OPEN) | {
        "allow": ", ".join([*methods, "OPTIONS"]),
        "access-control-allow-methods": ", ".join(allowed),
        "access-control-allow-headers": "authorization, content-type",
        "access-control-max-age": "600",
    }
    return Response(status_code=204, headers=headers)


def _description(site: str, base_url: str) -> Callable[[Request], Response]:
    @cache  # made when it is first asked for: no process of the site starts later for it
    def body() -> bytes:
        return msgspec.json.encode(document(site, base_url))

    def endpoint(_: Request) -> Response:  # in a thread: it takes a while the first time
        return Response(body(), headers=dict(OPEN), media_type="application/json")

    return endpoint
