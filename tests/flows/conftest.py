"""A library of one's own with a bot on the real network on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.flows import paper
from tests.flows.paper import Faulty, Time
from tests.testnet.bluesky import Account, Network, Sent
from unroller.config import Limits, Settings
from unroller.core.model import PostRef
from unroller.flows.library import Library, open_library
from unroller.flows.listen import listen
from unroller.flows.work import work_once
from unroller.store import Call, Saved


@dataclass(slots=True)
class Clock:
    """Real time, and as much more as a test moves it on."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def on(self, **time: float) -> None:
        self.ahead += timedelta(**time)


@dataclass(slots=True)
class Desk:
    """The bot at work: `answers` lets it hear and do all that is due."""

    network: Network
    bot: Account
    library: Library
    clock: Clock
    people: dict[str, Account] = field(default_factory=dict)

    def person(self, name: str, **how: Any) -> Account:
        if name not in self.people:
            self.people[name] = self.network.account(name, display_name=name.title(), **how)
        return self.people[name]

    def work(self) -> None:
        while work_once(self.library, "test"):
            pass

    def hear(self) -> int:
        self.network.settle()
        return sum(listen(self.library, name, bot) for name, _, bot in self.library.messengers())

    def answers(self, call: Sent) -> list[str]:
        """The texts of the bot's replies to `call`, after all work is done."""
        self.hear()
        self.work()
        self.network.settle()
        return [record["value"]["text"] for record in self.bot.replies_to(call)]

    def answer(self, call: Sent) -> str:
        found = self.answers(call)
        assert len(found) == 1, found
        return found[0]

    def ledger(self, call: Sent) -> Call:
        found = self.library.store.ledger.load(ref(call))
        assert found is not None
        return found

    def saved(self, sent: Sent) -> Saved:
        found = self.library.store.threads.find(ref(sent))
        assert found is not None
        return found

    def page(self, sent: Sent) -> str:
        found = self.library.store.pages.load(self.saved(sent).slug, "page.html")
        assert found is not None
        return found.forms[""].decode()


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
