"""Keys open what they were made for, and are kept by nobody but their holders."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from unroller.store import Store


@pytest.fixture
def store(opened: Callable[[str], Store], url: str) -> Store:
    return opened(url)


def test_a_key_is_found_until_it_is_removed(store: Store) -> None:
    key = store.keys.add("reader", 100)
    assert key is not None
    found = store.keys.find(key)
    assert found is not None
    assert (found.name, found.per_minute) == ("reader", 100)
    assert store.keys.all() == (found,)
    assert store.keys.remove("reader")
    assert store.keys.find(key) is None
    assert not store.keys.remove("reader")


def test_a_name_has_one_key(store: Store) -> None:
    first = store.keys.add("reader", 100)
    assert store.keys.add("reader", 5) is None
    assert first is not None
    assert store.keys.find(first) is not None


@pytest.mark.parametrize("key", ["", "x", "unroll_", "unroll_\0", "unroll_\ud800", "unroll_' OR 1=1"])
def test_nobody_has_what_is_no_key(store: Store, key: str) -> None:
    store.keys.add("reader", 100)
    assert store.keys.find(key) is None


def test_the_key_itself_is_not_in_the_database(opened: Callable[[str], Store], sqlite_url: str) -> None:
    key = opened(sqlite_url).keys.add("reader", 100)
    assert key is not None
    from pathlib import Path

    folder = Path(sqlite_url.removeprefix("sqlite:///")).parent
    for file in folder.glob("library.db*"):
        assert key.encode() not in file.read_bytes()
