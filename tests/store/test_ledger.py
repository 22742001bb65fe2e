from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from tests.store.conftest import Clock
from tests.threads.build import BOB, CHECKED, MIRA, ref
from unroller.core.calls import Command, Mention
from unroller.core.model import PostRef
from unroller.store import ANSWER, CallState, Store

CALL = Mention(ref(50, BOB), BOB, CHECKED - timedelta(minutes=1), Command.UNROLL, about=ref(3))
REPLY = PostRef("bluesky", "at://did:plc:bot/app.bsky.feed.post/3reply")


def test_a_mention_is_accepted_once_and_brings_one_task(store: Store) -> None:
    assert store.ledger.accept(CALL)
    assert not store.ledger.accept(CALL)
    assert [(backlog.kind, backlog.waiting) for backlog in store.tasks.waiting()] == [(ANSWER, 1)]
    task = store.tasks.claim("worker")
    assert task is not None
    assert (task.kind, task.key) == (ANSWER, CALL.ref.id)
    assert dict(task.payload) == {"network": "bluesky", "id": CALL.ref.id}


def test_only_what_was_not_taken_in_yet_is_unknown_in_the_order_it_came(store: Store) -> None:
    later = replace(CALL, ref=ref(51, BOB))
    elsewhere = replace(CALL, ref=PostRef("elsewhere", CALL.ref.id))
    assert store.ledger.unknown([later, CALL, later]) == [later, CALL]
    store.ledger.accept(CALL)
    assert store.ledger.unknown([later, CALL, elsewhere]) == [later, elsewhere]
    assert store.ledger.unknown([]) == []


def test_a_mention_delivered_again_after_its_answer_starts_nothing(store: Store) -> None:
    store.ledger.accept(CALL)
    task = store.tasks.claim("worker")
    assert task is not None
    store.tasks.finish(task, "worker")
    assert not store.ledger.accept(CALL)
    assert store.tasks.claim("worker") is None


def test_a_call_is_loaded_as_it_was_made(store: Store, clock: Clock) -> None:
    store.ledger.accept(CALL)
    call = store.ledger.load(CALL.ref)
    assert call is not None
    assert (call.mention, call.state, call.accepted_at) == (CALL, CallState.NEW, clock())
    assert (call.reply, call.reply_ref, call.thread, call.outcome) == (None, None, None, "")
    assert store.ledger.load(ref(51, BOB)) is None


def test_the_first_reply_that_is_fixed_stands(store: Store) -> None:
    store.ledger.accept(CALL)
    assert store.ledger.fix(CALL.ref, b"first", "published", ref(1)) == b"first"
    assert store.ledger.fix(CALL.ref, b"second", "failed", None) == b"first"
    call = store.ledger.load(CALL.ref)
    assert call is not None
    assert (call.state, call.reply, call.outcome, call.thread) == ("fixed", b"first", "published", ref(1))


def test_an_answered_call_keeps_where_the_answer_is_but_not_its_words(store: Store) -> None:
    store.ledger.accept(CALL)
    store.ledger.fix(CALL.ref, b"reply", "published", ref(1))
    store.ledger.answered(CALL.ref, REPLY)
    call = store.ledger.load(CALL.ref)
    assert call is not None
    assert (call.state, call.reply, call.reply_ref, call.thread) == ("answered", None, REPLY, ref(1))
    assert store.ledger.answer_about(REPLY) == ref(1)


def test_an_answer_about_no_thread_and_a_post_that_is_no_answer(store: Store) -> None:
    store.ledger.accept(CALL)
    store.ledger.fix(CALL.ref, b"reply", "help")
    store.ledger.answered(CALL.ref, REPLY)
    assert store.ledger.answer_about(REPLY) is None
    assert store.ledger.answer_about(ref(3)) is None


def test_a_call_may_be_left_without_an_answer(store: Store) -> None:
    store.ledger.accept(CALL)
    store.ledger.silent(CALL.ref, "limit")
    call = store.ledger.load(CALL.ref)
    assert call is not None
    assert (call.state, call.outcome) == (CallState.SILENT, "limit")


def test_the_newest_call_is_where_the_next_look_begins(store: Store, clock: Clock) -> None:
    assert store.ledger.newest("bluesky") is None
    store.ledger.accept(CALL)
    store.ledger.accept(replace(CALL, ref=ref(51, BOB), at=CALL.at - timedelta(days=1)))
    assert store.ledger.newest("bluesky") == CALL.at
    store.ledger.accept(replace(CALL, ref=ref(52, BOB), at=clock() + timedelta(days=900)))
    assert store.ledger.newest("bluesky") == clock()
    assert store.ledger.newest("mastodon") is None


def test_calls_are_counted_by_person_by_thread_and_in_all(store: Store, clock: Clock) -> None:
    for number, person in enumerate((BOB, BOB, MIRA)):
        clock.pass_by(minutes=10)
        mention = replace(CALL, ref=ref(60 + number, person), by=person)
        store.ledger.accept(mention)
        store.ledger.fix(mention.ref, b"", "published", ref(1 + number // 2))
    hour, moment = clock() - timedelta(hours=1), clock() - timedelta(minutes=15)
    assert store.ledger.count(since=hour) == 3
    assert store.ledger.count(by=BOB.id, since=hour) == 2
    assert store.ledger.count(by=BOB.id, since=moment) == 1
    assert store.ledger.count(thread=ref(1), since=hour) == 2
    assert store.ledger.count(by=MIRA.id, thread=ref(1), since=hour) == 0
