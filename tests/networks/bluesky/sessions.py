"""Where a log-in is kept, in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Kept:
    """A `SessionKeeper`. Several accounts that are handed the same one stand for several processes."""

    session: dict[str, Any] | None = None
    saved: int = 0

    def load(self) -> Mapping[str, Any] | None:
        return self.session

    def save(self, data: Mapping[str, Any], *, unless_changed_from: Mapping[str, Any] | None) -> bool:
        if self.session != unless_changed_from:
            return False
        self.session = dict(data)
        self.saved += 1
        return True
