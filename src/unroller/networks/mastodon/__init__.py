"""The fediverse: Mastodon, every server that speaks its API, and every other that speaks ActivityPub.

Reading order: links, parse (with html), notes, statuses, then fetch (with api, listing).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from unroller.core.conversation import Conversation
from unroller.core.model import PostRef
from unroller.core.ports import HttpClient, Rules, SessionKeeper
from unroller.networks.mastodon import links
from unroller.networks.mastodon.api import Api
from unroller.networks.mastodon.fetch import Threads
from unroller.networks.mastodon.settings import MastodonSettings

__all__ = ["Mastodon", "MastodonSettings"]


class Mastodon:
    """`ports.Network`, on the fediverse."""

    name = links.NETWORK
    rules = Rules(title="the fediverse", reply_length=500, pause=15.0)
    Settings = MastodonSettings

    def __init__(
        self,
        settings: MastodonSettings,
        http: HttpClient,
        *,
        clock: Callable[[], datetime],
        sessions: SessionKeeper,
    ) -> None:
        self._settings = settings
        self._threads = Threads(Api(http, settings), clock)

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
        self._threads.read(refs, into)
