"""What a network, an archive or an export must offer, and what it may.

Plug-ins are found by entry point and inherit from nothing of ours; capabilities are found by
`isinstance` on these protocols.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO, Protocol, runtime_checkable

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


@runtime_checkable
class Following(Protocol):
    """A polite client that can also stay on the line; only processes that listen need one."""

    def follow(
        self, url: str, *, headers: Mapping[str, str] | None = None, patience: float = 90.0
    ) -> AbstractContextManager[Iterator[str]]:
        """What a server sends, as it comes, until it closes or the block is left.

        That is each message of a WebSocket (ws, wss), or the data of each server-sent event (http, https).

        Raises:
            NetworkError: no connection, or nothing for `patience` seconds, heartbeats included.
            RefusedError: the address is private.
            WireError: the server answers, but with something else.
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
    """What a network demands of whoever shows its posts, and how often it likes to be asked.

    `title` is its name for readers. `pause` is the seconds between two looks for calls.
    """

    title: str
    may_tidy: bool = True
    reply_length: int = 300
    pause: float = 3.0


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


@runtime_checkable
class Guessing(Protocol):
    """A network whose posts cannot all be told by their links: any server may hold one."""

    def guess(self, link: str) -> PostRef | None:
        """The ref to ask the server for, when no network knows `link` by its shape. Pure.

        `fetch` raises InputError where the server has no such post.
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

    def send(self, reply: bytes, *, again: bool = False) -> PostRef:
        """Send what `compose` made and return the reply's ref. Any number of calls make one reply.

        `again`: it may have been sent before, and whether it arrived is not known.
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


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds a thread on a page: the site that shows it, and what else it has.

    An empty `site` is a page that stands alone. `latest` are (title, address) pairs. `rules` are those
    of the thread's network; `None` where this installation does not have it. `media` maps the `copy` of
    a picture, film or sound to the address where it can be had, `kept` to its bytes. `formats` are the
    (title, address) pairs of what else the thread can be had as.
    """

    site: str = ""
    base_url: str = ""
    page_url: str = ""
    card_url: str = ""
    bot: str = ""
    latest: tuple[tuple[str, str], ...] = ()
    sample: bool = False
    rules: Rules | None = None
    media: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, bytes] = field(default_factory=dict)
    formats: tuple[tuple[str, str], ...] = ()


@runtime_checkable
class Export(Protocol):
    """A format that a thread can be turned into. `title` is its name for readers."""

    name: str
    title: str
    media_type: str
    suffix: str

    def render(self, thread: Thread, verdict: Verdict, frame: Frame) -> bytes:
        """The whole document. The same arguments give the same bytes."""


@runtime_checkable
class Wrapping(Protocol):
    """An export whose lines are at most `width` columns wide."""

    width: int


class Files(Protocol):
    """The files of one archive, whether it is a folder, a zip, a tar, or one file alone."""

    name: str
    """What the archive is called, for people."""

    def names(self) -> Sequence[str]:
        """The paths inside, with `/`, in the archive's order; none leads outside."""

    def size(self, name: str) -> int:
        """The bytes of one file, unpacked, as far as the archive says; 0 where it does not."""

    def open(self, name: str) -> BinaryIO:
        """One file, to be read from its beginning.

        Raises:
            KeyError: there is none of that name.
            InputError: it is damaged, or unpacks to more than any archive of people's own posts.
        """


@dataclass(slots=True)
class Report:
    """What became of an archive while it was read, for its owner: all counts grow as it goes.

    `found` counts what is there by kind, `left_out` what did not become part of a thread by reason, both
    in words. `notes` are sentences about the whole. `read` and `total` are bytes, for a progress bar;
    `advanced` is called whenever `read` has grown.
    """

    found: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    read: int = 0
    total: int = 0
    advanced: Callable[[], None] = lambda: None

    def advance(self, size: int) -> None:
        """So many more bytes were read."""
        self.read += size
        self.advanced()


@runtime_checkable
class Archive(Protocol):
    """A file that a network gives its users, or that researchers keep, with posts in it."""

    name: str
    title: str

    def recognise(self, files: Files) -> bool:
        """Whether `files` are such an archive, by what is in it and never by its name alone."""

    def doubt(self, sources: Sequence[Files]) -> str:
        """What the owner must be sure of before anything of `sources` is published; `""` when nothing."""

    def read(self, sources: Sequence[Files], report: Report, *, single: bool = False) -> Iterator[Gathering]:
        """The threads of two posts or more, and with `single` also what stands alone; oldest first.

        `sources` are exports of one kind, read as one. Memory does not grow with their length, beyond a
        few words for each post. What is not public is never given.

        Raises:
            InputError: it is no such archive after all, or damaged; the words say what and where.
        """


@dataclass(frozen=True, slots=True)
class Gathering:
    """One thread of an archive: a whole conversation, and where its files are.

    `copy` of each of its media is a path in `files`.
    """

    conversation: Conversation
    files: Files
