"""The fediverse: Mastodon, every server that speaks its API, and every other that speaks ActivityPub.

Reading order: links, parse (with html) and notes, api and activitypub (with signatures), then finding,
statuses, fetch (with listing, deleted), walk, reading.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from unroller.core.conversation import Conversation
from unroller.core.errors import UnrollerError
from unroller.core.model import PostRef
from unroller.core.ports import HttpClient, Rules, SessionKeeper
from unroller.networks.mastodon import links
from unroller.networks.mastodon.activitypub import Objects
from unroller.networks.mastodon.api import Api, login_of
from unroller.networks.mastodon.drawers import ACCOUNT, SIGNING, Drawer
from unroller.networks.mastodon.fetch import Threads
from unroller.networks.mastodon.finding import Finder
from unroller.networks.mastodon.instance import PATHS, Instance
from unroller.networks.mastodon.reading import Reader
from unroller.networks.mastodon.settings import MastodonSettings
from unroller.networks.mastodon.signatures import Signatures

__all__ = ["Mastodon", "MastodonSettings"]


class Mastodon:
    """`ports.Network`, on the fediverse."""

    name = links.NETWORK
    rules = Rules(title="the fediverse", reply_length=500, pause=15.0)
    Settings = MastodonSettings
    paths = PATHS

    def __init__(
        self,
        settings: MastodonSettings,
        http: HttpClient,
        *,
        clock: Callable[[], datetime],
        sessions: SessionKeeper,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        kept = Drawer(sessions, ACCOUNT)
        signatures = Signatures(Drawer(sessions, SIGNING), clock)
        self._instance = Instance(signatures)
        self._api = Api(http, lambda: login_of(settings, kept.load()))
        objects = Objects(http, signatures)
        finder = Finder(self._api, objects, settings.copies)
        self._threads = Threads(self._api, objects, finder, clock, wait)
        self._reader = Reader(self._api, objects, finder)

    def match(self, link: str) -> PostRef | None:
        """The post that `link` names, by the shape of its address; `None` when it has no known shape."""
        return links.match(link)

    def guess(self, link: str) -> PostRef | None:
        """The address to ask for, where no network knows `link` by its shape."""
        return links.guess(link)

    def fetch(self, ref: PostRef) -> Conversation:
        """What surrounds `ref`, as its author's own server tells it."""
        return self._threads.fetch(ref)

    def read(self, refs: Sequence[PostRef], into: Conversation) -> None:
        """Add the posts that `refs` name to `into`, each as its author's own server tells it."""
        self._reader.read(refs, into)

    def appear(self, site: str) -> None:
        """See `Appearing.appear`: from now on requests are signed where a server demands it."""
        self._instance.appear(site)

    def show(self, path: str, query: Mapping[str, str]) -> tuple[str, bytes] | None:
        """See `Appearing.show`: our actor with its public key, for servers that check signatures."""
        return self._instance.show(path, query)

    def check(self) -> tuple[str | UnrollerError, ...]:
        """Whether the bot's own server answers, and whether requests can be signed."""
        return self._check_server(), self._check_signing()

    def _check_server(self) -> str | UnrollerError:
        if not self._api.own:
            return "no server is set: threads are read from their authors' own servers, without logging in"
        try:
            self._api.instance(self._api.own)
        except UnrollerError as error:
            return error
        return f"{self._api.own} answers"

    def _check_signing(self) -> str:
        if self._instance.site:
            return f"requests are signed as {self._instance.site}/actor where a server demands it"
        return "nothing is signed, since base_url is not an https address that other servers can reach"
