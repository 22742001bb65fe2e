"""What networks cost the operator: sums by day and person, and what was bought on a day.

Amounts are whole millionths of a dollar. Names of what was bought hold ids, never the text of a post.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import Connection, and_, delete, func, select, text, update

from unroller.core.ports import Booking, Cap
from unroller.store import schema
from unroller.store.db import Database, insert_new

KEPT = timedelta(days=62)
"""For how long sums are kept: no cap looks further back than to the first of a month."""

_LOCK = 0x70757273
"""Held in PostgreSQL while sums are compared and changed; SQLite has one writer."""

_BOUGHT_KEPT = timedelta(days=1)
_AT_ONCE = 500  # names in one question: databases take a limited number of parameters

_table, _bought = schema.spending, schema.purchases
_row, _item = _table.c, _bought.c


class Spending:
    """What every network has cost. What was booked and never settled counts as spent."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def book(self, network: str, booking: Booking, caps: Sequence[Cap]) -> Cap | None:
        """Count `booking` as spent if no cap stands against it: the first that does, or `None`."""
        with self._database.transaction() as connection:
            _lock(connection)
            for cap in caps:
                if _spent(connection, network, cap.since, cap.who) + booking.amount > cap.most:
                    return cap
            _add(connection, network, booking, booking.amount)
            return None

    def settle(self, network: str, booking: Booking, bought: Mapping[str, int], fixed: int = 0) -> int:
        """Put what the call did cost in the place of `booking`; what that is.

        That is `fixed`, and the prices in `bought` of all names that were not bought on that day before.
        """
        with self._database.transaction() as connection:
            _lock(connection)
            new = [name for name in sorted(bought) if _buy(connection, network, booking.day, name)]
            cost = fixed + sum(bought[name] for name in new)
            _add(connection, network, booking, cost - booking.amount)
            _sweep(connection, booking.day)
            return cost

    def bought(self, network: str, day: date, names: Collection[str]) -> frozenset[str]:
        """Those of `names` that were bought on `day`."""
        with self._database.reading() as connection:
            return frozenset(_known(connection, network, day, names))

    def spent(self, network: str, since: date, who: str | None = None) -> int:
        """What was spent from `since` on; by `who` alone where that is given."""
        with self._database.reading() as connection:
            return _spent(connection, network, since, who)

    def forget(self, network: str) -> int:
        """Erase all that is known of what the network cost, and whom it was spent for; how many rows."""
        with self._database.transaction() as connection:
            erased = (delete(table).where(table.c.network == network) for table in (_table, _bought))
            return sum(connection.execute(one).rowcount for one in erased)


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def _spent(connection: Connection, network: str, since: date, who: str | None) -> int:
    query = select(func.coalesce(func.sum(_row.amount), 0)).where(_row.network == network, _row.day >= since)
    return int(connection.scalar(query if who is None else query.where(_row.who == who)) or 0)


def _add(connection: Connection, network: str, booking: Booking, amount: int) -> None:
    row = {"network": network, "day": booking.day, "who": booking.who}
    insert_new(connection, _table, row | {"amount": 0})
    which = and_(*(_row[name] == value for name, value in row.items()))
    connection.execute(update(_table).where(which).values(amount=_row.amount + amount))


def _buy(connection: Connection, network: str, day: date, name: str) -> bool:
    return insert_new(connection, _bought, {"network": network, "day": day, "name": name})


def _known(connection: Connection, network: str, day: date, names: Collection[str]) -> Iterator[str]:
    wanted = sorted(names)
    for at in range(0, len(wanted), _AT_ONCE):
        some = _item.name.in_(wanted[at : at + _AT_ONCE])
        query = select(_item.name).where(_item.network == network, _item.day == day, some)
        yield from connection.scalars(query)


def _sweep(connection: Connection, today: date) -> None:
    """Forget what no cap and no repeat asks for any more, with whom it was spent for."""
    connection.execute(delete(_bought).where(_item.day < today - _BOUGHT_KEPT))
    connection.execute(delete(_table).where(_row.day < today - KEPT))
