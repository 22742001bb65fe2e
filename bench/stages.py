"""A worker process as `unroll bot` runs it, which also notes what each stage of an answer costs.

`python -m bench.stages JOB`: listens and works until its standard input ends, then writes its stages as JSON.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy.engine.default import DefaultDialect

from unroller.config import Settings
from unroller.exports.card import Card
from unroller.exports.html import Html
from unroller.exports.json import Json
from unroller.flows import answer, log, work
from unroller.networks.bluesky import Bluesky
from unroller.store import Ledger, Pages, Tasks, Threads
from unroller.web import crew

Call = Callable[..., Any]


@dataclass(slots=True)
class Stages:
    """Seconds of CPU, seconds by the clock, and calls, by stage. What a stage calls is charged to that."""

    spent: dict[str, list[float]] = field(default_factory=lambda: defaultdict(lambda: [0.0, 0.0, 0.0]))
    lock: threading.Lock = field(default_factory=threading.Lock)
    local: threading.local = field(default_factory=threading.local)

    def note(self, owner: Any, name: str, stage: str) -> None:
        """Have every call of `owner.name` noted as `stage`."""
        call = getattr(owner, name)

        def noted(*given: Any, **named: Any) -> Any:
            return self.run(stage, call, *given, **named)

        setattr(owner, name, noted)

    def run(self, stage: str, call: Call, *given: Any, **named: Any) -> Any:
        inner: list[list[float]] = self.local.__dict__.setdefault("inner", [])
        inner.append([0.0, 0.0])
        began = time.thread_time(), time.perf_counter()
        try:
            return call(*given, **named)
        finally:
            spent = time.thread_time() - began[0], time.perf_counter() - began[1]
            below = inner.pop()
            if inner:
                inner[-1] = [inner[-1][0] + spent[0], inner[-1][1] + spent[1]]
            self._add(stage, spent[0] - below[0], spent[1] - below[1])

    def _add(self, stage: str, cpu: float, wall: float) -> None:
        with self.lock:
            found = self.spent[stage]
            self.spent[stage] = [found[0] + cpu, found[1] + wall, found[2] + 1]


def note_all(stages: Stages) -> None:
    for owner, name, stage in (
        (crew, "listen", "listen"),
        (Ledger, "accept", "accept"),
        (Tasks, "claim", "claim and finish"),
        (Tasks, "finish", "claim and finish"),
        (answer, "decide", "decide"),
        (Bluesky, "fetch", "fetch and parse"),
        (Bluesky, "read", "fetch and parse"),
        (Threads, "save", "save thread"),
        (Html, "render", "render page"),
        (Json, "render", "render JSON"),
        (Card, "render", "draw card"),
        (Pages, "put", "pack and write page"),
        (Bluesky, "compose", "compose, upload card"),
        (Bluesky, "send", "send"),
        (Ledger, "fix", "fix and note"),
        (Ledger, "answered", "fix and note"),
        (DefaultDialect, "do_commit", "commits"),
        (work, "work_once", "the rest of the worker"),
    ):
        stages.note(owner, name, stage)


def settings_of(job: dict[str, Any]) -> Settings:
    return Settings(
        data=Path(job["data"]), allow_addresses=tuple(job["allow"]), networks={"bluesky": job["bluesky"]}
    )


def wait_for_the_end(stop: threading.Event) -> None:
    """Whoever started this closes its standard input, or dies, which does the same."""
    sys.stdin.read()
    stop.set()


def main() -> None:
    stages, stop = Stages(), threading.Event()
    note_all(stages)
    log.configure(watched=False)
    threading.Thread(target=wait_for_the_end, args=(stop,), daemon=True).start()
    began = time.process_time()
    crew.run_crew(settings_of(json.loads(sys.argv[1])), stop, listeners=True, workers=True, sample=False)
    print(json.dumps({"cpu": time.process_time() - began, "stages": stages.spent}))


if __name__ == "__main__":
    main()
