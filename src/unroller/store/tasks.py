"""Work that survives a crash: one row for each thing to do, held by a lease while somebody does it.

Payloads hold refs and counts, never the text of a post and never a secret.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, delete, func, or_, select, update

from unroller.store import schema
from unroller.store.db import Database, insert_all, insert_new

LEASE = 60.0
"""Seconds for which a claimed task is its owner's: after that, anybody's."""

LONGEST_LEASE = 3600.0
"""A lease that ends later than this from now was made by a clock that was wrong, and is not heeded."""

_table = schema.tasks
_row = _table.c


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do. `attempts` counts the claims, this one included. `words` say why it failed last."""

    kind: str
    key: str
    payload: Mapping[str, Any]
    attempts: int
    due: datetime
    failed: bool = False
    words: str = ""


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much of one kind waits or is being done, how much was given up, and the earliest due time."""

    kind: str
    waiting: int
    failed: int
    oldest: datetime | None


class Tasks:
    """The queue. A task is named by its kind and key; there is never a second one of the same name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(
        self,
        kind: str,
        key: str,
        *,
        due: datetime | None = None,
        payload: Mapping[str, Any] | None = None,
        sooner: bool = True,
    ) -> None:
        """Have it done at `due`, or now. One that waits already is moved to the earlier time.

        One that is being done is done once more afterwards, at `due`; one that was given up begins anew.
        `sooner=False` leaves one that waits where it is.
        """
        due = due or self._database.now()
        values = {"due": due, "attempts": 0, "failed": False, "words": ""}
        if payload is not None:
            values["payload"] = json.dumps(dict(payload), sort_keys=True)
        with self._database.transaction() as connection:
            row = {"kind": kind, "key": key, "payload": "{}"} | values
            while not insert_new(connection, _table, row):
                if found := _held(connection, _named(kind, key)):
                    connection.execute(
                        update(_table).where(_named(kind, key)).values(_moved(found, values, sooner))
                    )
                    return

    def put_new(self, kind: str, tasks: Collection[tuple[str, datetime]]) -> None:
        """Have many done, each by its key and when it is due; those that are there stay as they are."""
        rows = [(kind, key, "{}", due, None, 0, None, None, False, "") for key, due in tasks]
        with self._database.transaction() as connection:
            insert_all(connection, _table, rows, only_new=True)

    def claim(self, owner: str, kinds: Collection[str] | None = None, lease: float = LEASE) -> Task | None:
        """The task that is due for longest, now `owner`'s for `lease` seconds; `None` when none is due."""
        now = self._database.now()
        query = _free(now, kinds)
        with self._database.reading() as connection:
            # Idle workers must not take SQLite's one write lock each time they look.
            if connection.execute(query).first() is None:
                return None
        with self._database.transaction() as connection:
            found = connection.execute(query.with_for_update(skip_locked=True)).first()
            if found is None:
                return None
            mine = {
                "owner": owner,
                "lease_until": _end(now, lease),
                "again": None,
                "attempts": _row.attempts + 1,
            }
            change = update(_table).where(_named(found.kind, found.key)).values(mine)
            return _task(connection.execute(change.returning(_table)).one())

    def renew(self, task: Task, owner: str, lease: float = LEASE) -> bool:
        """Hold `task` for `lease` seconds from now; `False` when it is no longer `owner`'s."""
        until = _end(self._database.now(), lease)
        with self._database.transaction() as connection:
            change = update(_table).where(_owned(task, owner)).values(lease_until=until)
            return connection.execute(change).rowcount == 1

    def finish(self, task: Task, owner: str) -> bool:
        """`task` is done; `False` when it was no longer `owner`'s."""
        with self._database.transaction() as connection:
            found = _held(connection, _owned(task, owner))
            if found is None:
                return False
            if found.again is None:
                connection.execute(delete(_table).where(_owned(task, owner)))
            else:
                _release(connection, task, due=found.again, attempts=0)
            return True

    def delay(self, task: Task, owner: str, seconds: float, words: str) -> bool:
        """Have `task` tried again in `seconds`; `False` when it was no longer `owner`'s."""
        due = self._database.now() + timedelta(seconds=seconds)
        with self._database.transaction() as connection:
            found = _held(connection, _owned(task, owner))
            if found is None:
                return False
            _release(connection, task, due=min(due, found.again or due), words=words)
            return True

    def drop(self, task: Task, owner: str, words: str) -> bool:
        """Give `task` up, for the operator to see; `False` when it was no longer `owner`'s."""
        with self._database.transaction() as connection:
            found = _held(connection, _owned(task, owner))
            if found is None:
                return False
            if found.again is None:
                _release(connection, task, failed=True, words=words)
            else:
                _release(connection, task, due=found.again, attempts=0, words=words)
            return True

    def get(self, kind: str, key: str) -> Task | None:
        """The task of this name, waiting, being done or given up; `None` when there is none."""
        with self._database.reading() as connection:
            found = connection.execute(select(_table).where(_named(kind, key))).one_or_none()
        return None if found is None else _task(found)

    def waiting(self) -> tuple[Backlog, ...]:
        """How much there is to do, by kind."""
        failed = func.sum(case((_row.failed, 1), else_=0))
        oldest = func.min(case((_row.failed, None), else_=_row.due), type_=schema.Instant)
        query = (
            select(_row.kind, func.count() - failed, failed, oldest).group_by(_row.kind).order_by(_row.kind)
        )
        with self._database.reading() as connection:
            return tuple(Backlog(*row) for row in connection.execute(query))

    def given_up(self, limit: int = 20) -> tuple[Task, ...]:
        """The tasks that were given up, the latest first, each with the words why."""
        query = select(_table).where(_row.failed).order_by(_row.due.desc(), _row.kind, _row.key).limit(limit)
        with self._database.reading() as connection:
            return tuple(map(_task, connection.execute(query)))


def _free(now: datetime, kinds: Collection[str] | None) -> Select[Any]:
    """The first task that nobody holds; a dead owner's counts from when it was due."""
    too_long = now + timedelta(seconds=LONGEST_LEASE)
    run_out = or_(_row.lease_until <= now, _row.lease_until > too_long)
    free = and_(~_row.failed, _row.due <= now, or_(_row.owner.is_(None), run_out))
    query = select(_row.kind, _row.key).where(free).order_by(_row.due, _row.kind, _row.key).limit(1)
    return query if kinds is None else query.where(_row.kind.in_(kinds))


def _end(now: datetime, lease: float) -> datetime:
    return now + timedelta(seconds=min(lease, LONGEST_LEASE))


def _named(kind: str, key: str) -> ColumnElement[bool]:
    return and_(_row.kind == kind, _row.key == key)


def _owned(task: Task, owner: str) -> ColumnElement[bool]:
    """Attempts are counted, so a late owner of the same name cannot end what was claimed anew."""
    return and_(_named(task.kind, task.key), _row.owner == owner, _row.attempts == task.attempts)


def _held(connection: Connection, which: ColumnElement[bool]) -> Row[Any] | None:
    return connection.execute(select(_table).where(which).with_for_update()).one_or_none()


def _moved(found: Row[Any], values: dict[str, Any], sooner: bool) -> dict[str, Any]:  # noqa: FBT001
    """What a second `put` changes of a task that is there."""
    if found.owner is not None:
        due = values["due"]
        return {"again": min(due, found.again or due)} | {k: v for k, v in values.items() if k == "payload"}
    if found.failed:
        return values
    due = min(values["due"], found.due) if sooner else found.due
    return {"due": due} | {k: v for k, v in values.items() if k == "payload"}


def _release(connection: Connection, task: Task, **values: Any) -> None:
    free = {"owner": None, "lease_until": None, "again": None} | values
    connection.execute(update(_table).where(_named(task.kind, task.key)).values(free))


def _task(row: Row[Any]) -> Task:
    payload = MappingProxyType(json.loads(row.payload))
    return Task(row.kind, row.key, payload, row.attempts, row.due, row.failed, row.words)
