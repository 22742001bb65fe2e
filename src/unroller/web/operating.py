"""The operator's page: what is published, spent and waiting. It opens on the machine itself only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from unroller.core.ports import dollars
from unroller.flows.library import Library
from unroller.web import figures
from unroller.web.desk import Desk, is_from_here

Row = tuple[str, ...]


def routes(desk: Desk) -> Sequence[BaseRoute]:
    """The address of the page."""

    def operator(request: Request) -> Response:
        if not is_from_here(request):
            raise HTTPException(404)
        return desk.painter.operator(
            pages=desk.library.store.threads.count(),
            money=list(_money(desk.library)),
            calls=list(_calls(desk.library)),
            tasks=list(_tasks(desk.library)),
            given_up=desk.library.store.tasks.given_up(),
        )

    return [Route("/operator", operator)]


def _money(library: Library) -> Iterator[Row]:
    for name, found in figures.balances(library):
        title = library.networks[name].rules.title
        yield title, dollars(found.spent), dollars(found.left), f"{found.renews:%Y-%m-%d}"


def _calls(library: Library) -> Iterator[Row]:
    """The commonest first."""
    for outcome, count in sorted(library.store.ledger.outcomes().items(), key=lambda one: (-one[1], one[0])):
        yield outcome or "not decided yet", f"{count:,}"


def _tasks(library: Library) -> Iterator[Row]:
    for one in library.store.tasks.waiting():
        late = timedelta(seconds=round(figures.age(library, one)))
        yield one.kind, f"{one.waiting:,}", f"{one.failed:,}", str(late) if late else "no"
