"""What is erased is gone from the files, not only from the answers."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.store.conftest import Clock
from tests.store.test_threads import save
from tests.threads.build import author, chain, post, ref, thread
from unroller.core.calls import Command, Mention
from unroller.core.model import Author, PostRef, Thread, Verdict
from unroller.store import Status, Store, sqlite_file

CANARY = "ZmFsc2VmcmllbmQ"


def files(folder: Path) -> bytes:
    """Every byte that is on the disk, the write-ahead log included."""
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


def canaries(number: int, posts: int = 3, size: int = 4) -> Thread:
    texts = [f"{CANARY}{number:04d} {'word ' * size} {at}" for at in range(posts)]
    return thread(chain(*texts, by=author(f"{CANARY}{number:04d}.example", f"{CANARY}{number:04d}")))


@contextmanager
def reader(folder: Path) -> Iterator[sqlite3.Connection]:
    """Another process that reads the database, as it is now, for as long as it likes."""
    connection = sqlite3.connect(folder / "library.db", isolation_level=None)
    try:
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM threads").fetchone()
        yield connection
    finally:
        connection.close()


def test_a_dropped_threads_words_are_in_no_file(sqlite_store: Store, tmp_path: Path) -> None:
    saved = save(sqlite_store, canaries(1))
    sqlite_store.pages.put(saved.slug, "page.html", f"<p>{CANARY}0001".encode(), "text/html")
    save(sqlite_store, canaries(2))
    assert f"{CANARY}0001".encode() in files(tmp_path)
    sqlite_store.threads.drop(saved.slug, Status.REMOVED, "Removed.", "author")
    sqlite_store.pages.drop(saved.slug)
    left = files(tmp_path).replace(f"did:plc:{CANARY}0001".encode(), b"")  # the ref stays
    assert f"{CANARY}0001".encode() not in left
    assert f"{CANARY}0002".encode() in left


def test_no_table_holds_a_word_of_a_dropped_thread(store: Store) -> None:
    saved = save(store, canaries(1))
    save(store, thread((*canaries(1).posts, post(9, "More.", by=canaries(1).author))))
    store.threads.drop(saved.slug, Status.REMOVED, "Removed.", "author")
    assert CANARY not in everything(store).replace(f"did:plc:{CANARY}", "")


def everything(store: Store) -> str:
    from unroller.store.schema import metadata

    with store._database.reading() as connection:
        rows = [
            row for table in metadata.sorted_tables for row in connection.execute(table.select()).fetchall()
        ]
    return repr(rows)


def test_a_deleted_posts_words_are_in_no_file(sqlite_store: Store, tmp_path: Path) -> None:
    kept, gone = post(1, "These words stay."), post(2, f"{CANARY} goes.", after=1)
    save(sqlite_store, thread((kept, gone)))
    save(sqlite_store, thread((kept,)))
    assert CANARY.encode() not in files(tmp_path)


def test_a_reader_in_the_way_only_puts_it_off(
    sqlite_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_file, "_WAIT_FOR_READERS", 0.01)
    saved = save(sqlite_store, canaries(1))
    sqlite_store._database._engine.dispose()  # so that the words are in the file itself, and the log is empty
    save(sqlite_store, canaries(2))
    with reader(tmp_path):
        sqlite_store.threads.drop(saved.slug, Status.REMOVED, "Removed.", "author")
        assert f" {CANARY}0001".encode() in files(tmp_path) or f'"{CANARY}0001'.encode() in files(tmp_path)
    sqlite_store.tasks.put("any", "commit")
    assert f'"{CANARY}0001'.encode() not in files(tmp_path)


@pytest.mark.slow
def test_scouring_leaves_nothing_between_the_rows_either(sqlite_store: Store, tmp_path: Path) -> None:
    """SQLite moves rows between its pages and may leave a copy behind that no deletion reaches."""
    chance = random.Random(0)  # one with which SQLite 3.40 does leave a copy
    records = [f"{CANARY}{number:04d}.".encode() * chance.randint(14, 110) for number in range(400)]
    dropped = chance.sample(range(400), 300)
    with sqlite_store.transaction():
        slugs = [keep(sqlite_store, number, record) for number, record in enumerate(records)]
    with sqlite_store.transaction():
        for number in dropped:
            sqlite_store.threads.drop(slugs[number], Status.WITHDRAWN, "")
    sqlite_store.scour()
    left = files(tmp_path)
    assert [number for number in dropped if f"{CANARY}{number:04d}".encode() in left] == []


def keep(store: Store, number: int, record: bytes) -> str:
    one = post(number, "Words.")
    return store.threads.save(thread((one,)), Verdict(), {one.ref: record}, title="T").slug


def test_postgres_can_be_scoured_too(store: Store) -> None:
    save(store)
    store.scour()
    assert store.threads.find(ref(1)) is not None


def test_a_reply_that_was_not_sent_is_worked_out_anew_when_its_thread_goes(
    store: Store, clock: Clock
) -> None:
    mention = Mention(PostRef("bluesky", "at://x/1"), Author("bluesky", "x", "x"), clock(), Command.UNROLL)
    saved = save(store, canaries(1))
    store.ledger.accept(mention)
    store.ledger.fix(mention.ref, CANARY.encode(), "published", saved.ref)
    store.threads.drop(saved.slug, Status.REMOVED, "Removed.", "author")
    call = store.ledger.load(mention.ref)
    assert call is not None
    assert (call.state, call.reply) == ("new", None)


def test_a_file_that_others_may_not_read(
    sqlite_url: str, tmp_path: Path, opened: Callable[[str], Store]
) -> None:
    save(opened(sqlite_url))
    assert {file.stat().st_mode & 0o077 for file in tmp_path.glob("library.db*")} == {0}
