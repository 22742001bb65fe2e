"""How long it takes until something is there: whole processes, several runs, beside Python doing nothing."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from bench import processes, server
from bench.figures import Figure, plain
from bench.networks import Networks
from tests.testnet.postgres import free_port


class Spent(NamedTuple):
    """Milliseconds by the clock, and of CPU."""

    wall: float
    cpu: float


def measure(_: Networks, quick: bool) -> Iterable[Figure]:  # noqa: FBT001
    runs = 5 if quick else 15
    bare = middle(lambda: command([sys.executable, "-c", "pass"]), runs)
    yield plain("python -c pass", bare.wall, "ms", f"CPU {bare.cpu:.0f} ms; median of {runs}")
    for option in ("--version", "--help"):
        spent = middle(partial(command, [server.UNROLL, option]), runs)
        yield beside(f"unroll {option}", spent, bare)
    runs = 3 if quick else 7
    with tempfile.TemporaryDirectory(prefix="unroller-bench-") as folder:
        yield beside("unroll serve to its first byte, new library", middle(first_byte_anew, runs), bare)
        spent = middle(lambda: first_byte(Path(folder)), runs + 1)
        yield beside("unroll serve to its first byte", spent, bare)


def beside(what: str, spent: Spent, bare: Spent) -> Figure:
    ratio = f"{spent.wall / bare.wall:.1f} times python, in CPU {spent.cpu / bare.cpu:.1f} times"
    return plain(what, spent.wall, "ms", f"CPU {spent.cpu:.0f} ms; {ratio}")


def middle(run: Callable[[], Spent], runs: int) -> Spent:
    found = [run() for _ in range(runs)]
    return Spent(*(statistics.median(column) for column in zip(*found, strict=True)))


def command(arguments: Sequence[str]) -> Spent:
    began = time.perf_counter()
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, arguments
    return Spent(1000 * wall, 1000 * (usage.ru_utime + usage.ru_stime))


def first_byte_anew() -> Spent:
    with tempfile.TemporaryDirectory(prefix="unroller-bench-") as folder:
        return first_byte(Path(folder))


def first_byte(data: Path) -> Spent:
    """The whole service: site, listeners and workers, in all its processes."""
    port = free_port()
    began = time.perf_counter()
    process = server.start(data, port)
    try:
        server.wait_for(port)
        wall = time.perf_counter() - began
        # The child that brought the library up to date is gone, and counts for its parent.
        cpu = sum(map(processes.cpu_with_children, processes.family(process.pid)))
    finally:
        server.stop(process)
    return Spent(1000 * wall, 1000 * cpu)
