"""A call of the API: what may be asked, checked against the types that also describe it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Struct
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from unroller.web.api import problems
from unroller.web.api.access import Visitor, admit
from unroller.web.api.problems import INVALID, MALFORMED, TOO_LARGE, WRONG_TYPE, Kind, ProblemError
from unroller.web.desk import Desk
from unroller.web.headers import Header

LARGEST = 16_000
"""Bytes of a body."""
SLOWEST = 5.0
"""Seconds that a body may take."""
UNREAD: tuple[Header, ...] = (("connection", "close"),)
"""With an answer that comes before the body's end: the rest of the body is not the next request."""

Asked_co = TypeVar("Asked_co", bound=Struct, covariant=True)


@dataclass(frozen=True, slots=True)
class Call(Generic[Asked_co]):
    """One call, admitted and checked. `asked` is what the operation's type says."""

    desk: Desk
    request: Request
    visitor: Visitor
    asked: Asked_co


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation may answer: `what` it is, and its type; `None` has no body."""

    what: str
    kind: type[Struct] | None = None
    media_types: tuple[str, ...] = ("application/json",)


@dataclass(frozen=True, slots=True)
class Operation:
    """What can be called, from which addresses, checks and description are made.

    `run` does it, and its docstring is the description. `asks` is the type of what stands in the address or,
    where `in_body`, in the body. `problems` are those that only this operation has.
    """

    method: str
    path: str
    name: str
    run: Callable[[Call[Any]], Response]
    asks: type[Struct]
    answers: Mapping[int, Answer]
    problems: tuple[Kind, ...] = ()
    in_body: bool = False
    needs: Mapping[str, str] = field(default_factory=dict)
    """An example for each thing that has to be asked for."""


async def perform(operation: Operation, desk: Desk, request: Request) -> Response:
    """Check the call and do it.

    Raises:
        ProblemError: it is not as it should be.
    """
    body = await _body(request) if operation.in_body else b""
    return await run_in_threadpool(_perform, operation, desk, request, body)


def answer(value: Struct, status: int = 200, headers: tuple[Header, ...] = ()) -> Response:
    """`value` as the answer of a call."""
    body = msgspec.json.encode(value)
    return Response(body, status, dict((*problems.OPEN, *headers)), media_type="application/json")


def elsewhere(address: str, *headers: Header) -> Response:
    """What was asked for is at `address`."""
    return Response(status_code=303, headers=dict((*problems.OPEN, ("location", address), *headers)))


def _perform(operation: Operation, desk: Desk, request: Request, body: bytes) -> Response:
    visitor = admit(desk, request)
    asked = _from_body(operation.asks, body) if operation.in_body else _from_address(operation.asks, request)
    found = operation.run(Call(desk, request, visitor, asked))
    found.headers.update(problems.quota_of(request))
    return found


async def _body(request: Request) -> bytes:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise ProblemError(WRONG_TYPE, "Send the body as application/json.", headers=UNREAD)
    body = bytearray()
    try:
        async with asyncio.timeout(SLOWEST):
            async for chunk in request.stream():
                body += chunk
                if len(body) > LARGEST:
                    words = f"A body may have {LARGEST} bytes at most."
                    raise ProblemError(TOO_LARGE, words, headers=UNREAD)
    except (TimeoutError, ClientDisconnect) as error:
        words = "The body did not come to its end in time."
        raise ProblemError(MALFORMED, words, headers=UNREAD) from error
    return bytes(body)


def _from_body(kind: type[Struct], body: bytes) -> Struct:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise _invalid(kind, str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProblemError(MALFORMED, "The body is not JSON as RFC 8259 has it.") from error


def _from_address(kind: type[Struct], request: Request) -> Struct:
    given = [*request.query_params.multi_items(), *request.path_params.items()]
    values = dict(given)
    if len(values) < len(given):
        raise ProblemError(INVALID, "A parameter is given twice; give it once.")
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as error:
        raise _invalid(kind, str(error)) from error


_UNKNOWN = re.compile(r"Object contains unknown field `(.*?)`", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(\w+)`")
_AT = re.compile(r"(.*) - at `\$\.(\w+)", re.DOTALL)


def _invalid(kind: type[Struct], words: str) -> ProblemError:
    """What msgspec says of a value, for whoever sent it. Their own text is not sent back to them."""
    if _UNKNOWN.match(words):
        there = ", ".join(kind.__struct_fields__) or "none"
        return ProblemError(INVALID, f"There is no such parameter. There are: {there}.")
    if missing := _MISSING.match(words):
        return ProblemError(INVALID, f"{missing[1]} has to be given.", parameter=missing[1])
    if wrong := _AT.match(words):
        return ProblemError(INVALID, f"{wrong[2]} is wrong: {_lower(wrong[1])}.", parameter=wrong[2])
    return ProblemError(INVALID, f"The body is wrong: {_lower(words)}.")


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:].replace("`", "")
