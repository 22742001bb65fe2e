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

from unroller.core.calls import Mention
from unroller.core.model import Thread, Verdict

VERSION = 1

_Write = Callable[[Any], str]
_Read = Callable[[Any], Any]


def thread_to_json(thread: Thread) -> bytes:
    """`thread` as one JSON object, `{"format": "unroller-thread", "version": …, "thread": …}`."""
    written = _writer(Thread)(thread)
    return f'{{"format":"unroller-thread","version":{VERSION},"thread":{written}}}'.encode()


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
    return _writer(Mention)(mention).encode()


def mention_from_json(data: bytes) -> Mention:
    """What `mention_to_json` wrote."""
    return typing.cast(Mention, _reader(Mention)(json.loads(data)))


def verdict_to_json(verdict: Verdict) -> bytes:
    """`verdict` as one JSON object."""
    return _writer(Verdict)(verdict).encode()


def verdict_from_json(data: bytes) -> Verdict:
    """What `verdict_to_json` wrote."""
    return typing.cast(Verdict, _reader(Verdict)(json.loads(data)))


def jsonable(value: object) -> Any:
    """Any of the model's values as `json.loads` reads it."""
    kind: Any = type(value)
    return json.loads(_writer(kind)(value))


@cache
def _fields(kind: Any) -> tuple[tuple[str, Any, Any], ...]:
    """(name, type, default) of each field; a default of `MISSING` means that it must be there."""
    hints = typing.get_type_hints(kind)
    return tuple((field.name, hints[field.name], field.default) for field in dataclasses.fields(kind))


_writers: dict[Any, _Write] = {}


def _writer(kind: Any) -> _Write:
    """What writes values of this kind as text, at once: objects in between cost an import as much again."""
    if kind not in _writers:
        made: dict[Any, _Write] = {}
        _make(kind, made)
        _writers.update(made)  # all of it together: another thread must not find half of one
    return _writers[kind]


def _make(kind: Any, made: dict[Any, _Write]) -> _Write:
    if kind not in made:
        if dataclasses.is_dataclass(kind):
            _add_object(kind, made)
        else:
            made[kind] = _write_value(kind, made)
    return made[kind]


def _add_object(kind: Any, made: dict[Any, _Write]) -> None:
    """Add a writer in straight lines, as `dataclasses` makes its own: a loop over the fields takes longer."""
    lines = ["def write(value):", " text = ''"]
    known = {f"default_{name}": default for name, _, default in _fields(kind)}
    for name, _, default in _fields(kind):
        writes = f"""text += f',"{name}":{{write_{name}(got)}}'"""
        differs = f"got is not default_{name} and got != default_{name}"
        lines.append(f" got = value.{name}")
        lines.append(f" {writes}" if default is dataclasses.MISSING else f" if {differs}: {writes}")
    exec("\n".join([*lines, " return f'{{{text[1:]}}}'"]), known)  # noqa: S102 (the names are our own)
    made[kind] = known["write"]  # before those of its fields: a post may hold a post
    known.update((f"write_{name}", _make(hint, made)) for name, hint, _ in _fields(kind))


def _write_value(kind: Any, made: dict[Any, _Write]) -> _Write:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return _write_union(arguments, made)
    if origin in (tuple, frozenset):
        return _write_list(_make(arguments[0], made), sort=origin is frozenset)
    if kind is datetime:
        return lambda time: f'"{time.astimezone(UTC).isoformat().replace("+00:00", "Z")}"'
    if issubclass(kind, bool):
        return lambda value: "true" if value else "false"
    return str if issubclass(kind, int) else json.encoder.encode_basestring


def _write_list(turn: _Write, *, sort: bool) -> _Write:
    return lambda values: f"[{','.join(map(turn, sorted(values) if sort else values))}]"


def _write_union(arguments: tuple[Any, ...], made: dict[Any, _Write]) -> _Write:
    turns = {argument: _make(argument, made) for argument in arguments if argument is not types.NoneType}
    first = next(iter(turns.values()))

    def write(value: Any) -> str:
        return "null" if value is None else turns.get(type(value), first)(value)

    return write


@cache
def _reader(kind: Any) -> _Read:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return _read_union(tuple(a for a in arguments if a is not types.NoneType))
    if origin in (tuple, frozenset):
        return lambda values: origin(_reader(arguments[0])(value) for value in values)
    if dataclasses.is_dataclass(kind):
        return _read_object(kind)
    if kind is datetime:
        return datetime.fromisoformat
    return typing.cast(_Read, kind) if issubclass(kind, Enum) else _same


def _same(value: Any) -> Any:
    return value


def _read_object(kind: Any) -> _Read:
    def read(value: dict[str, Any]) -> Any:
        known = ((name, hint) for name, hint, _ in _fields(kind) if name in value)
        return kind(**{name: _reader(hint)(value[name]) for name, hint in known})

    return read


def _read_union(kinds: tuple[Any, ...]) -> _Read:
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
