"""The bot in a process of its own that can be killed at any point where something lasting happens.

Such a point stands before and after each commit, each published file, and each request that changes
something on the network. Nothing in the program knows of them: they are put around it here.

`python -m tests.flows.killing` reads one job a line, forks a process for each, and says how it ended. It has
read all modules before, so that a kill costs what the killed process does, and not the start of Python.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from tests import statements
from tests.flows import paper
from unroller.config import Limits, Media, Settings
from unroller.core.ports import Reply
from unroller.flows.library import Library, open_library
from unroller.flows.listen import listen
from unroller.flows.publish import publish
from unroller.flows.work import work_once
from unroller.plugins import make_client


@dataclass(slots=True)
class Points:
    """Counts the points as they are reached, on paper that outlives the process, and kills at one."""

    paper: int
    kill_at: int | None
    reached: int = 0

    def reach(self, name: str) -> None:
        os.write(self.paper, f"{name}\n".encode())
        if self.reached == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        self.reached += 1

    @contextmanager
    def around(self, name: str) -> Iterator[None]:
        self.reach(f"before {name}")
        yield
        self.reach(f"after {name}")


@dataclass(slots=True)
class Client:
    """The polite client, with points around whatever changes something."""

    inner: Any
    points: Points

    def request(self, method: str, url: str, **how: Any) -> Reply:
        if method == "GET":
            return self.inner.request(method, url, **how)  # type: ignore[no-any-return]
        with self.points.around(_change(url)):
            return self.inner.request(method, url, **how)  # type: ignore[no-any-return]


def _change(url: str) -> str:
    """What a request that changes something is called: the last word of its address."""
    return re.split("[./]", urlsplit(url).path)[-1]


def wrap(target: Any, name: str, points: Points, label: str) -> None:
    inner: Callable[..., Any] = getattr(target, name)

    def wrapped(*given: Any, **named: Any) -> Any:
        with points.around(label):
            return inner(*given, **named)

    setattr(target, name, wrapped)


def settings_of(job: dict[str, Any]) -> Settings:
    return Settings(
        data=Path(job["data"]),
        base_url="https://unroll.example",
        allow_addresses=tuple(job["allow"]),
        recheck=(),  # a visit that falls due would add points of its own, and so would pictures
        media=Media(copy=False),
        limits=Limits(per_person_day=10_000, per_thread_day=10_000),
        networks=job["networks"],
        **({"database_url": job["database"]} if job.get("database") else {}),
    )


def run(job: dict[str, Any], points: Points) -> None:
    """Listen once and do all that is due."""
    settings, ahead = settings_of(job), timedelta(seconds=job.get("ahead", 0))

    def clock() -> datetime:
        return datetime.now(UTC) + ahead

    with open_library(settings, http=Client(make_client(settings), points), clock=clock) as library:
        store: Any = library.store
        wrap(store._database._engine.dialect, "do_commit", points, "commit")
        wrap(store.pages, "put", points, "page")
        for name, _, bot in library.messengers():
            listen(library, name, bot)
        work_all(library)


def work_all(library: Library) -> None:
    while work_once(library, f"killed {os.getpid()}"):
        pass


Run = Callable[[dict[str, Any], Points], None]
"""A job, done with the points around whatever lasts."""


def fork(job: dict[str, Any], run: Run) -> dict[str, Any]:
    """Do the job in a process of its own; how it ended, and the points that it reached."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        status = 1
        try:
            run(job, Points(writing, job.get("kill_at")))
            status = 0
        except BaseException as error:  # noqa: BLE001 - the parent has to hear of anything
            print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading) as paper:
        names = paper.read().splitlines()
    _, ended = os.waitpid(child, 0)
    killed = os.WIFSIGNALED(ended) and os.WTERMSIG(ended) == signal.SIGKILL
    return {"killed": killed, "failed": not killed and ended != 0, "points": names}


def warm_up() -> None:
    """Read here what each fork would read again: modules, templates, fonts, the names of plug-ins.

    Every fork opens a library and connections of its own; of these nothing is left over.
    """
    statements.compile_once()
    network = paper.network()
    with TemporaryDirectory() as folder, open_library(paper.settings(Path(folder)), http=network) as library:
        make_client(library.settings)
        publish(library, paper.thread(network, "anna", "One", "Two", "Three")[0])
    assert threading.active_count() == 1, "a fork would have only one of them"


def serve(run: Run) -> None:
    """Read one job a line, do each, say how it ended."""
    warm_up()
    for line in sys.stdin:
        print(json.dumps(fork(json.loads(line), run)), flush=True)


if __name__ == "__main__":
    serve(run)
