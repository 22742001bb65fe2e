"""X's own OpenAPI document, where it lies beside the repository, made strict: nothing that it does not name.

https://api.x.com/2/openapi.json
"""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]

from tests.conftest import leave_out

PLACE = Path(__file__).parents[4] / "shared" / "reference" / "x-openapi.json"
_MOST = 12


@functools.cache
def document() -> Any:
    """The whole document; once in each process of the run, since it is large."""
    if not PLACE.exists():
        leave_out("X's OpenAPI document is not here")
    told = json.loads(PLACE.read_text(encoding="utf-8"))
    for schema in told["components"]["schemas"].values():
        _close(schema)
    return told


def _close(schema: Any) -> None:
    """Forbid, in `schema` and all below it, what it does not name; the document leaves everything open."""
    if isinstance(schema, list):
        for part in schema:
            _close(part)
    elif isinstance(schema, dict):
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
        if schema.pop("nullable", False) and isinstance(schema.get("type"), str):
            schema["type"] = [schema["type"], "null"]
        for part in schema.values():
            _close(part)


def is_here() -> bool:
    """Whether the document is on this machine."""
    return PLACE.exists()


@functools.cache
def _validator(name: str) -> Any:
    schema = {"$ref": f"#/components/schemas/{name}", "components": document()["components"]}
    return jsonschema.Draft202012Validator(schema)


def check(name: str, value: Any) -> None:
    """Hold `value` against the schema of this name; raises where it does not fit."""
    _validator(name).validate(value)


def check_answer(route: str, answer: Any) -> None:
    """Hold what a server answered at a route (“GET /2/tweets/:id”) against what the document says of it.

    Answers in the older family of names are held against it in the newer. Of long lists the beginning
    is looked at.
    """
    method, _, path = route.partition(" ")
    told = document()["paths"].get(re.sub(r":(\w+)", r"{\1}", path), {}).get(method.lower())
    for status, said in (told or {"responses": {}})["responses"].items():
        if status.startswith("2"):
            schema = said["content"]["application/json"]["schema"]["$ref"]
            check(schema.rpartition("/")[2], renamed(_begun(answer)))


NEW_NAMES = {
    "note_tweet": "note_post",
    "referenced_tweets": "referenced_posts",
    "edit_history_tweet_ids": "edit_history_post_ids",
    "tweets": "posts",
    "retweet_count": "repost_count",
}


def renamed(value: Any) -> Any:
    """The same answer in the family of names of the document."""
    if isinstance(value, dict):
        return {NEW_NAMES.get(key, key): renamed(part) for key, part in value.items()}
    return [renamed(part) for part in value] if isinstance(value, list) else value


def _begun(answer: Any) -> Any:
    """`answer` with no list that is longer than a few things."""
    if isinstance(answer, list):
        return [_begun(part) for part in answer[:_MOST]]
    return {key: _begun(part) for key, part in answer.items()} if isinstance(answer, dict) else answer


def parameters(path: str) -> dict[str, Any]:
    """The query parameters that the document gives `path`, by name, with their schemas."""
    told = document()
    shared = told["components"]["parameters"]
    listed = told["paths"][path]["get"]["parameters"]
    whole = (shared[one["$ref"].rpartition("/")[2]] if "$ref" in one else one for one in listed)
    return {one["name"]: one["schema"] for one in whole if one["in"] == "query"}
