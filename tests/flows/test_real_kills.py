"""A call is answered exactly once, wherever the process is killed, and wherever it is killed again."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.testnet.bluesky import Account, Network, Sent

ROOT = Path(__file__).parents[2]


@dataclass(slots=True)
class Trials:
    """One bot and its library; for each trial a thread that it has not seen yet, and a call."""

    network: Network
    bot: Account
    author: Account
    caller: Account
    data: Path
    server: subprocess.Popen[str]
    database: str = ""
    ahead: int = 0

    def run(self, kill_at: int | None = None) -> dict[str, Any]:
        """One run of the bot by a new process, a minute after the one before."""
        self.ahead += 60
        servers = {"appview": self.network.appview, "plc": self.network.plc, "service": self.network.pds}
        bluesky = servers | {"handle": self.bot.handle, "password": self.bot.password}
        allow = [urlsplit(server).netloc for server in servers.values()]
        networks = {"bluesky": bluesky}
        job: dict[str, Any] = {"data": str(self.data), "networks": networks, "allow": allow}
        job |= {"kill_at": kill_at, "ahead": self.ahead, "database": self.database}
        assert self.server.stdin
        assert self.server.stdout
        self.server.stdin.write(json.dumps(job) + "\n")
        self.server.stdin.flush()
        ended: dict[str, Any] = json.loads(self.server.stdout.readline())
        assert not ended["failed"], ended
        return ended

    def call(self) -> Sent:
        thread = self.author.thread(["One", "Two", "Three"])
        call = self.caller.call_bot(self.bot, reply_to=thread[-1])
        self.network.settle()
        return call

    def answers(self, call: Sent) -> int:
        newest = self.bot.ask(
            "com.atproto.repo.listRecords", repo=self.bot.did, collection="app.bsky.feed.post", limit=100
        )
        parents = [
            record["value"].get("reply", {}).get("parent", {}).get("uri") for record in newest["records"]
        ]
        return parents.count(call.uri)

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


@pytest.fixture
def trials(bluesky_net: Network, tmp_path: Path) -> Iterator[Trials]:
    command = [sys.executable, "-m", "tests.flows.killing"]
    pipes: dict[str, Any] = {
        "stdin": subprocess.PIPE,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.DEVNULL,
    }
    with subprocess.Popen(command, cwd=ROOT, text=True, **pipes) as server:
        made = Trials(
            bluesky_net,
            bluesky_net.account("bot"),
            bluesky_net.account("anna"),
            bluesky_net.account("bob"),
            tmp_path,
            server,
        )
        made.run()
        yield made
        assert server.stdin
        server.stdin.close()
        server.wait(30)


def test_a_kill_at_any_point_leaves_one_answer(trials: Trials) -> None:
    (points,) = trials.trial()
    for effect in ("before putRecord", "after putRecord", "before uploadBlob", "before page", "after commit"):
        assert effect in points
    for kill in range(len(points)):
        first, _ = trials.trial(kill)
        assert len(first) == kill + 1


def spread(count: int, wanted: int) -> list[int]:
    """At most `wanted` of the first `count` numbers, evenly, the first and the last among them."""
    step = max(1, (count - 1) // max(1, wanted - 1))
    return sorted({*range(0, count, step), count - 1})


def near(points: list[str], effect: str) -> Callable[[int], bool]:
    """Whether a point stands right beside the one where the reply is sent."""
    at = points.index(effect)
    return lambda kill: abs(kill - at) <= 1


def test_a_kill_and_another_one_while_recovering_leave_one_answer(trials: Trials) -> None:
    (points,) = trials.trial()
    sending = near(points, "before putRecord")
    for kill in [kill for kill in range(len(points)) if sending(kill)]:
        _, recovery = trials.trial(kill)
        for again in range(len(recovery)):
            trials.trial(kill, again)
    for kill in spread(len(points), 5):
        _, recovery = trials.trial(kill)
        for again in spread(len(recovery), 3):
            trials.trial(kill, again)


def test_on_postgresql_another_machine_finishes_the_work_of_one_that_died_within_a_minute(
    trials: Trials, postgres_url: str, tmp_path: Path
) -> None:
    trials.database = postgres_url
    trials.run()
    (points,) = trials.trial()
    for effect in ("before uploadBlob", "after putRecord"):
        call = trials.call()
        assert trials.run(points.index(effect))["killed"]
        trials.data = tmp_path / f"another machine, {effect}"
        assert not trials.run()["killed"]
        assert trials.answers(call) == 1
