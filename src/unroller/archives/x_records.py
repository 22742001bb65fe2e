"""One element of a list of posts → the record in it, and what it tells of its post's place."""

from __future__ import annotations

import json
from typing import Any, TypedDict, cast

import msgspec

from unroller.archives.javascript import LiteralError, literal
from unroller.archives.x_index import Told
from unroller.networks.x import v1
from unroller.networks.x.v1_text import text_of
from unroller.networks.x.wire import Wire


class _Links(TypedDict, total=False):
    urls: Any


class _Versions(TypedDict, total=False):
    editTweetIds: Any


class _Edit(TypedDict, total=False):
    editControlInitial: _Versions


class _Edits(TypedDict, total=False):
    initial: _Versions
    edit: _Edit


class _Told(TypedDict, total=False):
    """What tells a post's place, its age, and whose it is; as loose as records are."""

    id: Any
    id_str: Any
    user: Any
    created_at: Any
    text: Any
    full_text: Any
    edit_info: _Edits
    entities: _Links
    in_reply_to_status_id: Any
    in_reply_to_status_id_str: Any
    in_reply_to_user_id: Any
    in_reply_to_user_id_str: Any
    in_reply_to_screen_name: Any
    quoted_status_id: Any
    quoted_status_id_str: Any
    retweeted_status: Any
    deleted_at: Any


class _Wrapped(_Told, total=False):
    tweet: _Told


_SKETCH = msgspec.json.Decoder(_Wrapped)


def sketch_of(data: bytes) -> Wire | None:
    """As `record_of`, without what does not tell a post's place: half the work."""
    try:
        found = _SKETCH.decode(data)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return record_of(data)
    return cast(Wire, found.get("tweet", found))


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


def told_by(record: Wire) -> Told | None:
    """What a record of version 1.1 tells of its post's place; `None` where it has no id to rely on."""
    if (id_ := v1.id_of(record)) is None:
        return None
    own, versions, text = int(id_), v1.versions_of(record, id_), text_of(record)
    author, parent, quoted = v1.author_of(record), v1.parent_of(record), v1.quoted_of(record)
    answered = v1.answered_of(record) if parent else None
    return Told(
        id=own,
        versions=(own,) if len(versions) == 1 else tuple(map(int, versions)),
        text=text,
        author=int(author) if author else 0,
        parent=int(parent) if parent else 0,
        answered=int(answered) if answered else 0,
        quoted=int(quoted) if quoted else 0,
        repost=v1.is_repost(record, text),
    )
