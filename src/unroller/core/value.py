"""What all nouns are: values that never change, made, compared and written in C.

docs/decisions/0033-nouns-are-structs.md
"""

from __future__ import annotations

from typing import Any

import msgspec

NOTHING: frozenset[Any] = frozenset()
"""The empty set that is a default."""


class Value(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A frozen value. It may hold only values itself, so that no ring can be made of them, nor garbage."""


def settle(value: Value, name: str) -> None:
    """Make the set called `name`, where it is empty, the default: a default is known by being the same."""
    found = getattr(value, name)
    if not found and found is not NOTHING:
        msgspec.structs.force_setattr(value, name, NOTHING)
