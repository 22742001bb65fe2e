"""Every call is paid for before it is made, so that X never costs more than its operator said.

What a call can cost at most is booked in the purse, which all processes share; when the answer is there,
what it did cost takes its place. Where no answer came, nobody knows what X counts: the booking stays.
X sells a post, or an account, once a day (UTC), so what was bought today costs nothing more.

https://docs.x.com/x-api/getting-started/pricing
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from unroller.core.errors import BudgetError
from unroller.core.ports import Balance, Booking, Cap, Purse
from unroller.networks.x.costs import Costs, millionths

BOT = "bot"
"""Who pays for hearing and answering: no account's id, and only the month is a limit."""

_KEPT_BACK = 10
"""One part in so many of a month is kept for hearing and answering, so that "it is spent" can be said."""

_NO_END = 1 << 62
_DAY = timedelta(days=1)


class Kind(StrEnum):
    """What X sells by the piece, and once a day. `OWNED` is a post to or by the bot itself."""

    POST = "post"
    OWNED = "owned"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Order:
    """What a call can bring at most.

    `post_ids` and `user_ids` are asked for by name, `posts` and `users` are how many others there may be.
    `owned`: the posts are the bot's own mentions or posts, which cost less. `replies` are sent, not read.
    `request` names the call; when it is made again after it had no answer, its first booking pays for
    both, since X sells the same things once a day. A call that writes has none.
    """

    request: str = ""
    post_ids: Collection[str] = ()
    user_ids: Collection[str] = ()
    posts: int = 0
    users: int = 0
    owned: bool = False
    replies: int = 0


@dataclass(slots=True)
class Bill:
    """What a call did cost, told while its block lasts. Told nothing, the whole booking is spent."""

    prices: Mapping[Kind, int]
    reply: int
    post: Kind = Kind.POST
    told: bool = False
    bought: dict[str, int] = field(default_factory=dict)
    fixed: int = 0

    def received(self, *, posts: Collection[str] = (), users: Collection[str] = (), replies: int = 0) -> None:
        """The ids of all posts and accounts in the answer, included ones too; none where X said no."""
        self.told = True
        self.bought |= self._named(self.post, posts) | self._named(Kind.USER, users)
        self.fixed += replies * self.reply

    def most(self, order: Order, sold: Collection[str]) -> int:
        """What `order` costs at most; names in `sold` were bought today."""
        known = self._named(self.post, order.post_ids) | self._named(Kind.USER, order.user_ids)
        others = order.posts * self.prices[self.post] + order.users * self.prices[Kind.USER]
        new = sum(price for name, price in known.items() if name not in sold)
        return others + new + order.replies * self.reply

    def names(self, order: Order) -> frozenset[str]:
        """What `order` asks for by name."""
        return frozenset(self._named(self.post, order.post_ids) | self._named(Kind.USER, order.user_ids))

    def _named(self, kind: Kind, ids: Collection[str]) -> dict[str, int]:
        return dict.fromkeys((f"{kind}:{one}" for one in ids), self.prices[kind])


class Unclear:
    """Bookings whose calls had no answer, by who made which call."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bookings: dict[tuple[str, str], Booking] = {}

    def put(self, request: str, booking: Booking) -> None:
        """Keep `booking` for when the call is made again."""
        with self._lock:
            today = {key: one for key, one in self._bookings.items() if one.day == booking.day}
            self._bookings = today | {(request, booking.who): booking}

    def take(self, request: str, day: date, who: str) -> int:
        """How much was booked for the call before, on the same day; it is the caller's now."""
        with self._lock:
            kept = self._bookings.pop((request, who), None) if request else None
        return kept.amount if kept and kept.day == day else 0


@dataclass(slots=True)
class Budget:
    """The operator's money for X, as `who` may spend it: the bot, for hearing and answering, or one unroll.

    `answers` says that there is a bot for which something is to be kept. `spent` is what this unroll
    has cost so far.
    """

    costs: Costs
    purse: Purse
    clock: Callable[[], datetime]
    answers: bool = False
    who: str = BOT
    spent: int = 0
    unclear: Unclear = field(default_factory=Unclear)

    def charged_to(self, who: str) -> Budget:
        """The same money for one unroll, in one thread, that `who` asked for; `""`: who has no account."""
        return replace(self, who=who, spent=0)

    @contextmanager
    def buying(self, order: Order) -> Iterator[Bill]:
        """Book what `order` costs at most, make the call in the block, and tell the bill what came.

        Raises:
            BudgetError: that would be more than there is; the call is not to be made.
        """
        post = Kind.OWNED if order.owned else Kind.POST
        bill = Bill(self._prices(), millionths(self.costs.price_summoned_reply), post)
        booking = self._booked(order, bill)
        try:
            yield bill
        finally:
            if bill.told:
                self.spent += self.purse.settle(booking, bill.bought, bill.fixed) - booking.amount
            elif order.request:
                self.unclear.put(order.request, booking)

    def affords(self, kind: Kind = Kind.POST) -> int:
        """How many more pieces of one kind may be bought just now, at their full price."""
        left = [cap.most - self.purse.spent(cap.since, cap.who) for cap in self._caps(self._today())]
        price = self._prices()[kind]
        return max(0, min(*left, self._left_for_unroll())) // price if price else _NO_END

    def balance(self) -> Balance:
        """What was spent this month, and what is left of it."""
        month = self._today().replace(day=1)
        spent = self.purse.spent(month)
        return Balance(spent, max(0, millionths(self.costs.per_month) - spent), _next_month(month))

    def _today(self) -> date:
        return self.clock().astimezone(UTC).date()

    def _prices(self) -> dict[Kind, int]:
        costs = self.costs
        return {
            Kind.POST: millionths(costs.price_post_read),
            Kind.OWNED: millionths(costs.price_owned_read),
            Kind.USER: millionths(costs.price_user_read),
        }

    def _booked(self, order: Order, bill: Bill) -> Booking:
        day = self._today()
        amount = bill.most(order, self.purse.bought(day, bill.names(order)))
        if amount > self._left_for_unroll():
            raise self._too_dear()
        kept = self.unclear.take(order.request, day, self.who)
        more = Booking(day, self.who, max(0, amount - kept))
        if more.amount and (cap := self.purse.book(more, self._caps(day))):
            self.unclear.put(order.request, Booking(day, self.who, kept))
            raise self._over(cap, day)
        self.spent += kept + more.amount
        return Booking(day, self.who, kept + more.amount)

    def _left_for_unroll(self) -> int:
        """What this one unroll may still spend; the bot itself has no such limit."""
        if self.who == BOT:
            return _NO_END
        return millionths(self.costs.per_unroll) - self.spent

    def _caps(self, day: date) -> list[Cap]:
        month = millionths(self.costs.per_month)
        since = day.replace(day=1)
        if self.who == BOT:
            return [Cap(month, since)]
        kept = month // _KEPT_BACK if self.answers else 0
        return [Cap(month - kept, since), Cap(millionths(self.costs.per_person_day), day, self.who)]

    def _over(self, cap: Cap, day: date) -> BudgetError:
        renews = _next_month(day) if cap.who is None else day + _DAY
        left = datetime.combine(renews, time(), UTC) - self.clock()
        what = "This month's budget for X" if cap.who is None else "What one person may read of X in a day"
        words = f"{what} is spent; it renews on {renews}."
        # Not later than tomorrow: until then the operator may have raised the cap.
        seconds = min(max(1.0, left.total_seconds()), _DAY.total_seconds())
        return BudgetError(words, retry_after=seconds, renews=renews)

    def _too_dear(self) -> BudgetError:
        words = "Reading on would cost more than the operator lets one thread cost on X."
        return BudgetError(words, retry_after=_DAY.total_seconds())


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
