"""Trials of a bot in processes that are killed: it must have answered each call once, and no more."""

from __future__ import annotations

import json
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@contextmanager
def forking() -> Iterator[subprocess.Popen[str]]:
    """`tests.flows.killing`, which forks a process for each job that it is given."""
    command = [sys.executable, "-m", "tests.flows.killing"]
    pipes: dict[str, Any] = {
        "stdin": subprocess.PIPE,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.DEVNULL,
    }
    with subprocess.Popen(command, cwd=ROOT, text=True, **pipes) as server:
        yield server
        assert server.stdin
        server.stdin.close()
        server.wait(30)


@dataclass(slots=True)
class Trials(ABC):
    """One bot and its library; for each trial a thread that it has not seen yet, and a call."""

    server: subprocess.Popen[str]
    data: Path
    database: str = field(default="", kw_only=True)
    ahead: int = field(default=0, kw_only=True)

    @abstractmethod
    def networks(self) -> dict[str, dict[str, Any]]:
        """The settings of the network on which the bot is called."""

    @abstractmethod
    def allowed(self) -> list[str]:
        """The host:port pairs that it may ask."""

    @abstractmethod
    def call(self) -> Any:
        """Somebody calls the bot on a new thread."""

    @abstractmethod
    def answers(self, call: Any) -> int:
        """How many answers the network has to `call`."""

    def run(self, kill_at: int | None = None) -> dict[str, Any]:
        """One run of the bot by a new process, a minute after the one before."""
        self.ahead += 60
        job: dict[str, Any] = {"data": str(self.data), "networks": self.networks(), "allow": self.allowed()}
        job |= {"kill_at": kill_at, "ahead": self.ahead, "database": self.database}
        assert self.server.stdin
        assert self.server.stdout
        self.server.stdin.write(json.dumps(job) + "\n")
        self.server.stdin.flush()
        ended: dict[str, Any] = json.loads(self.server.stdout.readline())
        assert not ended["failed"], ended
        return ended

    def trial(self, *kills: int) -> list[list[str]]:
        """Kill at each of these points, one run after the other, then run to the end: one answer, no more.

        Returns the points that each run reached; the last run is the one that was let be.
        """
        call, reached = self.call(), []
        for kill in kills:
            ended = self.run(kill)
            assert ended["killed"], f"point {kill} was not reached: {ended['points']}"
            reached.append(ended["points"])
        ended = self.run()
        assert not ended["killed"]
        reached.append(ended["points"])
        found = self.answers(call)
        assert found == 1, f"{found} answers after kills at {kills}: {reached}"
        self.run()  # what is due later is done before the next trial
        return reached

    def kill_everywhere(self, *effects: str) -> None:
        """Kill once at each point of a run, among which are `effects`."""
        (points,) = self.trial()
        assert set(effects) <= set(points)
        for kill in range(len(points)):
            first, _ = self.trial(kill)
            assert len(first) == kill + 1

    def kill_again(self, sending: str) -> None:
        """Kill twice: at each pair of points around `sending`, and at some pairs elsewhere."""
        (points,) = self.trial()
        beside = near(points, sending)
        for kill in [kill for kill in range(len(points)) if beside(kill)]:
            _, recovery = self.trial(kill)
            for again in range(len(recovery)):
                self.trial(kill, again)
        for kill in spread(len(points), 5):
            _, recovery = self.trial(kill)
            for again in spread(len(recovery), 3):
                self.trial(kill, again)


def spread(count: int, wanted: int) -> list[int]:
    """At most `wanted` of the first `count` numbers, evenly, the first and the last among them."""
    step = max(1, (count - 1) // max(1, wanted - 1))
    return sorted({*range(0, count, step), count - 1})


def near(points: list[str], effect: str) -> Callable[[int], bool]:
    """Whether a point stands right beside the one where the reply is sent."""
    at = points.index(effect)
    return lambda kill: abs(kill - at) <= 1
