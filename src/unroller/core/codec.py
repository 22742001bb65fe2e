"""Values ↔ JSON, with a version, and without loss: `read(write(x)) == x`.

Defaults are left out, so a thread's JSON stays small and old JSON can be read after a field is added.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from typing import Any

from unroller.core.model import Mention, Thread, Verdict

VERSION = 1

_Turn = Callable[[Any], Any]


def thread_to_json(thread: Thread) -> bytes:
    """`thread` as one JSON object, `{"format": "unroller-thread", "version": …, "thread": …}`."""
    return _dumps({"format": "unroller-thread", "version": VERSION, "thread": _writer(Thread)(thread)})


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
    return _dumps(_writer(Mention)(mention))


def mention_from_json(data: bytes) -> Mention:
    """What `mention_to_json` wrote."""
    return typing.cast(Mention, _reader(Mention)(json.loads(data)))


def verdict_to_json(verdict: Verdict) -> bytes:
    """`verdict` as one JSON object."""
    return _dumps(_writer(Verdict)(verdict))


def verdict_from_json(data: bytes) -> Verdict:
    """What `verdict_to_json` wrote."""
    return typing.cast(Verdict, _reader(Verdict)(json.loads(data)))


def jsonable(value: object) -> Any:
    """Any of the model's values as what `json` can write."""
    kind: Any = type(value)
    return _writer(kind)(value)


def _dumps(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _same(value: Any) -> Any:
    return value


def _write_time(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


@cache
def _fields(kind: Any) -> tuple[tuple[str, Any, Any], ...]:
    """(name, type, default) of each field; a default of `MISSING` means that it must be there."""
    hints = typing.get_type_hints(kind)
    return tuple((field.name, hints[field.name], field.default) for field in dataclasses.fields(kind))


@cache
def _writer(kind: Any) -> _Turn:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return _write_union(arguments)
    if origin is tuple:
        return lambda values: list(map(_writer(arguments[0]), values))
    if origin is frozenset:
        return lambda values: sorted(map(_writer(arguments[0]), values))
    if dataclasses.is_dataclass(kind):
        return _write_object(kind)
    if kind is datetime:
        return _write_time
    return (lambda value: value.value) if issubclass(kind, Enum) else _same


def _write_object(kind: Any) -> _Turn:
    plan: tuple[tuple[str, _Turn, Any], ...] = ()  # made with the first value: a post may hold a post

    def write(value: Any) -> dict[str, Any]:
        nonlocal plan
        plan = plan or tuple((name, _writer(hint), default) for name, hint, default in _fields(kind))
        return {name: turn(got) for name, turn, default in plan if (got := getattr(value, name)) != default}

    return write


def _write_union(arguments: tuple[Any, ...]) -> _Turn:
    named = {argument.__name__: argument for argument in arguments}

    def write(value: Any) -> Any:
        if value is None:
            return None
        return _writer(named.get(type(value).__name__, arguments[0]))(value)

    return write


@cache
def _reader(kind: Any) -> _Turn:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return _read_union(tuple(a for a in arguments if a is not types.NoneType))
    if origin in (tuple, frozenset):
        return lambda values: origin(_reader(arguments[0])(value) for value in values)
    if dataclasses.is_dataclass(kind):
        return _read_object(kind)
    if kind is datetime:
        return datetime.fromisoformat
    return typing.cast(_Turn, kind) if issubclass(kind, Enum) else _same


def _read_object(kind: Any) -> _Turn:
    def read(value: dict[str, Any]) -> Any:
        known = ((name, hint) for name, hint, _ in _fields(kind) if name in value)
        return kind(**{name: _reader(hint)(value[name]) for name, hint in known})

    return read


def _read_union(kinds: tuple[Any, ...]) -> _Turn:
    def read(value: Any) -> Any:
        if value is None:
            return None
        if len(kinds) == 1:
            return _reader(kinds[0])(value)
        return next(_reader(kind)(value) for kind in kinds if _fits(kind, value))

    return read


def _fits(kind: Any, value: dict[str, Any]) -> bool:
    """Whether `value` has all that `kind` demands: enough to tell a post from a gap."""
    return all(name in value for name, _, default in _fields(kind) if default is dataclasses.MISSING)
