"""A small fediverse on loopback, and somebody who reads it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.networks.mastodon.reader import Reader
from tests.testnet import fediverse
from tests.testnet.fediverse import Account, Fediverse, Host


@pytest.fixture
def world() -> Iterator[Fediverse]:
    with fediverse.running() as world:
        yield world


@pytest.fixture
def home(world: Fediverse) -> Host:
    """A Mastodon as most are."""
    return world.host()


@pytest.fixture
def anna(home: Host) -> Account:
    return home.account("anna")


@pytest.fixture
def reader(world: Fediverse) -> Reader:
    """A stranger."""
    return Reader(world)
