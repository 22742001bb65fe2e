"""`unroll build`: CPU for each thread, with all formats and with none; again with nothing changed; bytes.

Threads are made up, of 2 to 12 posts, by 40 authors, with words as uneven as people's. Times are of
processors, of this process and those that it starts, so that others on the machine count for little.
"""

from __future__ import annotations

import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median

from bench.figures import Figure, at_most, plain
from bench.networks import Networks
from bench.searching import Words
from tests.threads.build import DAY, author, post, thread
from unroller.config import Settings
from unroller.core.model import Thread
from unroller.core.search import searchable
from unroller.flows.build import Order, build
from unroller.flows.gather import Gathered
from unroller.flows.library import Library, open_library
from unroller.flows.publish import enter_new

SIZES = (1_000, 10_000)
AUTHORS = 40
AGAIN = 2.0
"""Seconds that a look at 10,000 threads of which none has changed may take."""


def threads(count: int, seed: int = 1) -> Iterator[Thread]:
    words, chance = Words(random.Random(seed)), random.Random(seed)
    for number in range(count):
        by = author(f"a{number % AUTHORS}.example", f"Author {number % AUTHORS}")
        begins, when = 12 * (number // AUTHORS), DAY - timedelta(hours=7 * number)
        posts = (
            post(
                begins + at, words.post("latin"), by=by, after=begins + at - 1 if at else None, published=when
            )
            for at in range(chance.randint(2, 12))
        )
        yield thread(tuple(posts))


def measure(_: Networks, quick: bool) -> Iterable[Figure]:  # noqa: FBT001
    for count in SIZES[: 1 if quick else 2]:
        with tempfile.TemporaryDirectory(prefix="unroller-bench-") as folder:
            settings = Settings(data=Path(folder, "data"), recheck=())
            with open_library(settings) as library:
                found = list(threads(count))
                enter_new(library, [Gathered(one, {}) for one in found], library)
                yield from measured(library, Path(folder, "site"), found)


def measured(library: Library, site: Path, found: list[Thread]) -> Iterator[Figure]:
    count, size = len(found), f"{len(found):,} threads"
    if count == SIZES[0]:
        spent, _ = timed(lambda: build(library, site.with_name("all"), Order()))
        yield plain(
            f"{size}, every format", 1000 * spent / count, "ms CPU a thread", f"{count / spent:.0f} a second"
        )
    spent, wall = timed(lambda: build(library, site, Order(formats=())))
    yield plain(
        f"{size}, pages, lists, search",
        1000 * spent / count,
        "ms CPU a thread",
        f"{count / wall:.0f} a second",
    )
    spent, wall = timed(lambda: build(library, site, Order(formats=())))
    yield at_most(f"{size}, again with nothing changed", spent, AGAIN, "s CPU", f"{wall:.1f} s")
    yield from sizes(site, found)


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds of all processors, and of the clock."""
    before, began = spent(), time.monotonic()
    work()
    return spent() - before, time.monotonic() - began


def spent() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def sizes(site: Path, found: list[Thread]) -> Iterator[Figure]:
    said = sum(len(searchable(one).encode()) for one in found)
    pages = sum(file.stat().st_size for file in site.glob("t/*/index.html"))
    all_of_it = sum(file.stat().st_size for file in site.rglob("*") if file.is_file())
    size = f"{len(found):,} threads"
    yield at_most(f"{size}, pages beside their text", pages / said, 10, "times", "tweetback: 10 to 33 times")
    yield plain(f"{size}, the whole site beside the text", all_of_it / said, "times")
    shards = [file.stat().st_size for file in site.glob("search/words/*.js")]
    contents = (site / "search/contents.js").stat().st_size
    note = (
        f"{len(shards):,} of them, the largest {max(shards) / 1000:.0f} KB; contents {contents / 1000:.0f} KB"
    )
    yield at_most(f"{size}, a shard of words", median(shards) / 1000, 8, "KB", note)
