"""What authors and the operator said about accounts. An author's word and the operator's stand apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select

from unroller.core.consent import Wish
from unroller.core.model import Author
from unroller.store import schema
from unroller.store.db import Database, insert_new

_table = schema.wishes
_row = _table.c


@dataclass(frozen=True, slots=True)
class Said:
    """A wish as it was told: about which account, by whom, when."""

    network: str
    account: str
    wish: Wish
    by: str
    at: datetime


class Wishes:
    """Accounts are ids; the operator may also deny a handle, or a domain with every handle below it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def set(self, network: str, account: str, wish: Wish, by: str, at: datetime | None = None) -> None:
        """Note the wish. A newer wish of the author's replaces the older, and never the operator's denial."""
        name, denied = _name(account), wish is Wish.DENY
        row = {
            "network": network, "account": name, "denied": denied, "wish": wish, "said_by": by,
            "said_at": at or self._database.now(),
        }  # fmt: skip
        with self._database.transaction() as connection:
            older = (*_is(network, name, denied=denied), _row.said_at <= row["said_at"])
            connection.execute(delete(_table).where(*older))
            insert_new(connection, _table, row)

    def clear(self, network: str, account: str, wish: Wish) -> bool:
        """Forget this wish about the account, if it is the one that stands; whether it was."""
        which = _is(network, _name(account), denied=wish is Wish.DENY)
        with self._database.transaction() as connection:
            return connection.execute(delete(_table).where(*which, _row.wish == wish)).rowcount == 1

    def get(self, network: str, account: str) -> Wish | None:
        """What stands about exactly this account, handle or domain; the operator's denial comes first."""
        return self._strongest(network, (_name(account),))

    def of(self, author: Author) -> Wish | None:
        """What stands about `author`: denied by id, handle or domain, else the author's own wish.

        Where the id is an address, the domain is its host too: servers may write handles as they like.
        """
        return self._strongest(author.network, (author.id, *_handles(author.handle), *_hosts(author.id)))

    def known_as(self, network: str, handle: str) -> tuple[str, ...]:
        """The ids of the accounts that stand on a page here under exactly this handle."""
        people = schema.people.c
        query = select(people.account).distinct().order_by(people.account)
        query = query.where(people.network == network, people.handle == _name(handle))
        with self._database.reading() as connection:
            return tuple(connection.scalars(query))

    def all(self) -> tuple[Said, ...]:
        """Every wish, by network and account."""
        query = select(_table).order_by(_row.network, _row.account, _row.denied)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return tuple(Said(r.network, r.account, Wish(r.wish), r.said_by, r.said_at) for r in rows)

    def _strongest(self, network: str, names: tuple[str, ...]) -> Wish | None:
        """A denial under any of `names`; else what is said about the first: a handle may change hands."""
        which = (_row.network == network) & _row.account.in_(names)
        query = select(_row.account, _row.wish).where(which).order_by(_row.denied.desc())
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        found = (Wish(wish) for account, wish in rows if wish == Wish.DENY or account == names[0])
        return next(found, None)


def _is(network: str, account: str, *, denied: bool) -> tuple[ColumnElement[bool], ...]:
    return (_row.network == network, _row.account == account, _row.denied == denied)


def _name(account: str) -> str:
    """Handles and domains know no case and may bear an @; ids (DIDs, addresses) stay as they are."""
    return account if ":" in account else account.removeprefix("@").lower()


def _hosts(account: str) -> tuple[str, ...]:
    """The host of an id that is an address, and every domain above it; none of any other id."""
    host = account.partition("://")[2].partition("/")[0].partition(":")[0].lower()
    return _above(host) if host else ()


def _handles(handle: str) -> tuple[str, ...]:
    """The handle, then every domain above it: `a@b.example`, `b.example`, `example`."""
    name = _name(handle)
    server = name.partition("@")[2] or name
    return (name, *(domain for domain in _above(server) if domain != name))


def _above(host: str) -> tuple[str, ...]:
    labels = host.split(".")
    return tuple(".".join(labels[at:]) for at in range(len(labels)))
