"""The tables, as they are after the newest migration. Times are aware and in UTC.

Text of posts stands in `versions`, `records`, `texts` and `threads` (title, author) only; `drop` clears all.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    false,
    text,
)

REVISION = "0004"
"""The newest migration that this code knows."""

metadata = MetaData()


class Instant(TypeDecorator[datetime]):
    """An aware time. SQLite keeps it as UTC text that sorts, PostgreSQL as `timestamptz`."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """`value` in UTC. A naive time is refused: nobody knows what it means."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"a time without a zone: {value}")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """`value` as an aware time in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


alembic_version = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))

threads = Table(
    "threads",
    metadata,
    Column("slug", String, primary_key=True),
    Column("network", String, nullable=False),
    Column("ref", String, nullable=False),
    Column("status", String, nullable=False),
    Column("why", String, nullable=False),
    Column("removed_by", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("first_saved", Instant, nullable=False),
    Column("saved_at", Instant, nullable=False),
    Column("checked_at", Instant, nullable=False),
    Column("expires", Instant),
    Column("sample", Boolean, nullable=False),
    Column("listed", Boolean, nullable=False),
    Column("verdict", LargeBinary),
    Column("author_id", String, nullable=False),
    Column("author_handle", String, nullable=False),
    Column("author_name", String, nullable=False),
    Column("title", String, nullable=False),
    Column("posts", Integer, nullable=False),
    Column("gaps", Integer, nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("language", String, nullable=False, server_default=text("''")),
    Column("written_at", Instant),
    Index("threads_by_ref", "network", "ref", unique=True),
    # All that lists are filtered by stands in the index, so that what is passed over costs little.
    Index("threads_listed", "status", "listed", "first_saved", "slug", "language", "written_at"),
    Index(
        "threads_listed_by_network",
        "network",
        "status",
        "listed",
        "first_saved",
        "slug",
        "language",
        "written_at",
    ),
    Index("threads_by_author", "network", "author_id", "status", "listed", "first_saved", "slug"),
)

versions = Table(
    "versions",
    metadata,
    Column("slug", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("saved_at", Instant, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

posts = Table(
    "posts",
    metadata,
    Column("slug", String, primary_key=True),
    Column("network", String, primary_key=True),
    Column("ref", String, primary_key=True),
    Index("posts_by_ref", "network", "ref"),
)

people = Table(
    "people",
    metadata,
    Column("slug", String, primary_key=True),
    Column("network", String, primary_key=True),
    Column("account", String, primary_key=True),
    Column("handle", String, nullable=False),
    Index("people_by_account", "network", "account"),
)

records = Table(
    "records",
    metadata,
    Column("slug", String, primary_key=True),
    Column("network", String, primary_key=True),
    Column("ref", String, primary_key=True),
    Column("record", LargeBinary, nullable=False),
)

texts = Table(
    "texts",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("slug", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("folded", Text, nullable=False),
    Index("texts_by_slug", "slug", unique=True),
)
"""What listed threads are found by; the index over `folded` is each database's own (migration 0003)."""

handles = Table(
    "handles",
    metadata,
    Column("network", String, primary_key=True),
    Column("handle", String, primary_key=True),
    Column("account", String, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Index("handles_by_account", "network", "account"),
)
"""Every handle under which an author of a thread was met, in lower case, and whose it was last."""

names = Table(
    "names",
    metadata,
    Column("slug", String, primary_key=True),
    Column("named", String, primary_key=True),
    Index("names_by_named", "named"),
)

wishes = Table(
    "wishes",
    metadata,
    Column("network", String, primary_key=True),
    Column("account", String, primary_key=True),
    Column("denied", Boolean, primary_key=True),
    Column("wish", String, nullable=False),
    Column("said_by", String, nullable=False),
    Column("said_at", Instant, nullable=False),
)

calls = Table(
    "calls",
    metadata,
    Column("network", String, primary_key=True),
    Column("ref", String, primary_key=True),
    Column("state", String, nullable=False),
    Column("mention", LargeBinary, nullable=False),
    Column("called_by", String, nullable=False),
    Column("called_at", Instant, nullable=False),
    Column("accepted_at", Instant, nullable=False),
    Column("reply", LargeBinary),
    Column("reply_ref", String),
    Column("outcome", String, nullable=False),
    Column("thread_network", String),
    Column("thread_ref", String),
    Index("calls_by_time", "network", "called_at"),
    Index("calls_by_caller", "called_by", "accepted_at"),
    Index("calls_by_thread", "thread_network", "thread_ref", "accepted_at"),
    Index("calls_by_reply", "network", "reply_ref"),
    Index("calls_accepted", "accepted_at"),
)

tasks = Table(
    "tasks",
    metadata,
    Column("kind", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("payload", Text, nullable=False),
    Column("due", Instant, nullable=False),
    Column("again", Instant),
    Column("attempts", Integer, nullable=False),
    Column("owner", String),
    Column("lease_until", Instant),
    Column("failed", Boolean, nullable=False, server_default=false()),
    Column("words", String, nullable=False, server_default=text("''")),
    Index("tasks_by_due", "failed", "due"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("network", String, primary_key=True),
    Column("session", Text, nullable=False),
)

pastes = Table(
    "pastes",
    metadata,
    Column("key", String, primary_key=True),
    Column("network", String, nullable=False),
    Column("ref", String, nullable=False),
    Column("slug", String, nullable=False),
    Column("words", String, nullable=False),
    Column("exit_code", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Index("pastes_by_age", "at"),
)

spending = Table(
    "spending",
    metadata,
    Column("network", String, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("who", String, primary_key=True),
    Column("amount", BigInteger, nullable=False),
)

purchases = Table(
    "purchases",
    metadata,
    Column("network", String, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("name", String, primary_key=True),
)

keys = Table(
    "keys",
    metadata,
    Column("name", String, primary_key=True),
    Column("digest", String, nullable=False, unique=True),
    Column("per_minute", Integer, nullable=False),
    Column("made_at", Instant, nullable=False),
)
