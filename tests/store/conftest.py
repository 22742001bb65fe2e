"""Every test that asks for `store` runs twice: on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.threads.build import CHECKED
from unroller.store import Store, open_store

BOTH = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))


class Clock:
    """Time that passes only when a test says so."""

    def __init__(self) -> None:
        self.time = CHECKED

    def __call__(self) -> datetime:
        return self.time

    def pass_by(self, **much: float) -> datetime:
        self.time += timedelta(**much)
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/library.db"


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest, sqlite_url: str) -> str:
    if request.param == "sqlite":
        return sqlite_url
    found: str = request.getfixturevalue("postgres_url")
    return found


@pytest.fixture
def opened(tmp_path: Path, clock: Clock) -> Iterator[Callable[[str], Store]]:
    """Opens stores and closes them after the test."""
    stores: list[Store] = []

    def open_one(url: str) -> Store:
        stores.append(open_store(url, tmp_path / "pages", clock))
        return stores[-1]

    yield open_one
    for store in stores:
        store.close()


@pytest.fixture
def store(url: str, opened: Callable[[str], Store]) -> Store:
    return opened(url)


@pytest.fixture
def sqlite_store(sqlite_url: str, opened: Callable[[str], Store]) -> Store:
    return opened(sqlite_url)
