"""Bluesky and every other network of the AT Protocol that has an AppView.

Reading order: links, parse (with richtext, embeds, labels), fetch (with appview, listing), then
session and messenger for the bot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from unroller.core.calls import Mention
from unroller.core.conversation import Conversation
from unroller.core.errors import UnrollerError
from unroller.core.model import PostRef
from unroller.core.ports import Answer, HttpClient, Operator, Rules, SessionKeeper
from unroller.networks.bluesky import links, xrpc
from unroller.networks.bluesky.appview import AppView
from unroller.networks.bluesky.fetch import Threads
from unroller.networks.bluesky.labels import Scope
from unroller.networks.bluesky.listing import Listings
from unroller.networks.bluesky.messenger import Bot
from unroller.networks.bluesky.profile import introduce
from unroller.networks.bluesky.session import Account
from unroller.networks.bluesky.settings import BlueskySettings

__all__ = ["Bluesky", "BlueskySettings"]


class Bluesky:
    """`ports.Network` and `ports.Messenger`, on Bluesky."""

    name = links.NETWORK
    rules = Rules(title="Bluesky", may_tidy=True, reply_length=300)
    Settings = BlueskySettings

    def __init__(
        self,
        settings: BlueskySettings,
        http: HttpClient,
        *,
        clock: Callable[[], datetime],
        sessions: SessionKeeper,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._view = AppView(http, settings)
        self._threads = Threads(self._view, Listings(http, settings, clock), self._scope, clock)
        self._account = Account(http, settings, sessions, clock)
        self._bot = Bot(self._account, self._scope)

    def match(self, link: str) -> PostRef | None:
        """The post that `link` names, by handle or DID; `None` when it is a link to another site."""
        return links.match(link, self._settings.front_ends)

    def fetch(self, ref: PostRef) -> Conversation:
        """What surrounds `ref`, climbing to the author's topmost post and listing all since."""
        return self._threads.fetch(ref)

    def read(self, refs: Sequence[PostRef], into: Conversation) -> None:
        """Add the posts that `refs` name to `into`, 25 in each request."""
        self._threads.read(refs, into)

    def identity(self) -> tuple[str, str] | None:
        """The bot's DID and handle. Before the first log-in the DID is `""`; without an account, `None`."""
        if known := self._account.known():
            return known.did, known.handle
        return ("", self._settings.handle) if self._settings.handle else None

    def mentions(self, since: datetime | None) -> Iterable[Mention]:
        """Calls, newest first, until an hour before `since`; now and then further back."""
        return self._bot.mentions(since)

    def compose(self, mention: Mention, answer: Answer) -> bytes:
        """The whole `putRecord` that answers `mention`, under a key that follows from `mention`."""
        return self._bot.compose(mention, answer)

    def send(self, reply: bytes, *, again: bool = False) -> PostRef:
        """Write what `compose` made. Any number of calls make one post."""
        return self._bot.send(reply)

    def retract(self, reply: PostRef) -> None:
        """Delete one of the bot's own replies. Any number of calls delete it once.

        Raises:
            ValueError: it is no post of the bot's.
        """
        self._bot.retract(reply)

    def connect(self, account: str, operator: Operator) -> str:
        """Log in, mark the account as a bot and let its profile say what it does; words for the operator.

        `account` is a handle. Asked for is an app password.

        Raises:
            SetupError: Bluesky refuses the log-in.
        """
        handle = account or operator.ask("The bot's handle", "handle")
        password = operator.ask("App password", "password", secret=True)
        return introduce(self._account, self._account.log_in(handle, password))

    def check(self) -> tuple[str | UnrollerError, ...]:
        """Whether the AppView answers, and whether the bot can log in."""
        return self._check_view(), self._check_account()

    def _check_view(self) -> str | UnrollerError:
        try:
            self._view.profile("bsky.app")
        except xrpc.XrpcError:
            pass  # it may not know this account, but it answers
        except UnrollerError as error:
            return error
        return f"{self._settings.appview} answers"

    def _check_account(self) -> str | UnrollerError:
        if self.identity() is None:
            return "no account is set for the bot"
        try:
            self._account.get("com.atproto.server.getSession", {})
        except UnrollerError as error:
            return error
        return f"the bot is logged in as @{self._account.session().handle}"

    def _scope(self) -> Scope:
        return Scope(self._settings.labeler, self._clock(), self._settings.web)
