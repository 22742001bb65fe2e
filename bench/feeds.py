"""What a feed of 20 threads with 25 posts each costs: to make, and to say that nothing changed."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from starlette.testclient import TestClient

from bench.figures import Figure, at_most, plain
from bench.networks import Networks
from bench.publishing import publish_all
from bench.world import World
from unroller.config import Settings
from unroller.flows.library import Library, open_library
from unroller.testing import PaperBluesky
from unroller.web.app import make_app

THREADS, LENGTH, RUNS = 20, 25, 20
MADE, UNCHANGED = 400.0, 20.0
"""Milliseconds of this process."""


def measure(_: Networks, quick: bool) -> Iterable[Figure]:  # noqa: ARG001, FBT001
    with tempfile.TemporaryDirectory(prefix="unroller-bench-") as folder:
        world = World(threads=THREADS, length=LENGTH, callers=0, calls=0, until=1_780_000_000)
        network = PaperBluesky(world.accounts(), world.posts())
        with open_library(Settings(data=Path(folder)), http=network) as library:
            publish_all(library, world)
            for form in ("atom", "json"):
                yield from figures(library, f"/latest.{form}")


def figures(library: Library, address: str) -> Iterable[Figure]:
    """Each answer by an app of its own, which has made nothing yet."""
    made = milliseconds(lambda: TestClient(make_app(library)).get(address), RUNS // 4)
    client = TestClient(make_app(library))
    answer = client.get(address)
    again = {"if-none-match": answer.headers["etag"]}
    unchanged = milliseconds(lambda: client.get(address, headers=again), RUNS)
    yield at_most(f"{address}: made", made, MADE, "ms")
    yield at_most(f"{address}: unchanged", unchanged, UNCHANGED, "ms", f"{made / unchanged:.0f} times less")
    yield plain(f"{address}: size", len(answer.content), "B")


def milliseconds(work: Callable[[], object], runs: int) -> float:
    """The CPU time of one run, at best."""
    best = float("inf")
    for _ in range(runs):
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return 1000 * best
