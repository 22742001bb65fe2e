"""The formats that a thread can be printed in, as the export plug-ins name themselves."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from unroller.core.errors import InputError

if TYPE_CHECKING:  # the help needs nothing but names
    from unroller.core.ports import Binding, Export

_GROUP = "unroller.exports"

_PICTURES = ("card",)
"""Drawn for those who show a link to a page, not to be read."""


def names() -> tuple[str, ...]:
    """The formats that are offered, in the order of their names."""
    found = {entry.name for entry in metadata.entry_points(group=_GROUP)}
    return tuple(sorted(found.difference(_PICTURES)))


def choose(exports: Mapping[str, Export], name: str | None, output: Path | None) -> Export:
    """The format that was asked for by name, else by the end of the file's name, else text.

    Raises:
        InputError: there is no such format.
    """
    if name is None:
        return _by_suffix(exports, output) or exports["text"]
    if name not in names():
        raise InputError(f"There is no format {name}; there are: {', '.join(names())}.")
    return exports[name]


def binder(export: Export) -> Binding:
    """`export`, which has to bind several threads.

    Raises:
        InputError: it holds one thread.
    """
    from unroller.core.ports import Binding  # noqa: PLC0415  (the help does without)

    if not isinstance(export, Binding):
        raise InputError(f"{export.name} holds one thread. To bind several, take -f epub or -f pdf.")
    return export


def _by_suffix(exports: Mapping[str, Export], output: Path | None) -> Export | None:
    if output is None:
        return None
    offered = [exports[name] for name in names()]
    fitting = [export for export in offered if output.name.endswith(export.suffix)]
    return max(fitting, key=lambda export: len(export.suffix), default=None)
