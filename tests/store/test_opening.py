"""Opening a database: its tables, its locks, and what is said when it cannot be used."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text, update

from tests.store.conftest import Clock
from tests.store.test_threads import save
from unroller.core.errors import NetworkError, SetupError, UnrollerError
from unroller.store import Store, open_store
from unroller.store.schema import alembic_version, metadata

pytestmark = pytest.mark.usefixtures("from_nothing")

Opened = Callable[[str], Store]


def run(store: Store, statement: str) -> None:
    with store._database.transaction() as connection:
        connection.exec_driver_sql(statement)


def fill(store: Store) -> None:
    for number in range(5000):
        store.tasks.put("fill", f"{number:0200d}")


def lose_connection(store: Store, other: Store) -> None:
    with store.transaction() as connection:
        mine = connection.scalar(text("SELECT pg_backend_pid()"))
        run(other, f"SELECT pg_terminate_backend({mine})")
        store.tasks.put("a", "b")


def write_where_nobody_may(store: Store) -> None:
    with store.transaction() as connection:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        store.tasks.put("a", "b")


def assert_one_sentence(error: UnrollerError) -> None:
    assert error.words.endswith(".") or error.words.endswith("?")
    assert "\n" not in error.words
    assert "sqlalche" not in error.words


def test_an_empty_database_gets_its_tables_and_a_second_opening_changes_nothing(
    url: str, opened: Opened
) -> None:
    saved = save(opened(url))
    assert opened(url).threads.load(saved.slug) == saved


def is_common(thing: object, name: str | None, *_: object) -> bool:
    """The index over words is made by each database in its own way."""
    return not (name or "").startswith("found") and name != "texts_by_words"


def test_the_migrations_make_exactly_the_tables_that_the_code_knows(store: Store) -> None:
    with store._database.reading() as connection:
        opts = {"compare_type": True, "include_object": is_common}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, metadata) == []


def test_a_migration_that_fails_leaves_nothing_half_made(
    url: str, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alembic import command

    upgrade = command.upgrade

    def fail(*args: object) -> None:
        upgrade(*args)  # type: ignore[arg-type]
        raise ZeroDivisionError

    monkeypatch.setattr(command, "upgrade", fail)
    with pytest.raises(ZeroDivisionError):
        opened(url)
    monkeypatch.undo()
    assert opened(url).threads.entries() == ()


@pytest.mark.slow
def test_opening_what_is_up_to_date_does_not_import_alembic(sqlite_store: Store, sqlite_url: str) -> None:
    program = (
        "import sys, pathlib, unroller.store as store\n"
        "store.open_store(sys.argv[1], pathlib.Path(sys.argv[2]), lambda: None).close()\n"
        "sys.exit('alembic' in sys.modules)"
    )
    pages = sqlite_url.removeprefix("sqlite:///") + ".pages"
    subprocess.run([sys.executable, "-c", program, sqlite_url, pages], check=True)


def test_a_database_that_a_newer_program_made_is_refused(url: str, store: Store, opened: Opened) -> None:
    with store._database.transaction() as connection:
        connection.execute(update(alembic_version).values(version_num="9000"))
    with pytest.raises(SetupError, match="newer Unroller") as refused:
        opened(url)
    assert_one_sentence(refused.value)


def test_a_busy_database_is_worth_another_try(sqlite_store: Store, sqlite_url: str, opened: Opened) -> None:
    other = opened(sqlite_url)
    with sqlite_store._database.reading() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=20")
    with other.transaction(), pytest.raises(NetworkError) as busy:
        sqlite_store.tasks.put("a", "b")
    assert busy.value.retry_after
    assert_one_sentence(busy.value)
    sqlite_store.tasks.put("a", "b")


def test_readers_do_not_wait_for_a_writer(store: Store, url: str, opened: Opened) -> None:
    other = opened(url)
    saved = save(store)
    with store.transaction():
        store.tasks.put("a", "b")
        assert other.threads.load(saved.slug) == saved
        assert other.tasks.claim("worker") is None


def test_a_full_disk_is_one_sentence(sqlite_store: Store) -> None:
    run(sqlite_store, "PRAGMA max_page_count=1")
    with pytest.raises(SetupError, match="full") as full:
        fill(sqlite_store)
    assert_one_sentence(full.value)
    (backlog,) = sqlite_store.tasks.waiting()
    task = sqlite_store.tasks.get("fill", f"{backlog.waiting - 1:0200d}")
    assert task is not None  # what was taken in before is all there


def test_a_database_that_may_not_be_written_is_one_sentence(sqlite_store: Store) -> None:
    with sqlite_store._database.reading() as connection:
        connection.exec_driver_sql("PRAGMA query_only=ON")
    with pytest.raises(SetupError, match="right to write") as refused:
        sqlite_store.tasks.put("a", "b")
    assert_one_sentence(refused.value)


@pytest.mark.parametrize(
    "address",
    [
        "nonsense",
        "mysql://host/library",
        "sqlite://",
        "sqlite:////proc/unroller/library.db",
        "sqlite:////proc/library.db",
    ],
)
def test_an_address_that_cannot_be_used_is_one_sentence(address: str, opened: Opened) -> None:
    with pytest.raises(SetupError) as refused:
        opened(address)
    assert "\n" not in refused.value.words


def test_a_file_that_is_no_database_is_one_sentence(tmp_path: Path, sqlite_url: str, opened: Opened) -> None:
    (tmp_path / "library.db").write_bytes(b"This is a letter, not a database. " * 100)
    with pytest.raises(SetupError, match="no database") as refused:
        opened(sqlite_url)
    assert_one_sentence(refused.value)


def test_a_postgres_that_does_not_answer_is_one_sentence_without_the_password(opened: Opened) -> None:
    with pytest.raises(SetupError, match="does not answer") as refused:
        opened("postgresql://unroller:s3cret@127.0.0.1:1/library")
    assert_one_sentence(refused.value)
    assert "s3cret" not in refused.value.words


def test_a_postgres_that_went_away_is_worth_another_try_and_found_again(
    postgres_url: str, opened: Opened
) -> None:
    store, other = opened(postgres_url), opened(postgres_url)
    with pytest.raises(NetworkError):
        lose_connection(store, other)
    store.tasks.put("a", "b")


def test_a_postgres_that_may_not_be_written_is_one_sentence(postgres_url: str, opened: Opened) -> None:
    with pytest.raises(SetupError, match="right to write"):
        write_where_nobody_may(opened(postgres_url))


def test_a_mistake_in_our_own_sql_is_loud(store: Store) -> None:
    with pytest.raises(Exception, match="nowhere") as loud:
        run(store, "SELECT * FROM nowhere")
    assert not isinstance(loud.value, UnrollerError)


def test_no_error_tells_the_words_of_a_post(store: Store) -> None:
    from sqlalchemy import insert

    from unroller.store.schema import versions

    row = {"slug": "a", "number": 1, "saved_at": None, "content": b"canary"}
    with pytest.raises(Exception, match="saved_at") as loud, store._database.transaction() as connection:
        connection.execute(insert(versions), row)
    assert "canary" not in str(loud.value)


def test_a_time_without_a_zone_is_refused(sqlite_url: str, tmp_path: Path, clock: Clock) -> None:
    store = open_store(sqlite_url, tmp_path / "pages", lambda: clock().replace(tzinfo=None))
    try:
        with pytest.raises(Exception, match="without a zone"):
            store.tasks.put("a", "b")
    finally:
        store.close()
