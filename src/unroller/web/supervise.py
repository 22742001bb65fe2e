"""Keeps processes running: one that dies is started again, and all end together, however that begins."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import connection
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar, cast

from unroller.flows.log import log

GRACE = 8.0
"""Seconds after which a process that was asked to end is ended."""

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 60.0
"""Seconds before a process that died is started again; twice as long each time."""

STEADY = 60.0
"""Seconds after which a process counts as well again."""

Result = TypeVar("Result")

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)

# A forked child has all modules already. Where forking is not safe, a child begins from nothing.
CONTEXT: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")


@dataclass(slots=True)
class Role:
    """One process to be kept running: what it does, and how that goes."""

    name: str
    run: Callable[[], None]
    process: BaseProcess | None = None
    deaths: int = 0
    born: float = 0.0
    due: float = 0.0


@dataclass(slots=True)
class Supervisor:
    """Starts every role, and starts it again. Runs in a process without other threads."""

    roles: Sequence[Role]
    clock: Callable[[], float] = field(default=time.monotonic)

    def run(self) -> None:
        """Until SIGTERM or SIGINT."""
        with _stop_pipe() as stopped:
            try:
                while not stopped.poll():
                    self._start_due()
                    self._wait(stopped)
            finally:
                self._end()

    def _start_due(self) -> None:
        for role in self.roles:
            if role.process is None and role.due <= self.clock():
                role.process = CONTEXT.Process(target=_child, args=(role.name, role.run), name=role.name)
                role.process.start()
                role.born = self.clock()

    def _wait(self, stopped: connection.Connection) -> None:
        """Until somebody dies, a start is due, or all is over."""
        living = [role for role in self.roles if role.process]
        dues = [role.due for role in self.roles if role.process is None]
        timeout = max(0.0, min(dues) - self.clock()) if dues else None
        sentinels = [role.process.sentinel for role in living if role.process]
        found = connection.wait([stopped, *sentinels], timeout)
        if stopped in found:
            return
        for role in living:
            if role.process and role.process.sentinel in found:
                self._bury(role, role.process)

    def _bury(self, role: Role, process: BaseProcess) -> None:
        process.join()
        role.deaths = 1 if self.clock() - role.born > STEADY else role.deaths + 1
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(role.deaths - 1, 10))
        log.error("a process died and is started again", role=role.name, exit=process.exitcode, pause=pause)
        process.close()
        role.process, role.due = None, self.clock() + pause

    def _end(self) -> None:
        processes = [role.process for role in self.roles if role.process]
        for process in processes:
            process.terminate()
        deadline = self.clock() + GRACE
        for process in processes:
            process.join(max(0.0, deadline - self.clock()))
            if process.is_alive():
                process.kill()
                process.join()


def in_a_child(run: Callable[[], Result]) -> Result:
    """What `run` returns, worked out in a process of its own; what it raises is raised here."""
    receiver, sender = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=_send, args=(sender, run))
    process.start()
    sender.close()
    try:
        answer = receiver.recv()
    except EOFError:
        process.join()
        raise RuntimeError(f"a process ended without an answer, by {process.exitcode}") from None
    process.join()
    if isinstance(answer, BaseException):
        raise answer
    return cast("Result", answer)


def _send(sender: connection.Connection, run: Callable[[], object]) -> None:
    try:
        sender.send(run())
    except Exception as error:  # noqa: BLE001 - it is raised on the other side
        sender.send(error)


def _child(name: str, run: Callable[[], None]) -> None:
    """What a role's process does first: forget the supervisor's signals, and watch that it lives."""
    signal.set_wakeup_fd(-1)
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, name=f"{name} watches its parent", daemon=True).start()
    run()


def _end_with_parent() -> None:
    """No process outlives the one that started it, even if that was killed."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os._exit(1)


@contextmanager
def _stop_pipe() -> Iterator[connection.Connection]:
    """Readable once somebody asks to stop: nothing happens inside a signal handler."""
    receiver, sender = CONTEXT.Pipe(duplex=False)
    os.set_blocking(sender.fileno(), False)
    before = [signal.signal(number, lambda *_: None) for number in STOP_SIGNALS]
    old = signal.set_wakeup_fd(sender.fileno())
    try:
        yield receiver
    finally:
        signal.set_wakeup_fd(old)
        for number, handler in zip(STOP_SIGNALS, before, strict=True):
            signal.signal(number, handler)
        receiver.close()
        sender.close()
