"""Lists and search: when and in which language threads were written, their words, their authors' handles."""

import json
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

TIME = sa.DateTime(timezone=True)
LISTED = ["status", "listed", "first_saved", "slug", "language", "written_at"]


def upgrade() -> None:
    """Add the columns and tables, and have every page made again: that enters its words."""
    op.add_column("threads", sa.Column("language", sa.String, nullable=False, server_default=sa.text("''")))
    op.add_column("threads", sa.Column("written_at", TIME))
    op.drop_index("threads_listed", "threads")
    op.drop_index("threads_listed_by_network", "threads")
    op.drop_index("threads_by_author", "threads")
    op.create_index("threads_listed", "threads", LISTED)
    op.create_index("threads_listed_by_network", "threads", ["network", *LISTED])
    op.create_index("threads_by_author", "threads", ["network", "author_id", *LISTED[:4]])
    _handles()
    _texts()
    _fill()


def _handles() -> None:
    op.create_table(
        "handles",
        sa.Column("network", sa.String, primary_key=True),
        sa.Column("handle", sa.String, primary_key=True),
        sa.Column("account", sa.String, nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
    )
    op.create_index("handles_by_account", "handles", ["network", "account"])


def _texts() -> None:
    op.create_table(
        "texts",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=False
        ),
        sa.Column("slug", sa.String, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("folded", sa.Text, nullable=False),
    )
    op.create_index("texts_by_slug", "texts", ["slug"], unique=True)
    if op.get_bind().dialect.name == "postgresql":
        _index_of_postgresql()
    else:
        _index_of_sqlite()


def _index_of_postgresql() -> None:
    op.execute(
        "ALTER TABLE texts ADD COLUMN found tsvector"
        " GENERATED ALWAYS AS (array_to_tsvector(string_to_array(btrim(folded), ' '))) STORED"
    )
    op.execute("CREATE INDEX texts_by_words ON texts USING gin (found)")


def _index_of_sqlite() -> None:
    """https://www.sqlite.org/fts5.html#external_content_tables: triggers keep it as the table is.

    The text is cut into tokens already; this tokenizer only cuts it at the spaces between them.
    """
    op.execute(
        "CREATE VIRTUAL TABLE found USING fts5(folded, content='texts', content_rowid='id',"
        " tokenize='ascii', columnsize=0)"
    )
    op.execute(
        "CREATE TRIGGER texts_come AFTER INSERT ON texts BEGIN"
        " INSERT INTO found(rowid, folded) VALUES (new.id, new.folded); END"
    )
    op.execute(
        "CREATE TRIGGER texts_go AFTER DELETE ON texts BEGIN"
        " INSERT INTO found(found, rowid, folded) VALUES ('delete', old.id, old.folded); END"
    )


def _fill() -> None:
    """Read what is there. Threads are read as they lay in the database when this was written."""
    bind = op.get_bind()
    threads = sa.table(
        "threads",
        *(sa.column(name) for name in ("slug", "network", "author_id", "author_handle", "version", "status")),
        sa.column("language"),
        sa.column("written_at", TIME),
        sa.column("checked_at", TIME),
    )
    versions = sa.table("versions", *(sa.column(name) for name in ("slug", "number", "content")))
    newest = (versions.c.slug == threads.c.slug) & (versions.c.number == threads.c.version)
    query = sa.select(threads, versions.c.content).join(versions, newest)
    slugs = bind.scalars(sa.select(threads.c.slug).order_by(threads.c.checked_at)).all()
    for row in (row for slug in slugs for row in bind.execute(query.where(threads.c.slug == slug)).all()):
        first = json.loads(bytes(row.content))["thread"]["posts"][0]
        at = datetime.fromisoformat(first["published"])
        found = {"language": _language(first), "written_at": at}
        bind.execute(sa.update(threads).where(threads.c.slug == row.slug).values(found))
        _note_handle(bind, row)
        if row.status == "published":
            _have_made_again(bind, row.slug, row.checked_at)


def _language(post: dict[str, Any]) -> str:
    tag = (post.get("languages") or [""])[0].partition("-")[0].lower()
    return tag if tag.isascii() and tag.isalpha() and len(tag) in (2, 3) else ""


def _note_handle(bind: sa.Connection, row: sa.Row[Any]) -> None:
    handles = sa.table("handles", sa.column("network"), sa.column("handle"), sa.column("account"),
                       sa.column("seen_at", TIME))  # fmt: skip
    handle = row.author_handle.lower()
    bind.execute(sa.delete(handles).where(handles.c.network == row.network, handles.c.handle == handle))
    values = {"network": row.network, "handle": handle, "account": row.author_id, "seen_at": row.checked_at}
    bind.execute(sa.insert(handles).values(values))


def _have_made_again(bind: sa.Connection, slug: str, due: datetime) -> None:
    tasks = sa.table("tasks", *(sa.column(name) for name in ("kind", "key", "payload", "attempts")),
                     sa.column("due", TIME))  # fmt: skip
    mine = (tasks.c.kind == "page") & (tasks.c.key == slug)
    bind.execute(sa.delete(tasks).where(mine))
    values = {"kind": "page", "key": slug, "payload": '{"again": true}', "due": due, "attempts": 0}
    bind.execute(sa.insert(tasks).values(values))
