"""Threads: saved, found again, listed, and dropped for good."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, delete, func, select, update

from unroller.core.errors import AbsentError, RefusedError
from unroller.core.model import PostRef, Thread, Verdict
from unroller.core.summary import slug as slug_of
from unroller.store import arrivals, handles, parts, schema, texts, versions
from unroller.store.arrivals import Arrival
from unroller.store.db import Database, insert_all, insert_new
from unroller.store.ledger import forget_replies
from unroller.store.saved import (
    ENTRY_COLUMNS,
    NO_CONTENT,
    Entry,
    Saved,
    Status,
    content_columns,
    entry,
    loaded,
    saved,
)
from unroller.store.tasks import Tasks

PAGE = "page"
"""The kind of the task that every change brings: have the published bytes say what the row says."""

SCOUR = "scour"
"""The kind of the task that erasing leaves behind: call `Store.scour`, then finish it."""

_PAGE_AFTER = timedelta(seconds=30)  # whoever saves makes the page at once; this is for when that fails
_SCOUR_AFTER = timedelta(minutes=10)  # so that many removals share one pass over the files

_table = schema.threads
_row = _table.c


class Threads:
    """Every thread that was ever saved or removed."""

    def __init__(self, database: Database, tasks: Tasks) -> None:
        self._database = database
        self._tasks = tasks

    def save(
        self,
        thread: Thread,
        verdict: Verdict,
        records: Mapping[PostRef, bytes],
        *,
        title: str,
        status: Status = Status.PUBLISHED,
        expires: datetime | None = None,
        sample: bool = False,
        lift: bool = False,
    ) -> Saved:
        """Keep `thread` under its address. Changed words make a new version; words that are gone are erased.

        `lift`: a removed thread may come back, since its author asks for it.

        Raises:
            RefusedError: the thread was removed, and `lift` is not given.
        """
        now = self._database.now()
        with self._database.transaction() as connection:
            before = _locked(connection, thread.ref, now)
            if before.status == Status.REMOVED and not lift:
                raise RefusedError("This page was removed; only the thread's author can bring it back.")
            kept = versions.add(connection, before.slug, thread, latest=before.version, at=now)
            parts.write(connection, before.slug, thread, records)
            handles.note(connection, [thread.author], now)
            if kept.version != before.version or not verdict.list:
                texts.drop(connection, before.slug)  # entered again with the page
            values = content_columns(thread, verdict, title) | {
                "status": status, "why": "", "removed_by": "", "expires": expires, "sample": sample,
                "version": kept.version, "checked_at": thread.completeness.checked_at,
                "saved_at": now if kept.version != before.version else before.saved_at,
                "first_saved": now if _appears(before, status) else before.first_saved,
            }  # fmt: skip
            if kept.erased:
                self._erase_traces(now)
            self._tasks.put(PAGE, before.slug, due=now + _PAGE_AFTER)
            if before.listed and (not verdict.list or title != before.title):
                self._name_anew(connection, before.slug)
            return saved(_updated(connection, before.slug, values), thread, verdict)

    def known(self, slugs: Sequence[str]) -> frozenset[str]:
        """Those of `slugs` of which anything is known, be it that they were removed."""
        with self._database.reading() as connection:
            return arrivals.known(connection, slugs)

    def removed(self, refs: Sequence[PostRef]) -> frozenset[PostRef]:
        """Those of `refs` that are posts of threads that were removed, and not brought back since."""
        with self._database.reading() as connection:
            return arrivals.removed(connection, refs)

    def add(self, new: Sequence[Arrival]) -> None:
        """Save many threads of which nothing is `known`, as `save` would, in that order."""
        now = self._database.now()
        with self._database.transaction() as connection:
            arrivals.add(connection, new, now)
            self._tasks.put_new(PAGE, [(one.slug, now + _PAGE_AFTER) for one in new])

    def load(self, slug: str) -> Saved | None:
        """The thread with this address, whatever became of it; `None` when there never was one."""
        return self._load(_row.slug == slug)

    def find(self, ref: PostRef) -> Saved | None:
        """The thread that holds the post `ref`; one that is gone, not removed, by its topmost post only."""
        with self._database.reading() as connection:
            slug = _slug(connection, ref)
        return None if slug is None else self.load(slug)

    def status(self, slug: str) -> Status | None:
        """What became of the thread, without reading it."""
        with self._database.reading() as connection:
            found = connection.scalar(select(_row.status).where(_row.slug == slug))
        return None if found is None else Status(found)

    def records(self, slug: str) -> dict[PostRef, bytes]:
        """What the network said of each post of the page, byte for byte."""
        with self._database.reading() as connection:
            return parts.records(connection, slug)

    def versions(self, slug: str) -> tuple[tuple[int, datetime, bytes], ...]:
        """Earlier versions, oldest first: number, when it was saved, JSON. The present one is `load`'s."""
        with self._database.reading() as connection:
            latest = connection.scalar(select(_row.version).where(_row.slug == slug))
            return versions.earlier(connection, slug, latest=latest or 0)

    def entries(self, limit: int | None = None) -> tuple[Entry, ...]:
        """Every published thread, listed or not, newest first: for the operator."""
        return self._entries(_entries().limit(limit))

    def entry(self, slug: str) -> Entry | None:
        """The published thread with this address, without reading it; `None` where there is none."""
        return next(iter(self._entries(_entries().where(_row.slug == slug))), None)

    def count(self) -> int:
        """How many threads are published, listed or not."""
        query = select(func.count()).where(_row.status == Status.PUBLISHED)
        with self._database.reading() as connection:
            return connection.scalar(query) or 0

    def signs(self) -> dict[str, str]:
        """What the page of each published thread follows from, by slug: another text, another page."""
        columns = (_row.slug, _row.version, _row.checked_at, _row.verdict)
        lasting = _row.expires.is_(None) | (_row.expires > self._database.now())
        query = select(*columns).where(_row.status == Status.PUBLISHED, lasting)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return {slug: f"{version} {at.isoformat()} {verdict}" for slug, version, at, verdict in rows}

    def showing(self, network: str, account: str) -> tuple[str, ...]:
        """The slugs of threads with words of `account`, their own or quoted, pending ones as well.

        `account` is an id, a handle, or a domain with all handles below it.
        """
        with self._database.reading() as connection:
            return parts.showing(connection, network, account)

    def drop(self, target: str | PostRef, status: Status, why: str, by: str = "") -> Saved:
        """Erase a thread, by its slug or by any of its posts; only its ref and what became of it stay.

        A ref that was never saved is noted too: a removal in advance. A removed thread stays removed;
        when two removed it, both have to lift it. Replies that were fixed but not sent are forgotten,
        since they hold the title. The bytes leave the database's tables and log at once; a task of kind
        `SCOUR` has the rest of the files written anew.

        Raises:
            AbsentError: there is no thread with this slug.
        """
        now = self._database.now()
        with self._database.transaction() as connection:
            before = _locked(connection, _root(connection, target), now)
            versions.drop(connection, before.slug)
            became = _became(before, status, why, by)
            texts.drop(connection, before.slug)
            handles.drop(connection, before.slug)
            parts.drop(connection, before.slug, keep_refs=became["status"] == Status.REMOVED)
            self._tasks.put(PAGE, before.slug)
            self._name_anew(connection, before.slug)
            forget_replies(connection, PostRef(before.network, before.ref))
            self._erase_traces(now)
            values = NO_CONTENT | became | {"checked_at": now}
            return saved(_updated(connection, before.slug, values), None, None)

    def is_removed(self, ref: PostRef) -> bool:
        """Whether the post is of a thread that was removed, and not brought back since."""
        post = schema.posts.c
        held = select(post.slug).where(post.network == ref.network, post.ref == ref.id)
        first = (_row.network == ref.network) & (_row.ref == ref.id)
        query = select(_row.slug).where(_row.status == Status.REMOVED, first | _row.slug.in_(held)).limit(1)
        with self._database.reading() as connection:
            return connection.scalar(query) is not None

    def lift(self, by: str, ref: PostRef | None = None) -> None:
        """`by` no longer keeps a thread, or any, from being shown again when somebody asks."""
        query = select(_row.slug, _row.removed_by).where(_row.status == Status.REMOVED)
        query = query.where(_row.removed_by.contains(by, autoescape=True)).with_for_update()
        if ref is not None:
            query = query.where(_row.network == ref.network, _row.ref == ref.id)
        with self._database.transaction() as connection:
            for slug, removers in connection.execute(query).all():
                _updated(connection, slug, _without_remover(removers, by))

    def name(self, slug: str, named: Iterable[str]) -> None:
        """Remember that the bytes of the page `slug` name the threads `named`, and no others."""
        rows = [(slug, other) for other in sorted(set(named))]
        with self._database.transaction() as connection:
            connection.execute(delete(schema.names).where(schema.names.c.slug == slug))
            insert_all(connection, schema.names, rows)

    def naming(self, slug: str) -> tuple[str, ...]:
        """The slugs of pages whose bytes name the thread `slug`."""
        query = select(schema.names.c.slug).where(schema.names.c.named == slug).order_by(schema.names.c.slug)
        with self._database.reading() as connection:
            return tuple(connection.scalars(query))

    def _name_anew(self, connection: Connection, slug: str) -> None:
        """Have every page made again that names the thread."""
        query = select(schema.names.c.slug).where(schema.names.c.named == slug)
        for page in connection.scalars(query).all():
            self._tasks.put(PAGE, page, payload={"again": True})

    def _load(self, which: ColumnElement[bool]) -> Saved | None:
        content = schema.versions.c
        newest = (content.slug == _row.slug) & (content.number == _row.version)
        query = select(_table, content.content).outerjoin(schema.versions, newest).where(which)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else loaded(row)

    def _entries(self, query: Select[Any]) -> tuple[Entry, ...]:
        with self._database.reading() as connection:
            return tuple(entry(row) for row in connection.execute(query))

    def _erase_traces(self, now: datetime) -> None:
        self._database.erase_traces()
        self._tasks.put(SCOUR, SCOUR, due=now + _SCOUR_AFTER)


def _entries() -> Select[Any]:
    newest_first = (_row.first_saved.desc(), _row.slug.desc())
    return select(*ENTRY_COLUMNS).where(_row.status == Status.PUBLISHED).order_by(*newest_first)


def _locked(connection: Connection, ref: PostRef, now: datetime) -> Row[Any]:
    """The row of the thread that begins with `ref`, made if need be, and held until the transaction ends."""
    empty = {
        "slug": slug_of(ref), "network": ref.network, "ref": ref.id, "status": Status.WITHDRAWN,
        "why": "", "removed_by": "", "version": 0, "sample": False,
        "first_saved": now, "saved_at": now, "checked_at": now,
    }  # fmt: skip
    insert_new(connection, _table, empty | NO_CONTENT)
    query = select(_table).where(_row.network == ref.network, _row.ref == ref.id).with_for_update()
    return connection.execute(query).one()


def _updated(connection: Connection, slug: str, values: Mapping[str, Any]) -> Row[Any]:
    change = update(_table).where(_row.slug == slug).values(**values)
    return connection.execute(change.returning(_table)).one()


def _became(before: Row[Any], status: Status, why: str, by: str) -> dict[str, str]:
    """What is said of a thread that is dropped. Nothing but `lift` ends a removal."""
    if before.status != Status.REMOVED:
        return {"status": status, "why": why, "removed_by": by}
    if status is not Status.REMOVED:
        return {"status": before.status, "why": before.why, "removed_by": before.removed_by}
    return {"status": status, "why": why, "removed_by": " ".join(sorted({*before.removed_by.split(), by}))}


def _without_remover(removers: str, by: str) -> dict[str, str]:
    left = " ".join(remover for remover in removers.split() if remover != by)
    return {"removed_by": left} if left else {"status": Status.WITHDRAWN, "why": "", "removed_by": ""}


def _appears(before: Row[Any], status: Status) -> bool:
    """Whether this save is the first that shows the thread to anybody."""
    return not before.version or (before.status == Status.PENDING and status is Status.PUBLISHED)


def _slug(connection: Connection, ref: PostRef) -> str | None:
    """The address of the thread that begins with `ref`, else of the newest one that holds it."""
    query = select(_row.slug).where(_row.network == ref.network, _row.ref == ref.id)
    found: str | None = connection.scalar(query)
    if found is None:
        post = schema.posts.c
        held = select(_row.slug).join(schema.posts, post.slug == _row.slug)
        held = held.where(post.network == ref.network, post.ref == ref.id)
        found = connection.scalar(held.order_by(_row.saved_at.desc(), _row.slug).limit(1))
    return found


def _root(connection: Connection, target: str | PostRef) -> PostRef:
    slug = _slug(connection, target) if isinstance(target, PostRef) else target
    row = connection.execute(select(_row.network, _row.ref).where(_row.slug == slug)).one_or_none()
    if row is not None:
        return PostRef(row.network, row.ref)
    if isinstance(target, PostRef):
        return target
    raise AbsentError("There is no thread with this address.")
