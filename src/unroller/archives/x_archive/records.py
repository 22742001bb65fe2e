"""One element of a list of posts → the record in it."""

from __future__ import annotations

import json

import msgspec

from unroller.archives.javascript import LiteralError, literal
from unroller.networks.x.wire import Wire


def record_of(data: bytes) -> Wire | None:
    """The record of a post, wrapped once more or not; `None` when it is none."""
    found = value_of(data)
    inner = found.get("tweet", found) if isinstance(found, dict) else None
    return inner if isinstance(inner, dict) else None


def value_of(data: bytes) -> object:
    """What an element is, in JSON or as a literal of JavaScript; `None` when it is neither."""
    try:
        return msgspec.json.decode(data)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        text = data.decode("utf-8", "replace")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    try:
        return literal(text)
    except LiteralError:
        return None
