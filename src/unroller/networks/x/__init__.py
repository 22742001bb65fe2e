"""X, read by its official API alone. Nothing is asked, and nothing costs, until there are keys.

Reading order: links, parse (with wire, richtext, entities, media), then fetch (with found, api, budget),
then session and messenger for the bot (with calls, replies, connect).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from unroller.core.calls import Mention
from unroller.core.conversation import Conversation
from unroller.core.errors import UnrollerError
from unroller.core.model import Author, PostRef
from unroller.core.ports import Answer, Balance, HttpClient, Keeper, Operator, Rules
from unroller.networks.x import links
from unroller.networks.x.api import Api
from unroller.networks.x.budget import Budget
from unroller.networks.x.connect import connect
from unroller.networks.x.fetch import Threads
from unroller.networks.x.messenger import Bot
from unroller.networks.x.session import Account
from unroller.networks.x.settings import XSettings

__all__ = ["X", "XSettings"]


# https://about.x.com/en/who-we-are/brand-toolkit
_LOGO = (
    "M18.244 2.25h3.308l-7.227 8.26 8.502 11.24H16.17l-5.214-6.817L4.99 21.75H1.68l7.73-8.835L1.254 2.25H8.08"
    "l4.713 6.231zm-1.161 17.52h1.833L7.084 4.126H5.117z"
)


class X:
    """`ports.Network` and `ports.Messenger`, on X."""

    name = links.NETWORK
    rules = Rules(title="X", may_tidy=False, reply_length=280, pause=15.0, shows_each=True, logo=_LOGO)
    Settings = XSettings

    def __init__(
        self,
        settings: XSettings,
        http: HttpClient,
        *,
        clock: Callable[[], datetime],
        sessions: Keeper,
    ) -> None:
        self._settings = settings
        self._http = http
        self._clock = clock
        self._sessions = sessions
        self._budget = Budget(settings, sessions.purse, clock, answers=bool(settings.client_id))
        self._account = Account(http, settings, sessions, clock)
        self._read_with(Api(http, settings, self._budget, clock))
        self._bot = Bot(http, settings, self._api, self._account, self._budget, clock)

    def _read_with(self, api: Api, check: Callable[[Author], None] = lambda _: None) -> None:
        self._api = api
        self._threads = Threads(api, self._clock, check, full_archive=self._settings.full_archive)

    def is_on(self) -> bool:
        """Whether there is a token; see `ports.Switchable`."""
        return bool(self._settings.bearer_token)

    def match(self, link: str) -> PostRef | None:
        """The post that `link`, or a bare id, names; `None` when it is a link to another site."""
        return links.match(link, self._settings.front_ends)

    def fetch(self, ref: PostRef) -> Conversation:
        """What surrounds `ref`: the author's posts in its conversation, and what they quote."""
        return self._threads.fetch(ref)

    def read(self, refs: Sequence[PostRef], into: Conversation) -> None:
        """Add the posts that `refs` name to `into`, 100 in each request."""
        self._threads.read(refs, into)

    def charged_to(self, who: str, check: Callable[[Author], None]) -> X:
        """The same network for one unroll that `who` pays for; see `ports.Costly`."""
        other = X(self._settings, self._http, clock=self._clock, sessions=self._sessions)
        other._read_with(self._api.charged_to(who), check)
        return other

    def balance(self) -> Balance | None:
        """How the operator's money stands; `None` without keys."""
        return self._budget.balance() if self.is_on() else None

    def identity(self) -> tuple[str, str] | None:
        """The bot's id and handle; `None` before `unroll connect x`."""
        known = self._account.known()
        return (known.id, known.handle) if known else None

    def mentions(self, since: datetime | None) -> Iterable[Mention]:
        """Calls, newest first, from a little before those that were taken in; at first from `since` on."""
        return self._bot.mentions(since)

    def took_in(self) -> None:
        """See `ports.Bookmarking`: what was read is not bought again."""
        self._bot.took_in()

    def compose(self, mention: Mention, answer: Answer) -> bytes:
        """The answer to `mention` in two wordings, for X takes none twice."""
        return self._bot.compose(mention, answer)

    def send(self, reply: bytes, *, again: bool = False) -> PostRef:
        """Send what `compose` made, unless the bot's own posts hold an answer to the call already."""
        return self._bot.send(reply, again=again)

    def retract(self, reply: PostRef) -> None:
        """Delete one of the bot's own replies.

        Raises:
            ValueError: it is no post of the bot's.
        """
        self._bot.retract(reply)

    def connect(self, account: str, operator: Operator) -> str:
        """Log the bot in by a browser; `account` needs not be said. See `connect.connect`."""
        return connect(self._bot, self._settings, operator)

    def check(self) -> tuple[str | UnrollerError, ...]:
        """Whether X takes the token, and for which search. Costs nothing: what is asked for never was."""
        if not self.is_on():
            return ("no keys are set, so X is not read",)
        return self._check_token(), self._check_search(), self._check_bot()

    def _check_bot(self) -> str | UnrollerError:
        if self.identity() is None:
            return "no account is connected for the bot"
        try:
            return self._bot.check()
        except UnrollerError as error:
            return error

    def _check_token(self) -> str | UnrollerError:
        try:
            self._api.posts(["1"])
        except UnrollerError as error:
            return error
        return f"{self._settings.api} takes the token"

    def _check_search(self) -> str | UnrollerError:
        try:
            self._api.search("conversation_id:1 from:1", "1")
        except UnrollerError as error:
            return error
        return f"threads of {'any age' if self._settings.full_archive else 'seven days'} are found"
