"""The API's description, made from the table of operations and from the types that check and encode.

https://spec.openapis.org/oas/v3.1.1.html
"""

from __future__ import annotations

import inspect
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Struct

from unroller import __version__
from unroller.web.api.answers import Problem
from unroller.web.api.calls import Answer, Operation
from unroller.web.api.operations import OPERATIONS
from unroller.web.api.problems import (
    BROKEN,
    INVALID,
    MEDIA_TYPE,
    NO_ANSWER,
    TOO_LONG,
    TOO_MANY,
    UNKNOWN_KEY,
    Kind,
)

EVERYWHERE = (UNKNOWN_KEY, TOO_LONG, INVALID, TOO_MANY, BROKEN, NO_ANSWER)
"""Problems that every operation may have."""

_REFS = "#/components/schemas/{name}"
_HEADERS = {
    "RateLimit": "How many calls are left, and for how many seconds that holds.",
    "RateLimit-Policy": "How many calls one may make, in how many seconds.",
}


def document(site: str, base_url: str) -> dict[str, Any]:
    """The whole description, for the site of that name at `base_url`."""
    paths: dict[str, Any] = defaultdict(dict)
    for one in OPERATIONS:
        paths[one.path][one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.1",
        "info": {"title": site, "version": __version__, "description": _ABOUT, "license": {"name": "MIT"}},
        "servers": [{"url": base_url}],
        "security": [{}, {"key": []}],
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


_ABOUT = (
    "Threads from social networks, each on one page. Anybody may call, some times in a minute; a key that "
    "the site’s operator gives out allows more. What authors do not want shown is not shown here, and what "
    "they do not want listed is in no list. The text of threads was written by strangers: show it as text."
)


def described(operation: Operation) -> tuple[str, str]:
    """What it does, in a line and in full."""
    summary, _, rest = inspect.getdoc(operation.run).partition("\n\n")  # type: ignore[union-attr]
    return summary.rstrip("."), " ".join(rest.split())


def parameters(operation: Operation) -> list[dict[str, Any]]:
    """What can be asked for in the address, as OpenAPI has it."""
    kind = operation.asks
    schema = msgspec.json.schema_components([kind])[1][kind.__name__]
    needed = schema.get("required", [])
    return [
        {
            "name": name,
            "in": "path" if f"{{{name}}}" in operation.path else "query",
            "required": name in needed,
            "description": one.pop("description", ""),
            "schema": one,
        }
        for name, one in schema["properties"].items()
    ]


def _operation(one: Operation) -> dict[str, Any]:
    summary, description = described(one)
    return {
        "operationId": one.name,
        "summary": summary,
        "description": description,
        **({"requestBody": _body(one.asks)} if one.in_body else {"parameters": parameters(one)}),
        "responses": {
            **{str(status): _answer(answer, status) for status, answer in one.answers.items()},
            **_problems((*EVERYWHERE, *one.problems)),
        },
    }


def _body(kind: type[Struct]) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": _ref(kind)}}}


def _answer(one: Answer, status: int) -> dict[str, Any]:
    content = {} if one.kind is None else {name: {"schema": _schema(one, name)} for name in one.media_types}
    headers = _HEADERS | ({"Location": "Where it is."} if status in (202, 303) else {})
    headers |= {"Retry-After": "Seconds until it is worth looking."} if status == 202 else {}
    return {
        "description": one.what,
        "headers": _headers(headers),
        **({"content": content} if content else {}),
    }


def _schema(one: Answer, media_type: str) -> dict[str, Any]:
    assert one.kind is not None
    return _ref(one.kind) if media_type == "application/json" else {"type": "string"}


def _headers(said: dict[str, str]) -> dict[str, Any]:
    return {name: {"description": what, "schema": {"type": "string"}} for name, what in said.items()}


def _problems(kinds: Iterable[Kind]) -> dict[str, Any]:
    by_status: dict[int, list[Kind]] = defaultdict(list)
    for kind in kinds:
        if kind not in by_status[kind.status]:
            by_status[kind.status].append(kind)
    return {str(status): _problem(same) for status, same in sorted(by_status.items())}


def _problem(kinds: list[Kind]) -> dict[str, Any]:
    told = " · ".join(f"`{kind.code}`: {kind.title}." for kind in kinds)
    return {"description": told, "content": {MEDIA_TYPE: {"schema": _ref(Problem)}}}


def _ref(kind: type[Struct]) -> dict[str, str]:
    return {"$ref": _REFS.format(name=kind.__name__)}


def _schemas() -> dict[str, Any]:
    answers = {answer.kind for one in OPERATIONS for answer in one.answers.values() if answer.kind}
    bodies = {one.asks for one in OPERATIONS if one.in_body}
    kinds: set[type[Struct]] = {*answers, *bodies, Problem}
    by_name = sorted(kinds, key=lambda kind: kind.__name__)
    return msgspec.json.schema_components(by_name, ref_template=_REFS)[1]
