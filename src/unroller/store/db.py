"""One database, SQLite or PostgreSQL: its engine, its transactions, and what stays in its files."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, TextClause, TypeDecorator, create_engine, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from unroller.core.errors import NetworkError, SetupError
from unroller.store import sqlite_file
from unroller.store.faults import translated

Clock = Callable[[], datetime]

_LISTED = {
    "sqlite": "SELECT value FROM json_each(:names)",
    "postgresql": "SELECT value FROM jsonb_array_elements_text(CAST(:names AS jsonb))",
}


class Database:
    """Connections and transactions. Any thread may use it; a transaction belongs to its thread."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._writing = engine.execution_options(begin="BEGIN IMMEDIATE")
        self._local = threading.local()
        self._traces = False
        self.now = clock

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction that may write; one that is open in this thread is joined.

        An error inside undoes all of it: let it out, do not go on after it.
        """
        if joined := self._joined():
            yield joined
            return
        with translated(), self._writing.begin() as connection:
            self._local.connection = connection
            try:
                yield connection
            finally:
                self._local.connection = None
                erased, self._local.erased = getattr(self._local, "erased", False), False
        if erased or self._traces:
            self._truncate_log()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent view for reading; the transaction that is open in this thread, if there is one."""
        if joined := self._joined():
            yield joined
            return
        with translated(), self._engine.connect() as connection:
            yield connection

    def erase_traces(self) -> None:
        """Once this transaction is committed, take what it erased out of SQLite's log as well."""
        self._local.erased = self._is_sqlite

    def scour(self) -> None:
        """Write the files anew without the remains of erased rows. Takes time in step with their size."""
        with self._outside() as connection:
            if self._is_sqlite:  # words that were taken out of the index stand in it until it is merged
                connection.exec_driver_sql("INSERT INTO found(found) VALUES ('optimize')")
            connection.exec_driver_sql("VACUUM")
        if self._is_sqlite:
            self._truncate_log()

    def close(self) -> None:
        """Close every connection. The last one to go folds SQLite's log into the file."""
        self._engine.dispose()

    @property
    def _is_sqlite(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    def _joined(self) -> Connection | None:
        return getattr(self._local, "connection", None)

    @contextmanager
    def _outside(self) -> Iterator[Connection]:
        """A connection outside of any transaction, for what databases refuse inside one."""
        with translated(), self._engine.connect() as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT", begin="")

    def _truncate_log(self) -> None:
        """Fold the log into the file. A reader may stand in the way: then the next commit tries again."""
        self._traces = True
        with suppress(NetworkError), self._outside() as connection:
            self._traces = not sqlite_file.truncate_log(connection)


def open_database(url: str, clock: Clock) -> Database:
    """The database at `url`, which need not have any tables yet.

    Raises:
        SetupError: the URL is none, or the database cannot be opened.
    """
    found = _parsed(url)
    if found.get_backend_name() == "sqlite":
        return Database(sqlite_file.engine(_file(found)), clock)
    # pre_ping: a connection that died while it was idle is replaced, not handed out.
    database = Database(create_engine(found, pool_pre_ping=True, hide_parameters=True), clock)
    _greet(database, found)
    return database


def insert_new(connection: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert one row unless its key is there; whether it was inserted."""
    statement = _insert(connection, table).values(**values).on_conflict_do_nothing()
    return connection.execute(statement.returning(*table.primary_key)).first() is not None


def listed(connection: Connection, names: Sequence[str]) -> TextClause:
    """`names` to be asked for with `in_`, as one parameter, so that there may be as many as one likes."""
    return text(_LISTED[connection.dialect.name]).bindparams(names=json.dumps(list(names)))


def insert_all(
    connection: Connection, table: Table, rows: Sequence[Sequence[Any]], *, only_new: bool = False
) -> None:
    """Insert `rows`, each the values of all columns, in order; `only_new`: those whose keys are not there.

    Columns may hold texts, numbers, yes or no, bytes, which every driver writes as they are, and kinds of our
    own such as `Instant`. SQLAlchemy's way looks at each value by its name: it costs more than inserting.
    """
    if not rows:
        return
    mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    names, marks = ", ".join(table.columns.keys()), ", ".join([mark] * len(table.columns))
    statement = f"INSERT INTO {table.name} ({names}) VALUES ({marks})"  # noqa: S608 (the names are ours)
    turns = _turns(connection, table)
    given = [_turned(row, turns) for row in rows] if turns else list(map(tuple, rows))
    connection.exec_driver_sql(statement + " ON CONFLICT DO NOTHING" * only_new, given)


_Turns = Mapping[int, Callable[[Any], Any]]


def _turns(connection: Connection, table: Table) -> _Turns:
    """How the values of the kinds that are our own are written, by column."""
    dialect, turns = connection.dialect, dict[int, Callable[[Any], Any]]()
    for place, column in enumerate(table.columns):
        if isinstance(column.type, TypeDecorator):  # what it becomes in this database knows how to write
            turn = column.type.dialect_impl(dialect).bind_processor(dialect)
            turns |= {place: cache(turn)} if turn else {}  # of many rows, most have the same few times
    return turns


def _turned(row: Sequence[Any], turns: _Turns) -> tuple[Any, ...]:
    values = list(row)
    for place, turn in turns.items():
        values[place] = turn(values[place])
    return tuple(values)


def _insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    postgres = connection.dialect.name == "postgresql"
    return postgresql.insert(table) if postgres else sqlite.insert(table)


def _parsed(url: str) -> URL:
    try:
        found = make_url(url)
    except ArgumentError:
        raise SetupError("The database's address cannot be read: it looks like postgresql://…") from None
    if found.drivername in ("postgres", "postgresql"):
        return found.set(drivername="postgresql+psycopg")
    if found.drivername not in ("sqlite", "postgresql+psycopg"):
        raise SetupError(f"There is no support for {found.drivername}: use SQLite or PostgreSQL.")
    return found


def _greet(database: Database, url: URL) -> None:
    """Connect once: later a database that does not answer is the network's trouble, now it is a setting."""
    try:
        with database.reading():
            pass
    except NetworkError as error:
        where = url.set(drivername="postgresql").render_as_string(hide_password=True)
        words = f"PostgreSQL does not answer at {where}: is it running, are address, user and password right?"
        raise SetupError(words) from error


def _file(url: URL) -> Path:
    if not url.database or url.database == ":memory:":
        raise SetupError("The library's database must be a file: sqlite:///path/to/library.db")
    return Path(url.database)
