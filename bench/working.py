"""A worker process under observation, and what is to be said of any burst."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from bench.figures import Figure, at_most, plain
from bench.processes import memory
from unroller.config import Settings

FLAT = 1.10
PATIENCE = 600.0


@dataclass(slots=True)
class Watched:
    """A worker process: what it holds after so many answers, and in the end what it spent."""

    process: subprocess.Popen[str]
    held: dict[int, float] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)

    def note(self, answered: int, marks: Iterable[int]) -> None:
        for mark in marks:
            if answered >= mark:
                self.held.setdefault(mark, memory(self.process.pid))


@contextmanager
def worker(settings: Settings) -> Iterator[Watched]:
    """`unroll bot`, watched. What it noted is there after the block."""
    job = {
        "data": str(settings.data),
        "allow": settings.allow_addresses,
        "bluesky": settings.networks["bluesky"],
    }
    command = [sys.executable, "-m", "bench.stages", json.dumps(job)]
    with (settings.data / "worker.log").open("w") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
        )
        watched = Watched(process)
        try:
            yield watched
            said, _ = process.communicate(timeout=60)
            watched.told = json.loads(said)
        finally:
            process.kill()
            process.wait()


def wait(watched: Watched, answered: Callable[[], int], calls: int, *, patience: float = PATIENCE) -> None:
    """Until all calls are answered, or nothing has come for a while."""
    marks = [mark for mark in (100, 500, 1_000) if mark <= calls]
    end, last = time.monotonic() + patience, 0
    while time.monotonic() < end and watched.process.poll() is None:
        last = answered()
        watched.note(last, marks)
        if last >= calls:
            return
        time.sleep(0.2)
    raise RuntimeError(f"{last} of {calls} calls were answered")


def doubled(what: str, answered: int, sent: int, calls: int) -> Figure:
    value = f"{calls - answered} lost, {sent - answered} doubled"
    return Figure(f"{what}: of {calls:,} calls", value, "0 lost, 0 doubled", answered == sent == calls)


def flat(what: str, held: Mapping[int, float]) -> Figure:
    marks = sorted(held)
    note = ", ".join(f"{held[mark]:.0f} MB after {mark:,}" for mark in marks)
    if len(marks) < 2:  # a quick run
        return plain(f"{what}: memory", held[marks[0]], "MB", note)
    return at_most(
        f"{what}: memory, last beside the one before", held[marks[-1]] / held[marks[-2]], FLAT, note=note
    )
