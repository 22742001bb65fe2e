"""A library of one's own with a bot on the real network on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests import cards
from tests.flows import paper
from tests.flows.desk import BotDesk, Clock
from tests.flows.paper import Faulty, Time
from tests.testnet.bluesky import Account, Network, Sent
from unroller.config import Limits, Settings
from unroller.core.model import PostRef
from unroller.exports import card
from unroller.flows.library import Library, open_library


@pytest.fixture(autouse=True)
def cards_are_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card, "draw", cards.draw)


@dataclass(slots=True)
class Desk(BotDesk[Sent]):
    """The bot at work on Bluesky."""

    network: Network
    bot: Account
    library: Library
    clock: Clock
    people: dict[str, Account] = field(default_factory=dict)

    def person(self, name: str, **how: Any) -> Account:
        if name not in self.people:
            self.people[name] = self.network.account(name, display_name=name.title(), **how)
        return self.people[name]

    def ref(self, sent: Sent) -> PostRef:
        return ref(sent)

    def replies(self, call: Sent) -> list[str]:
        return [record["value"]["text"] for record in self.bot.replies_to(call)]

    def settle(self) -> None:
        self.network.settle()


def ref(sent: Sent) -> PostRef:
    return PostRef("bluesky", sent.uri)


def settings_for(network: Network, bot: Account, data: Path, **more: Any) -> Settings:
    servers = (network.pds, network.appview, network.plc)
    bluesky = {
        "appview": network.appview,
        "plc": network.plc,
        "service": network.pds,
        "labeler": network.labeler_did,
        "handle": bot.handle,
        "password": bot.password,
    }
    made = Settings(
        data=data,
        base_url="https://unroll.example",
        allow_addresses=tuple(urlsplit(server).netloc for server in servers),
        limits=Limits(per_person_day=50, per_thread_day=50),
        networks={"bluesky": bluesky},
    )
    return replace(made, **more)


@pytest.fixture
def open_desk(bluesky_net: Network, tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """Opens a desk with settings of the test's own."""
    with ExitStack() as stack:

        def make(**more: Any) -> Desk:
            clock = Clock()
            bot = bluesky_net.account("bot", display_name="Unroll")
            settings = settings_for(bluesky_net, bot, tmp_path, **more)
            library = stack.enter_context(open_library(settings, clock=clock))
            return Desk(bluesky_net, bot, library, clock)

        yield make


@pytest.fixture
def desk(open_desk: Callable[..., Desk]) -> Desk:
    return open_desk()


# ------------------------------------------------------------------------------ on paper


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def http() -> Faulty:
    return Faulty(paper.network())


@pytest.fixture
def open_it(http: Faulty, clock: Time, tmp_path: Path) -> Iterator[Callable[..., Library]]:
    with ExitStack() as stack:

        def make(data: Path = tmp_path, **more: object) -> Library:
            return stack.enter_context(open_library(paper.settings(data, **more), http=http, clock=clock))

        yield make


@pytest.fixture
def library(open_it: Callable[..., Library]) -> Library:
    return open_it()
