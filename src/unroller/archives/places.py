"""Where a file stands inside an archive: paths made safe and alike, whoever packed them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import TypeVar

from unroller.core.errors import InputError

MOST_FILES = 1_000_000
"""More files than any export has; a folder with more is somebody's whole disk."""

MEANT = frozenset({"data", "media_attachments"})
"""Folders that an export has itself, which are no wrapping around it."""

TWICE = "files that are there twice under one name: the later counts"

_DRIVE = re.compile(r"[A-Za-z]:")
_Place = TypeVar("_Place")


def inside(path: str, archive: str) -> str:
    """`path` with `/` between its parts and without `.`; `""` for what an operating system left there.

    Raises:
        InputError: it leads outside of `archive`, or is no path.
    """
    if "\0" in path:
        raise InputError(
            f"{archive} holds a file of a name that no export has: download it from the network."
        )
    parts = [part for part in path.replace("\\", "/").split("/") if part not in ("", ".")]
    if path.startswith(("/", "\\")) or _DRIVE.match(path) or ".." in parts:
        raise InputError(
            f"{archive} holds a file whose path leads outside of it: download it from the network."
        )
    if not parts or parts[0] == "__MACOSX" or parts[-1] == ".DS_Store" or parts[-1].startswith("._"):
        return ""
    return "/".join(parts)


def unwrapped(found: Iterable[tuple[str, _Place]], archive: str, left_out: Counter[str]) -> dict[str, _Place]:
    """What `found` says where each file is, by its path; one folder around everything is taken away.

    Of two files under one path the later counts, as with every unpacker; `left_out` counts the others.

    Raises:
        InputError: there are too many of them, or a path leads outside of `archive`.
    """
    places: dict[str, _Place] = {}
    for path, place in found:
        if name := inside(path, archive):
            if name in places:
                left_out[TWICE] += 1
            places[name] = place
            if len(places) > MOST_FILES:
                raise InputError(f"{archive} holds more than {MOST_FILES:,} files: name the export alone.")
    tops = {name.partition("/")[0] for name in places}
    wrapper = f"{next(iter(tops), '')}/"
    if len(tops) != 1 or wrapper[:-1] in MEANT or not all(name.startswith(wrapper) for name in places):
        return places
    return {name.removeprefix(wrapper): place for name, place in places.items()}
