"""What networks keep beyond a call: their log-ins and what they cost, in the store or with the process."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from unroller.core.ports import Booking, Cap, Purse


class Sessions(Protocol):
    """The store's sessions, of all networks."""

    def load(self, network: str) -> dict[str, Any] | None:
        """The session that was saved last for `network`."""

    def save(self, network: str, data: dict[str, Any], *, unless_changed_from: dict[str, Any] | None) -> bool:
        """Save `data` if nobody else has saved meanwhile; whether it was."""


class PassingSessions:
    """Sessions that end with the process, for a reader who keeps no library."""

    def __init__(self) -> None:
        self._kept: dict[str, dict[str, Any]] = {}

    def load(self, network: str) -> dict[str, Any] | None:
        """The session that was saved last for `network`."""
        return self._kept.get(network)

    def save(self, network: str, data: dict[str, Any], *, unless_changed_from: dict[str, Any] | None) -> bool:
        """Save `data` if nobody else has saved meanwhile; whether it was."""
        if self._kept.get(network) != unless_changed_from:
            return False
        self._kept[network] = data
        return True


class Spending(Protocol):
    """The store's account of what all networks cost: as `ports.Purse`, for one `network` each."""

    def book(self, network: str, booking: Booking, caps: Sequence[Cap]) -> Cap | None:
        """See `Purse.book`."""

    def settle(self, network: str, booking: Booking, bought: Mapping[str, int], fixed: int = 0) -> int:
        """See `Purse.settle`."""

    def bought(self, network: str, day: date, names: Collection[str]) -> frozenset[str]:
        """See `Purse.bought`."""

    def spent(self, network: str, since: date, who: str | None = None) -> int:
        """See `Purse.spent`."""


class PassingSpending:
    """Spending that is forgotten with the process, for a reader who keeps no library."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sums: Counter[tuple[str, date, str]] = Counter()
        self._bought: set[tuple[str, date, str]] = set()

    def book(self, network: str, booking: Booking, caps: Sequence[Cap]) -> Cap | None:
        """See `Purse.book`."""
        with self._lock:
            for cap in caps:
                if self.spent(network, cap.since, cap.who) + booking.amount > cap.most:
                    return cap
            self._sums[network, booking.day, booking.who] += booking.amount
            return None

    def settle(self, network: str, booking: Booking, bought: Mapping[str, int], fixed: int = 0) -> int:
        """See `Purse.settle`."""
        with self._lock:
            new = bought.keys() - self.bought(network, booking.day, bought)
            self._bought |= {(network, booking.day, name) for name in new}
            cost = fixed + sum(bought[name] for name in new)
            self._sums[network, booking.day, booking.who] += cost - booking.amount
            return cost

    def bought(self, network: str, day: date, names: Collection[str]) -> frozenset[str]:
        """See `Purse.bought`."""
        return frozenset(name for name in names if (network, day, name) in self._bought)

    def spent(self, network: str, since: date, who: str | None = None) -> int:
        """See `Purse.spent`."""
        sums = list(self._sums.items())
        return sum(
            amount for (of, day, by), amount in sums if of == network and day >= since and who in (None, by)
        )


@dataclass(frozen=True, slots=True)
class _Purse:
    """What one network has cost: a `ports.Purse`."""

    network: str
    spending: Spending

    def book(self, booking: Booking, caps: Sequence[Cap]) -> Cap | None:
        """See `Purse.book`."""
        return self.spending.book(self.network, booking, caps)

    def settle(self, booking: Booking, bought: Mapping[str, int], fixed: int = 0) -> int:
        """See `Purse.settle`."""
        return self.spending.settle(self.network, booking, bought, fixed)

    def bought(self, day: date, names: Collection[str]) -> frozenset[str]:
        """See `Purse.bought`."""
        return self.spending.bought(self.network, day, names)

    def spent(self, since: date, who: str | None = None) -> int:
        """See `Purse.spent`."""
        return self.spending.spent(self.network, since, who)


@dataclass(frozen=True, slots=True)
class Kept:
    """The sessions and the purse of one network: a `ports.Keeper`."""

    network: str
    sessions: Sessions
    spending: Spending = field(default_factory=PassingSpending)

    @property
    def purse(self) -> Purse:
        """The network's own."""
        return _Purse(self.network, self.spending)

    def load(self) -> Mapping[str, Any] | None:
        """See `SessionKeeper.load`."""
        return self.sessions.load(self.network)

    def save(self, data: Mapping[str, Any], *, unless_changed_from: Mapping[str, Any] | None) -> bool:
        """See `SessionKeeper.save`."""
        before = None if unless_changed_from is None else dict(unless_changed_from)
        return self.sessions.save(self.network, dict(data), unless_changed_from=before)
