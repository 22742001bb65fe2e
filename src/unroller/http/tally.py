"""What the client has done so far, in figures."""

import threading
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counted:
    """`received` is bytes as they came over the wire; `waited` and `paused` are seconds.

    `waited` was spent on servers, `paused` on being polite to them.
    """

    requests: int = 0
    received: int = 0
    waited: float = 0.0
    paused: float = 0.0

    def __add__(self, other: "Counted") -> "Counted":
        return Counted(
            self.requests + other.requests,
            self.received + other.received,
            self.waited + other.waited,
            self.paused + other.paused,
        )


class Tally:
    """A sum of `Counted` that any thread may add to."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sum = Counted()

    def add(self, counted: Counted) -> None:
        """Add to the sum."""
        with self._lock:
            self._sum += counted

    def read(self) -> Counted:
        """The sum so far."""
        with self._lock:
            return self._sum
