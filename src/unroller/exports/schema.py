"""The JSON Schema of a thread's JSON, made from the model itself: `python -m unroller.exports.schema`."""

from __future__ import annotations

import json
import sys
import types
import typing
from datetime import datetime
from enum import Enum
from typing import Any

from msgspec import structs

from unroller.core.codec import VERSION
from unroller.core.model import Thread
from unroller.core.value import Value

_PLAIN = {str: "string", int: "integer", bool: "boolean"}


def thread_schema() -> dict[str, Any]:
    """What every thread's JSON fits. Fields that it does not know are allowed: new ones change no version.

    https://json-schema.org/draft/2020-12/json-schema-core
    """
    found: dict[str, Any] = {}
    thread = _schema(Thread, found)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A thread, as Unroller writes it",
        "type": "object",
        "properties": {
            "format": {"const": "unroller-thread"},
            "version": {"type": "integer", "minimum": 1, "maximum": VERSION},
            "thread": thread,
        },
        "required": ["format", "version", "thread"],
        "$defs": dict(sorted(found.items())),
    }


def _schema(kind: Any, found: dict[str, Any]) -> dict[str, Any]:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return {"anyOf": [_schema(argument, found) for argument in arguments]}
    if origin in (tuple, frozenset):
        return {"type": "array", "items": _schema(arguments[0], found)}
    if kind is types.NoneType:
        return {"type": "null"}
    if kind is datetime:
        return {"type": "string", "format": "date-time", "pattern": "Z$"}
    if issubclass(kind, Value):
        return _object(kind, found)
    if issubclass(kind, Enum):
        return {"enum": [member.value for member in kind]}
    return {"type": _PLAIN[kind]}


def _object(kind: Any, found: dict[str, Any]) -> dict[str, Any]:
    """A reference to the schema of `kind`, which is put among the `found` ones."""
    name = kind.__name__
    if name not in found:
        found[name] = {}  # posts hold quotes, which hold posts
        fields = structs.fields(kind)
        found[name] = {
            "description": " ".join((kind.__doc__ or "").split("\n\n")[0].split()),
            "type": "object",
            "properties": {field.name: _schema(field.type, found) for field in fields},
            "required": [field.name for field in fields if field.required],
        }
    return {"$ref": f"#/$defs/{name}"}


if __name__ == "__main__":
    sys.stdout.write(f"{json.dumps(thread_schema(), indent=2)}\n")
