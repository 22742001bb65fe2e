"""What is in the library, for everybody: lists and search. Only threads that may be listed, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, ScalarSelect, Select, Subquery, func, select

from unroller.core.search import Wanted, parse
from unroller.core.tolerant import clean
from unroller.store import schema, texts
from unroller.store.db import Database
from unroller.store.saved import ENTRY_COLUMNS, Entry, Saved, Status, entry

_row = schema.threads.c
_text = schema.texts.c
_LISTED = (_row.status == Status.PUBLISHED, _row.listed)


@dataclass(frozen=True, slots=True)
class Known:
    """An account, under its present handle."""

    network: str
    id: str
    handle: str


@dataclass(frozen=True, slots=True)
class Writer:
    """An author with listed threads: how many, and when the newest of them appeared here."""

    network: str
    id: str
    handle: str
    name: str
    threads: int
    latest: datetime


class Catalogue:
    """All published threads that may be listed, by when they first appeared here."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(
        self, wanted: Wanted, limit: int, offset: int = 0, *, by_writing: bool = False
    ) -> tuple[Entry, ...]:
        """What is `wanted`; nothing where it asks for words and names none that can be looked for.

        `by_writing`: without words, what was begun last comes first.
        """
        wanted = replace(
            wanted,
            network=clean(wanted.network),  # databases refuse what no name has
            author=clean(wanted.author),
            language=clean(wanted.language),
        )
        with self._database.reading() as connection:
            query = (
                _by_words(connection, wanted) if wanted.words else _by_columns(wanted, by_writing=by_writing)
            )
            if query is None:
                return ()
            found = connection.execute(query.limit(limit).offset(offset)).all()
            return tuple(map(entry, found))

    def texts(self, slugs: Sequence[str]) -> dict[str, str]:
        """What each of these threads is found by, a paragraph for each post."""
        with self._database.reading() as connection:
            rows = connection.execute(select(_text.slug, _text.text).where(_text.slug.in_(slugs)))
            return {row.slug: row.text for row in rows}

    def enter(self, saved: Saved) -> None:
        """Have the thread found by its words, unless it may not be listed or has changed meanwhile."""
        with self._database.transaction() as connection:
            columns = (_row.language, _row.first_saved)
            query = select(*columns).where(_row.slug == saved.slug, _row.version == saved.version, *_LISTED)
            row = connection.execute(query.with_for_update()).one_or_none()
            if row is None or saved.thread is None:
                return
            texts.enter(connection, saved.slug, saved.thread, row.language, row.first_saved)

    def author(self, network: str, name: str) -> Known | None:
        """The account with listed threads whose id, present or earlier handle is `name`."""
        handle, network, name = schema.handles.c, clean(network), clean(name)
        met = select(handle.account).where(handle.network == network, handle.handle == name.lower())
        newest = _row.checked_at.desc(), _row.saved_at.desc()
        with self._database.reading() as connection:
            account = connection.scalar(met) or name
            query = select(_row.author_handle).where(_row.network == network, _row.author_id == account)
            now = connection.scalar(query.where(*_LISTED).order_by(*newest).limit(1))
        return None if now is None else Known(network, account, now)

    def authors(self, limit: int, offset: int = 0) -> tuple[Writer, ...]:
        """Everybody with listed threads, who wrote the newest one first."""
        # Filtered and not asked for: so databases walk the index of authors, which holds all that is counted.
        listed = func.count().filter(*_LISTED).label("threads")
        latest = func.max(_row.first_saved).filter(*_LISTED).label("latest")
        counts = (
            select(_row.network, _row.author_id, listed, latest)
            .group_by(_row.network, _row.author_id)
            .having(listed > 0)
            .order_by(latest.desc(), _row.author_id)
            .limit(limit)
            .offset(offset)
            .subquery("counts")
        )
        who, names = counts.c, (_present("author_handle", counts), _present("author_name", counts))
        query = select(who.network, who.author_id, *names, who.threads, who.latest)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(who.latest.desc(), who.author_id))
            return tuple(Writer(*row) for row in rows)

    def totals(self, network: str, author_id: str) -> tuple[int, int]:
        """How many listed threads and posts of the account there are."""
        query = select(func.count(), func.coalesce(func.sum(_row.posts), 0))
        query = query.where(_row.network == network, _row.author_id == author_id, *_LISTED)
        with self._database.reading() as connection:
            threads, posts = connection.execute(query).one()
        return threads, int(posts)

    def months(self, network: str, author_id: str) -> dict[tuple[int, int], int]:
        """How many of the account's listed threads were begun in each (year, month), earliest first."""
        query = select(_row.written_at).where(_row.network == network, _row.author_id == author_id, *_LISTED)
        counts: dict[tuple[int, int], int] = {}
        with self._database.reading() as connection:
            for at in connection.scalars(query.order_by(_row.written_at)):
                counts[at.year, at.month] = counts.get((at.year, at.month), 0) + 1
        return counts

    def count(self) -> int:
        """How many listed threads there are."""
        with self._database.reading() as connection:
            return connection.scalar(select(func.count()).where(*_LISTED)) or 0

    def languages(self) -> tuple[tuple[str, int], ...]:
        """The languages of listed threads and how many there are of each, most first."""
        return self._counts(_row.language)

    def networks(self) -> tuple[tuple[str, int], ...]:
        """The networks of listed threads and how many there are of each, most first."""
        return self._counts(_row.network)

    def _counts(self, of: ColumnElement[str]) -> tuple[tuple[str, int], ...]:
        query = select(of, func.count()).where(*_LISTED, of != "").group_by(of)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(func.count().desc(), of)).all()
        return tuple((value, count) for value, count in rows)


def _present(column: str, of: Subquery) -> ScalarSelect[str]:
    """What an author is called now: that stands in their newest thread."""
    newest = schema.threads.alias("newest").c
    theirs = (newest.network == of.c.network, newest.author_id == of.c.author_id)
    listed = (newest.status == Status.PUBLISHED, newest.listed)
    latest = (newest.first_saved.desc(), newest.slug.desc())
    return select(newest[column]).where(*theirs, *listed).order_by(*latest).limit(1).scalar_subquery()


def _by_columns(wanted: Wanted, *, by_writing: bool) -> Select[Any]:
    query = select(*ENTRY_COLUMNS).where(*_LISTED, *_days(wanted))
    asked = {_row.network: wanted.network, _row.author_id: wanted.author, _row.language: wanted.language}
    query = query.where(*(column == value for column, value in asked.items() if value))
    newest = _row.written_at if by_writing else _row.first_saved
    return query.order_by(newest.desc(), _row.slug.desc())


def _by_words(connection: Connection, wanted: Wanted) -> Select[Any] | None:
    query = parse(wanted.words)
    if not query.all:
        return None
    hits = texts.matching(connection, query, texts.facts_of(wanted)).subquery("hits")
    return (
        select(*ENTRY_COLUMNS)
        .select_from(hits)
        .join(schema.texts, _text.id == hits.c.id)
        .join(schema.threads, _row.slug == _text.slug)
        .where(*_LISTED, *_days(wanted))
        .order_by(hits.c.id.desc())
    )


def _days(wanted: Wanted) -> list[ColumnElement[bool]]:
    asked = []
    if wanted.since:
        asked.append(_row.written_at >= _midnight(wanted.since))
    if wanted.until and wanted.until < date.max:
        asked.append(_row.written_at < _midnight(wanted.until + timedelta(days=1)))
    return asked


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
