"""What visitors read when something went wrong."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ExceptionHandler

from unroller.core.errors import UnrollerError
from unroller.flows.log import log
from unroller.web import pasting
from unroller.web.desk import Desk, retry_after
from unroller.web.listing import NoPageError, address
from unroller.web.pages import BUSY, NO_PAGE
from unroller.web.pasting import HastyError
from unroller.web.queues import PATIENCE, BusyError


def handlers(desk: Desk) -> dict[int | type[Exception], ExceptionHandler]:
    """What answers for each kind of error."""
    made = _Troubles(desk)
    return {
        HTTPException: made.not_there,
        UnrollerError: made.trouble,
        HastyError: made.hasty,
        NoPageError: made.no_page,
        BusyError: made.busy,
        Exception: made.broken,
    }


def told(request: Request, error: UnrollerError) -> str:
    """What the visitor is told; what is no visitor's business is told to the operator."""
    if pasting.status_of(error) >= 500:
        log.error("a page could not be shown", path=request.url.path, why=error.words)
    return pasting.words_for_visitors(error.exit_code, error.words)


class _Troubles:
    def __init__(self, desk: Desk) -> None:
        self._painter = desk.painter

    def not_there(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        words = {
            404: "There is no page at this address.",
            405: "This page can only be read.",
        }.get(error.status_code, str(error.detail))
        headers = tuple((name.lower(), value) for name, value in (error.headers or {}).items())
        return self._painter.trouble(error.status_code, words, headers=headers)

    def trouble(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, UnrollerError)
        words = told(request, error)
        link = request.query_params.get("url", "")[: pasting.LONGEST]
        status, headers = pasting.status_of(error), retry_after(error.retry_after)
        return self._painter.trouble(status, words, link=link, headers=headers)

    def hasty(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HastyError)
        link = request.query_params.get("url", "")
        return self._painter.trouble(429, pasting.HASTY, link=link, headers=retry_after(error.wait))

    def no_page(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, NoPageError)
        asked = {name: value for name, value in request.query_params.items() if name != "page"}
        first = address(request.url.path, asked)
        return self._painter.trouble(error.status, error.words, trouble=NO_PAGE, first=first)

    def busy(self, _: Request, error: Exception) -> Response:
        assert isinstance(error, BusyError)
        return self._painter.trouble(503, error.words, headers=retry_after(PATIENCE), trouble=BUSY)

    def broken(self, request: Request, error: Exception) -> Response:
        log.error("a bug: please report it", path=request.url.path[:200], exc_info=error)
        return self._painter.trouble(500, "This page could not be made.")
