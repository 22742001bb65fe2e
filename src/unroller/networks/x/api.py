"""Asking X: each request is paid for, and what cannot be had comes with its reason.

https://docs.x.com/x-api, https://api.x.com/2/openapi.json
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from unroller.core.errors import NetworkError, RefusedError, SetupError, WireError
from unroller.core.model import Absence
from unroller.core.ports import HttpClient, Reply
from unroller.networks.x import wire
from unroller.networks.x.budget import Budget, Kind, Order
from unroller.networks.x.problems import parse_absences, refused_names, spent_at_x, trouble
from unroller.networks.x.settings import XSettings
from unroller.networks.x.vocabulary import BY_NAME, DISPENSABLE
from unroller.networks.x.wire import Includes, Wire, parse_includes

LOOK_UP = "/2/tweets"
RECENT = "/2/tweets/search/recent"
ALL = "/2/tweets/search/all"

MOST_AT_ONCE = 100
"""How many posts one look-up takes, and one page of recent search."""

# A few sizes only, so that a search that had no answer is asked again for the same money.
_SIZES = (10, 20, 50, 100, 200, 500)
_LARGEST = 16_000_000
_TOKEN = re.compile(r"[!-~]+")
_NOT_SET_UP = (
    "X is not set up here, so its threads cannot be read: the operator of this site has to set "
    "networks.x.bearer_token."
)


@dataclass(frozen=True, slots=True)
class Page:
    """What came in one answer. `absent` says of posts that were asked for why they did not come.

    `next` is the token of the page after this one, `""` where this is the last.
    """

    posts: tuple[Wire, ...] = ()
    includes: Includes = field(default_factory=Includes)
    absent: Mapping[str, Absence] = field(default_factory=dict)
    next: str = ""


class Api:
    """Reads with the app's own token, so that nothing is seen that the public cannot see."""

    def __init__(
        self,
        http: HttpClient,
        settings: XSettings,
        budget: Budget,
        clock: Callable[[], datetime],
        refused: set[str] | None = None,
    ) -> None:
        self._http = http
        self._settings = settings
        self._budget = budget
        self._clock = clock
        self._words = BY_NAME[settings.field_names]
        self._refused = set[str]() if refused is None else refused  # names that X does not know

    def charged_to(self, who: str) -> Api:
        """The same, for one unroll that `who` pays for."""
        return Api(self._http, self._settings, self._budget.charged_to(who), self._clock, self._refused)

    def posts(self, ids: Sequence[str], *, users: Collection[str] = (), strangers: int = 0) -> Page:
        """The posts with these ids, 100 at most, and their authors.

        `users` are the authors as far as they are known, `strangers` is how many others there may be.

        Raises:
            BudgetError: that would cost too much.
            SetupError, NetworkError, WireError: there is no telling.
        """
        each = self._words
        order = Order(
            request=f"{LOOK_UP} {','.join(ids)}",
            post_ids=tuple(ids),
            user_ids=tuple(users),
            posts=each.posts_each * len(ids),
            users=strangers + each.users_each * len(ids),
        )
        return self.page(LOOK_UP, {"ids": ",".join(ids)}, order)

    def search(self, query: str, author: str, token: str = "") -> Page:
        """One page of the posts by one `author` that `query` finds, newest first.

        Raises:
            BudgetError: even the smallest page would cost too much.
            SetupError: the keys have no access to this search.
            NetworkError, WireError: there is no telling.
        """
        path = ALL if self._settings.full_archive else RECENT
        size = self._size(_SIZES[-1] if self._settings.full_archive else MOST_AT_ONCE)
        each = self._words
        order = Order(
            request=f"{path} {query} {token}",
            user_ids=(author,),
            posts=size * (1 + each.posts_each),
            users=size * each.users_each,
        )
        params = {"query": query, "max_results": str(size)} | ({"next_token": token} if token else {})
        return self.page(path, params, order)

    def affordable(self) -> int:
        """How many posts may still be bought just now."""
        return self._budget.affords(Kind.POST)

    def page(self, path: str, params: Mapping[str, str], order: Order) -> Page:
        """What X answers at `path`, with all that belongs to its posts; `order` is what it can cost at most.

        Raises:
            BudgetError: it would cost too much, or X's own cap is reached.
            SetupError: there is no token, or X does not take it for this.
            NetworkError, WireError: there is no telling.
        """
        headers = self._authorization()
        with self._budget.buying(order) as bill:
            try:
                reply = self._answered(path, params, headers)
            except NetworkError as error:
                if error.status is not None:  # turned away: X sells what it shows, and it showed nothing
                    bill.received()
                raise spent_at_x(error.said, self._clock()) or error from None
            if problem := trouble(reply, path, self._words.name):
                bill.received()
                raise problem
            page = parse_page(reply)
            bill.received(posts={*_ids(page.posts), *page.includes.posts}, users=page.includes.users)
        return page

    def _authorization(self) -> dict[str, str]:
        token = self._settings.bearer_token.reveal().strip()
        if not token:
            raise SetupError(_NOT_SET_UP)
        if not _TOKEN.fullmatch(token):
            raise SetupError("networks.x.bearer_token is no token: copy it again from X's developer console.")
        return {"authorization": f"Bearer {token}"}

    def _answered(self, path: str, params: Mapping[str, str], headers: Mapping[str, str]) -> Reply:
        """The answer, asked for again without the names that X refuses and that can be done without."""
        reply = self._ask(path, {**params, **self._words.params(self._refused)}, headers)
        while young := refused_names(reply) & DISPENSABLE - self._refused:
            self._refused |= young
            reply = self._ask(path, {**params, **self._words.params(self._refused)}, headers)
        return reply

    def _ask(self, path: str, params: Mapping[str, str], headers: Mapping[str, str]) -> Reply:
        try:
            return self._http.request(
                "GET", self._settings.api + path, params=params, headers=headers, limit=_LARGEST
            )
        except RefusedError as error:
            words = "Is it your own server? Then name its host and port in allow_addresses."
            raise SetupError(f"{error.words} {words}") from None

    def _size(self, most: int) -> int:
        """How many posts to ask for at once: what can surely be paid, with all that they may bring along."""
        each = 1 + self._words.posts_each + 2 * self._words.users_each  # an account costs as two posts
        paid = min(most, self.affordable() // each - 2)
        return max((size for size in _SIZES if size <= paid), default=_SIZES[0])


def parse_page(reply: Reply) -> Page:
    """One answer with posts.

    Raises:
        WireError: it is no such answer.
    """
    told = reply.json()
    if not isinstance(told, dict) or not ({"data", "errors", "meta"} & told.keys()):
        raise WireError("X answered with something other than posts.")
    data = told.get("data")
    posts = tuple(wire.listed([data] if isinstance(data, dict) else data))
    token = wire.thing(told.get("meta")).get("next_token")
    return Page(
        posts,
        parse_includes(told.get("includes")),
        parse_absences(told.get("errors")),
        token if isinstance(token, str) else "",
    )


def _ids(posts: Sequence[Wire]) -> list[str]:
    return [post["id"] for post in posts if isinstance(post.get("id"), str)]


def merged(one: Includes, other: Includes) -> Includes:
    """What came along with two answers; the later one is right."""
    return replace(
        one,
        users={**one.users, **other.users},
        posts={**one.posts, **other.posts},
        media={**one.media, **other.media},
        polls={**one.polls, **other.polls},
    )
