"""The state of the X of the tests, and the shapes of what is asked and answered.

https://docs.x.com/x-api/fundamentals/rate-limits, https://docs.x.com/x-api/getting-started/pricing
"""

from __future__ import annotations

import re
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from tests.testnet import x_words as words
from tests.testnet.x_words import Vocabulary
from tests.testnet.x_world import Wire, World

BEARER = "app-only-token-of-the-tests"
WEEK = timedelta(days=7)
WINDOW = timedelta(minutes=15)
# https://docs.x.com/x-api/fundamentals/rate-limits: requests in 15 minutes, for an app.
LIMITS = {
    "/2/tweets": 3500,
    "/2/tweets/:id": 450,
    "/2/tweets/search/recent": 450,
    "/2/tweets/search/all": 300,
    "/2/users/:id": 300,
    "/2/users/by/username/:username": 300,
    "/2/users/:id/tweets": 10_000,
    "/2/users/:id/mentions": 450,
}
# https://docs.x.com/x-api/getting-started/pricing, in dollars.
PRICES = {"post": 0.005, "user": 0.010, "owned": 0.001, "reply": 0.010}

Fault = int | str | None


@dataclass
class Logins:
    """OAuth 2.0: what was allowed, and what it was exchanged for.

    `codes` are those that a browser was sent back with: the account, the challenge, the address.
    `refresh` are tokens that are good, `used` those that were; each with its account.
    """

    client: str = "client-of-the-tests"
    secret: str = "secret-of-the-tests"
    codes: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    refresh: dict[str, str] = field(default_factory=dict)
    used: dict[str, str] = field(default_factory=dict)
    ends: dict[str, datetime] = field(default_factory=dict)  # when access tokens end
    lasts: timedelta = timedelta(hours=2)
    deaf: bool = False  # refuses to know anything of refresh tokens


class Refusal(Exception):  # noqa: N818  (an answer, not a fault)
    """An answer other than 200."""

    def __init__(self, status: int, body: Wire) -> None:
        super().__init__(status)
        self.status, self.body = status, body


@dataclass(frozen=True)
class Asked:
    """One request as it came, and what became of it."""

    method: str
    route: str
    path: str
    params: Mapping[str, list[str]]
    status: int
    body: bytes = b""


@dataclass
class Bill:
    """What was bought: each resource once in a UTC day."""

    lines: list[tuple[date, str, str]] = field(default_factory=list)  # day, kind, id
    returned: Counter[str] = field(default_factory=Counter)  # with repeats

    def add(self, day: date, kind: str, ids: Iterable[str]) -> None:
        for id_ in ids:
            self.returned[kind] += 1
            if (day, kind, id_) not in self.lines:
                self.lines.append((day, kind, id_))

    def count(self, kind: str) -> int:
        return sum(1 for _, bought, _ in self.lines if bought == kind)

    @property
    def posts(self) -> int:
        return self.count("post")

    @property
    def users(self) -> int:
        return self.count("user")

    @property
    def dollars(self) -> float:
        return round(sum(PRICES[kind] for _, kind, _ in self.lines), 6)


@dataclass(frozen=True)
class Request:
    """One request that was let in. `who` is the account of a user token, `""` for the app alone."""

    method: str
    route: str
    places: Mapping[str, str]
    params: Mapping[str, list[str]]
    body: bytes = b""
    who: str = ""
    authorization: str = ""

    def one(self, name: str, default: str = "") -> str:
        return self.params.get(name, [default])[0]

    def listed(self, name: str) -> list[str]:
        return [part for part in self.one(name).split(",") if part]


Answer = Callable[["X", Request], Wire]


@dataclass(frozen=True)
class Route:
    """One endpoint: `path` with `:names`, the parameters that it knows, and what answers it."""

    method: str
    path: str
    known: frozenset[str]
    answer: Answer
    app_only: bool = False  # refuses the tokens of users
    for_users: bool = False  # refuses the app's own
    open: bool = False  # takes no token
    status: int = 200
    sells: str = "post"  # what its posts are billed as; "" for what is not billed here

    @property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(re.sub(r":(\w+)", r"(?P<\1>[^/]+)", self.path))


@dataclass
class X:
    """The server's state. Tests change it; the threads that answer read it under `lock`."""

    world: World
    url: str = ""
    token: str = BEARER
    users: dict[str, str] = field(default_factory=dict)  # user tokens -> ids of accounts
    speaks: tuple[Vocabulary, ...] = (words.TWEET, words.POST)
    full_archive: bool = True
    capped: bool = False  # X's own monthly cap is spent
    credits: bool = True
    bills_includes: bool = True
    repeats: bool = False  # each page of a list begins with the last post of the page before
    bill: Bill = field(default_factory=Bill)
    asked: list[Asked] = field(default_factory=list)
    told: list[tuple[str, Wire]] = field(default_factory=list)  # the answers that were ones, by route
    limits: dict[str, int] = field(default_factory=lambda: dict(LIMITS))
    routes: list[Route] = field(default_factory=list)
    owner: str = ""  # the account that owns the app: reading its mentions and posts costs less
    logins: Logins = field(default_factory=Logins)
    lock: threading.RLock = field(default_factory=threading.RLock)
    _faults: deque[Fault] = field(default_factory=deque)
    _used: Counter[str] = field(default_factory=Counter)
    _began: datetime | None = None

    def fail(self, how: Fault, times: int = 1, *, after: int = 0) -> None:
        """Have requests fail, after some that do not: a status, "html", "malformed", "half" or "lost".

        "lost" does what was asked, and bills it, and then says nothing.
        """
        self._faults.extend([None] * after + [how] * times)

    def paths(self) -> list[str]:
        """What was asked, in order, without parameters."""
        return [one.path for one in self.asked]

    def fault(self) -> Fault:
        return self._faults.popleft() if self._faults else None

    def spend(self, route: str) -> dict[str, str]:
        """Count one request against its limit and return the headers that tell of it.

        Raises:
            Refusal: the limit is reached.
        """
        if self._began is None or self.world.now - self._began >= WINDOW:
            self._began = self.world.now
            self._used.clear()
        limit, reset = self.limits.get(route, 100), self._began + WINDOW
        self._used[route] += 1
        left = limit - self._used[route]
        headers = {
            "x-rate-limit-limit": str(limit),
            "x-rate-limit-remaining": str(max(left, 0)),
            "x-rate-limit-reset": str(int(reset.timestamp())),
        }
        if left < 0:
            raise Refusal(429, plain(429, "Too Many Requests") | {"headers": headers})
        return headers

    def charge(self, told: Wire, sells: str = "post") -> None:
        """Put what an answer brings on the bill; `sells` is what its posts are billed as."""
        if not sells:
            return
        data = told.get("data")
        found = data if isinstance(data, list) else [data] if isinstance(data, dict) else []
        users = [one["id"] for one in found if "username" in one]
        posts = [one["id"] for one in found if "username" not in one and "text" in one]
        if self.bills_includes:
            includes = told.get("includes", {})
            users += [one["id"] for one in includes.get("users", [])]
            posts += [one["id"] for name in ("posts", "tweets") for one in includes.get(name, [])]
        day = self.world.now.astimezone(UTC).date()
        self.bill.add(day, sells, posts)
        self.bill.add(day, "user", users)


def invalid(parameter: str, value: str, message: str) -> Refusal:
    """The answer to a request that makes no sense."""
    body = {
        "errors": [{"parameters": {parameter: [value]}, "message": message}],
        "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.",
        "type": "https://api.x.com/2/problems/invalid-request",
    }
    return Refusal(400, body)


def plain(status: int, title: str, detail: str = "") -> Wire:
    return {"title": title, "type": "about:blank", "status": status, "detail": detail or title}
