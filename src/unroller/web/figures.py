"""How the site is doing: for a load balancer, and for Prometheus."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from unroller.core.errors import UnrollerError
from unroller.core.ports import Balance, Costly
from unroller.flows.library import Library
from unroller.flows.log import log
from unroller.store import Backlog
from unroller.web.pasting import words_for_visitors


def health(library: Library) -> dict[str, Any]:
    """Whether the store answers; how many tasks wait or were given up; for how long the oldest is due."""
    try:
        backlog = library.store.tasks.waiting()
    except UnrollerError as error:
        log.error("the library does not answer", why=error.words)
        return {"store": words_for_visitors(error.exit_code, error.words)}
    return {
        "store": "ok",
        "waiting": sum(one.waiting for one in backlog),
        "failed": sum(one.failed for one in backlog),
        "oldest_seconds": max((age(library, one) for one in backlog), default=0.0),
    }


def metrics(library: Library) -> str:
    """The figures as Prometheus reads them.

    https://prometheus.io/docs/instrumenting/exposition_formats/
    """
    backlog = library.store.tasks.waiting()
    calls = library.store.ledger.outcomes().items()
    money = balances(library)
    lines = [
        *_gauge("unroller_pages", "Pages that are published.", "", [("", library.store.threads.count())]),
        *_gauge("unroller_calls", "Calls by how they ended.", "outcome", calls),
        *_gauge(
            "unroller_tasks_waiting",
            "Tasks to be done.",
            "kind",
            [(one.kind, one.waiting) for one in backlog],
        ),
        *_gauge(
            "unroller_tasks_failed", "Tasks given up.", "kind", [(one.kind, one.failed) for one in backlog]
        ),
        *_gauge(
            "unroller_task_oldest_seconds",
            "For how long the oldest task is due.",
            "kind",
            [(one.kind, age(library, one)) for one in backlog],
        ),
        *_gauge(
            "unroller_spent_dollars",
            "What a network cost this month.",
            "network",
            [(name, one.spent / 1_000_000) for name, one in money],
        ),
        *_gauge(
            "unroller_budget_left_dollars",
            "What a network may still cost this month.",
            "network",
            [(name, one.left / 1_000_000) for name, one in money],
        ),
    ]
    return "\n".join(lines) + "\n"


def balances(library: Library) -> tuple[tuple[str, Balance], ...]:
    """What each network that costs money has cost, and may still cost, by its name."""
    found = ((name, one.balance()) for name, one in library.networks.items() if isinstance(one, Costly))
    return tuple((name, balance) for name, balance in found if balance)


def age(library: Library, backlog: Backlog) -> float:
    """Seconds for which the oldest task of a kind is due; 0 where none is."""
    if backlog.oldest is None:
        return 0.0
    return max(0.0, round((library.clock() - backlog.oldest).total_seconds(), 1))


def _gauge(name: str, words: str, label: str, values: Iterable[tuple[str, float]]) -> list[str]:
    lines = [f'{name}{{{label}="{of}"}} {value}' if label else f"{name} {value}" for of, value in values]
    return [f"# HELP {name} {words}", f"# TYPE {name} gauge", *lines]
