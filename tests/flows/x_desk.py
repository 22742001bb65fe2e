"""A library whose bot is logged in on the X of the tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.flows.desk import BotDesk
from tests.operators import Settled
from tests.testnet import x, x_writing
from tests.testnet.x_state import X as Net
from tests.testnet.x_world import Person, Said, World
from unroller.config import Settings
from unroller.core.model import PostRef
from unroller.core.ports import Connectable
from unroller.flows.library import Library, open_library
from unroller.http import Polite
from unroller.http.client import Patience


@dataclass(slots=True)
class XDesk(BotDesk[Said]):
    """The bot at work; time stands still until it is moved on."""

    net: Net
    bot: Person
    library: Library

    def person(self, name: str) -> Person:
        return self.net.world.named(name) or self.net.world.person(name)

    def thread(self, by: str = "anna", size: int = 3) -> list[Said]:
        return self.net.world.thread(self.person(by), size)

    def call(self, by: str, words: str = "@unroller unroll", *, to: Said | None = None, **how: Any) -> Said:
        self.on(seconds=30)
        return x_writing.call(self.net, self.person(by), words, to=to, **how)

    def on(self, **time: float) -> None:
        self.net.world.now += timedelta(**time)

    def ref(self, sent: Said) -> PostRef:
        return PostRef("x", sent.id)

    def replies(self, call: Said) -> list[str]:
        return x_writing.answers_to(self.net, call)

    def page(self, sent: Said) -> str:
        """The page; `""` where there is none any more."""
        found = self.library.store.pages.load(self.saved(sent).slug, "page.html")
        return found.forms[""].decode() if found else ""

    def billed(self) -> Decimal:
        return Decimal(str(self.net.bill.dollars))


def settings_for(net: Net, data: Path, **x: object) -> Settings:
    """An installation that reads the X of the tests; `x` are more of the network's settings."""
    own = {
        "api": net.url,
        "bearer_token": net.token,
        "client_id": net.logins.client,
        "client_secret": net.logins.secret,
        **x,
    }
    return Settings(
        data=data,
        base_url="https://unroll.example",
        allow_addresses=(urlsplit(net.url).netloc,),
        networks={"x": own},
    )


def connect(library: Library, net: Net, bot: Person) -> None:
    """Log the bot in as its operator would."""
    operator = Settled()

    def visit(url: str) -> None:
        operator.answers["redirected"] = x_writing.allow(net, url, bot)

    operator.visit = visit
    network = library.network("x")
    assert isinstance(network, Connectable)
    network.connect("", operator)


@contextmanager
def opened(data: Path, **x_settings: object) -> Iterator[XDesk]:
    with x.serving(World()) as net:
        bot = net.world.person("unroller", fields={"bot": True})
        net.owner = bot.id
        settings = settings_for(net, data, **x_settings)
        client = Polite(
            allow_addresses=settings.allow_addresses,
            patience=Patience(connect=2, read=2, pause=10, total=20),
            clock=lambda: net.world.now,
            sleep=lambda _: None,
        )
        with (
            closing(client),
            open_library(settings, http=client, clock=lambda: net.world.now) as library,
        ):
            connect(library, net, bot)
            yield XDesk(net, bot, library)
