"""How an SQLite file is opened, so that several processes write to it safely and erased means erased."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from unroller.core.errors import SetupError

WAIT = 30.0
"""Seconds that a writer waits for another one."""

_WAIT_FOR_READERS = 2.0

# synchronous=FULL: docs/decisions/0004-a-commit-survives-a-power-cut.md
_PRAGMAS = ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")


def engine(file: Path) -> Engine:
    """An engine for `file`, which is made, readable for this user only, where it is not there.

    Raises:
        SetupError: the file cannot be made.
    """
    _make(file)
    url = URL.create("sqlite", database=str(file))
    made = create_engine(url, connect_args={"timeout": WAIT}, hide_parameters=True)
    event.listen(made, "connect", _connected)
    event.listen(made, "begin", _begin)
    return made


def truncate_log(connection: Connection) -> bool:
    """Write the whole log back into the file and cut it to nothing; `False` when a reader is in the way."""
    connection.exec_driver_sql(f"PRAGMA busy_timeout={_WAIT_FOR_READERS * 1000:.0f}")
    try:
        busy, *_ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={WAIT * 1000:.0f}")
    return not busy


def _make(file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        # Sessions with the networks are kept inside: nobody else may read them.
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise SetupError(f"The library's database cannot be made: {error.strerror} ({file}).") from error


def _connected(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # _begin says when a transaction begins, and of which kind
    _use_log(connection)
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _use_log(connection: sqlite3.Connection) -> None:
    """Switch to write-ahead logging. SQLite does not wait for a lock here, so two starters may collide."""
    for _ in range(100):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if not error.sqlite_errorname.startswith("SQLITE_BUSY"):
                raise
            time.sleep(0.05)
        else:
            return
    connection.execute("PRAGMA journal_mode=WAL")


def _begin(connection: Connection) -> None:
    """A writer takes its lock at once: a reader that turns writer could not wait for another one."""
    if statement := connection.get_execution_options().get("begin", "BEGIN"):
        connection.exec_driver_sql(statement)
