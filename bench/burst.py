"""A burst of calls: 1,000 by 200 people, with the limits that are the default.

Against a stand-in that answers at once, so that what is measured is ours: how many a worker process answers
in a second, what each stage costs, and whether memory stays flat. Against the real PDS: that it has one
answer to each call, none lost and none doubled.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bench import stand_in
from bench.burst_real import measure_real
from bench.figures import Figure, at_least, table
from bench.networks import Networks
from bench.publishing import publish_all
from bench.working import doubled, flat, wait, worker
from bench.world import World
from unroller.flows.library import open_library

CALLS, CALLERS, THREADS, LENGTH = 1_000, 200, 100, 12
PUBLISHED_RATE, NEW_RATE = 30.0, 10.0


def measure(networks: Networks, quick: bool) -> Iterable[Figure]:  # noqa: FBT001
    calls, callers = (300, 200) if quick else (CALLS, CALLERS)
    now = time.time()
    published = World(threads=THREADS, length=LENGTH, callers=callers, calls=calls, until=now)
    yield from against_stand_in(published, "published threads", PUBLISHED_RATE, publish=True)
    new = World(threads=calls, length=LENGTH, callers=callers, calls=calls, until=now)
    yield from against_stand_in(new, "new 12-post threads", NEW_RATE, publish=False)
    yield from measure_real(networks.bluesky(), calls)


def against_stand_in(world: World, what: str, least: float, *, publish: bool) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="unroller-bench-") as folder, stand_in.running(world) as network:
        settings = network.settings(Path(folder), bot=True)
        if publish:
            with open_library(settings) as library:
                publish_all(library, world)
        with worker(settings) as watched:
            wait(watched, lambda: int(network.status()["answered"]), world.calls)
        status = network.status()
    took = status["last_answered"] - status["first_asked"]
    cpu = watched.told["cpu"]
    print_stages(what, watched.told, world.calls)
    pds = f"the stand-in took {status['ms_each']:.2f} ms for each of {status['requests']:,} requests"
    yield at_least(f"{what}: answered", world.calls / took, least, "a second", f"one worker process; {pds}")
    each = f"{1000 * cpu / world.calls:.1f} ms of CPU each"
    yield at_least(f"{what}: answered in a second of CPU", world.calls / cpu, least, note=each)
    yield doubled(what, status["answered"], status["puts"], world.calls)
    yield flat(what, watched.held)


def print_stages(what: str, told: Mapping[str, Any], calls: int) -> None:
    """CPU and time of each stage for one call, the most expensive first."""
    stages = sorted(told["stages"].items(), key=lambda item: -item[1][0])
    noted = sum(spent[0] for _, spent in stages)
    rows = [
        (name, f"{1000 * cpu / calls:.2f}", f"{1000 * wall / calls:.2f}", f"{count / calls:.2f}")
        for name, (cpu, wall, count) in stages
    ]
    rows.append(("other threads (leases, drawing)", f"{1000 * (told['cpu'] - noted) / calls:.2f}", "", ""))
    print(table((what, "CPU ms each", "ms each", "times each"), rows), end="\n\n")
