"""The words of listed threads: entered, taken out, and what a database is asked to find them.

A thread's row holds its folded words as one line, tokens with spaces between, facts about it among them: so
one look into one index answers for words, author, network and language together.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain

from sqlalchemy import Connection, Integer, Select, column, delete, select, text
from sqlalchemy import table as named_table

from unroller.core.model import Thread
from unroller.core.search import Phrase, Query, Wanted, searchable, tokens
from unroller.store import schema
from unroller.store.db import insert_new

_table = schema.texts
_index_of_sqlite = named_table("found", column("rowid", Integer))


def enter(connection: Connection, slug: str, thread: Thread, language: str, appeared: datetime) -> None:
    """Have the thread found by its words as they are now."""
    said = searchable(thread)
    facts = facts_of(Wanted(network=thread.ref.network, author=thread.author.id, language=language))
    folded = f" {' '.join(chain(facts, tokens(said)))} "
    before = connection.execute(select(_table).where(_table.c.slug == slug)).one_or_none()
    if before and (before.text, before.folded) == (said, folded):
        return
    drop(connection, slug)
    # In the order of lists: newest last. Two of one microsecond are set apart.
    number = int(appeared.timestamp() * 1_000_000)
    while not insert_new(connection, _table, {"id": number, "slug": slug, "text": said, "folded": folded}):
        number += 1


def drop(connection: Connection, slug: str) -> None:
    """Have it found no more."""
    connection.execute(delete(_table).where(_table.c.slug == slug))


def facts_of(wanted: Wanted) -> list[str]:
    """The network, author and language as tokens that nobody can type."""
    facts = (("network", wanted.network), ("author", wanted.author), ("language", wanted.language))
    return [_fact(f"{name} {value}") for name, value in facts if value]


def matching(connection: Connection, query: Query, facts: Iterable[str]) -> Select[tuple[int]]:
    """The ids of all texts that are found, newest first. There is something in `query` to look for."""
    wanted = (*(Phrase((fact,)) for fact in facts), *query.all)
    if connection.dialect.name == "postgresql":
        return _in_postgresql(wanted, query.none)
    asked = text("found MATCH :asked").bindparams(asked=_for_sqlite(wanted, query.none))
    row = _index_of_sqlite.c.rowid
    return select(row.label("id")).where(asked).order_by(row.desc())


def _fact(said: str) -> str:
    return "\u00b7" + hashlib.sha256(said.encode(errors="replace")).hexdigest()[:16]


def _for_sqlite(wanted: Sequence[Phrase], unwanted: Sequence[Phrase]) -> str:
    """https://www.sqlite.org/fts5.html#full_text_query_syntax: inside quotes nothing is an operator."""
    every = " AND ".join(map(_in_quotes, wanted))
    return " NOT ".join((f"({every})", *map(_in_quotes, unwanted)))


def _in_quotes(phrase: Phrase) -> str:
    return f'"{" ".join(phrase.tokens)}"{"*" if phrase.open else ""}'


def _in_postgresql(wanted: Sequence[Phrase], unwanted: Sequence[Phrase]) -> Select[tuple[int]]:
    """The index finds the words, the line itself says whether they stand side by side.

    https://www.postgresql.org/docs/current/datatype-textsearch.html#DATATYPE-TSQUERY
    """
    asked = " & ".join(lexeme for phrase in wanted for lexeme in _lexemes(phrase))
    has = _table.c.folded.contains
    return (
        select(_table.c.id)
        .where(text("texts.found @@ CAST(:asked AS tsquery)").bindparams(asked=asked))
        .where(*(has(_in_line(phrase)) for phrase in wanted if len(phrase.tokens) > 1))
        .where(*(~has(_in_line(phrase)) for phrase in unwanted))
        .order_by(_table.c.id.desc())
    )


def _lexemes(phrase: Phrase) -> Iterable[str]:
    *whole, last = phrase.tokens
    return (*(f"'{token}'" for token in whole), f"'{last}'{':*' if phrase.open else ''}")


def _in_line(phrase: Phrase) -> str:
    return f" {' '.join(phrase.tokens)}{'' if phrase.open else ' '}"
