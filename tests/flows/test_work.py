"""Durable work: nothing is lost and nothing is doubled, however the network and the workers behave."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.flows import paper
from tests.flows.paper import START, Faulty, Time
from unroller.config import Limits
from unroller.core.errors import NetworkError, WireError
from unroller.flows.library import Library
from unroller.flows.listen import listen
from unroller.flows.work import LEASE, work, work_once
from unroller.store import CallState

Opener = Callable[..., Library]


def hear(library: Library) -> int:
    return sum(listen(library, name, bot) for name, _, bot in library.messengers())


def settle(library: Library, owner: str = "worker") -> None:
    while work_once(library, owner):
        pass


def settle_over(library: Library, clock: Time, **time: float) -> None:
    """Work as the hours go by, a minute at a time."""
    end = clock.now + timedelta(**time)
    while clock.now < end:
        settle(library)
        clock.on(minutes=1)


def test_a_network_that_is_down_for_an_hour_loses_nothing(
    library: Library, http: Faulty, clock: Time
) -> None:
    posts = paper.thread(http.inner, "anna", "One", "Two")
    calls = [paper.call(http.inner, by, posts[1]) for by in ("bob", "carol")]
    hear(library)
    http.fault = lambda name: paper.down()
    settle_over(library, clock, hours=1)
    assert [paper.answers(http.inner, call) for call in calls] == [[], []]
    http.fault = lambda name: None
    settle_over(library, clock, minutes=15)
    assert [len(paper.answers(http.inner, call)) for call in calls] == [1, 1]


@pytest.mark.parametrize("retry_after", [None, 1800.0])
def test_a_rate_limit_is_waited_out_and_the_answer_goes_out_once(
    library: Library, http: Faulty, clock: Time, retry_after: float | None
) -> None:
    posts = paper.thread(http.inner, "anna", "One", "Two")
    call = paper.call(http.inner, "bob", posts[1])
    hear(library)
    limited = NetworkError("Too many requests.", retry_after=retry_after)
    http.fault = lambda name: limited if name == "com.atproto.repo.putRecord" else None
    settle(library)
    waiting = library.store.tasks.get("answer", call.id)
    assert waiting is not None
    assert waiting.due - clock.now >= timedelta(seconds=retry_after or 5)
    kept = library.store.ledger.load(call)
    assert kept is not None
    assert kept.state is CallState.SENDING
    http.fault = lambda name: None
    settle_over(library, clock, hours=1)
    assert len(paper.answers(http.inner, call)) == 1
    assert http.sent.count("com.atproto.repo.putRecord") == 1


def test_an_answer_that_was_lost_on_the_way_back_is_looked_for_before_it_is_sent_again(
    library: Library, http: Faulty, clock: Time
) -> None:
    posts = paper.thread(http.inner, "anna", "One", "Two")
    call = paper.call(http.inner, "bob", posts[1])
    hear(library)
    http.after = lambda name: paper.down() if name == "com.atproto.repo.putRecord" else None
    settle_over(library, clock, minutes=30)
    assert len(paper.answers(http.inner, call)) == 1
    assert http.sent.count("com.atproto.repo.putRecord") == 1
    kept = library.store.ledger.load(call)
    assert kept is not None
    assert kept.state is CallState.ANSWERED


def test_what_cannot_be_read_for_days_is_answered_with_that(
    library: Library, http: Faulty, clock: Time
) -> None:
    posts = paper.thread(http.inner, "anna", "One", "Two")
    call = paper.call(http.inner, "bob", posts[1])
    hear(library)
    http.fault = lambda name: paper.down() if name == "app.bsky.feed.getPostThread" else None
    settle(library)
    clock.on(days=3, hours=1)
    settle_over(library, clock, minutes=15)
    (answer,) = paper.answers(http.inner, call)
    assert "could not read" in answer


def test_a_changed_wire_is_answered_with_that_after_some_tries(
    library: Library, http: Faulty, clock: Time
) -> None:
    posts = paper.thread(http.inner, "anna", "One", "Two")
    call = paper.call(http.inner, "bob", posts[1])
    hear(library)
    http.fault = lambda name: WireError("Odd.") if name == "app.bsky.feed.getPostThread" else None
    settle_over(library, clock, hours=2)
    assert len(paper.answers(http.inner, call)) == 1


def test_two_calls_that_were_given_one_key_both_get_their_answer(
    library: Library, http: Faulty, clock: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    posts = paper.thread(http.inner, "anna", "One", "Two")
    calls = [paper.call(http.inner, by, posts[1]) for by in ("bob", "carol")]
    monkeypatch.setattr("unroller.networks.bluesky.replies.key_of", lambda mention: "3n2vqk6rt6k22")
    hear(library)
    http.after = lambda name: paper.down() if name == "com.atproto.repo.putRecord" else None
    settle_over(library, clock, minutes=30)
    assert [len(paper.answers(http.inner, call)) for call in calls] == [1, 1]


def test_a_call_that_is_heard_twice_is_one_call(library: Library, http: Faulty) -> None:
    posts = paper.thread(http.inner, "anna", "One", "Two")
    call = paper.call(http.inner, "bob", posts[1])
    assert [hear(library), hear(library)] == [1, 0]
    settle(library)
    assert hear(library) == 0
    assert len(paper.answers(http.inner, call)) == 1


def test_a_call_with_an_old_date_is_heard(library: Library, http: Faulty, clock: Time) -> None:
    posts = paper.thread(http.inner, "anna", "One", "Two")
    paper.call(http.inner, "bob", posts[1])
    assert hear(library) == 1
    paper.call(http.inner, "carol", posts[1], at=START - timedelta(days=40))
    assert hear(library) == 1


def test_calls_from_before_the_account_became_the_bot_are_let_be(
    library: Library, http: Faulty, clock: Time
) -> None:
    posts = paper.thread(http.inner, "anna", "One", "Two")
    paper.call(http.inner, "bob", posts[1])
    clock.now = datetime.now(UTC) + timedelta(days=30)
    assert hear(library) == 0
    clock.now -= timedelta(days=30)


@pytest.mark.slow
def test_workers_side_by_side_answer_each_call_once(open_it: Opener, http: Faulty) -> None:
    posts = paper.thread(http.inner, "anna", "One", "Two")
    calls = [paper.call(http.inner, ("bob", "carol")[n % 2], posts[n % 2]) for n in range(24)]
    many = Limits(per_person_day=100, per_thread_day=100)
    library, other = open_it(limits=many), open_it(limits=many)
    hear(library)
    stop = threading.Event()
    workers = [threading.Thread(target=work, args=(lib, stop)) for lib in (library, other, library, other)]
    for worker in workers:
        worker.start()
    while any(backlog.waiting for backlog in library.store.tasks.waiting() if backlog.kind == "answer"):
        stop.wait(0.05)
    stop.set()
    for worker in workers:
        worker.join(20)
    assert [len(paper.answers(http.inner, call)) for call in calls] == [1] * 24
    assert http.sent.count("com.atproto.repo.putRecord") == 24


def test_a_worker_that_dies_is_followed_by_another_within_a_minute(
    open_it: Opener, http: Faulty, clock: Time
) -> None:
    posts = paper.thread(http.inner, "anna", "One", "Two")
    call = paper.call(http.inner, "bob", posts[1])
    library = open_it()
    hear(library)
    assert library.store.tasks.claim("a worker that dies", lease=LEASE)
    settle(library)
    assert paper.answers(http.inner, call) == []
    clock.on(seconds=59)
    settle(library)
    assert len(paper.answers(http.inner, call)) == 1


def test_a_clock_that_was_wrong_does_not_hold_a_call_for_ever(
    open_it: Opener, http: Faulty, clock: Time
) -> None:
    posts = paper.thread(http.inner, "anna", "One", "Two")
    call = paper.call(http.inner, "bob", posts[1])
    library = open_it()
    hear(library)
    clock.on(days=365)
    library.store.tasks.claim("a worker of next year", lease=LEASE)
    clock.on(days=-364)
    settle(library)
    assert len(paper.answers(http.inner, call)) == 1


def test_a_bug_is_loud_and_stops_neither_the_task_nor_the_others(
    library: Library, http: Faulty, clock: Time, capsys: pytest.CaptureFixture[str]
) -> None:
    posts = paper.thread(http.inner, "anna", "One", "Two")
    first, second = (paper.call(http.inner, by, posts[1]) for by in ("bob", "carol"))
    hear(library)
    bugs = [ZeroDivisionError("a bug")]
    http.fault = lambda name: bugs.pop() if bugs and name == "app.bsky.feed.getPostThread" else None
    settle(library)
    assert sorted(len(paper.answers(http.inner, call)) for call in (first, second)) == [0, 1]
    settle_over(library, clock, minutes=5)
    assert [len(paper.answers(http.inner, call)) for call in (first, second)] == [1, 1]


def test_no_words_of_a_removed_thread_or_a_shy_author_stay_anywhere(
    library: Library, http: Faulty, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    http.inner.accounts["did:plc:carol"]["labels"] = ["!no-unauthenticated"]
    shy = paper.thread(http.inner, "carol", "canary-of-the-shy", "Two")
    removed = paper.thread(http.inner, "anna", "canary-of-the-removed", "Two")
    for posts in (shy, removed):
        paper.call(http.inner, "bob", posts[1])
    hear(library)
    settle(library)
    assert _holding(tmp_path, b"canary-of-the-removed")
    paper.call(http.inner, "anna", removed[1], "remove")
    hear(library)
    settle(library)
    library.store.scour()
    for canary in (b"canary-of-the-shy", b"canary-of-the-removed"):
        assert _holding(tmp_path, canary) == []
        assert canary.decode() not in capsys.readouterr().err


def _holding(folder: Path, canary: bytes) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file() and canary in file.read_bytes()]
