"""X's own OpenAPI document, where it lies beside the repository, made strict: nothing that it does not name.

https://api.x.com/2/openapi.json
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]

from tests.conftest import leave_out

PLACE = Path(__file__).parents[4] / "shared" / "reference" / "x-openapi.json"


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


def check(name: str, value: Any) -> None:
    """Hold `value` against the schema of this name; raises where it does not fit."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": document()["components"]}
    jsonschema.Draft202012Validator(schema).validate(value)


def parameters(path: str) -> dict[str, Any]:
    """The query parameters that the document gives `path`, by name, with their schemas."""
    told = document()
    shared = told["components"]["parameters"]
    listed = told["paths"][path]["get"]["parameters"]
    whole = (shared[one["$ref"].rpartition("/")[2]] if "$ref" in one else one for one in listed)
    return {one["name"]: one["schema"] for one in whole if one["in"] == "query"}
