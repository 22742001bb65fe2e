"""What a network offers on which the bot can be called, set up and checked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from unroller.core.calls import Mention
from unroller.core.errors import UnrollerError
from unroller.core.model import Author, PostRef


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bot says: `text`, and where it leads. `picture` is the page's card, PNG or JPEG.

    `notify` is somebody whose @handle stands in the text and who has to hear of it.
    """

    text: str
    notify: Author | None = None
    link: str | None = None
    title: str = ""
    description: str = ""
    picture: bytes | None = None


@runtime_checkable
class Messenger(Protocol):
    """A network on which the bot can be called and can answer."""

    def identity(self) -> tuple[str, str] | None:
        """The bot's own account: its permanent id and its handle, without @; `None` where none is set.

        Asks no server, so the id is `""` before the first log-in.
        """

    def mentions(self, since: datetime | None) -> Iterable[Mention]:
        """Calls that may be newer than `since`, newest first. Repeats are expected: callers keep a ledger."""

    def compose(self, mention: Mention, answer: Answer) -> bytes:
        """The whole reply, fixed byte for byte, so that sending it twice is the same reply."""

    def send(self, reply: bytes, *, again: bool = False) -> PostRef:
        """Send what `compose` made and return the reply's ref. Any number of calls make one reply.

        `again`: it may have been sent before, and whether it arrived is not known.

        Raises:
            AbsentError: the call is gone, so there is nothing to answer.
            RefusedError: the network will never take an answer to this call.
        """

    def retract(self, reply: PostRef) -> None:
        """Take one of the bot's own replies back; no error when it is gone already.

        Raises:
            ValueError: it is not the bot's own.
        """


@runtime_checkable
class Bookmarking(Protocol):
    """A network that remembers up to where its calls were taken in, since asking again costs."""

    def took_in(self) -> None:
        """All that `mentions` gave last is in the ledger: the next look may begin behind it."""


@runtime_checkable
class Ringing(Protocol):
    """A network that says at once when there may be a call."""

    def wait(self, seconds: float) -> None:
        """Return when there may be something new, after `seconds` at the latest. Never raises."""


class Operator(Protocol):
    """Whoever sets the bot up: settings first, then a person at a terminal."""

    def ask(self, what: str, setting: str, *, secret: bool = False) -> str:
        """The network's own `setting` where it is set, else what the person types when asked for `what`.

        Raises:
            SetupError: it is not set, and there is nobody to ask.
        """

    def send_to(self, url: str, why: str) -> None:
        """Have the person open `url` in a browser; say `why`, and the address where none opens."""


@runtime_checkable
class Connectable(Protocol):
    """A network on which the bot is set up by a log-in."""

    def connect(self, account: str, operator: Operator) -> str:
        """Log in, mark the account as a bot, let its profile say what it does; words for the operator.

        `account` is what was named on the command line, in the network's own terms (a handle, a server);
        `""` where nothing was.

        Raises:
            InputError, SetupError: what was given is no account, or the log-in is refused.
        """


@runtime_checkable
class Checkable(Protocol):
    """A network that can say whether it works."""

    def check(self) -> Sequence[str | UnrollerError]:
        """A line for each thing that was tried: what works in words, what does not as the error."""
