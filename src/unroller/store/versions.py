"""What a thread said, version by version. Words that are gone at their source stay in none of them."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from msgspec.structs import replace
from sqlalchemy import Connection, delete, insert, select, update

from unroller.core.codec import thread_from_json, thread_to_json
from unroller.core.model import Thread
from unroller.store import schema
from unroller.store.words import shown_posts, without

_table = schema.versions


class Kept(NamedTuple):
    """The number under which a thread is kept; whether words that are gone were erased to do so."""

    version: int
    erased: bool


def add(connection: Connection, slug: str, thread: Thread, *, latest: int, at: datetime) -> Kept:
    """Keep `thread` as a new version, or as `latest` where nothing but the time of the check changed."""
    old = _content(connection, slug, latest)
    if old is not None and _unchanged(old, thread):
        _replace(connection, slug, latest, thread_to_json(thread))
        return Kept(latest, erased=False)
    erased = old is not None and _take_out_what_is_gone(connection, slug, old, thread)
    row = {"slug": slug, "number": latest + 1, "saved_at": at, "content": thread_to_json(thread)}
    connection.execute(insert(_table), row)
    return Kept(latest + 1, erased)


def earlier(connection: Connection, slug: str, *, latest: int) -> tuple[tuple[int, datetime, bytes], ...]:
    """Every version before `latest`, oldest first: its number, when it was saved, its JSON."""
    query = (
        select(_table.c.number, _table.c.saved_at, _table.c.content)
        .where(_table.c.slug == slug, _table.c.number < latest)
        .order_by(_table.c.number)
    )
    return tuple((number, at, bytes(content)) for number, at, content in connection.execute(query))


def drop(connection: Connection, slug: str) -> None:
    """Erase every version."""
    connection.execute(delete(_table).where(_table.c.slug == slug))


def _content(connection: Connection, slug: str, number: int) -> Thread | None:
    query = select(_table.c.content).where(_table.c.slug == slug, _table.c.number == number)
    found = connection.scalar(query)
    return None if found is None else thread_from_json(found)


def _unchanged(old: Thread, new: Thread) -> bool:
    checked = replace(old.completeness, checked_at=new.completeness.checked_at)
    return replace(old, completeness=checked) == new


def _take_out_what_is_gone(connection: Connection, slug: str, old: Thread, new: Thread) -> bool:
    """Earlier versions hold nothing that `old` does not, so what `old` loses is all there is to lose."""
    gone = {post.ref for post in shown_posts(old)} - {post.ref for post in shown_posts(new)}
    if not gone:
        return False
    query = select(_table.c.number, _table.c.content).where(_table.c.slug == slug)
    for number, content in connection.execute(query).all():
        reduced = without(thread_from_json(content), frozenset(gone))
        _replace(connection, slug, number, None if reduced is None else thread_to_json(reduced))
    return True


def _replace(connection: Connection, slug: str, number: int, content: bytes | None) -> None:
    row = (_table.c.slug == slug) & (_table.c.number == number)
    if content is None:
        connection.execute(delete(_table).where(row))
    else:
        connection.execute(update(_table).where(row).values(content=content))
