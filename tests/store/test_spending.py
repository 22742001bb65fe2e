"""What networks cost, on both databases and from several processes."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.store.conftest import BOTH
from tests.store.test_erasing import everything
from tests.store.test_processes import outcome, start
from unroller.core.ports import Booking, Cap
from unroller.keeping import PassingSpending, Spending
from unroller.store import Store

TODAY, MONTH = date(2026, 11, 25), date(2026, 11, 1)
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture(params=(*BOTH, "passing"))
def spending(request: pytest.FixtureRequest, sqlite_url: str, opened: Callable[[str], Store]) -> Spending:
    """The store's, on both databases, and that of a reader who keeps no library: they do the same."""
    if request.param == "passing":
        return PassingSpending()
    url = sqlite_url if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    return opened(url).spending


def booking(amount: int, who: str = "anna", day: date = TODAY) -> Booking:
    return Booking(day, who, amount)


def test_what_was_booked_counts_as_spent_until_it_is_settled(spending: Spending) -> None:
    assert spending.book("x", booking(500), ()) is None
    assert spending.spent("x", TODAY) == 500
    assert spending.settle("x", booking(500), {"post:1": 5, "post:2": 5}) == 10
    assert spending.spent("x", TODAY) == 10


def test_nothing_is_booked_over_a_cap_and_the_cap_is_named(spending: Spending) -> None:
    month, day = Cap(1000, MONTH), Cap(600, TODAY, "anna")
    assert spending.book("x", booking(600), (month, day)) is None
    assert spending.book("x", booking(1), (month, day)) == day
    assert spending.book("x", booking(401, "ben"), (month,)) == month
    assert spending.book("x", booking(400, "ben"), (month, Cap(600, TODAY, "ben"))) is None
    assert spending.spent("x", MONTH) == 1000


def test_a_cap_of_a_day_forgets_yesterday_and_one_of_a_month_does_not(spending: Spending) -> None:
    spending.book("x", booking(600, day=YESTERDAY), ())
    assert spending.book("x", booking(600), (Cap(600, TODAY, "anna"),)) is None
    assert spending.book("x", booking(1), (Cap(1200, MONTH),)) == Cap(1200, MONTH)


def test_the_same_thing_is_bought_once_a_day(spending: Spending) -> None:
    for day, cost in ((YESTERDAY, 10), (YESTERDAY, 5), (TODAY, 15)):
        names = ("post:1", "post:2") if cost == 10 else ("post:1", "post:2", "post:3")
        spending.book("x", booking(100, day=day), ())
        assert spending.settle("x", booking(100, day=day), dict.fromkeys(names, 5)) == cost
    assert spending.bought("x", TODAY, ["post:1", "post:9"]) == {"post:1"}
    assert spending.spent("x", YESTERDAY) == 30


def test_networks_do_not_pay_for_one_another(spending: Spending) -> None:
    spending.book("x", booking(100), ())
    spending.settle("x", booking(100), {"post:1": 100})
    assert spending.spent("y", MONTH) == 0
    assert spending.bought("y", TODAY, ["post:1"]) == frozenset()


def test_a_call_may_cost_more_than_was_booked(spending: Spending) -> None:
    spending.book("x", booking(5), ())
    assert spending.settle("x", booking(5), {}, fixed=12) == 12
    assert spending.spent("x", TODAY) == 12


def test_who_spent_what_is_forgotten_when_no_cap_asks_for_it(store: Store) -> None:
    for day in (TODAY - timedelta(days=63), TODAY - timedelta(days=2), TODAY):
        store.spending.book("x", booking(100, f"who{day:%m%d}", day), ())
        store.spending.settle("x", booking(100, f"who{day:%m%d}", day), {f"post:{day:%m%d}": 100})
    left = everything(store)
    assert "who0923" not in left
    assert "who1123" in left
    assert "post:1123" not in left
    assert store.spending.spent("x", date(2026, 1, 1)) == 200


def test_all_about_a_network_can_be_forgotten(store: Store) -> None:
    for network in ("x", "y"):
        store.spending.book(network, booking(100, f"{network}-anna"), ())
        store.spending.settle(network, booking(100, f"{network}-anna"), {f"{network}-post": 100})
    assert store.spending.forget("x") == 2
    assert "x-anna" not in everything(store)
    assert "x-post" not in everything(store)
    assert store.spending.spent("y", MONTH) == 100


def test_many_names_are_asked_for_at_once(store: Store) -> None:
    names = [f"post:{number}" for number in range(1_200)]
    store.spending.settle("x", booking(0), dict.fromkeys(names, 1))
    assert store.spending.bought("x", TODAY, [*names, "post:none"]) == frozenset(names)


@pytest.mark.slow
def test_four_processes_together_never_spend_more_than_the_cap(
    store: Store, url: str, tmp_path: Path
) -> None:
    spenders = [start("spend", url, tmp_path / "pages", f"spender-{n}") for n in range(4)]
    booked = sum(int(count) for spender in spenders for count in outcome(spender))
    assert booked == 100  # of 160 that were tried, at 10 each under a cap of 1000
    assert store.spending.spent("x", MONTH) == 1000


def test_many_threads_that_buy_the_same_pay_for_it_once(store: Store) -> None:
    def buy(_: int) -> int:
        store.spending.book("x", booking(50), ())
        return store.spending.settle("x", booking(50), {f"post:{n}": 5 for n in range(10)})

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(buy, range(16))) == 50
    assert store.spending.spent("x", TODAY) == 50


def test_a_crash_between_booking_and_settling_leaves_the_money_spent(
    sqlite_url: str, opened: Callable[[str], Store]
) -> None:
    opened(sqlite_url).spending.book("x", booking(500), ())
    again = opened(sqlite_url).spending
    assert again.book("x", booking(501), (Cap(1000, MONTH),)) == Cap(1000, MONTH)
