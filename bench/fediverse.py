"""What a thread costs a Mastodon server: requests and bytes, with and without a token, beside the least.

The least is measured too, by asking, and by somebody who knows beforehand what the answers will be: the
post, contexts up to the thread's first post, and the author's list from there in pages of 40; with a token
the post and one context, which then shows all. Ours asks the list for one page more, since only an empty
one proves that it has ended, and asks for it with a token too: what hangs below a deleted post is in the
list and in no context.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.figures import Figure, at_most, table
from bench.networks import Networks, cold_reader
from bench.prose import paragraph
from tests.testnet import fediverse
from tests.testnet.fediverse import Fediverse, Host, Status
from unroller.config import Settings
from unroller.flows.unroll import unroll
from unroller.http import Polite

SIZES = (1, 12, 40, 150, 350)
MOST_REQUESTS, MOST_BYTES = 10, 500_000
PAGE = 40


@dataclass(frozen=True, slots=True)
class Cost:
    requests: int
    received: int


def measure(networks: Networks, quick: bool) -> Iterable[Figure]:  # noqa: ARG001, FBT001
    rows: list[tuple[str, ...]] = []
    figures: list[Figure] = []
    with fediverse.running() as world:
        for size in SIZES[:-1] if quick else SIZES:
            home = world.host()
            sent = home.account("writer").thread(paragraph(number) for number in range(size))
            for place, position in places(size).items():
                costs = [
                    cost for token in (False, True) for cost in measured(world, home, sent, position, token)
                ]
                rows.append(row(size, place, costs))
                if size == 150:
                    figures += limited(place, costs)
    heads = (
        "posts",
        "called from",
        "ours",
        "least",
        "with token",
        "least",
        "ours KB",
        "least KB",
        "with token KB",
    )
    print(table((*heads, "least KB"), rows))
    print()
    return figures


def places(size: int) -> dict[str, int]:
    if size == 1:
        return {"it alone": 0}
    return {"the first": 0, "the middle": size // 2, "the last": size - 1}


def measured(
    world: Fediverse,
    home: Host,
    sent: Sequence[Status],
    position: int,
    token: bool,  # noqa: FBT001
) -> Iterator[Cost]:
    yield ours(world, home, sent, position, token)
    client = Polite(allow_addresses=world.addresses)
    ask_least(client, home, sent, position, token)
    yield cost_of(client)


def ours(world: Fediverse, home: Host, sent: Sequence[Status], position: int, token: bool) -> Cost:  # noqa: FBT001
    own = {"server": home.origin, "token": home.token} if token else {}
    settings = Settings(Path("nowhere"), allow_addresses=world.addresses, networks={"mastodon": own})
    reader, client = cold_reader(settings)
    thread, _ = unroll(reader, sent[position].url)
    assert len(thread.posts) == len(sent), f"{len(thread.posts)} posts of {len(sent)} were found"
    return cost_of(client)


def ask_least(client: Polite, home: Host, sent: Sequence[Status], position: int, token: bool) -> None:  # noqa: FBT001
    headers = {"authorization": f"Bearer {home.token}"} if token else {}

    def ask(path: str, **params: Any) -> None:
        client.request("GET", f"{home.origin}/api/v1/{path}", params=params, headers=headers)

    ask(f"statuses/{sent[position].id}")
    if token:
        ask(f"statuses/{sent[position].id}/context")
        return
    for at in range(position, 0, -PAGE):
        ask(f"statuses/{sent[at].id}/context")
    for after in range(0, len(sent) - 1, PAGE):
        ask(f"accounts/{sent[0].account.id}/statuses", min_id=sent[after].id, limit=PAGE)


def cost_of(client: Polite) -> Cost:
    done = client.tally.read()
    client.close()
    return Cost(done.requests, done.received)


def row(size: int, place: str, costs: Sequence[Cost]) -> tuple[str, ...]:
    requests = (str(cost.requests) for cost in costs)
    received = (f"{cost.received / 1000:.0f}" for cost in costs)
    return (f"{size:,}", place, *requests, *received)


def limited(place: str, costs: Sequence[Cost]) -> Iterator[Figure]:
    for who, mine in (("a stranger", costs[0]), ("with a token", costs[2])):
        name = f"150 posts of Mastodon, {place}, {who}"
        yield at_most(name, mine.requests, MOST_REQUESTS, "requests", "the best reader until now: 11 to 18")
        yield at_most(name, mine.received / 1e6, MOST_BYTES / 1e6, "MB", "")
