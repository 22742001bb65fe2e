"""Keys that the operator gave to programs. Only what tells a key again is kept, never the key."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from unroller.store import schema
from unroller.store.db import Database, insert_new

PREFIX = "unroll_"
"""What every key begins with: those who look for keys that were published by mistake find it by that."""

_table = schema.keys
_row = _table.c


@dataclass(frozen=True, slots=True)
class Key:
    """Who has a key, and how many calls it allows in a minute."""

    name: str
    per_minute: int
    made_at: datetime


class Keys:
    """All keys of this installation."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, name: str, per_minute: int) -> str | None:
        """A new key for `name`, to be shown once; `None` where `name` has one."""
        # 256 random bits cannot be guessed, so a plain hash of them need not be slow.
        key = PREFIX + secrets.token_urlsafe(32)
        row = {"name": name, "digest": _digest(key), "per_minute": per_minute}
        with self._database.transaction() as connection:
            is_new = insert_new(connection, _table, row | {"made_at": self._database.now()})
        return key if is_new else None

    def find(self, key: str) -> Key | None:
        """Whose key that is; `None`: nobody's."""
        if not key.startswith(PREFIX):
            return None
        query = select(_row.name, _row.per_minute, _row.made_at).where(_row.digest == _digest(key))
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else Key(*row)

    def all(self) -> tuple[Key, ...]:
        """All keys, by name."""
        query = select(_row.name, _row.per_minute, _row.made_at).order_by(_row.name)
        with self._database.reading() as connection:
            return tuple(Key(*row) for row in connection.execute(query))

    def remove(self, name: str) -> bool:
        """The key of `name` opens nothing from now on; whether there was one."""
        with self._database.transaction() as connection:
            return connection.execute(delete(_table).where(_row.name == name)).rowcount == 1


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()
