"""What belongs to a saved thread besides its text: its posts' refs, people, and original records."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, Connection, Table, delete, or_, select, update

from unroller.core.model import PostRef, Thread
from unroller.store import schema
from unroller.store.db import insert_all
from unroller.store.words import own_posts, shown_posts

Row = tuple[str | bytes, ...]
"""A row of texts and bytes."""


def write(connection: Connection, slug: str, thread: Thread, records: Mapping[PostRef, bytes]) -> None:
    """Make the parts of `slug` those of `thread`."""
    found = rows(slug, thread, {})
    _rewrite(connection, schema.posts, slug, found["posts"])
    _rewrite(connection, schema.people, slug, found["people"])
    _write_records(connection, slug, records, {post.ref for post in shown_posts(thread)})


def rows(slug: str, thread: Thread, records: Mapping[PostRef, bytes]) -> dict[str, list[Row]]:
    """The rows of each table that is a part of the thread's, by its name, sorted."""
    own = {post.ref for post in own_posts(thread)} | {thread.ref}
    shown = tuple(shown_posts(thread))
    posts: list[Row] = [(slug, *ref) for ref in sorted((ref.network, ref.id) for ref in own)]
    authors = {(post.author.network, post.author.id): post.author.handle for post in shown}
    authors[thread.author.network, thread.author.id] = thread.author.handle
    people: list[Row] = [(slug, *account, handle.lower()) for account, handle in sorted(authors.items())]
    found = {post.ref: record for post in shown if (record := records.get(post.ref)) is not None}
    kept = _record_rows(slug, found)
    return {"posts": posts, "people": people, "records": kept}


def drop(connection: Connection, slug: str, *, keep_refs: bool) -> None:
    """Erase every part. `keep_refs`: the posts' bare refs stay, so that none of them is shown again."""
    for table in (schema.people, schema.records, schema.names, *(() if keep_refs else (schema.posts,))):
        connection.execute(delete(table).where(table.c.slug == slug))


def records(connection: Connection, slug: str) -> dict[PostRef, bytes]:
    """What the network said of each post, byte for byte."""
    table = schema.records
    query = select(table.c.network, table.c.ref, table.c.record).where(table.c.slug == slug)
    rows = connection.execute(query.order_by(table.c.network, table.c.ref))
    return {PostRef(network, ref): bytes(record) for network, ref, record in rows}


def showing(connection: Connection, network: str, account: str) -> tuple[str, ...]:
    """The slugs of pages with words of `account`: an id, a handle, or a domain with all accounts below it."""
    people = schema.people.c
    handle = account.removeprefix("@").lower()
    who = or_(
        people.account == account,
        people.handle == handle,
        people.handle.endswith(f".{handle}", autoescape=True),
        people.handle.endswith(f"@{handle}", autoescape=True),
        people.account.contains(f"://{handle}/", autoescape=True),
        people.account.contains(
            f".{handle}/", autoescape=True
        ),  # too many rather than too few: all are judged
    )
    query = select(people.slug).distinct().where(people.network == network, who).order_by(people.slug)
    return tuple(connection.scalars(query))


def _rewrite(connection: Connection, table: Table, slug: str, rows: list[Row]) -> None:
    """Touch nothing where nothing changed: most checks find the same posts by the same people."""
    columns = list(table.c)
    query = select(table).where(table.c.slug == slug).order_by(*columns)
    if [tuple(row) for row in connection.execute(query)] == rows:
        return
    connection.execute(delete(table).where(table.c.slug == slug))
    insert_all(connection, table, rows)


def _write_records(
    connection: Connection, slug: str, given: Mapping[PostRef, bytes], shown: set[PostRef]
) -> None:
    """Keep the records of `shown` posts only; one that is not given again stays as it is."""
    table = schema.records
    kept = records(connection, slug)
    wanted = {ref: record for ref, record in given.items() if ref in shown}
    for ref in kept.keys() - shown:
        connection.execute(delete(table).where(_record(slug, ref)))
    for ref in sorted(wanted.keys() & kept.keys()):
        if wanted[ref] != kept[ref]:
            connection.execute(update(table).where(_record(slug, ref)).values(record=wanted[ref]))
    new = {ref: wanted[ref] for ref in wanted.keys() - kept.keys()}
    insert_all(connection, table, _record_rows(slug, new))


def _record_rows(slug: str, records: Mapping[PostRef, bytes]) -> list[Row]:
    return sorted((slug, ref.network, ref.id, record) for ref, record in records.items())


def _record(slug: str, ref: PostRef) -> ColumnElement[bool]:
    table = schema.records.c
    return (table.slug == slug) & (table.network == ref.network) & (table.ref == ref.id)
