"""Whole threads from the real network, whose AppView shows ten levels of replies and no more."""

from __future__ import annotations

import pytest

from tests.networks.bluesky.reader import Reader, texts
from tests.testnet.bluesky import Account, Network, Sent
from unroller.core.model import Wholeness


def numbered(count: int) -> list[str]:
    return [f"Post {number} of {count}" for number in range(1, count + 1)]


@pytest.fixture(scope="module")
def long_thread(bluesky_net: Network) -> tuple[Account, list[Sent]]:
    author, other = bluesky_net.account("long"), bluesky_net.account("other")
    sent = author.thread(numbered(150))
    for place in (0, 3, 70, 149):
        other.reply(sent[place], "Well said")
    bluesky_net.settle()
    return author, sent


@pytest.mark.parametrize("place", [0, 99, 149])
def test_150_posts_come_whole_from_any_of_them_in_16_requests(
    long_thread: tuple[Account, list[Sent]], reader: Reader, place: int
) -> None:
    author, sent = long_thread
    thread = reader.thread(f"https://bsky.app/profile/{author.handle}/post/{sent[place].rkey}")
    assert texts(thread) == numbered(150)
    assert thread.completeness.state is Wholeness.WHOLE
    assert reader.requests <= 16
    assert reader.received <= 500_000
