"""The first tables: threads and what belongs to them, wishes, calls, tasks, sessions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make every table."""
    _threads()
    _parts_of_threads()
    _wishes_and_calls()
    _tasks_and_sessions()
    _pastes()


def _threads() -> None:
    op.create_table(
        "threads",
        sa.Column("slug", sa.String, primary_key=True),
        sa.Column("network", sa.String, nullable=False),
        sa.Column("ref", sa.String, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("why", sa.String, nullable=False),
        sa.Column("removed_by", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("first_saved", TIME, nullable=False),
        sa.Column("saved_at", TIME, nullable=False),
        sa.Column("checked_at", TIME, nullable=False),
        sa.Column("expires", TIME),
        sa.Column("sample", sa.Boolean, nullable=False),
        sa.Column("listed", sa.Boolean, nullable=False),
        sa.Column("verdict", sa.LargeBinary),
        sa.Column("author_id", sa.String, nullable=False),
        sa.Column("author_handle", sa.String, nullable=False),
        sa.Column("author_name", sa.String, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("posts", sa.Integer, nullable=False),
        sa.Column("gaps", sa.Integer, nullable=False),
        sa.Column("complete", sa.Boolean, nullable=False),
    )
    op.create_index("threads_by_ref", "threads", ["network", "ref"], unique=True)
    op.create_index("threads_listed", "threads", ["status", "listed", "first_saved", "slug"])
    op.create_index(
        "threads_listed_by_network", "threads", ["network", "status", "listed", "first_saved", "slug"]
    )
    op.create_index("threads_by_author", "threads", ["network", "author_id", "first_saved"])


def _parts_of_threads() -> None:
    op.create_table(
        "versions",
        sa.Column("slug", sa.String, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("saved_at", TIME, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "posts",
        sa.Column("slug", sa.String, primary_key=True),
        sa.Column("network", sa.String, primary_key=True),
        sa.Column("ref", sa.String, primary_key=True),
    )
    op.create_index("posts_by_ref", "posts", ["network", "ref"])
    op.create_table(
        "people",
        sa.Column("slug", sa.String, primary_key=True),
        sa.Column("network", sa.String, primary_key=True),
        sa.Column("account", sa.String, primary_key=True),
        sa.Column("handle", sa.String, nullable=False),
    )
    op.create_index("people_by_account", "people", ["network", "account"])
    op.create_table(
        "records",
        sa.Column("slug", sa.String, primary_key=True),
        sa.Column("network", sa.String, primary_key=True),
        sa.Column("ref", sa.String, primary_key=True),
        sa.Column("record", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "names",
        sa.Column("slug", sa.String, primary_key=True),
        sa.Column("named", sa.String, primary_key=True),
    )
    op.create_index("names_by_named", "names", ["named"])


def _wishes_and_calls() -> None:
    op.create_table(
        "wishes",
        sa.Column("network", sa.String, primary_key=True),
        sa.Column("account", sa.String, primary_key=True),
        sa.Column("denied", sa.Boolean, primary_key=True),
        sa.Column("wish", sa.String, nullable=False),
        sa.Column("said_by", sa.String, nullable=False),
        sa.Column("said_at", TIME, nullable=False),
    )
    op.create_table(
        "calls",
        sa.Column("network", sa.String, primary_key=True),
        sa.Column("ref", sa.String, primary_key=True),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("mention", sa.LargeBinary, nullable=False),
        sa.Column("called_by", sa.String, nullable=False),
        sa.Column("called_at", TIME, nullable=False),
        sa.Column("accepted_at", TIME, nullable=False),
        sa.Column("reply", sa.LargeBinary),
        sa.Column("reply_ref", sa.String),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("thread_network", sa.String),
        sa.Column("thread_ref", sa.String),
    )
    op.create_index("calls_by_time", "calls", ["network", "called_at"])
    op.create_index("calls_by_caller", "calls", ["called_by", "accepted_at"])
    op.create_index("calls_by_thread", "calls", ["thread_network", "thread_ref", "accepted_at"])
    op.create_index("calls_by_reply", "calls", ["network", "reply_ref"])
    op.create_index("calls_accepted", "calls", ["accepted_at"])


def _tasks_and_sessions() -> None:
    op.create_table(
        "tasks",
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("due", TIME, nullable=False),
        sa.Column("again", TIME),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("owner", sa.String),
        sa.Column("lease_until", TIME),
        sa.Column("failed", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("words", sa.String, nullable=False, server_default=sa.text("''")),
    )
    op.create_index("tasks_by_due", "tasks", ["failed", "due"])
    op.create_table(
        "sessions",
        sa.Column("network", sa.String, primary_key=True),
        sa.Column("session", sa.Text, nullable=False),
    )


def _pastes() -> None:
    op.create_table(
        "pastes",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("network", sa.String, nullable=False),
        sa.Column("ref", sa.String, nullable=False),
        sa.Column("slug", sa.String, nullable=False),
        sa.Column("words", sa.String, nullable=False),
        sa.Column("exit_code", sa.Integer, nullable=False),
        sa.Column("at", TIME, nullable=False),
    )
    op.create_index("pastes_by_age", "pastes", ["at"])
