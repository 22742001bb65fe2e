"""What a network, an archive or an export must offer, and what it may.

Plug-ins are found by entry point and inherit from nothing of ours; capabilities are found by
`isinstance` on these protocols.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from unroller.core.conversation import Conversation
from unroller.core.errors import UnrollerError, WireError
from unroller.core.model import Author, Mention, PostRef, Thread, Verdict
from unroller.core.shallow import shallow

Params = Mapping[str, str | int | bool | Sequence[str]]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON. Where it is nested too deeply to be read, `null` stands for what is too deep.

        Raises:
            WireError: it is no JSON.
        """
        try:
            try:
                return json.loads(self.body)
            except RecursionError:
                return json.loads(shallow(self.body.decode(json.detect_encoding(self.body))))
        except (ValueError, RecursionError):
            raise WireError("The network sent something other than the JSON it documents.") from None


class HttpClient(Protocol):
    """The one polite client, as networks are handed it."""

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Params | None = None,
        json: object = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        limit: int = 8_000_000,
    ) -> Reply:
        """The answer to one request: any 2xx, or a 4xx other than 429.

        A GET is tried again a few times within one deadline; nothing else ever is.

        Raises:
            NetworkError: no answer, a 5xx or a 429; for anything but a GET the outcome may be unclear.
            RefusedError: the address is private.
            WireError: the answer is larger than `limit` bytes.
        """


class SessionKeeper(Protocol):
    """Where a network keeps its log-in across restarts. Other processes use the same one."""

    def load(self) -> Mapping[str, Any] | None:
        """The session as it was saved last; `None` before the first log-in."""

    def save(self, data: Mapping[str, Any], *, unless_changed_from: Mapping[str, Any] | None) -> bool:
        """Save `data` if what is kept is still `unless_changed_from` (`None`: nothing); whether it was.

        `False`: another process was quicker; load its session.
        """


@dataclass(frozen=True, slots=True)
class Rules:
    """What a network demands of whoever shows its posts."""

    title: str
    may_tidy: bool = True
    reply_length: int = 300


@runtime_checkable
class Network(Protocol):
    """A place where threads are."""

    name: str
    rules: Rules

    def match(self, link: str) -> PostRef | None:
        """The post that `link` names, or `None` when the link is not this network's.

        Pure. The ref may be provisional (a handle in place of the permanent id); `fetch` settles it.

        Raises:
            InputError: the link is this network's, but names no post (a profile, a feed).
        """

    def fetch(self, ref: PostRef) -> Conversation:
        """What surrounds `ref`, with the settled ref as its focus.

        Raises:
            AbsentError: the post is gone or never was.
            RefusedError: the post is not public.
            NetworkError, WireError: the network did not answer, or not in a known shape.
        """

    def read(self, refs: Sequence[PostRef], into: Conversation) -> None:
        """Add the posts that `refs` name to `into`; what cannot be had is added as absent.

        Raises:
            NetworkError, WireError: the network did not answer, or not in a known shape.
        """


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

    def send(self, reply: bytes) -> PostRef:
        """Send what `compose` made and return the reply's ref. Any number of calls make one reply."""

    def retract(self, reply: PostRef) -> None:
        """Take one of the bot's own replies back; no error when it is gone already.

        Raises:
            ValueError: it is not the bot's own.
        """


@runtime_checkable
class Connectable(Protocol):
    """A network on which the bot is set up by a log-in."""

    def connect(self, handle: str, password: str) -> str:
        """Log in, mark the account as a bot, let its profile say what it does; words for the operator.

        Raises:
            SetupError: the log-in is refused.
        """


@runtime_checkable
class Checkable(Protocol):
    """A network that can say whether it works."""

    def check(self) -> Sequence[str | UnrollerError]:
        """A line for each thing that was tried: what works in words, what does not as the error."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds a thread on a page: the site that shows it, and what else it has.

    An empty `site` is a page that stands alone. `latest` are (title, address) pairs.
    """

    site: str = ""
    base_url: str = ""
    page_url: str = ""
    card_url: str = ""
    bot: str = ""
    latest: tuple[tuple[str, str], ...] = ()
    sample: bool = False


@runtime_checkable
class Export(Protocol):
    """A format that a thread can be turned into."""

    name: str
    media_type: str
    suffix: str

    def render(self, thread: Thread, verdict: Verdict, frame: Frame) -> bytes:
        """The whole document. The same arguments give the same bytes."""


@runtime_checkable
class Wrapping(Protocol):
    """An export whose lines are at most `width` columns wide."""

    width: int
