"""The bot at work, on whichever network."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

from unroller.core.model import PostRef
from unroller.flows.library import Library
from unroller.flows.listen import listen
from unroller.flows.work import work_once
from unroller.store import Call, Saved

Sent = TypeVar("Sent")
"""A post, as the network of the tests knows it."""


@dataclass(slots=True)
class Clock:
    """Real time, and as much more as a test moves it on."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def on(self, **time: float) -> None:
        self.ahead += timedelta(**time)


class BotDesk(ABC, Generic[Sent]):
    """`answers` lets the bot hear and do all that is due."""

    __slots__ = ()

    library: Library

    @abstractmethod
    def ref(self, sent: Sent) -> PostRef: ...

    @abstractmethod
    def replies(self, call: Sent) -> list[str]:
        """The texts of the bot's replies to `call`."""

    def settle(self) -> None:
        """Wait until the network shows all that it took."""

    def work(self) -> None:
        while work_once(self.library, "test"):
            pass

    def hear(self) -> int:
        self.settle()
        return sum(listen(self.library, name, bot) for name, _, bot in self.library.messengers())

    def answers(self, call: Sent) -> list[str]:
        """The texts of the bot's replies to `call`, after all work is done."""
        self.hear()
        self.work()
        self.settle()
        return self.replies(call)

    def answer(self, call: Sent) -> str:
        found = self.answers(call)
        assert len(found) == 1, found
        return found[0]

    def ledger(self, call: Sent) -> Call:
        found = self.library.store.ledger.load(self.ref(call))
        assert found is not None
        return found

    def saved(self, sent: Sent) -> Saved:
        found = self.library.store.threads.find(self.ref(sent))
        assert found is not None
        return found

    def page(self, sent: Sent) -> str:
        found = self.library.store.pages.load(self.saved(sent).slug, "page.html")
        assert found is not None
        return found.forms[""].decode()
