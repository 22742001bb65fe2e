"""The fediverse: Mastodon, every server that speaks its API, and every other that speaks ActivityPub.

Reading order: links, parse (with html) and notes, api and activitypub (with signatures), then finding,
statuses, fetch (with listing, deleted), walk, reading; then session, calls and messenger (with replies,
ring) for the bot, and connect.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from unroller.core.calls import Mention
from unroller.core.conversation import Conversation
from unroller.core.errors import UnrollerError
from unroller.core.model import PostRef
from unroller.core.ports import Answer, HttpClient, Operator, Rules, SessionKeeper
from unroller.networks.mastodon import links
from unroller.networks.mastodon.activitypub import Objects
from unroller.networks.mastodon.api import Api, login_of
from unroller.networks.mastodon.connect import introduce, server_of, token_by_browser
from unroller.networks.mastodon.drawers import ACCOUNT, SIGNING, Drawer
from unroller.networks.mastodon.fetch import Threads
from unroller.networks.mastodon.finding import Finder
from unroller.networks.mastodon.instance import PATHS, Instance
from unroller.networks.mastodon.messenger import Bot
from unroller.networks.mastodon.naming import name_bot
from unroller.networks.mastodon.reading import Reader
from unroller.networks.mastodon.ring import Bell
from unroller.networks.mastodon.session import Account
from unroller.networks.mastodon.settings import MastodonSettings
from unroller.networks.mastodon.signatures import Signatures

__all__ = ["Mastodon", "MastodonSettings"]


class Mastodon:
    """`ports.Network` and `ports.Messenger`, on the fediverse."""

    name = links.NETWORK
    rules = Rules(title="the fediverse", reply_length=500, pause=60.0)
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
        self._settings, self._http = settings, http
        self._account = Account(http, settings, kept)
        self._bot = Bot(self._account, clock)
        self._bell = Bell(self._account)

    def match(self, link: str) -> PostRef | None:
        """The post that `link` names, by the shape of its address; `None` when it has no known shape."""
        return links.match(link)

    def guess(self, link: str) -> PostRef | None:
        """The address to ask for, where no network knows `link` by its shape."""
        return links.guess(link)

    def fetch(self, ref: PostRef) -> Conversation:
        """What surrounds `ref`, as its author's own server tells it."""
        found = self._threads.fetch(ref)
        name_bot(found, self._account.known())
        return found

    def read(self, refs: Sequence[PostRef], into: Conversation) -> None:
        """Add the posts that `refs` name to `into`, each as its author's own server tells it."""
        self._reader.read(refs, into)
        name_bot(into, self._account.known())

    def identity(self) -> tuple[str, str] | None:
        """The bot's actor id and handle, or its server before the first log-in; `None` where none is set."""
        if known := self._account.known():
            return known.id, known.handle
        is_set = self._settings.server and self._settings.token
        return ("", links.host(self._settings.server)) if is_set else None

    def mentions(self, since: datetime | None) -> Iterable[Mention]:
        """Calls, newest first: all since those taken in last, and at first until an hour before `since`."""
        return self._bot.mentions(since)

    def took_in(self) -> None:
        """Begin the next look behind what the last one gave."""
        self._bot.took_in()

    def wait(self, seconds: float) -> None:
        """Return when the bot's server says that something came; every few seconds where it says nothing."""
        self._bell.wait(seconds)

    def compose(self, mention: Mention, answer: Answer) -> bytes:
        """The whole status that answers `mention`, and the key under which it is sent."""
        return self._bot.compose(mention, answer)

    def send(self, reply: bytes, *, again: bool = False) -> PostRef:
        """Post what `compose` made. Any number of calls make one post.

        Raises:
            AbsentError: the call is gone, so there is nothing to answer.
        """
        return self._bot.send(reply, again=again)

    def retract(self, reply: PostRef) -> None:
        """Delete one of the bot's own replies. Any number of calls delete it once.

        Raises:
            ValueError: it is no post of the bot's.
        """
        self._bot.retract(reply)

    def connect(self, account: str, operator: Operator) -> str:
        """Log in, mark the account as a bot and let its profile say what it does; words for the operator.

        `account` is its server. Without a token in the settings, the log-in goes through the browser.

        Raises:
            InputError: it is no server.
            SetupError: the server refuses the log-in.
        """
        server = server_of(account or operator.ask("The bot's server", "server"))
        token = self._settings.token.reveal() or token_by_browser(self._http, server, operator)
        return introduce(self._account, self._account.log_in(server, token))

    def appear(self, site: str) -> None:
        """See `Appearing.appear`: from now on requests are signed where a server demands it."""
        self._instance.appear(site)

    def show(self, path: str, query: Mapping[str, str]) -> tuple[str, bytes] | None:
        """See `Appearing.show`: our actor with its public key, for servers that check signatures."""
        return self._instance.show(path, query)

    def check(self) -> tuple[str | UnrollerError, ...]:
        """Whether the bot's own server answers, requests can be signed, and the bot is let in."""
        return self._check_server(), self._check_signing(), self._check_account()

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

    def _check_account(self) -> str | UnrollerError:
        if self.identity() is None:
            return "no account is set for the bot"
        try:
            self._account.get("/api/v1/accounts/verify_credentials")
        except UnrollerError as error:
            return error
        return f"the bot is logged in as @{self._account.session().handle}"
