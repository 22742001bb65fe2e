"""What machines ask for: the operator's, search engines' robots, other servers of a network."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from unroller.core.ports import Appearing
from unroller.flows.page import offered
from unroller.web import figures
from unroller.web.desk import Desk, as_json, is_from_here
from unroller.web.headers import ALWAYS, NEVER_KEEP, NOT_INDEXED

ROBOTS = "User-agent: *\n" + "".join(
    f"Disallow: {path}\n" for path in ("/unroll", "/share", "/read", "/http:", "/https:")
)
"""What robots are kept from besides copies of pages in other formats, each of which is made for who asks."""


def routes(desk: Desk) -> Sequence[BaseRoute]:
    """The addresses for machines."""
    made = _Upkeep(desk)
    return [
        Route("/health", made.health),
        Route("/metrics", made.metrics),
        Route("/robots.txt", made.robots),
        *(Route(path, made.appearance) for path in sorted(made.appearing)),
    ]


class _Upkeep:
    def __init__(self, desk: Desk) -> None:
        self._library = desk.library
        networks = [one for one in desk.library.networks.values() if isinstance(one, Appearing)]
        self.appearing = {path: network for network in networks for path in network.paths}

    def health(self, _: Request) -> Response:
        """Whether the store can be reached, and how much waits."""
        found = figures.health(self._library)
        return as_json(found, 200 if found["store"] == "ok" else 503)

    def metrics(self, request: Request) -> Response:
        """Figures for Prometheus, for programs on this machine only."""
        if not is_from_here(request):
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
        found = f"Disallow: /search\n{copies}Sitemap: {self._library.settings.base_url}/sitemap.xml\n"
        return PlainTextResponse(ROBOTS + found, headers=dict(ALWAYS))
