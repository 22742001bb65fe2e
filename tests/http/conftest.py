"""A client whose pauses and times are the test's own."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from unroller.http import Polite
from unroller.http.client import Patience


@dataclass
class Time:
    """A clock that only sleeping moves."""

    seconds: float = 0.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return datetime(2026, 11, 22, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def steady(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds


@pytest.fixture
def time() -> Time:
    return Time()


MakeClient = Callable[..., Polite]


@pytest.fixture
def client(time: Time) -> MakeClient:
    """A client on the test's clock that may ask the given host:port pairs."""

    def make(*allowed: str, patience: Patience = Patience()) -> Polite:  # noqa: B008
        return Polite(
            "https://unroll.example",
            allow_addresses=allowed,
            patience=patience,
            clock=time.now,
            steady=time.steady,
            sleep=time.sleep,
        )

    return make
