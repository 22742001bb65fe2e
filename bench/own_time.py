"""What `unroll` itself takes for a thread of 25 posts: all but the waiting for the network.

Total less what the client's tally says was spent waiting; and, stricter, the CPU time of the whole process,
which counts the HTTP client's own work too. The client is warm, the plug-in is new each time.
"""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.figures import Figure, at_most, plain
from bench.networks import Networks
from bench.stand_in import running
from bench.world import World
from unroller.core.conversation import Conversation
from unroller.core.model import PostRef
from unroller.core.ports import Network, Reply
from unroller.flows.unroll import Visitor, unroll
from unroller.http import Polite

POSTS, MOST = 25, 20.0


@dataclass(slots=True)
class Parts:
    """CPU seconds by part; a part that calls another is not charged for it."""

    spent: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    inner: list[float] = field(default_factory=list)

    def run(self, part: str, call: Any, *given: Any, **named: Any) -> Any:
        self.inner.append(0.0)
        began = time.process_time()
        try:
            return call(*given, **named)
        finally:
            spent = time.process_time() - began
            self.spent[part] += spent - self.inner.pop()
            if self.inner:
                self.inner[-1] += spent


@dataclass(frozen=True, slots=True)
class Client:
    inner: Polite
    parts: Parts

    def request(self, method: str, url: str, **how: Any) -> Reply:
        reply: Reply = self.parts.run("HTTP client", self.inner.request, method, url, **how)
        return reply


@dataclass(frozen=True, slots=True)
class Plugin:
    inner: Network
    parts: Parts

    def fetch(self, ref: PostRef) -> Conversation:
        found: Conversation = self.parts.run("parsing", self.inner.fetch, ref)
        return found

    def read(self, refs: Sequence[PostRef], into: Conversation) -> None:
        self.parts.run("parsing", self.inner.read, refs, into)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


@dataclass(frozen=True, slots=True)
class Run:
    own: float
    cpu: float
    parts: dict[str, float]


def measure(_: Networks, quick: bool) -> Iterable[Figure]:  # noqa: FBT001
    world = World(threads=1, length=POSTS, callers=0, calls=0, until=time.time())
    with running(world) as network:
        settings = network.settings(Path("nowhere"))
        client = Polite(allow_addresses=settings.allow_addresses)
        runs = [
            once(Visitor.of(settings, client), client, world.link(0)) for _ in range(30 if quick else 300)
        ]
        timed = [parts(settings, client, world.link(0)) for _ in range(30 if quick else 300)]
        each = network.status()["ms_each"]
        client.close()
    note = f"median of {len(runs)}; the stand-in took {each:.2f} ms for each answer"
    yield at_most("total less waiting", median(run.own for run in runs), MOST, "ms", note)
    cpu = median(run.cpu for run in runs)
    yield at_most("CPU, the HTTP client's included", cpu, MOST, "ms", f"median of {len(runs)}")
    for name in timed[0]:
        value = median(run[name] for run in timed)
        yield plain(f"of it: {name}", value, "ms", f"{value / cpu:.0%}")


def once(reader: Visitor, client: Polite, link: str) -> Run:
    before, began, cpu = client.tally.read(), time.perf_counter(), time.process_time()
    thread, _ = unroll(reader, link)
    total, cpu = time.perf_counter() - began, time.process_time() - cpu
    assert len(thread.posts) == POSTS
    return Run(total - (client.tally.read().waited - before.waited), cpu, {})


def parts(settings: Any, client: Polite, link: str) -> dict[str, float]:
    found = Parts()
    reader = Visitor.of(settings, Client(client, found))
    networks: Any = {name: Plugin(network, found) for name, network in reader.networks.items()}
    found.run("core and flow", unroll, Visitor(networks), link)
    return found.spent


def median(seconds: Iterable[float]) -> float:
    return 1000 * statistics.median(seconds)
