"""Threads from servers with the limits and quirks of the real ones."""

from __future__ import annotations

import pytest

from tests.networks.mastodon.reader import Reader, posts, ref, texts
from tests.testnet.fediverse import Account


def test_a_thread_is_whole_from_its_first_post(anna: Account, reader: Reader) -> None:
    line = anna.thread(posts(5))
    thread = reader.thread(line[0])
    assert texts(thread) == posts(5)
    assert thread.ref == ref(line[0])
    assert thread.author.id == anna.uri


@pytest.mark.parametrize(("position", "most"), [(1, 6), (75, 8), (150, 10)])
def test_150_posts_cost_few_requests(anna: Account, reader: Reader, position: int, most: int) -> None:
    line = anna.thread(posts(150))
    assert texts(reader.thread(line[position - 1])) == posts(150)
    assert reader.requests <= most
