"""Many new threads at once: one statement for each table, not ten for each thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, text

from unroller.core.codec import thread_to_json
from unroller.core.model import PostRef, Thread, Verdict
from unroller.core.summary import slug as slug_of
from unroller.store import handles, parts, schema
from unroller.store.db import insert_all, listed
from unroller.store.saved import Status, content_columns

# As text, as in `handles`: every import asks it, most of them to hear that there is none.
_ANY_REMOVED = text("SELECT slug FROM threads WHERE status = :removed LIMIT 1")
_THREAD = schema.threads.columns.keys()
_TABLES = {
    table.name: table
    for table in (schema.threads, schema.versions, schema.posts, schema.people, schema.records)
}


@dataclass(frozen=True, slots=True)
class Arrival:
    """A thread that is new, with all that is kept of it."""

    thread: Thread
    verdict: Verdict
    records: Mapping[PostRef, bytes]
    title: str
    expires: datetime | None = None

    @property
    def slug(self) -> str:
        """Its address."""
        return slug_of(self.thread.ref)


def known(connection: Connection, slugs: Sequence[str]) -> frozenset[str]:
    """Those of `slugs` of which anything is known, be it that they were removed."""
    column = schema.threads.c.slug
    return frozenset(connection.scalars(select(column).where(column.in_(listed(connection, slugs)))))


def removed(connection: Connection, refs: Sequence[PostRef]) -> frozenset[PostRef]:
    """Those of `refs` that are posts of threads that were removed, and not brought back since."""
    post, thread = schema.posts.c, schema.threads.c
    if connection.scalar(_ANY_REMOVED, {"removed": Status.REMOVED}) is None:
        return frozenset()  # as in most libraries: nothing was ever removed
    held = select(post.network, post.ref).join(schema.threads, thread.slug == post.slug)
    held = held.where(thread.status == Status.REMOVED)
    # What was removed in advance has no posts here, only the name by which it was removed.
    first = select(thread.network, thread.ref).where(thread.status == Status.REMOVED)
    asked = listed(connection, [ref.id for ref in refs])
    found = {PostRef(*row) for row in connection.execute(held.where(post.ref.in_(asked)))}
    found |= {PostRef(*row) for row in connection.execute(first.where(thread.ref.in_(asked)))}
    return frozenset(found.intersection(refs))


def add(connection: Connection, arrivals: Sequence[Arrival], now: datetime) -> None:
    """Save threads of which nothing is known, as first versions. The last one is the newest in lists."""
    if not arrivals:
        return
    rows: dict[str, list[Sequence[Any]]] = {name: [] for name in _TABLES}
    for number, one in enumerate(arrivals):
        at = now + timedelta(microseconds=number)
        row = _row(one, at) | content_columns(one.thread, one.verdict, one.title)
        rows["threads"].append([row[name] for name in _THREAD])
        rows["versions"].append((one.slug, 1, at, thread_to_json(one.thread)))
        for name, found in parts.rows(one.slug, one.thread, one.records).items():
            rows[name] += found
    handles.note(connection, (one.thread.author for one in arrivals), now)
    for name, table in _TABLES.items():
        insert_all(connection, table, rows[name])


def _row(one: Arrival, at: datetime) -> dict[str, Any]:
    return {
        "slug": one.slug, "network": one.thread.ref.network, "ref": one.thread.ref.id,
        "status": Status.PUBLISHED, "why": "", "removed_by": "", "version": 1, "sample": False,
        "first_saved": at, "saved_at": at, "checked_at": one.thread.completeness.checked_at,
        "expires": one.expires,
    }  # fmt: skip
