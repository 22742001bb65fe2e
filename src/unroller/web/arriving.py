"""Other ways for a link to get here than the box: written behind our own address, or shared by an app."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlencode

from starlette.convertors import StringConvertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from unroller.core.errors import InputError
from unroller.flows.match import best_link, either, knows, titles
from unroller.web.desk import Desk, redirect


class _Link(StringConvertor):
    """A link in a path. Proxies fold its two slashes into one; who types it leaves them out."""

    regex = r"(?:(?i:https?|at):/|[^/.:]+(?:\.[^/.:]+)+(?::[0-9]+)?/)[^\n]+"


register_url_convertor("link", _Link())
_FOLDED = re.compile("^(https?|at):/+", re.IGNORECASE)


def routes(desk: Desk) -> Sequence[BaseRoute]:
    """The addresses that lead to the page of a link."""
    made = _Arriving(desk)
    return [Route("/tools", made.tools), Route("/share", made.share), Route("/{link:link}", made.behind)]


class _Arriving:
    def __init__(self, desk: Desk) -> None:
        self._painter = desk.painter
        self._networks = desk.library.networks

    def tools(self, _: Request) -> Response:
        return self._painter.tools()

    def share(self, request: Request) -> Response:
        """What an app shares: the link is where the app saw fit to put it, often among words."""
        given = "\n".join(request.query_params.get(name, "") for name in ("url", "text", "title"))
        link = best_link(self._networks, given)
        if not link:
            names = either(titles(self._networks))
            raise InputError(f"There was no link in what you shared. Share a post on {names}.")
        return _to(link)

    def behind(self, request: Request) -> Response:
        """`/https://bsky.app/…`. Without a scheme it may be anything, so that a network has to know it."""
        link, query = _FOLDED.sub(r"\1://", request.path_params["link"]), request.url.query
        link += f"?{query}" if query else ""
        if "://" not in link and not knows(self._networks, link):
            raise HTTPException(404)
        return _to(link)


def _to(link: str) -> Response:
    return redirect("/unroll?" + urlencode({"url": link}), 303)
