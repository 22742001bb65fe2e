"""Booked before, settled after: what a budget allows, refuses and remembers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unroller.config import fill
from unroller.core.errors import BudgetError, NetworkError, SetupError
from unroller.core.ports import dollars
from unroller.keeping import Kept, PassingSessions, PassingSpending
from unroller.networks.x.budget import Budget, Order
from unroller.networks.x.costs import Costs, millionths

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
DEFAULT = Costs()
MONTH = NOW.date().replace(day=1)


def capped(**amounts: str) -> Costs:
    return replace(Costs(), **{name: Decimal(amount) for name, amount in amounts.items()})


def budget(
    costs: Costs = DEFAULT, clock: Callable[[], datetime] = lambda: NOW, *, answers: bool = False
) -> Budget:
    purse = Kept("x", PassingSessions(), PassingSpending()).purse
    return Budget(costs, purse, clock, answers=answers)


def buy(view: Budget, count: int, start: int = 0) -> None:
    ids = [str(start + number) for number in range(count)]
    with view.buying(Order(post_ids=ids)) as bill:
        bill.received(posts=ids)


def spent(view: Budget) -> str:
    return dollars(view.purse.spent(MONTH))


def test_a_thread_of_25_posts_costs_what_the_price_list_says() -> None:
    view = budget().charged_to("7")
    with view.buying(Order("search", posts=100, users=1)) as bill:
        assert spent(view) == "$0.51"
        bill.received(posts=[str(n) for n in range(25)], users=["7"])
    assert spent(view) == "$0.135"


def test_what_was_bought_today_is_neither_booked_nor_paid_again() -> None:
    view = budget(capped(per_month="0.05")).charged_to("7")
    buy(view, 10)
    buy(view, 10)
    assert spent(view) == "$0.05"
    with pytest.raises(BudgetError):
        buy(view, 11)


def test_a_new_day_sells_everything_anew() -> None:
    now = [NOW]
    view = budget(clock=lambda: now[0])
    buy(view, 10)
    now[0] += timedelta(days=1)
    buy(view, 10)
    assert spent(view) == "$0.10"


def test_one_unroll_ends_at_its_cap_and_the_next_begins_anew() -> None:
    money = budget(capped(per_unroll="0.05"))
    first = money.charged_to("7")
    buy(first, 8)
    assert first.affords() == 2
    with pytest.raises(BudgetError, match="one thread cost") as caught:
        buy(first, 3, start=8)
    assert caught.value.renews is None
    buy(money.charged_to("7"), 3, start=8)


def test_a_day_ends_for_one_person_and_not_for_another() -> None:
    money = budget(capped(per_person_day="0.05"))
    buy(money.charged_to("7"), 10)
    with pytest.raises(BudgetError, match="in a day is spent; it renews on 2026-11-26") as caught:
        buy(money.charged_to("7"), 1, start=10)
    assert caught.value.renews == date(2026, 11, 26)
    assert caught.value.retry_after == 12 * 3600
    buy(money.charged_to("8"), 1, start=10)


def test_a_month_ends_for_everybody_and_renews_on_the_first() -> None:
    money = budget(capped(per_month="0.05"))
    buy(money.charged_to("7"), 10)
    with pytest.raises(BudgetError, match="This month's budget for X is spent; it renews on 2026-12-01"):
        buy(money.charged_to("8"), 1, start=10)
    assert str(money.balance()) == "$0.05 spent this month, $0.00 left until 2026-12-01"


def test_a_year_ends_in_january() -> None:
    money = budget(capped(per_month="0"), clock=lambda: datetime(2026, 12, 31, 23, tzinfo=UTC))
    with pytest.raises(BudgetError) as caught:
        buy(money, 1)
    assert caught.value.renews == date(2027, 1, 1)


def test_a_tenth_of_the_month_is_kept_for_hearing_and_answering() -> None:
    money = budget(capped(per_month="0.10"), answers=True)
    buy(money.charged_to("7"), 18)
    with pytest.raises(BudgetError):
        buy(money.charged_to("8"), 1, start=18)
    with money.buying(Order(replies=1)) as bill:
        bill.received(replies=1)
    assert spent(money) == "$0.10"


def test_the_bots_own_mentions_cost_less_and_their_price_is_not_the_posts() -> None:
    money = budget()
    with money.buying(Order("mentions", posts=10, owned=True)) as bill:
        bill.received(posts=["1", "2"])
    assert spent(money) == "$0.002"
    with money.charged_to("7").buying(Order(post_ids=["1"])) as bill:
        bill.received(posts=["1"])
    assert spent(money) == "$0.007"


def test_a_refusal_costs_nothing() -> None:
    money = budget()
    with money.buying(Order(replies=1)) as bill:
        bill.received()
    assert spent(money) == "$0.00"


def fail(view: Budget, order: Order) -> None:
    with pytest.raises(NetworkError, match="no answer"), view.buying(order):
        raise NetworkError("no answer")


def test_a_call_without_an_answer_stays_paid_for() -> None:
    money = budget()
    fail(money.charged_to("7"), Order("search", posts=100))
    assert spent(money) == "$0.50"


def test_the_same_call_made_again_is_paid_for_once_however_often_it_fails() -> None:
    money, order = budget(), Order("mentions", posts=10, owned=True)
    for _ in range(1_000):
        fail(money, order)
    assert spent(money) == "$0.01"
    with money.buying(order) as bill:
        bill.received(posts=["1"])
    assert spent(money) == "$0.001"
    fail(money, order)
    assert spent(money) == "$0.011"


def test_a_reply_without_an_answer_is_paid_for_each_time() -> None:
    money = budget()
    for _ in range(3):
        fail(money, Order(replies=1))
    assert spent(money) == "$0.03"


def test_two_at_once_do_not_share_one_booking() -> None:
    money, order = budget(), Order("search", posts=10)
    fail(money.charged_to("7"), order)
    with money.charged_to("7").buying(order) as first, money.charged_to("7").buying(order) as second:
        assert spent(money) == "$0.10"
        first.received(posts=["1"])
        second.received(posts=["1", "2"])
    assert spent(money) == "$0.01"


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 40), st.booleans()), max_size=20))
def test_no_order_of_calls_spends_more_than_the_month(calls: list[tuple[int, int, bool]]) -> None:
    money = budget(capped(per_month="0.20", per_unroll="0.20", per_person_day="0.20"))
    for start, count, answered in calls:
        try:
            with money.charged_to("7").buying(Order(posts=count)) as bill:
                if answered:
                    bill.received(posts=[str(start + n) for n in range(count)])
        except BudgetError:
            assert count * 5_000 > 200_000 - money.purse.spent(MONTH)
    assert 0 <= money.purse.spent(MONTH) <= 200_000


@given(st.decimals(0, 1000, places=6))
def test_amounts_are_exact(amount: Decimal) -> None:
    assert Decimal(dollars(millionths(amount)).removeprefix("$")) == amount


@pytest.mark.parametrize("given_amount", ["-1", "nan", "inf", "2000000"])
def test_an_amount_that_is_none_names_its_setting(given_amount: str) -> None:
    with pytest.raises(SetupError, match=r"networks\.x\.per_month is .*, but must be an amount in dollars"):
        fill(Costs, {"per_month": given_amount}, "networks.x", {})


@pytest.mark.parametrize("given_amount", ["20", 20, 20.5, "20.00"], ids=repr)
def test_an_amount_may_be_text_or_a_number(given_amount: object) -> None:
    assert millionths(fill(Costs, {"per_month": given_amount}, "networks.x", {}).per_month) // 1_000_000 == 20


def test_a_tenth_of_a_cent_from_a_file_is_exact() -> None:
    assert millionths(fill(Costs, {"price_owned_read": 0.001}, "networks.x", {}).price_owned_read) == 1_000
