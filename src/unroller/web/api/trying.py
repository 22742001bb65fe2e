"""The page about the API: what there is, and a form to try each question."""

from __future__ import annotations

from functools import cached_property
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response

from unroller.web.api.access import REQUESTS
from unroller.web.api.document import described, parameters
from unroller.web.api.operations import OPERATIONS
from unroller.web.api.problems import KINDS
from unroller.web.desk import redirect
from unroller.web.pages import Painter


class Trying:
    """Shows the page, and sends on whoever filled in one of its forms: no script is needed."""

    def __init__(self, painter: Painter, base_url: str) -> None:
        self._painter = painter
        self._base_url = base_url
        self._paths = {one.name: one.path for one in OPERATIONS if one.method == "GET"}

    @cached_property
    def _shown(self) -> list[dict[str, object]]:
        return [{"operation": one, "about": described(one), "asks": parameters(one)} for one in OPERATIONS]

    def page(self, request: Request) -> Response:
        """The page; with `operation` and what its form asks for, the address that answers that."""
        asked = dict(request.query_params)
        path = self._paths.get(asked.pop("operation", ""))
        if path is None:
            return self._painter.api(
                shown=self._shown, kinds=KINDS, requests=REQUESTS, base_url=self._base_url
            )
        for name in [name for name in asked if f"{{{name}}}" in path]:
            path = path.replace(f"{{{name}}}", quote(asked.pop(name), safe=""))
        query = urlencode({name: value for name, value in asked.items() if value})
        return redirect(f"{path}?{query}" if query else path, 303)
