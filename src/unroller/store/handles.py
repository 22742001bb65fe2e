"""Under which handles the authors of threads were met: an old one still leads to its author."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, delete, select, text

from unroller.core.model import Author
from unroller.store import schema
from unroller.store.db import insert_all

_table = schema.handles
_thread = schema.threads.c
# As text: asked of each import and each thread, and made by SQLAlchemy it takes four times as long at first.
_OTHERS = text("DELETE FROM handles WHERE network = :network AND handle = :handle AND account <> :account")


def note(connection: Connection, authors: Iterable[Author], at: datetime) -> None:
    """Each handle is its author's from now on, whosever it was before."""
    rows = {(one.network, one.handle.lower()): one.id for one in authors}
    for (network, handle), account in rows.items():
        connection.execute(_OTHERS, {"network": network, "handle": handle, "account": account})
    new = [(network, handle, account, at) for (network, handle), account in rows.items()]
    insert_all(connection, _table, new, only_new=True)


def drop(connection: Connection, slug: str) -> None:
    """Forget the handles of the thread's author, unless another thread of theirs is here."""
    author = select(_thread.network, _thread.author_id).where(_thread.slug == slug)
    network, account = connection.execute(author).one()
    other = select(_thread.slug).where(_thread.network == network, _thread.author_id == account)
    if connection.scalar(other.where(_thread.slug != slug).limit(1)) is None:
        theirs = (_table.c.network == network, _table.c.account == account)
        connection.execute(delete(_table).where(*theirs))
