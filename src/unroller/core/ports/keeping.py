"""What a network keeps beyond a call: its log-in, and what it costs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol


class SessionKeeper(Protocol):
    """Where a network keeps its log-in across restarts. Other processes use the same one."""

    def load(self) -> Mapping[str, Any] | None:
        """The session as it was saved last; `None` before the first log-in."""

    def save(self, data: Mapping[str, Any], *, unless_changed_from: Mapping[str, Any] | None) -> bool:
        """Save `data` if what is kept is still `unless_changed_from` (`None`: nothing); whether it was.

        `False`: another process was quicker; load its session.
        """


@dataclass(frozen=True, slots=True)
class Booking:
    """Money set aside for one call before it is made: `amount` in millionths of a dollar, on a day in UTC.

    `who` is the account that it is spent for, `""` for everybody who has none.
    """

    day: date
    who: str
    amount: int


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `most` millionths of a dollar from the day `since` on; by `who` alone, or (`None`) by all."""

    most: int
    since: date
    who: str | None = None


class Purse(Protocol):
    """What one network has cost the operator. Other processes spend from the same one.

    Amounts are millionths of a dollar, days are in UTC. What was booked and never settled counts as spent.
    """

    def book(self, booking: Booking, caps: Sequence[Cap]) -> Cap | None:
        """Count `booking` as spent if no cap stands against it: the first that does, or `None`."""

    def settle(self, booking: Booking, bought: Mapping[str, int], fixed: int = 0) -> int:
        """Put what the call did cost in the place of `booking`; what that is.

        That is `fixed`, and the prices in `bought` of all things, by name, that nobody bought on that
        day: a network sells them once a day. They count as bought from now on.
        """

    def bought(self, day: date, names: Collection[str]) -> frozenset[str]:
        """Those of `names` that were bought on `day`."""

    def spent(self, since: date, who: str | None = None) -> int:
        """What was spent from `since` on; by `who` alone where that is given."""


class Keeper(SessionKeeper, Protocol):
    """A network's log-in and its purse: what every network is handed."""

    @property
    def purse(self) -> Purse:
        """What the network has cost so far."""


@dataclass(frozen=True, slots=True)
class Balance:
    """What a network has cost in the running month, and what is left of the operator's budget for it.

    `spent` and `left` are millionths of a dollar; `renews` is the day on which all of it is there again.
    """

    spent: int
    left: int
    renews: date

    def __str__(self) -> str:
        return f"{dollars(self.spent)} spent this month, {dollars(self.left)} left until {self.renews}"


def dollars(amount: int) -> str:
    """Millionths of a dollar for people: to the cent, more exactly where that says too little.

    >>> dollars(20_000_000), dollars(1_234_000), dollars(-5_000)
    ('$20.00', '$1.234', '-$0.005')
    """
    whole, part = divmod(abs(amount), 1_000_000)
    digits = f"{part:06}".rstrip("0").ljust(2, "0")
    return f"{'-' if amount < 0 else ''}${whole}.{digits}"
