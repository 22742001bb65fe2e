"""A bot that is logged in on the X of the tests, and what may be done to both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from tests.operators import Settled
from tests.testnet import x, x_writing
from tests.testnet.x_state import X as Net
from tests.testnet.x_world import Person, Said, World
from unroller.config import Secret
from unroller.core.calls import Mention
from unroller.core.ports import Answer
from unroller.http import Polite
from unroller.http.client import Patience
from unroller.keeping import Kept, PassingSessions, PassingSpending
from unroller.networks.x import X, XSettings

REDIRECT = "http://127.0.0.1:8000/"


@dataclass(slots=True)
class Desk:
    """The server, the bot's account, and as many processes of the bot as a test wants."""

    net: Net
    bot: Person
    client: Polite
    settings: XSettings
    sessions: PassingSessions = field(default_factory=PassingSessions)
    spending: PassingSpending = field(default_factory=PassingSpending)

    def process(self) -> X:
        """The network as one more process of the same installation has it."""
        keeper = Kept("x", self.sessions, self.spending)
        return X(self.settings, self.client, clock=lambda: self.net.world.now, sessions=keeper)

    def connect(self, bot: X) -> str:
        operator = Settled()

        def visit(url: str) -> None:
            operator.answers["redirected"] = x_writing.allow(self.net, url, self.bot)

        operator.visit = visit
        return bot.connect("", operator)

    def person(self, name: str) -> Person:
        return self.net.world.named(name) or self.net.world.person(name)

    def call(self, by: str, words: str = "@unroller unroll", *, to: Said | None = None, **how: Any) -> Said:
        self.on(seconds=30)
        return x_writing.call(self.net, self.person(by), words, to=to, **how)

    def thread(self, by: str = "anna", size: int = 3) -> list[Said]:
        return self.net.world.thread(self.person(by), size)

    def on(self, **time: float) -> None:
        self.net.world.now += timedelta(**time)

    def session(self) -> dict[str, Any]:
        found = self.sessions.load("x")
        assert found is not None
        return found


@contextmanager
def opened(**how: Any) -> Iterator[Desk]:
    """A desk whose bot is connected; `how` is what the settings are."""
    with x.serving(World()) as net:
        bot = net.world.person("unroller", fields={"bot": True})
        net.owner = bot.id
        client = Polite(
            allow_addresses=(urlsplit(net.url).netloc,),
            patience=Patience(connect=2, read=2, pause=10, total=20),
            clock=lambda: net.world.now,
            sleep=lambda _: None,
        )
        settings = XSettings(
            bearer_token=Secret(net.token),
            api=net.url,
            client_id=net.logins.client,
            client_secret=Secret(net.logins.secret),
            redirect=REDIRECT,
        )
        with closing(client):
            desk = Desk(net, bot, client, replace(settings, **how))
            desk.connect(desk.process())
            yield desk


def heard(bot: X) -> list[Mention]:
    """What a listener takes in."""
    found = list(bot.mentions(None))
    bot.took_in()
    return found


ANSWER = Answer("The thread by @anna, 3 posts on one page:", link="https://unroll.example/t/abcdefghijkl")
