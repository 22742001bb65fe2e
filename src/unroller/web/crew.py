"""The process that does the work: one listener for each network with a bot, and workers for what is due."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

from unroller.config import Settings
from unroller.core.errors import UnrollerError
from unroller.core.ports import Messenger, Ringing, Rules
from unroller.flows.library import Library, open_library
from unroller.flows.listen import listen
from unroller.flows.log import log
from unroller.flows.work import QUICK, SLOW, work

PAUSE, LONGEST_PAUSE = 3.0, 600.0
"""Seconds between two looks at a network after a bad one: at first, and at most after many."""

GRACE = 5.0
"""Seconds in which the tasks in hand may be finished. What is not is left to its lease."""


def run_crew(
    settings: Settings, stop: threading.Event, *, listeners: bool, workers: bool, sample: bool
) -> None:
    """Listen and work until `stop` is set, then for a few seconds more at most."""
    with open_library(settings, sample=sample) as library:
        crew = _hire(library, stop, listeners=listeners, workers=workers)
        for one in crew:
            one.start()
        stop.wait()
        _dismiss(crew)


def _hire(
    library: Library, stop: threading.Event, *, listeners: bool, workers: bool
) -> list[threading.Thread]:
    jobs: list[tuple[str, Callable[[], None]]] = []
    if listeners:
        jobs += [
            (f"listens to {name}", partial(keep_listening, library, name, bot, network.rules, stop))
            for name, network, bot in library.messengers()
        ]
    if workers:
        jobs += [
            (f"worker {number}", partial(work, library, stop, QUICK))
            for number in range(1, library.settings.workers + 1)
        ]
        jobs.append(("copyist", partial(work, library, stop, SLOW)))
    # Daemons: a task that does not end must not keep the process from ending.
    return [threading.Thread(target=job, name=name, daemon=True) for name, job in jobs]


def _dismiss(crew: list[threading.Thread]) -> None:
    wait = threading.Event().wait
    left = GRACE
    while left > 0 and any(one.is_alive() for one in crew):
        wait(0.05)
        left -= 0.05


def keep_listening(library: Library, name: str, bot: Messenger, rules: Rules, stop: threading.Event) -> None:
    """Take in what is new on the network `name` until `stop` is set; after failures, ever more rarely.

    A network that rings is looked at when it does, and as often as the others all the same.
    """
    failures = 0
    while not stop.is_set():
        try:
            listen(library, name, bot)
            failures, pause = 0, rules.pause
        except UnrollerError as error:
            failures += 1
            pause = pause_after(failures, error.retry_after)
            log.warning("cannot listen", network=name, why=error.words, again_in=round(pause))
        except Exception:  # noqa: BLE001 - a bug of ours must be loud, but must not end the listening
            failures += 1
            pause = pause_after(failures)
            log.exception("a bug: please report it", network=name)
        if isinstance(bot, Ringing) and not failures and not stop.is_set():
            bot.wait(pause)
        else:
            stop.wait(pause)


def pause_after(failures: int, retry_after: float | None = None) -> float:
    """Seconds until the next look after so many failures in a row: never sooner than was asked for."""
    growing: float = min(LONGEST_PAUSE, PAUSE * 2 ** min(failures, 10))
    return max(growing, retry_after or 0.0)
