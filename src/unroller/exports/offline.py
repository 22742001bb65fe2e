"""Threads as pages in a folder show them: with what lies beside them, and nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from unroller.core.body import Emoji
from unroller.core.media import at_home
from unroller.core.model import Author, Card, Media, Thread, Verdict
from unroller.core.ports import Export, Forms, Frame

MEDIA = "media/"
"""The folder beside a document in which its pictures, films and sounds lie."""

# Formats lead to whole addresses only, so that what lies beside has one until all is written.
_HERE = "https://copies.invalid/"

_ADDRESSES = {Media: ("url", "poster"), Author: ("avatar",), Card: ("image",)}

Value = TypeVar("Value")


def beside(export: Export, thread: Thread, verdict: Verdict, frame: Frame, names: dict[str, str]) -> bytes:
    """The document, whose media are `names` in the folder `MEDIA` beside it, by what the thread calls them.

    Where the frame's `root` says that it lies in a folder, it loads nothing else.
    """
    here = {copy: _HERE + name for copy, name in names.items()}
    thread = at_home(thread, here, only=frame.sealed)
    ours = {address: address for address in here.values()}
    frame = replace(frame, media=ours, forms=dict.fromkeys(ours, Forms()))
    if frame.root:
        thread = without_others(thread, frozenset(here.values()))
    made = export.render(thread, verdict, frame)
    for name in sorted(set(names.values())):
        made = made.replace(f"{_HERE}{name}".encode(), f"{MEDIA}{name}".encode())
    return made


def without_others(value: Value, here: Collection[str]) -> Value:
    """`value` without the addresses of pictures, films and sounds that are not `here`."""
    changed: Any = value
    if isinstance(value, tuple):
        changed = tuple(without_others(one, here) for one in value)
    elif isinstance(value, Emoji):
        changed = value if value.url in here else replace(value, url="")
    elif is_dataclass(value) and not isinstance(value, type):
        found = dict(_changes(value, here))
        changed = replace(value, **found) if found else value
    return changed  # type: ignore[no-any-return]  # of the type that came in


def _changes(value: Any, here: Collection[str]) -> Iterator[tuple[str, Any]]:
    addresses = _ADDRESSES.get(type(value), ())
    for each in fields(value):
        before = getattr(value, each.name)
        if each.name in addresses:
            after = before if before in here else None
        else:
            after = without_others(before, here)
        if after is not before and after != before:
            yield each.name, after
