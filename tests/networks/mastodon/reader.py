"""A `Mastodon` on servers of loopback, read as the flow reads it, with a count of what it cost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.networks.bluesky.sessions import Kept
from tests.testnet.fediverse import Fediverse, Host, Status
from unroller.config import Secret
from unroller.core.assemble import assemble
from unroller.core.body import plain
from unroller.core.conversation import Conversation
from unroller.core.model import PostRef, Thread
from unroller.flows.gather import complete
from unroller.http import Polite
from unroller.networks.mastodon import Mastodon, MastodonSettings


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Reader:
    """Reads from the servers that `world` has now. `own` is the server that knows our token.

    `site` is the address under which other servers know us; without one nothing is signed.
    """

    world: Fediverse
    own: Host | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    site: str = ""
    kept: Kept = field(default_factory=Kept)
    waited: list[float] = field(default_factory=list)
    requests: int = 0
    received: int = 0

    @contextmanager
    def network(self) -> Iterator[tuple[Mastodon, Polite]]:
        given = dict(self.settings)
        if self.own:
            given |= {"server": self.own.origin, "token": Secret(self.own.token)}
        client = Polite(allow_addresses=self.world.addresses, sleep=lambda _: None)
        try:
            mastodon = Mastodon(
                MastodonSettings(**given), client, clock=now, sessions=self.kept, wait=self.waited.append
            )
            mastodon.appear(self.site)
            yield mastodon, client
        finally:
            client.close()

    def conversation(self, at: Status | str) -> Conversation:
        with self.network() as (mastodon, client):
            link = at if isinstance(at, str) else at.url
            ref = mastodon.match(link) or mastodon.guess(link)
            assert ref is not None
            conversation = mastodon.fetch(ref)
            complete(mastodon, conversation)
            done = client.tally.read()
            self.requests, self.received = done.requests, done.received
        return conversation

    def public_key(self) -> str:
        """What servers are told of our key."""
        with self.network() as (mastodon, _):
            shown = mastodon.show("/actor", {})
            assert shown
            return str(json.loads(shown[1])["publicKey"]["publicKeyPem"])

    def thread(self, at: Status | str) -> Thread:
        return assemble(self.conversation(at))


def texts(thread: Thread) -> list[str]:
    return [plain(post.body) for post in thread.posts]


def posts(count: int, first: int = 1) -> list[str]:
    return [f"Post {number}" for number in range(first, first + count)]


def ref(status: Status) -> PostRef:
    return PostRef("mastodon", status.uri)
