"""Many new threads saved at once are as if they had been saved one by one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs

from tests.store.conftest import Clock
from tests.store.test_threads import THREE, by, records
from tests.threads.build import MIRA, post, thread
from unroller.core.model import PostRef, Thread, Verdict
from unroller.core.search import Wanted
from unroller.store import PAGE, Arrival, Saved, Status, Store

OTHER = by("lena.test", "A word.", "Another.")
THREADS = (THREE, OTHER)


def arrival(thread: Thread, **more: Any) -> Arrival:
    return Arrival(thread, Verdict(), records(thread), thread.posts[0].body[0].text, **more)


def seen(store: Store, slug: str) -> dict[str, Any]:
    """All that is kept of a thread, but for when it appeared."""
    saved = store.threads.load(slug)
    assert isinstance(saved, Saved)
    assert saved.thread
    task = store.tasks.get(PAGE, slug)
    return {
        "saved": replace(saved, first_saved=saved.checked_at, saved_at=saved.checked_at),
        "entries": [replace(one, first_saved=saved.checked_at, saved_at=saved.checked_at)
                    for one in store.threads.entries() if one.slug == slug],
        "records": store.threads.records(slug),
        "found": [store.threads.find(post.ref) is not None for post in saved.thread.posts],
        "showing": store.threads.showing("bluesky", MIRA.handle),
        "task": task and (task.due, task.payload, task.attempts),
    }  # fmt: skip


def test_saved_at_once_is_as_saved_one_by_one(store: Store) -> None:
    new = [arrival(thread) for thread in THREADS]
    for one in new:
        store.threads.save(one.thread, one.verdict, one.records, title=one.title)
    single = [seen(store, one.slug) for one in new]
    for one in new:
        store.threads.drop(one.slug, Status.WITHDRAWN, "")
    with store.transaction() as connection:
        for name in ("threads", "posts", "people", "records", "versions", "tasks"):
            connection.exec_driver_sql(f"DELETE FROM {name}")
    store.threads.add(new)
    assert [seen(store, one.slug) for one in new] == single


def written(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """All rows, as the database itself keeps them, which are then gone."""
    found = {}
    with store.transaction() as connection:
        for name in ("threads", "versions", "posts", "people", "records", "handles", "tasks"):
            rows = connection.exec_driver_sql(f"SELECT * FROM {name}")
            found[name] = sorted(tuple(row) for row in rows)
            connection.exec_driver_sql(f"DELETE FROM {name}")
    return found


def test_rows_are_written_in_the_form_of_all_others(store: Store, clock: Clock) -> None:
    one = arrival(THREE, expires=clock() + timedelta(days=3))
    store.threads.save(one.thread, one.verdict, one.records, title=one.title, expires=one.expires)
    store.tasks.put("revisit", one.slug, due=clock())
    single = written(store)
    store.threads.add([one])
    store.tasks.put_new("revisit", [(one.slug, clock())])
    assert written(store) == single


def test_the_last_one_is_the_newest(store: Store) -> None:
    store.threads.add([arrival(thread) for thread in THREADS])
    assert [entry.ref for entry in store.catalogue.find(Wanted(), 5)] == [OTHER.ref, THREE.ref]


def test_a_change_is_a_second_version(store: Store, clock: Clock) -> None:
    store.threads.add([arrival(THREE)])
    clock.pass_by(hours=1)
    shorter = structs.replace(THREE, posts=THREE.posts[:2])
    saved = store.threads.save(shorter, Verdict(), {}, title="x")
    assert saved.version == 2
    assert saved.saved_at - saved.first_saved == timedelta(hours=1)


def test_what_is_known_is_told_whatever_became_of_it(store: Store) -> None:
    three, other = (arrival(thread) for thread in THREADS)
    store.threads.add([three])
    assert store.threads.known([three.slug, other.slug]) == {three.slug}
    store.threads.drop(three.slug, Status.REMOVED, "gone")
    assert store.threads.known([three.slug, other.slug]) == {three.slug}
    assert store.threads.known([]) == frozenset()
    assert store.threads.known([f"{number:012}" for number in range(2_000)] + [three.slug]) == {three.slug}


def test_posts_of_removed_threads_are_told_until_that_is_lifted(store: Store) -> None:
    store.threads.add([arrival(thread) for thread in THREADS])
    refs = [post.ref for thread in THREADS for post in thread.posts]
    assert store.threads.removed(refs) == frozenset()
    store.threads.drop(THREE.ref, Status.REMOVED, "gone", by=MIRA.id)
    elsewhere = PostRef("mastodon", THREE.ref.id)
    assert store.threads.removed([*refs, elsewhere]) == {post.ref for post in THREE.posts}
    store.threads.lift(MIRA.id)
    assert store.threads.removed(refs) == frozenset()


def test_a_post_that_was_removed_in_advance_is_told_too(store: Store) -> None:
    refs = [post.ref for post in THREE.posts]
    store.threads.drop(refs[1], Status.REMOVED, "gone", by="operator")
    assert store.threads.removed(refs) == {refs[1]}


@pytest.mark.parametrize("again", [1, 2])
def test_tasks_that_are_there_stay_as_they_are(again: int, store: Store, clock: Clock) -> None:
    store.tasks.put("revisit", "a", due=clock.pass_by(hours=2), payload={"round": 3})
    before = store.tasks.get("revisit", "a")
    for _ in range(again):
        store.tasks.put_new("revisit", [("a", clock()), ("b", clock())])
    assert store.tasks.get("revisit", "a") == before
    other = store.tasks.get("revisit", "b")
    assert other
    assert (other.due, other.attempts, dict(other.payload)) == (clock(), 0, {})
    store.tasks.put_new("revisit", [])


def test_so_many_are_asked_for_at_once_as_one_likes(store: Store) -> None:
    store.threads.add([arrival(THREE)])
    slug = arrival(THREE).slug
    assert store.threads.known([f"none{number}" for number in range(70_000)] + [slug]) == {slug}


def test_two_imports_of_one_author_wait_for_nobody(postgres_url: str, opened: Callable[[str], Store]) -> None:
    one, other = opened(postgres_url), opened(postgres_url)
    one.threads.add([arrival(written_by_mira(1))])
    with one.transaction(), other.transaction() as connection:
        one.threads.add([arrival(written_by_mira(2))])
        connection.exec_driver_sql("SET LOCAL lock_timeout = '1s'")
        other.threads.add([arrival(written_by_mira(3))])
    assert len(one.threads.entries()) == 3


def written_by_mira(number: int) -> Thread:
    return thread((post(number, "Words."),))
