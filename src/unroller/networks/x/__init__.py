"""X, read by its official API alone. Nothing is asked, and nothing costs, until there are keys.

Reading order: links, parse (with wire, richtext, entities, media), then fetch (with found, api, budget).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from unroller.core.conversation import Conversation
from unroller.core.errors import UnrollerError
from unroller.core.model import PostRef
from unroller.core.ports import Balance, HttpClient, Keeper, Rules
from unroller.networks.x import links
from unroller.networks.x.api import Api
from unroller.networks.x.budget import Budget
from unroller.networks.x.fetch import Threads
from unroller.networks.x.settings import XSettings

__all__ = ["X", "XSettings"]


class X:
    """`ports.Network`, on X."""

    name = links.NETWORK
    rules = Rules(title="X", may_tidy=False, reply_length=280, pause=60.0)
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
        self._budget = Budget(settings, sessions.purse, clock)
        self._read_with(Api(http, settings, self._budget, clock))

    def _read_with(self, api: Api) -> None:
        self._api = api
        self._threads = Threads(api, self._clock, full_archive=self._settings.full_archive)

    def match(self, link: str) -> PostRef | None:
        """The post that `link`, or a bare id, names; `None` when it is a link to another site."""
        return links.match(link, self._settings.front_ends)

    def fetch(self, ref: PostRef) -> Conversation:
        """What surrounds `ref`: the author's posts in its conversation, and what they quote."""
        return self._threads.fetch(ref)

    def read(self, refs: Sequence[PostRef], into: Conversation) -> None:
        """Add the posts that `refs` name to `into`, 100 in each request."""
        self._threads.read(refs, into)

    def charged_to(self, who: str) -> X:
        """The same network for one unroll that `who` pays for; see `ports.Costly`."""
        other = X(self._settings, self._http, clock=self._clock, sessions=self._sessions)
        other._read_with(self._api.charged_to(who))
        return other

    def balance(self) -> Balance | None:
        """How the operator's money stands; `None` without keys."""
        return self._budget.balance() if self._settings.bearer_token else None

    def check(self) -> tuple[str | UnrollerError, ...]:
        """Whether X takes the token, and for which search. Costs nothing: what is asked for never was."""
        if not self._settings.bearer_token:
            return ("no keys are set, so X is not read",)
        return self._check_token(), self._check_search()

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
        return (
            "threads of any age are found"
            if self._settings.full_archive
            else "threads of seven days are found"
        )
