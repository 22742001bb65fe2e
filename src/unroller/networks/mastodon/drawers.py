"""What this network keeps across restarts, in drawers that know nothing of each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from unroller.core.ports import SessionKeeper

ACCOUNT, SIGNING = "account", "signing"

_TRIES = 5


@dataclass(frozen=True, slots=True)
class Drawer:
    """One named part of what `keeper` keeps: a `SessionKeeper` itself."""

    keeper: SessionKeeper
    name: str

    def load(self) -> Mapping[str, Any] | None:
        """See `SessionKeeper.load`."""
        return _part(self.keeper.load(), self.name)

    def save(self, data: Mapping[str, Any], *, unless_changed_from: Mapping[str, Any] | None) -> bool:
        """See `SessionKeeper.save`. What others put into other drawers meanwhile stays."""
        for _ in range(_TRIES):
            kept = self.keeper.load()
            if _part(kept, self.name) != unless_changed_from:
                return False
            if self.keeper.save({**(kept or {}), self.name: dict(data)}, unless_changed_from=kept):
                return True
        return False


def _part(kept: Mapping[str, Any] | None, name: str) -> Mapping[str, Any] | None:
    part = (kept or {}).get(name)
    return part if isinstance(part, dict) else None
