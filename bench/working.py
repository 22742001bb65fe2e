"""A worker process under observation, and what is to be said of any burst."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.figures import Figure, LeftOutError, at_most
from bench.processes import memory
from unroller.config import Settings

FLAT = 1.10
PATIENCE = 600.0


@dataclass(slots=True)
class Watched:
    """A worker process: what it holds after so many answers, and in the end what it spent."""

    process: subprocess.Popen[str]
    log: Path
    held: dict[int, float] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)

    def last_words(self) -> str:
        return self.log.read_text(errors="replace").strip().rpartition("\n")[2][-300:]

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
    file = settings.data / "worker.log"
    with file.open("w") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
        )
        watched = Watched(process, file)
        try:
            yield watched
            said, _ = process.communicate(timeout=60)
            watched.told = json.loads(said)
        finally:
            process.kill()
            process.wait()


def wait(
    watched: Watched,
    answered: Callable[[], int],
    calls: int,
    *,
    patience: float = PATIENCE,
    pause: float = 0.2,
) -> None:
    """Until all calls are answered, or patience ends: what is missing then is lost.

    Raises:
        LeftOutError: the worker ended by itself.
    """
    marks = (calls // 10, calls // 2, calls)
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if watched.process.poll() is not None:
            raise LeftOutError(f"the worker process ended by itself: {watched.last_words()}")
        found = answered()
        watched.note(found, marks)
        if found >= calls:
            return
        time.sleep(pause)


def doubled(what: str, answered: int, sent: int, calls: int) -> Figure:
    value = f"{calls - answered} lost, {sent - answered} doubled"
    return Figure(f"{what}: of {calls:,} calls", value, "0 lost, 0 doubled", answered == sent == calls)


def flat(what: str, held: Mapping[int, float]) -> Figure:
    """Memory at the end beside memory half-way: by then, all that is kept once is there."""
    note = ", ".join(f"{size:.0f} MB after {mark:,}" for mark, size in sorted(held.items()))
    sizes = [held[mark] for mark in sorted(held)]
    return at_most(f"{what}: memory, all answered beside half", sizes[-1] / sizes[-2], FLAT, note=note)
