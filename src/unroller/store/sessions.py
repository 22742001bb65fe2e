"""Log-ins with the networks, kept across restarts. What is in here is secret."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select, update

from unroller.store import schema
from unroller.store.db import Database, insert_new

_table = schema.sessions
_row = _table.c


class Sessions:
    """One session a network, shared by all processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, network: str) -> dict[str, Any] | None:
        """The session as it was saved last; `None` before the first log-in."""
        query = select(_row.session).where(_row.network == network)
        with self._database.reading() as connection:
            found = connection.scalar(query)
        return None if found is None else dict(json.loads(found))

    def save(self, network: str, data: dict[str, Any], *, unless_changed_from: dict[str, Any] | None) -> bool:
        """Save `data` if what is saved is still `unless_changed_from` (`None`: nothing); whether it was.

        `False`: somebody else was quicker; load theirs.
        """
        with self._database.transaction() as connection:
            if unless_changed_from is None:
                return insert_new(connection, _table, {"network": network, "session": _text(data)})
            same = (_row.network == network) & (_row.session == _text(unless_changed_from))
            return connection.execute(update(_table).where(same).values(session=_text(data))).rowcount == 1


def _text(data: dict[str, Any]) -> str:
    return json.dumps(data, sort_keys=True)
