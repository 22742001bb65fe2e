"""One element of a list of posts → the record in it, whole, or as little of it as is needed to place it."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from unroller.archives.javascript import LiteralError, literal
from unroller.networks.x.wire import Wire


class _Head(msgspec.Struct):
    """The fields that tell a post's place, its author and its words; what is skipped costs next to nothing."""

    id_str: Any = None
    id: Any = None
    in_reply_to_status_id_str: Any = None
    in_reply_to_status_id: Any = None
    in_reply_to_user_id_str: Any = None
    in_reply_to_user_id: Any = None
    quoted_status_id_str: Any = None
    created_at: Any = None
    full_text: Any = None
    text: Any = None
    edit_info: Any = None
    entities: Any = None
    user: Any = None
    deleted_at: Any = None
    retweeted_status: msgspec.Raw | None = None


class _Element(_Head):
    """A record, or one that is wrapped once more."""

    tweet: _Head | None = None


_element = msgspec.json.Decoder(_Element).decode
_fields = msgspec.structs.asdict


def head_of(data: bytes) -> Wire | None:
    """The few fields of a record; `None` when it is no record."""
    try:
        found = _element(data)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return record_of(data)
    return _fields(found.tweet or found)


def record_of(data: bytes) -> Wire | None:
    """The whole record; `None` when it is none."""
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
