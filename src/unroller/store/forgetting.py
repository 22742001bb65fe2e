"""Erasing a whole network: needed when access to it ends. What nobody may show again is all that stays."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, Table, delete, or_, select, update

from unroller.store import schema
from unroller.store.db import Database
from unroller.store.saved import Status

_threads = schema.threads.c
_OF_A_THREAD = (schema.versions, schema.texts, schema.records, schema.people, schema.names)


def slugs_of(database: Database, network: str) -> tuple[str, ...]:
    """The addresses of all threads of `network` that were ever saved or removed."""
    query = select(_threads.slug).where(_threads.network == network).order_by(_threads.slug)
    with database.reading() as connection:
        return tuple(connection.scalars(query))


def forget(database: Database, network: str) -> dict[str, int]:
    """Erase every row about `network`; how many of each kind, those of which there were some.

    Wishes stay, and the bare refs of removed threads with who removed them: nobody's no is forgotten.
    """
    calls = schema.calls.c
    with database.transaction() as connection:
        counts = {"threads": _forget_threads(connection, network)}
        elsewhere = (calls.thread_network == network) & (calls.network != network)
        forgotten = {"thread_network": None, "thread_ref": None}
        connection.execute(update(schema.calls).where(elsewhere).values(forgotten))
        connection.execute(delete(schema.tasks).where(_tasks(network)))
        for name, table in _BY_NETWORK.items():
            counts[name] = _delete(connection, table, table.c.network == network)
        sessions = schema.sessions.c.network.in_((network, f"listening on {network}"))
        counts["log-ins"] = _delete(connection, schema.sessions, sessions)
        database.erase_traces()
    return {name: count for name, count in counts.items() if count}


_BY_NETWORK = {
    "calls": schema.calls,
    "handles": schema.handles,
    "pasted links": schema.pastes,
    "days of spending": schema.spending,
    "purchases": schema.purchases,
}


def _forget_threads(connection: Connection, network: str) -> int:
    ours = select(_threads.slug).where(_threads.network == network)
    for table in _OF_A_THREAD:
        connection.execute(delete(table).where(table.c.slug.in_(ours)))
    connection.execute(delete(schema.names).where(schema.names.c.named.in_(ours)))
    kinds = schema.tasks.c.kind.in_(("page", "revisit", "expire"))
    connection.execute(delete(schema.tasks).where(kinds, schema.tasks.c.key.in_(ours)))
    gone = ours.where(_threads.status != Status.REMOVED)
    connection.execute(delete(schema.posts).where(schema.posts.c.slug.in_(gone)))
    which = (_threads.network == network) & (_threads.status != Status.REMOVED)
    return _delete(connection, schema.threads, which)


def _tasks(network: str) -> ColumnElement[bool]:
    """Answers, pastes and replies to be taken back."""
    task, calls, pastes = schema.tasks.c, schema.calls.c, schema.pastes.c
    return or_(
        (task.kind == "answer") & task.key.in_(select(calls.ref).where(calls.network == network)),
        (task.kind == "retract") & task.key.in_(select(calls.reply_ref).where(calls.network == network)),
        (task.kind == "paste") & task.key.in_(select(pastes.key).where(pastes.network == network)),
    )


def _delete(connection: Connection, table: Table, which: ColumnElement[bool]) -> int:
    return connection.execute(delete(table).where(which)).rowcount
