"""Values ↔ JSON, with a version, and without loss: `read(write(x)) == x`.

Defaults are left out, so a thread's JSON stays small and old JSON can be read after a field is added.
"""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Callable
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any

import msgspec

from unroller.core.calls import Mention
from unroller.core.model import Thread, Verdict
from unroller.core.value import Value

VERSION = 1

_Read = Callable[[Any], Any]

_ENCODER = msgspec.json.Encoder(order="deterministic")


class _Whole(Value, frozen=True):
    format: str
    version: int
    thread: Thread


def thread_to_json(thread: Thread) -> bytes:
    """`thread` as one JSON object, `{"format": "unroller-thread", "version": …, "thread": …}`."""
    return _ENCODER.encode(_Whole("unroller-thread", VERSION, thread))


def thread_from_json(data: bytes) -> Thread:
    """What `thread_to_json` wrote.

    Raises:
        ValueError, KeyError, TypeError: it did not write this; our own state is broken, so be loud.
    """
    found = json.loads(data)
    if found["format"] != "unroller-thread" or found["version"] > VERSION:
        raise ValueError(f"not a thread that this version reads: {found['format']} {found['version']}")
    return typing.cast(Thread, _reader(Thread)(found["thread"]))


def mention_to_json(mention: Mention) -> bytes:
    """`mention` as one JSON object."""
    return _ENCODER.encode(mention)


def mention_from_json(data: bytes) -> Mention:
    """What `mention_to_json` wrote."""
    return typing.cast(Mention, _reader(Mention)(json.loads(data)))


def verdict_to_json(verdict: Verdict) -> bytes:
    """`verdict` as one JSON object."""
    return _ENCODER.encode(verdict)


def verdict_from_json(data: bytes) -> Verdict:
    """What `verdict_to_json` wrote."""
    return typing.cast(Verdict, _reader(Verdict)(json.loads(data)))


@cache
def _reader(kind: Any) -> _Read:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return _read_union(tuple(a for a in arguments if a is not types.NoneType))
    if origin in (tuple, frozenset):
        return lambda values: origin(_reader(arguments[0])(value) for value in values)
    if issubclass(kind, Value):
        return _read_value(kind)
    if kind is datetime:
        return datetime.fromisoformat
    return typing.cast(_Read, kind) if issubclass(kind, Enum) else _same


def _same(value: Any) -> Any:
    return value


def _read_value(kind: type[Value]) -> _Read:
    fields = msgspec.structs.fields(kind)

    def read(value: dict[str, Any]) -> Any:
        known = (field for field in fields if field.name in value)
        return kind(**{field.name: _reader(field.type)(value[field.name]) for field in known})

    return read


def _read_union(kinds: tuple[Any, ...]) -> _Read:
    def read(value: Any) -> Any:
        return None if value is None else _reader(_fitting(kinds, value))(value)

    return read


def _fitting(kinds: tuple[Any, ...], value: Any) -> Any:
    """Of several kinds the first whose demands `value` meets: enough to tell a post from a gap."""
    return kinds[0] if len(kinds) == 1 else next(kind for kind in kinds if _demanded(kind) <= value.keys())


@cache
def _demanded(kind: type[Value]) -> frozenset[str]:
    return frozenset(field.name for field in msgspec.structs.fields(kind) if field.required)
