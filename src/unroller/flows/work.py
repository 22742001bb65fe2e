"""The durable engine: tasks are claimed under a lease, done, and finished; nothing is lost on any path.

Each task may be run twice and the world looks the same. Whoever holds a task renews its lease while at
work; when a worker dies, the lease runs out and another worker takes the task over.
"""

from __future__ import annotations

import os
import secrets
import socket
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager

from unroller.core.errors import BudgetError, NetworkError, RefusedError, SetupError, UnrollerError
from unroller.core.model import PostRef
from unroller.flows.answer import answer
from unroller.flows.copies import MEDIA
from unroller.flows.copying import copy_pictures
from unroller.flows.library import Library
from unroller.flows.log import log
from unroller.flows.page import ensure_page
from unroller.flows.paste import PASTE, fulfil
from unroller.flows.publish import EXPIRE, REVISIT
from unroller.flows.remove import RETRACT, retract
from unroller.flows.revisit import expire, revisit
from unroller.store import ANSWER, PAGE, SCOUR, Task

LEASE = 30.0
"""Seconds that a dead worker's task waits before another takes it over."""

IDLE = 0.25
"""Seconds between two looks at an empty queue."""

FIRST_PAUSE, LONGEST_PAUSE = 5.0, 600.0
"""A task that failed waits twice as long each time, between these many seconds."""

TRIES = 12
"""After so many tries, a task that is nobody's call for help is given up and shown to the operator."""


def worker_name() -> str:
    """A name that no other worker has, on any machine, at any time."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


def work(
    library: Library,
    stop: threading.Event,
    kinds: Collection[str] | None = None,
    *,
    owner: str | None = None,
) -> None:
    """Do what is due until `stop` is set; of these `kinds` only, where they are given."""
    owner = owner or worker_name()
    while not stop.is_set():
        try:
            busy = work_once(library, owner, kinds)
        except UnrollerError as error:
            log.warning("the queue cannot be read", why=error.words)
            busy = False
        if not busy:
            stop.wait(IDLE)


def work_once(library: Library, owner: str, kinds: Collection[str] | None = None) -> bool:
    """Do the task that is due for longest; `False` when none is due."""
    task = library.store.tasks.claim(owner, kinds, lease=LEASE)
    if task is None:
        return False
    with _lease_kept(library, task, owner):
        _attempt(library, task, owner)
    return True


def _attempt(library: Library, task: Task, owner: str) -> None:
    tasks = library.store.tasks
    try:
        _DO[task.kind](library, task)
    except UnrollerError as error:
        # That money is spent is what the operator wanted, and no news about each page that waits for it.
        tell = log.info if isinstance(error, BudgetError) else log.warning
        tell("not done", kind=task.kind, key=task.key, attempt=task.attempts, why=error.words)
        if _is_hopeless(task, error):
            tasks.drop(task, owner, error.words)
        else:
            tasks.delay(task, owner, pause(task.attempts, error.retry_after), error.words)
    except Exception:  # noqa: BLE001 - said below
        # A bug of ours must be loud, but must neither lose the task nor stop the others.
        log.exception("a bug: please report it", kind=task.kind, key=task.key, attempt=task.attempts)
        tasks.delay(task, owner, pause(task.attempts), "a bug in Unroller; see the log")
    else:
        tasks.finish(task, owner)


def pause(attempts: int, retry_after: float | None = None) -> float:
    """Seconds until a task that failed `attempts` times is tried again: never sooner than was asked for."""
    growing: float = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(attempts - 1, 10))
    return max(growing, retry_after or 0.0)


def _is_hopeless(task: Task, error: UnrollerError) -> bool:
    """Calls end with an answer, unless the network refuses it; removals with a page that is gone."""
    if task.kind == ANSWER:
        return isinstance(error, RefusedError)
    if isinstance(error, NetworkError | SetupError):
        return False
    return error.retry_after is None or task.attempts >= TRIES


@contextmanager
def _lease_kept(library: Library, task: Task, owner: str) -> Iterator[None]:
    done = threading.Event()

    def keep() -> None:
        while not done.wait(LEASE / 3):
            try:
                library.store.tasks.renew(task, owner, lease=LEASE)
            except UnrollerError as error:
                log.warning("a lease could not be renewed", kind=task.kind, why=error.words)

    keeper = threading.Thread(target=keep, name=f"lease of {task.kind}", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        done.set()
        keeper.join()


def _answer(library: Library, task: Task) -> None:
    answer(library, PostRef(task.payload["network"], task.payload["id"]), attempts=task.attempts)


def _revisit(library: Library, task: Task) -> None:
    turn, second = int(task.payload.get("round", 0)), bool(task.payload.get("second_look"))
    revisit(library, task.key, turn, second_look=second)


_DO: Mapping[str, Callable[[Library, Task], None]] = {
    ANSWER: _answer,
    PASTE: lambda library, task: fulfil(library, task.key, task.attempts),
    PAGE: lambda library, task: ensure_page(library, task.key, again=bool(task.payload.get("again"))),
    RETRACT: lambda library, task: retract(library, PostRef(task.payload["network"], task.key)),
    REVISIT: _revisit,
    EXPIRE: lambda library, task: expire(library, task.key),
    SCOUR: lambda library, _: library.store.scour(),
    MEDIA: lambda library, task: copy_pictures(library, task.key, task.attempts),
}

SLOW = (MEDIA,)
"""Kinds that nobody waits for, and that take long: they have a worker of their own."""

QUICK = tuple(kind for kind in _DO if kind not in SLOW)
