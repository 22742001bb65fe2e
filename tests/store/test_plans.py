"""What is asked often is answered by an index: SQLite has no statistics that could change how it looks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, event

from tests.store.test_ledger import CALL
from unroller.core.search import Wanted
from unroller.store import Store


@pytest.fixture
def plans(sqlite_store: Store) -> Iterator[list[str]]:
    """How each question was answered, in SQLite's words."""
    found: list[str] = []

    def explain(_: Connection, cursor: Any, statement: str, parameters: Any, *__: object) -> None:
        if statement.startswith("SELECT"):
            steps = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            found.append("; ".join(step[3] for step in steps))

    engine = sqlite_store._database._engine
    event.listen(engine, "before_cursor_execute", explain)
    yield found
    event.remove(engine, "before_cursor_execute", explain)


def test_authors_are_counted_without_reading_a_thread(sqlite_store: Store, plans: list[str]) -> None:
    sqlite_store.catalogue.authors(21)
    (plan,) = plans
    assert "SCAN threads USING COVERING INDEX threads_by_author" in plan
    assert "threads_listed" not in plan


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (Wanted(), "threads_listed"),
        (Wanted(language="ja"), "threads_listed"),
        (Wanted(network="bluesky"), "threads_listed_by_network"),
        (Wanted(network="bluesky", author="did:plc:mira"), "threads_by_author"),
    ],
)
def test_a_list_is_in_order_before_it_is_read(
    sqlite_store: Store, plans: list[str], wanted: Wanted, index: str
) -> None:
    sqlite_store.catalogue.find(wanted, 21)
    (plan,) = plans
    assert f"USING INDEX {index} " in plan
    assert "ORDER BY" not in plan


def test_whether_a_call_is_known_is_looked_up(sqlite_store: Store, plans: list[str]) -> None:
    sqlite_store.ledger.unknown([CALL])
    (plan,) = plans
    assert "(network=? AND ref=?)" in plan
