from __future__ import annotations

from datetime import timedelta

import pytest

from tests.store.conftest import Clock
from unroller.core.errors import AbsentError
from unroller.store import Backlog, Status, Store, Task
from unroller.store.tasks import LONGEST_LEASE


def claim(store: Store, owner: str = "worker", **more: float) -> Task:
    task = store.tasks.claim(owner, **more)  # type: ignore[arg-type]
    assert task is not None
    return task


def test_a_task_is_claimed_once_with_what_it_needs(store: Store, clock: Clock) -> None:
    store.tasks.put("unroll", "a", payload={"network": "bluesky", "posts": 3})
    task = claim(store)
    assert (task.kind, task.key, task.attempts, task.due) == ("unroll", "a", 1, clock())
    assert dict(task.payload) == {"network": "bluesky", "posts": 3}
    assert store.tasks.claim("other") is None


def test_what_is_due_for_longest_comes_first_and_nothing_before_its_time(store: Store, clock: Clock) -> None:
    for minutes, key in ((3, "late"), (-5, "earliest"), (-1, "early")):
        store.tasks.put("check", key, due=clock() + timedelta(minutes=minutes))
    assert [claim(store, lease=600).key, claim(store, lease=600).key] == ["earliest", "early"]
    assert store.tasks.claim("worker") is None
    clock.pass_by(minutes=3)
    assert claim(store).key == "late"


def test_only_the_kinds_that_were_asked_for_are_claimed(store: Store) -> None:
    store.tasks.put("check", "a")
    assert store.tasks.claim("worker", kinds=("unroll", "answer")) is None
    assert store.tasks.claim("worker", kinds=("check",)) is not None


def test_a_second_put_moves_what_waits_to_the_earlier_time(store: Store, clock: Clock) -> None:
    day, hour = clock() + timedelta(days=1), clock() + timedelta(hours=1)
    store.tasks.put("check", "a", due=day, payload={"n": 1})
    for due, sooner, expected in ((hour, False, day), (hour, True, hour), (day, True, hour)):
        store.tasks.put("check", "a", due=due, sooner=sooner)
        found = store.tasks.get("check", "a")
        assert found is not None
        assert (found.due, dict(found.payload)) == (expected, {"n": 1})


def test_a_finished_task_is_gone_and_may_be_put_again(store: Store) -> None:
    store.tasks.put("check", "a")
    assert store.tasks.finish(claim(store), "worker")
    assert store.tasks.get("check", "a") is None
    store.tasks.put("check", "a")
    assert claim(store).attempts == 1


def test_what_is_asked_for_again_while_it_is_done_is_done_once_more(store: Store, clock: Clock) -> None:
    store.tasks.put("refresh", "a")
    task = claim(store)
    store.tasks.put("refresh", "a")
    store.tasks.put("refresh", "a", due=clock() + timedelta(hours=1))
    assert store.tasks.claim("other") is None
    assert store.tasks.finish(task, "worker")
    assert claim(store).attempts == 1
    assert store.tasks.claim("other") is None


def test_a_task_may_plan_its_own_next_time(store: Store, clock: Clock) -> None:
    store.tasks.put("check", "a")
    task = claim(store)
    store.tasks.put("check", "a", due=clock() + timedelta(days=1))
    assert store.tasks.finish(task, "worker")
    assert store.tasks.claim("worker") is None
    clock.pass_by(days=1)
    assert claim(store).key == "a"


def test_a_delayed_task_comes_back_and_says_why(store: Store, clock: Clock) -> None:
    store.tasks.put("answer", "a")
    assert store.tasks.delay(claim(store), "worker", 90, "The network is down.")
    found = store.tasks.get("answer", "a")
    assert found is not None
    assert (found.words, found.due) == ("The network is down.", clock() + timedelta(seconds=90))
    assert store.tasks.claim("worker") is None
    clock.pass_by(seconds=90)
    assert claim(store).attempts == 2


def test_what_is_asked_for_again_does_not_wait_out_a_delay(store: Store) -> None:
    store.tasks.put("answer", "a")
    task = claim(store)
    store.tasks.put("answer", "a")
    assert store.tasks.delay(task, "worker", 3600, "later")
    assert claim(store).attempts == 2


def test_a_task_that_was_given_up_is_kept_with_its_words_until_it_is_put_again(store: Store) -> None:
    store.tasks.put("answer", "a")
    assert store.tasks.drop(claim(store), "worker", "Tried for a day.")
    assert store.tasks.claim("worker") is None
    found = store.tasks.get("answer", "a")
    assert found is not None
    assert (found.failed, found.words) == (True, "Tried for a day.")
    store.tasks.put("answer", "a")
    assert claim(store).attempts == 1


def test_a_task_that_was_asked_for_again_is_not_given_up(store: Store) -> None:
    store.tasks.put("answer", "a")
    task = claim(store)
    store.tasks.put("answer", "a")
    assert store.tasks.drop(task, "worker", "Tried for a day.")
    assert claim(store).attempts == 1


def test_a_dead_owners_task_is_claimed_by_another_when_its_lease_has_run_out(
    store: Store, clock: Clock
) -> None:
    store.tasks.put("answer", "a")
    dead = claim(store, "dead", lease=60)
    clock.pass_by(seconds=59)
    assert store.tasks.claim("alive") is None
    clock.pass_by(seconds=1)
    assert claim(store, "alive").attempts == 2
    assert not store.tasks.finish(dead, "dead")
    assert not store.tasks.renew(dead, "dead")
    assert not store.tasks.delay(dead, "dead", 1, "")
    assert not store.tasks.drop(dead, "dead", "")


def test_a_late_owner_of_the_same_name_cannot_end_what_was_claimed_anew(store: Store, clock: Clock) -> None:
    store.tasks.put("answer", "a")
    late = claim(store)
    clock.pass_by(minutes=2)
    again = claim(store)
    assert not store.tasks.finish(late, "worker")
    assert store.tasks.finish(again, "worker")


def test_a_renewed_lease_holds(store: Store, clock: Clock) -> None:
    store.tasks.put("answer", "a")
    task = claim(store, lease=60)
    clock.pass_by(seconds=50)
    assert store.tasks.renew(task, "worker", 60)
    clock.pass_by(seconds=50)
    assert store.tasks.claim("other") is None
    assert store.tasks.finish(task, "worker")


def test_a_lease_from_a_clock_that_was_ahead_does_not_hold_for_ever(store: Store, clock: Clock) -> None:
    store.tasks.put("answer", "a")
    clock.pass_by(days=400)
    claim(store, "dead")
    clock.pass_by(days=-400)
    assert claim(store, "alive").attempts == 2


def test_no_lease_is_longer_than_the_longest(store: Store, clock: Clock) -> None:
    store.tasks.put("answer", "a")
    claim(store, "worker", lease=10**9)
    clock.pass_by(seconds=LONGEST_LEASE - 1)
    assert store.tasks.claim("other") is None
    clock.pass_by(seconds=1)
    assert store.tasks.claim("other") is not None


def test_what_waits_is_counted_by_kind(store: Store, clock: Clock) -> None:
    assert store.tasks.waiting() == ()
    first = clock()
    for key in ("a", "b", "c"):
        store.tasks.put("answer", key)
        clock.pass_by(minutes=1)
    store.tasks.drop(claim(store), "worker", "no")
    store.tasks.put("check", "d", due=clock() + timedelta(days=1))
    assert store.tasks.waiting() == (
        Backlog("answer", 2, 1, first + timedelta(minutes=1)),
        Backlog("check", 1, 0, clock() + timedelta(days=1)),
    )


def test_a_task_finishes_together_with_what_it_did_or_not_at_all(store: Store) -> None:
    store.tasks.put("answer", "a")
    task = claim(store)

    def fail_midway() -> None:
        with store.transaction():
            store.tasks.put("publish", "b")
            store.tasks.finish(task, "worker")
            store.threads.drop("aaaaaaaaaaaa", Status.REMOVED, "")

    with pytest.raises(AbsentError):
        fail_midway()
    assert store.tasks.get("publish", "b") is None
    assert store.tasks.finish(task, "worker")
