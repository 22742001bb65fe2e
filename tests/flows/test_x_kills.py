"""A call on X is answered exactly once, wherever the process is killed, though X has no key for answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.flows.trials import Trials, forking, near, spread
from tests.flows.x_desk import connect, settings_for
from tests.testnet import x, x_writing
from tests.testnet.x_state import X as Net
from tests.testnet.x_world import Person, Said, World
from unroller.config import Settings
from unroller.flows.library import open_library

# What a kill leaves booked must not end the trials: this is about answers.
pytestmark = pytest.mark.real

PLENTY = {"per_unroll": "1", "per_person_day": "100000", "per_month": "1000000"}


@dataclass(slots=True)
class OnX(Trials):
    """Trials on the X of the tests, whose time is that of the processes."""

    net: Net
    bot: Person
    settings: Settings

    def networks(self) -> dict[str, dict[str, Any]]:
        return {name: dict(own) for name, own in self.settings.networks.items()}

    def allowed(self) -> list[str]:
        return list(self.settings.allow_addresses)

    def run(self, kill_at: int | None = None) -> dict[str, Any]:
        self.net.world.now = datetime.now(UTC) + timedelta(seconds=self.ahead + 60)
        return Trials.run(self, kill_at)

    def call(self) -> Said:
        thread = self.net.world.thread(self.net.world.people[ANNA], 3)
        return x_writing.call(self.net, self.net.world.people[BEN], "@unroller unroll", to=thread[-1])

    def answers(self, call: Any) -> int:
        return len(x_writing.answers_to(self.net, call))


ANNA, BEN = "5001", "5002"


@pytest.fixture
def trials(tmp_path: Path) -> Iterator[OnX]:
    with x.serving(World.at(datetime.now(UTC))) as net, forking() as server:
        for id_, name in ((ANNA, "anna"), (BEN, "ben")):
            net.world.person(name, id_=id_)
        bot = net.world.person("unroller", fields={"bot": True})
        net.owner, net.logins.lasts = bot.id, timedelta(days=100)
        settings = settings_for(net, tmp_path, **PLENTY)
        with open_library(settings) as library:
            connect(library, net, bot)
        made = OnX(server, tmp_path, net, bot, settings)
        made.run()
        yield made


def test_a_kill_at_any_point_leaves_one_answer(trials: OnX) -> None:
    trials.kill_everywhere("before tweets", "after tweets", "before page", "after commit")


def test_a_kill_and_another_one_while_recovering_leave_one_answer(trials: OnX) -> None:
    """Around the one request whose repeat would be a second answer; the rest is the same on every network."""
    (points,) = trials.trial()
    sending = near(points, "before tweets")
    for kill in [kill for kill in range(len(points)) if sending(kill)]:
        _, recovery = trials.trial(kill)
        for again in spread(len(recovery), 8):
            trials.trial(kill, again)
