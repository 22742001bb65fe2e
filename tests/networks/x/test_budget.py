"""Money that ends at any call of an unroll: a clear answer or a page that says so, and never an overspend."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.networks.x.reading import Reader, reading, texts
from tests.testnet.x_world import Said
from unroller.core.errors import BudgetError, NetworkError
from unroller.core.model import Thread, Wholeness
from unroller.core.ports import Booking, Cap
from unroller.keeping import Kept, PassingSessions, PassingSpending
from unroller.networks.x import X

pytestmark = pytest.mark.real

SIZE = 25
NO_CAP = Cap(0, date(2026, 1, 1))


@dataclass
class Ending:
    """Spending that ends at one call: the one with this number is refused, and all after it."""

    at: int
    inner: PassingSpending = field(default_factory=PassingSpending)
    calls: int = 0

    def book(self, network: str, booking: Booking, caps: Sequence[Cap]) -> Cap | None:
        self.calls += 1
        return caps[0] if self.calls >= self.at else self.inner.book(network, booking, ())

    def settle(self, network: str, booking: Booking, bought: Mapping[str, int], fixed: int = 0) -> int:
        return self.inner.settle(network, booking, bought, fixed)

    def bought(self, network: str, day: date, names: Collection[str]) -> frozenset[str]:
        return self.inner.bought(network, day, names)

    def spent(self, network: str, since: date, who: str | None = None) -> int:
        return 0


def world(reader: Reader) -> list[Said]:
    """A thread of 25 posts that answers somebody, quotes somebody, and went on for days."""
    anna, ben = (reader.net.world.person(name) for name in ("anna", "ben"))
    above = reader.net.world.post(ben, "What the thread answers")
    posts = reader.net.world.thread(anna, SIZE, to=above)
    posts[3].quotes = reader.net.world.post(ben, "What is quoted")
    return posts


def with_spending(reader: Reader, spending: Ending) -> None:
    x = reader.x
    keeper = Kept("x", PassingSessions(), spending)
    reader.x = X(x._settings, x._http, clock=x._clock, sessions=keeper)


def billed(reader: Reader) -> Decimal:
    return Decimal(str(reader.net.bill.dollars))


def check(thread: Thread, posts: list[Said]) -> None:
    """All of the thread, or a part in its order that says why it is one."""
    said = texts(thread)
    whole = [one.text for one in posts]
    assert said == [text for text in whole if text in said]
    if said != whole:
        assert thread.completeness.state is not Wholeness.WHOLE
        assert "may cost" in thread.completeness.why


def outcome(reader: Reader, post: Said) -> Thread | BudgetError:
    """The thread, or what is said instead."""
    try:
        return reader.thread(post)
    except BudgetError as error:
        return error


def read_in_spite_of_faults(reader: Reader, post: Said) -> Thread:
    """As a worker does: again after each fault."""
    for _ in range(6):
        with suppress(NetworkError):
            return reader.thread(post)
    raise AssertionError


def calls_needed() -> int:
    with reading() as reader:
        posts = world(reader)
        with_spending(reader, spending := Ending(10**9))
        assert texts(reader.thread(posts[-1])) == [one.text for one in posts]
        return spending.calls


@pytest.mark.parametrize("place", [0, SIZE // 2, SIZE - 1])
@pytest.mark.parametrize("archive", [True, False], ids=["whole archive", "seven days"])
def test_money_that_ends_at_any_call_ends_in_a_clear_answer_or_a_page_that_says_so(
    place: int, archive: bool
) -> None:
    outcomes = []
    for at in range(1, calls_needed() + 3):
        with reading(full_archive=archive) as reader:
            posts = world(reader)
            with_spending(reader, spending := Ending(at))
            found = outcome(reader, posts[place])
            if isinstance(found, Thread):
                check(found, posts)
            else:
                assert "renews on 2026-10-01" in found.words
            outcomes.append("page" if isinstance(found, Thread) else "answer")
            assert len(reader.net.asked) <= at - 1
            assert spending.inner.spent("x", date(2026, 1, 1)) == billed(reader) * 1_000_000
    assert outcomes[0] == "answer"
    assert outcomes[-1] == "page"


@pytest.mark.parametrize("cap", ["per_unroll", "per_person_day", "per_month"])
@pytest.mark.parametrize("names", ["tweet", "post"])
def test_whatever_the_cap_is_it_is_never_overspent(cap: str, names: str) -> None:
    for cents in (*range(0, 20, 1), 25, 40, 60, 100):
        amount = Decimal(cents) / 100
        with reading(field_names=names, **{cap: amount}) as reader:
            posts = world(reader)
            found = outcome(reader, posts[0])
            if isinstance(found, Thread):
                check(found, posts)
            assert billed(reader) <= amount
            balance = reader.x.balance()
            assert balance is not None
            assert balance.spent == billed(reader) * 1_000_000


def test_a_page_that_was_known_loses_nothing_when_the_money_ends() -> None:
    with reading() as reader:
        posts = world(reader)
        known = reader.thread(posts[0])
        reader.net.world.now += timedelta(days=1)
        for at in range(1, calls_needed() + 1):
            with_spending(reader, Ending(at))
            try:
                again = reader.thread(posts[0], known=known)
            except BudgetError:
                continue
            assert texts(again) == texts(known)


def test_a_second_look_on_the_same_day_is_free_and_tomorrow_is_not() -> None:
    with reading() as reader:
        posts = world(reader)
        reader.thread(posts[0])
        first = billed(reader)
        reader.thread(posts[0])
        assert billed(reader) == first
        balance = reader.x.balance()
        assert balance is not None
        assert balance.spent == first * 1_000_000
        reader.net.world.now += timedelta(days=1)
        reader.thread(posts[0])
        assert billed(reader) == 2 * first


@pytest.mark.parametrize("call", range(4))
def test_a_lost_answer_is_paid_for_and_its_repeat_is_not_paid_twice(call: int) -> None:
    with reading() as reader:
        posts = world(reader)
        reader.net.fail("lost", times=4, after=call)
        check(read_in_spite_of_faults(reader, posts[-1]), posts)
        balance = reader.x.balance()
        assert balance is not None
        assert balance.spent == billed(reader) * 1_000_000
