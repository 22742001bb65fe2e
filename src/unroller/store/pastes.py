"""Links that somebody pasted into the site, and what became of them. Forgotten after a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, update

from unroller.core.model import PostRef
from unroller.store import schema
from unroller.store.db import Database, insert_new

KEPT = timedelta(days=1)

_table = schema.pastes
_row = _table.c


@dataclass(frozen=True, slots=True)
class Paste:
    """`ref` is as the link gave it. `slug` is the page, once there is one.

    `words` say what went wrong; with an `exit_code` that is the end of it, without one it is tried again.
    """

    key: str
    ref: PostRef
    slug: str
    words: str
    exit_code: int


class Pastes:
    """What readers wait for."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, key: str, ref: PostRef) -> None:
        """Note that somebody waits for `ref`; an earlier end under the same key is forgotten."""
        now = self._database.now()
        row = {
            "key": key,
            "network": ref.network,
            "ref": ref.id,
            "slug": "",
            "words": "",
            "exit_code": 0,
            "at": now,
        }
        with self._database.transaction() as connection:
            connection.execute(delete(_table).where(_row.at < now - KEPT))
            if not insert_new(connection, _table, row):
                connection.execute(update(_table).where(_row.key == key).values(row))

    def load(self, key: str) -> Paste | None:
        """What became of it; `None` when nobody waits for it."""
        with self._database.reading() as connection:
            row = connection.execute(select(_table).where(_row.key == key)).one_or_none()
        if row is None:
            return None
        return Paste(row.key, PostRef(row.network, row.ref), row.slug, row.words, row.exit_code)

    def settle(self, key: str, *, slug: str = "", words: str = "", exit_code: int = 0) -> None:
        """Note how far it is: the page's slug, or words, with an exit code when they are the last ones."""
        values = {"slug": slug, "words": words, "exit_code": exit_code}
        with self._database.transaction() as connection:
            connection.execute(update(_table).where(_row.key == key).values(values))
