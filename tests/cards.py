"""Cards that a process of the tests draws once, and not once for each page that shows the same."""

from __future__ import annotations

import json
from typing import Any

from unroller.exports import drawing

_drawn: dict[str, bytes] = {}


def draw(**how: Any) -> bytes:
    """In place of `card.draw`, for rooms that only publish; what a card looks like is tested in its own."""
    key = json.dumps(how, default=str)
    return _drawn.get(key) or _drawn.setdefault(key, drawing.draw(**how))
