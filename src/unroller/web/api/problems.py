"""What went wrong, for programs: https://www.rfc-editor.org/rfc/rfc9457

The words are those of the pages. What a program goes by is `code`, and the end of `type`, which say the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from unroller.core.errors import InputError, UnrollerError
from unroller.flows.log import log
from unroller.web import pasting
from unroller.web.api.answers import Format, Problem
from unroller.web.desk import retry_after
from unroller.web.headers import ALWAYS, NEVER_KEEP, NOT_INDEXED, Header
from unroller.web.pasting import HASTY, HastyError
from unroller.web.troubles import told

MEDIA_TYPE = "application/problem+json"

OPEN: tuple[Header, ...] = (
    ("access-control-allow-origin", "*"),
    ("access-control-expose-headers", "location, ratelimit, ratelimit-policy, retry-after"),
    NEVER_KEEP,
    NOT_INDEXED,
    *ALWAYS,
)
"""On every answer: any page may read it, and nobody keeps what may be taken down."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of problem: its status, what it is, and what a program does about it."""

    code: str
    status: int
    title: str
    advice: str


MALFORMED = Kind("malformed", 400, "The body is not JSON", "Mend the body.")
UNKNOWN_KEY = Kind("unknown-key", 401, "There is no such key", "Ask the operator for one, or send none.")
REFUSED = Kind("refused", 403, "The thread is not shown here", "Do not ask again: somebody decided so.")
NOT_FOUND = Kind("not-found", 404, "There is nothing here", "Nothing: it is not there, or not any more.")
WRONG_METHOD = Kind("wrong-method", 405, "The address has no such method", "Take one that `Allow` names.")
NOT_ACCEPTABLE = Kind("not-acceptable", 406, "There is no such format", "Take one of `formats`.")
GONE = Kind("gone", 410, "The page is gone", "Forget what you keep of it.")
TOO_LARGE = Kind("too-large", 413, "The body is too large", "Send the link, and nothing else.")
TOO_LONG = Kind("too-long", 414, "The address is too long", "Ask for less.")
WRONG_TYPE = Kind("wrong-type", 415, "The body is of another type", "Send `application/json`.")
INVALID = Kind("invalid", 422, "Something asked for is wrong", "Mend what `parameter` names.")
NOT_A_LINK = Kind("not-a-link", 422, "The link leads to no post", "Send the link of a post.")
TOO_MANY = Kind("too-many", 429, "That was too much", "Wait as long as `Retry-After` says.")
BROKEN = Kind("broken", 500, "Something broke here", "Try again later; it is written down here.")
NO_SUCH_FORM = Kind("no-such-form", 501, "There is no such form", "Ask for `json` or `xml`.")
ODD_NETWORK = Kind("odd-network", 502, "The network said something odd", "Try again in some days.")
NO_ANSWER = Kind("no-answer", 503, "The network does not answer", "Wait as long as `Retry-After` says.")

KINDS = (
    MALFORMED, UNKNOWN_KEY, REFUSED, NOT_FOUND, WRONG_METHOD, NOT_ACCEPTABLE, GONE, TOO_LARGE, TOO_LONG,
    WRONG_TYPE, INVALID, NOT_A_LINK, TOO_MANY, BROKEN, NO_SUCH_FORM, ODD_NETWORK, NO_ANSWER,
)  # fmt: skip

_BY_STATUS = {kind.status: kind for kind in KINDS if kind is not NOT_A_LINK}


class ProblemError(Exception):
    """Ends a call with a problem."""

    def __init__(
        self,
        kind: Kind,
        detail: str,
        *,
        parameter: str | None = None,
        formats: list[Format] | None = None,
        headers: tuple[Header, ...] = (),
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.parameter = parameter
        self.formats = formats
        self.headers = headers


class Problems:
    """Makes problems of one site, at which their types are explained."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url

    def answer(self, error: ProblemError) -> Response:
        """The problem as an answer."""
        kind = error.kind
        problem = Problem(
            type=f"{self._base_url}/api#{kind.code}",
            code=kind.code,
            title=kind.title,
            status=kind.status,
            detail=error.detail,
            parameter=error.parameter if error.parameter is not None else msgspec.UNSET,
            formats=error.formats if error.formats is not None else msgspec.UNSET,
        )
        body, headers = msgspec.json.encode(problem), dict((*OPEN, *error.headers))
        return Response(body, kind.status, headers, media_type=MEDIA_TYPE)

    def handle(self, request: Request, error: Exception) -> Response:
        """Any error as an answer to `request`."""
        found = self.answer(problem_of(request, error))
        found.headers.update(quota_of(request))
        return found


def quota_of(request: Request) -> dict[str, str]:
    """The headers that say how often the caller still may call; none before they were admitted."""
    return dict(getattr(request.state, "quota", {}))


def of_status(status: int, words: str, retry: float | None = None) -> ProblemError:
    """The problem that a page with `status` would tell of."""
    kind = NOT_A_LINK if status == 400 else _BY_STATUS.get(status, BROKEN)
    return ProblemError(kind, words, headers=retry_after(retry))


def problem_of(request: Request, error: Exception) -> ProblemError:
    """`error` as a problem. What is nobody's business but the operator's goes to the log."""
    if isinstance(error, ProblemError):
        return error
    if isinstance(error, HTTPException):
        return _of_starlette(error)
    if isinstance(error, InputError):
        return ProblemError(NOT_A_LINK, error.words, parameter="url")
    if isinstance(error, UnrollerError):
        return of_status(pasting.status_of(error), told(request, error), error.retry_after)
    if isinstance(error, HastyError):
        return ProblemError(TOO_MANY, HASTY, headers=retry_after(error.wait))
    log.error("a bug: please report it", path=request.url.path[:200], exc_info=error)
    return ProblemError(BROKEN, "This could not be answered.")


def _of_starlette(error: HTTPException) -> ProblemError:
    words = {
        404: "There is nothing at this address. What there is: /api/v1/openapi.json",
        405: "This address cannot be asked in that way.",
    }.get(error.status_code, str(error.detail))
    headers = tuple((name.lower(), value) for name, value in (error.headers or {}).items())
    return ProblemError(_BY_STATUS.get(error.status_code, BROKEN), words, headers=headers)
