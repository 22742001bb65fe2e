"""Bluesky and every other network of the AT Protocol that has an AppView.

Reading order: links, parse (with richtext, embeds, labels), fetch (with appview, listing), then
session and messenger for the bot.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from unroller.core.conversation import Conversation
from unroller.core.model import PostRef
from unroller.core.ports import HttpClient, Rules
from unroller.networks.bluesky import links
from unroller.networks.bluesky.appview import AppView
from unroller.networks.bluesky.fetch import Threads
from unroller.networks.bluesky.labels import Scope
from unroller.networks.bluesky.listing import Listings
from unroller.networks.bluesky.settings import BlueskySettings

__all__ = ["Bluesky", "BlueskySettings"]


class Bluesky:
    """`ports.Network`, on Bluesky."""

    name = links.NETWORK
    rules = Rules(title="Bluesky", may_tidy=True, reply_length=300)
    settings_type = BlueskySettings

    def __init__(self, settings: BlueskySettings, http: HttpClient, *, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._view = AppView(http, settings)
        self._threads = Threads(self._view, Listings(http, settings, clock), self._scope, clock)

    def match(self, link: str) -> PostRef | None:
        """The post that `link` names, by handle or DID; `None` when it is a link to another site."""
        return links.match(link, self._settings.front_ends)

    def fetch(self, ref: PostRef) -> Conversation:
        """What surrounds `ref`, climbing to the author's topmost post and listing all since."""
        return self._threads.fetch(ref)

    def read(self, refs: Sequence[PostRef], into: Conversation) -> None:
        """Add the posts that `refs` name to `into`, 25 in each request."""
        self._threads.read(refs, into)

    def _scope(self) -> Scope:
        return Scope(self._settings.labeler, self._clock(), self._settings.web)
