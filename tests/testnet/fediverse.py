"""Several servers of the fediverse on loopback, each a real HTTP server with a port of its own.

They keep the limits of the real ones and have their quirks and faults as switches. What they answer is
written from the documentation of Mastodon, GoToSocial, Pleroma and Misskey, and from nothing of ours.

https://docs.joinmastodon.org/methods/statuses/, https://docs.joinmastodon.org/spec/activitypub/
https://docs.gotosocial.org/en/latest/federation/, https://docs.akkoma.dev/stable/development/API/differences_in_mastoapi_responses/
"""

from __future__ import annotations

import html
import threading
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from tests.testnet import loopback

Wire = dict[str, Any]
Kind = Literal["mastodon", "gotosocial", "pleroma", "misskey"]
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
BEGAN = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
_BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def in_digits(number: int, digits: str, length: int) -> str:
    """`number` in the base that `digits` have, filled up to `length`."""
    text = ""
    for _ in range(length):
        number, rest = divmod(number, len(digits))
        text = digits[rest] + text
    return text


@dataclass(eq=False, slots=True)
class Account:
    """Somebody on one of the servers. `more` overrides fields of the API's account, `actor` of the actor."""

    host: Host
    name: str
    id: str
    more: Wire = field(default_factory=dict)
    actor: Wire = field(default_factory=dict)

    @property
    def uri(self) -> str:
        return f"{self.host.origin}/users/{self.name}"

    @property
    def url(self) -> str:
        return f"{self.host.origin}/@{self.name}"

    def post(self, text: str, reply_to: Status | None = None, **more: Any) -> Status:
        """Write a post; it is delivered to the servers of everybody above it."""
        return self.host.publish(self, text, reply_to, **more)

    def thread(self, texts: Iterable[str], reply_to: Status | None = None) -> list[Status]:
        """Write posts that each answer the one before."""
        written: list[Status] = []
        for text in texts:
            written.append(self.post(text, written[-1] if written else reply_to))
        return written


@dataclass(eq=False, slots=True)
class Status:
    """A post as it stands at its author's home. `more` overrides fields of the API, `note` of the object."""

    account: Account
    id: str
    uri: str
    url: str
    text: str
    parent: Status | None
    conversation: str
    created: datetime
    visibility: str = "public"
    edits: tuple[datetime, ...] = ()
    deleted: bool = False
    more: Wire = field(default_factory=dict)
    note: Wire = field(default_factory=dict)

    @property
    def content(self) -> str:
        return f"<p>{html.escape(self.text)}</p>"

    def above(self) -> list[Status]:
        """What it answers, and so on up to the beginning of the conversation."""
        found: list[Status] = []
        status = self
        while status.parent:
            status = status.parent
            found.append(status)
        return found


@dataclass(eq=False, slots=True)
class Row:
    """A post as one server keeps it. Deletion takes `parent` away and leaves `parent_account`."""

    id: str
    status: Status
    parent: str | None
    parent_account: str | None


@dataclass(slots=True)
class Asked:
    """One request that a server was sent."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]


Answer = tuple[int, Mapping[str, str], bytes]


@dataclass(eq=False)
class Host:
    """One server. The switches can be thrown at any time."""

    kind: Kind
    origin: str = ""
    token: str = "let-me-in"
    # What it demands and offers.
    needs_token: bool = False
    demands_signatures: bool = False
    signatures: tuple[str, ...] = ("cavage", "rfc9421")
    has_api: bool = True
    has_objects: bool = True
    has_contexts: bool = True
    has_replies: bool = True
    keeps_parents: bool = False
    tombstones: bool = False
    refreshing: int = 0
    # Limits, as Mastodon has them.
    ancestors: int = 40
    descendants: int = 60
    depth: int = 20
    page: int = 40
    requests: int = 300
    paged_requests: int = 300
    tells_when: bool = True
    # Faults.
    replies: Literal["", "circle", "endless", "elsewhere"] = ""
    answers: dict[str, Answer] = field(default_factory=dict)
    down: bool = False
    html_only: bool = False
    slow: float = 0.0
    dripping: bool = False

    accounts: dict[str, Account] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)
    log: list[Asked] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    number: int = 0

    def __post_init__(self) -> None:
        if self.kind == "gotosocial":
            self.needs_token = self.demands_signatures = self.keeps_parents = True
            self.signatures, self.has_contexts, self.tells_when = ("cavage",), False, False
        if self.kind == "misskey":
            self.has_api = self.has_contexts = self.has_replies = False
        if self.kind == "pleroma":
            self.has_contexts, self.tombstones = False, True

    @property
    def name(self) -> str:
        return self.origin.partition("://")[2]

    def account(self, name: str, **more: Any) -> Account:
        """Somebody new on this server."""
        self.number += 1
        account = Account(self, name, self._id(self.number), more)
        self.accounts[name] = account
        return account

    def publish(
        self,
        account: Account,
        text: str,
        reply_to: Status | None = None,
        *,
        visibility: str = "public",
        created: datetime | None = None,
        note: Wire | None = None,
        **more: Any,
    ) -> Status:
        """A new post by `account`, known here and to the servers of everybody above it."""
        with self.lock:
            self.number += 1
            name = self._id(self.number)
            uri, url = self._addresses(account, name)
            conversation = reply_to.conversation if reply_to else f"tag:{self.name},2026:objectId={name}"
            when = created or BEGAN + timedelta(minutes=self.number)
            status = Status(account, name, uri, url, text, reply_to, conversation, when, visibility)
            status.more, status.note = more, note or {}
            line = status.above()
            for above in reversed(line):  # whoever answers has seen it all
                self.learn(above)
            self._keep(name, status)
        for above in line:
            above.account.host.learn(status)
        return status

    def _addresses(self, account: Account, name: str) -> tuple[str, str]:
        if self.kind == "misskey":
            return (f"{self.origin}/notes/{name}",) * 2
        if self.kind == "pleroma":
            key = uuid.uuid5(uuid.NAMESPACE_URL, f"{self.origin}/{name}")
            return f"{self.origin}/objects/{key}", f"{self.origin}/notice/{name}"
        inner = "statuses/" if self.kind == "gotosocial" else ""
        return f"{account.uri}/statuses/{name}", f"{account.url}/{inner}{name}"

    def _id(self, number: int) -> str:
        """Names as this kind of server gives them: they sort by time."""
        milliseconds = int((BEGAN + timedelta(minutes=number)).timestamp() * 1000)
        if self.kind == "gotosocial":
            return in_digits(milliseconds, _BASE32, 10) + in_digits(number * 7919, _BASE32, 16)
        if self.kind == "pleroma":
            return in_digits((milliseconds << 64) + number, _BASE62, 18)
        if self.kind == "misskey":
            return in_digits(milliseconds - 946_684_800_000, _BASE62[:10] + _BASE62[36:], 8) + "aa"
        return str((milliseconds << 16) + number)

    def learn(self, status: Status) -> str:
        """Take in a copy of a post from elsewhere; what it is called here."""
        if known := self.row_of(status):
            return known.id
        with self.lock:
            self.number += 1
            return self._keep(self._id(self.number), status).id

    def _keep(self, name: str, status: Status) -> Row:
        parent = self.row_of(status.parent) if status.parent else None
        row = Row(name, status, parent.id if parent else None, None)
        if parent:
            carried = (
                parent.parent_account if parent.status.account is status.account and parent.parent else None
            )
            row.parent_account = carried or parent.status.account.id
        self.rows[name] = row
        return row

    def row_of(self, status: Status) -> Row | None:
        """A post as this server knows it."""
        own = self.rows.get(status.id)
        if own and own.status is status:
            return own
        return next((row for row in self.rows.values() if row.status is status), None)

    def delete(self, status: Status) -> None:
        """The author takes a post back, everywhere."""
        status.deleted = True
        for host in {self, *(row.status.account.host for row in self.rows.values())}:
            host.forget(status)

    def forget(self, status: Status) -> None:
        """Take a post out of what this server shows."""
        row = self.row_of(status)
        if row is None:
            return
        del self.rows[row.id]
        if not self.keeps_parents:
            for other in self.rows.values():
                if other.parent == row.id:
                    other.parent = None

    def edit(self, status: Status, text: str, *at: datetime) -> None:
        """The author changes a post, once for each time given."""
        status.text, status.edits = text, (*status.edits, *at)

    def at(self, path: str) -> Status | None:
        """The post whose object, or whose page, stands at `path`."""
        address = self.origin + path
        return next(
            (
                row.status
                for row in self.rows.values()
                if row.status.account.host is self and address in (row.status.uri, row.status.url)
            ),
            None,
        )

    def show(self, status: Status) -> Wire:
        """A post as the API of this server has it, such as it stands inside one that quotes it."""
        from tests.testnet.fediverse_http import status_json

        row = self.row_of(status)
        assert row
        return status_json(self, row)

    def paths(self) -> list[str]:
        """What was asked for so far, in order."""
        return [asked.path for asked in self.log]


class Fediverse:
    """Servers that know of each other."""

    def __init__(self) -> None:
        self.hosts: list[Host] = []
        self._running = ExitStack()

    def host(self, kind: Kind = "mastodon", **switches: Any) -> Host:
        """Start one more server."""
        from tests.testnet.fediverse_http import make_handler

        host = Host(kind, **switches)
        host.origin = self._running.enter_context(loopback.serving(make_handler(host)))
        self.hosts.append(host)
        return host

    @property
    def addresses(self) -> tuple[str, ...]:
        """Each server as host:port, for a client that else asks no private address."""
        return tuple(host.name for host in self.hosts)

    def asked(self) -> int:
        """How many requests all servers were sent."""
        return sum(len(host.log) for host in self.hosts)

    def close(self) -> None:
        """Stop all servers."""
        self._running.close()


@contextmanager
def running() -> Iterator[Fediverse]:
    """Servers for one block."""
    fediverse = Fediverse()
    try:
        yield fediverse
    finally:
        fediverse.close()
