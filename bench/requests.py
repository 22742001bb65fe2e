"""What a thread costs the network: requests and bytes, ours beside the least that the API allows.

The least is measured too, by asking: one view of the post with its parents (the view takes a handle, so
nothing has to be resolved), one DID document, the author's list from the thread's first post on in pages
of 100, and the posts that were not in the view in batches of 25. It trusts a page of less than 100 to be
the list's last; ours asks once more, since only an answer without a cursor proves the end.

"By views" reads what is missing from below: one more view, of the last missing post, shows all its parents.
That is fewer requests still where a thread is one straight chain, and as many as it has ends where it forks.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

from bench.figures import Figure, at_most, table
from bench.networks import Networks, cold_reader, settings_for
from bench.prose import paragraph
from tests.testnet.bluesky import Account, Network, Sent
from tests.testnet.records import POST
from unroller.config import Settings
from unroller.flows.unroll import unroll
from unroller.http import Polite

SIZES = (1, 12, 25, 150, 1_000)
MOST_REQUESTS, MOST_BYTES = 16, 500_000
PAGE, BATCH, PARENTS, LEVELS = 100, 25, 1_000, 10


@dataclass(frozen=True, slots=True)
class Cost:
    requests: int
    received: int


def measure(networks: Networks, quick: bool) -> Iterable[Figure]:  # noqa: FBT001
    network = networks.bluesky()
    rows, figures = [], []
    for size in SIZES[:-1] if quick else SIZES:
        author = network.account("writer", display_name="A Writer")
        sent = author.thread(paragraph(number) for number in range(size))
        network.settle()
        for place, post in places(sent).items():
            ours, least, views = costs(network, author, sent, post)
            rows.append(row(size, place, ours, least, views))
            if size == 150:
                note = f"{ours.requests / least.requests:.2f} of the least by batches"
                figures.append(at_most(f"150 posts, {place}", ours.requests, MOST_REQUESTS, "requests", note))
                note = f"{ours.received / least.received:.2f} of the least by batches"
                figures.append(
                    at_most(f"150 posts, {place}", ours.received / 1e6, MOST_BYTES / 1e6, "MB", note)
                )
    print(
        table(
            ("posts", "called from", "ours", "least", "by views", "ours KB", "least KB", "by views KB"), rows
        )
    )
    print()
    return figures


def places(sent: Sequence[Sent]) -> dict[str, Sent]:
    if len(sent) == 1:
        return {"the only one": sent[0]}
    return {"the first": sent[0], "a middle one": sent[len(sent) // 2], "the last": sent[-1]}


def row(size: int, place: str, *costs: Cost) -> tuple[str, ...]:
    requests = (str(cost.requests) for cost in costs)
    received = (f"{cost.received / 1000:.1f}" for cost in costs)
    return (f"{size:,}", place, *requests, *received)


def costs(network: Network, author: Account, sent: Sequence[Sent], post: Sent) -> tuple[Cost, Cost, Cost]:
    settings = settings_for(network)
    uri = f"at://{author.handle}/{POST}/{post.rkey}"
    ours = cost_of_ours(settings, f"https://bsky.app/profile/{author.handle}/post/{post.rkey}", len(sent))
    batches = Asker(network, settings)
    missing = batches.begin(uri, author.did, sent)
    batches.read(missing)
    views = Asker(network, settings)
    views.read_by_views(views.begin(uri, author.did, sent))
    return ours, batches.cost(), views.cost()


def cost_of_ours(settings: Settings, link: str, size: int) -> Cost:
    reader, client = cold_reader(settings)
    thread, _ = unroll(reader, link)
    assert len(thread.posts) == size, f"{len(thread.posts)} posts of {size} were found"
    assert thread.completeness.expected == size, thread.completeness
    done = client.tally.read()
    return Cost(done.requests, done.received)


class Asker:
    """Asks for no more than is needed, knowing beforehand what the answers will be."""

    def __init__(self, network: Network, settings: Settings) -> None:
        self._network = network
        self._client = Polite(allow_addresses=settings.allow_addresses)

    def cost(self) -> Cost:
        done = self._client.tally.read()
        return Cost(done.requests, done.received)

    def begin(self, uri: str, did: str, sent: Sequence[Sent]) -> list[str]:
        """The view, the document and the list; returns the posts that the view did not show."""
        seen = self._view(uri)
        self._get(f"{self._network.plc}/{did}")
        self._list(did, sent[0].rkey)
        return [post.uri for post in sent if post.uri not in seen]

    def read(self, missing: Iterable[str]) -> None:
        left = iter(missing)
        while batch := list(islice(left, BATCH)):
            self._get(f"{self._network.appview}/xrpc/app.bsky.feed.getPosts", uris=batch)

    def read_by_views(self, missing: list[str]) -> None:
        while missing:
            seen = self._view(missing[-1], levels=0)
            missing = [uri for uri in missing if uri not in seen]

    def _view(self, uri: str, levels: int = LEVELS) -> set[str]:
        url = f"{self._network.appview}/xrpc/app.bsky.feed.getPostThread"
        thread = self._get(url, uri=uri, depth=levels, parentHeight=PARENTS)["thread"]
        return {node["post"]["uri"] for node in nodes(thread)}

    def _list(self, did: str, after: str) -> None:
        url = f"{self._network.pds}/xrpc/com.atproto.repo.listRecords"
        full = True
        while full:
            page = self._get(url, repo=did, collection=POST, limit=PAGE, reverse=True, cursor=after)
            full, after = len(page["records"]) == PAGE, page.get("cursor", "")

    def _get(self, url: str, **params: Any) -> Any:
        reply = self._client.request("GET", url, params=params)
        with deep_answers():
            return reply.json()


@contextmanager
def deep_answers() -> Iterator[None]:
    """A thousand parents are a thousand levels of JSON."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def nodes(thread: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The posts of one view, above and below."""
    above: dict[str, Any] | None = thread.get("parent")
    while above and "post" in above:
        yield above
        above = above.get("parent")
    left = [thread]
    while left:
        node = left.pop()
        yield node
        left += [reply for reply in node.get("replies") or () if "post" in reply]
