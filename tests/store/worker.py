"""A process of its own for tests: `python -m tests.store.worker DEED URL PAGES NAME`."""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from unroller.core.ports import Booking, Cap
from unroller.store import Store, open_store


def take_all(store: Store, name: str) -> None:
    """Claim and finish every task, and say which."""
    while task := store.tasks.claim(name):
        store.tasks.finish(task, name)
        sys.stdout.write(f"{task.key}\n")


def look(store: Store, name: str) -> None:
    """Opening was all."""
    sys.stdout.write(f"{name} {store.threads.entries()}\n")


def spend(store: Store, name: str) -> None:
    """Book as often as there is money, forty times at most, and say how often there was."""
    booking, cap = Booking(date(2026, 11, 25), name, 10), Cap(1000, date(2026, 11, 1))
    booked = sum(store.spending.book("x", booking, (cap,)) is None for _ in range(40))
    sys.stdout.write(f"{booked}\n")


def die_publishing(store: Store, name: str) -> None:
    """Die when all is written and only the new name is lacking."""
    Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[method-assign,assignment]
    store.pages.put(name, "page.html", b"new", "text/html")


def main() -> None:
    deed, url, pages, name = sys.argv[1:]
    store = open_store(url, Path(pages), lambda: datetime.now(UTC))
    globals()[deed](store, name)
    store.close()


if __name__ == "__main__":
    main()
