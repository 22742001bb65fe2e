"""The lists: what is new."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from unroller.web.desk import Desk


def routes(desk: Desk) -> Sequence[BaseRoute]:
    """The addresses of lists."""
    made = _Browsing(desk)
    return [Route("/", made.home)]


class _Browsing:
    def __init__(self, desk: Desk) -> None:
        self._painter = desk.painter

    def home(self, _: Request) -> Response:
        return self._painter.home()
