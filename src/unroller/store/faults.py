"""The databases' own errors, turned into ours. Nowhere else does SQL's trouble become a sentence."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from unroller.core.errors import NetworkError, SetupError, UnrollerError

BUSY_AGAIN = 5.0
"""Seconds after which a busy database is worth another try."""

_BUSY = "The library's database is busy; this is tried again by itself."
_GONE = "The library's database does not answer; this is tried again by itself."
_FULL = "The disk that holds the library is full: make room, then start again."
_CLOSED = "The library's database cannot be opened or written: give this user the right to write there."
_DAMAGED = "The library's database file is damaged or is no database: put a backup in its place."

# https://www.sqlite.org/rescode.html; the beginning of a name covers its extended codes.
_SQLITE: tuple[tuple[str, type[UnrollerError], str], ...] = (
    ("SQLITE_BUSY", NetworkError, _BUSY),
    ("SQLITE_LOCKED", NetworkError, _BUSY),
    ("SQLITE_FULL", SetupError, _FULL),
    ("SQLITE_READONLY", SetupError, _CLOSED),
    ("SQLITE_CANTOPEN", SetupError, _CLOSED),
    ("SQLITE_PERM", SetupError, _CLOSED),
    ("SQLITE_AUTH", SetupError, _CLOSED),
    ("SQLITE_CORRUPT", SetupError, _DAMAGED),
    ("SQLITE_NOTADB", SetupError, _DAMAGED),
    ("SQLITE_IOERR", SetupError, "The disk that holds the library fails to read or write: look at it."),
)

# https://www.postgresql.org/docs/current/errcodes-appendix.html; the first two characters are a class.
_POSTGRES: tuple[tuple[str, type[UnrollerError], str], ...] = (
    ("40", NetworkError, _BUSY),
    ("55P03", NetworkError, _BUSY),
    ("53100", SetupError, _FULL),
    ("53", NetworkError, _BUSY),
    ("57", NetworkError, _GONE),
    ("08", NetworkError, _GONE),
    ("25006", SetupError, _CLOSED),
    ("28", SetupError, _CLOSED),
    ("3D", SetupError, _CLOSED),
    ("42501", SetupError, _CLOSED),
)


@contextmanager
def translated() -> Iterator[None]:
    """Raise ours for what the database raises inside; a mistake of ours in SQL passes and is loud."""
    try:
        yield
    except PoolTimeoutError as error:
        raise NetworkError(_BUSY, retry_after=BUSY_AGAIN) from error
    except DBAPIError as error:
        ours = _ours(error)
        if ours is None:
            raise
        raise ours from error


def _ours(error: DBAPIError) -> UnrollerError | None:
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        return _look_up(getattr(cause, "sqlite_errorname", ""), _SQLITE)
    state = getattr(cause, "sqlstate", None)
    if state is None and (error.connection_invalidated or type(cause).__name__ == "OperationalError"):
        return NetworkError(_GONE, retry_after=BUSY_AGAIN)
    return _look_up(state or "", _POSTGRES)


def _look_up(code: str, table: tuple[tuple[str, type[UnrollerError], str], ...]) -> UnrollerError | None:
    for beginning, kind, words in table:
        if code.startswith(beginning):
            return kind(words, retry_after=BUSY_AGAIN if kind is NetworkError else None)
    return None
