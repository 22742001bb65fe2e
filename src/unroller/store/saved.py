"""A saved thread, whole or as a line of a list, and how a row becomes one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row

from unroller.core.codec import thread_from_json, verdict_from_json, verdict_to_json
from unroller.core.model import PostRef, Thread, Verdict, Wholeness
from unroller.core.summary import language
from unroller.store import schema

_row = schema.threads.c

ENTRY_COLUMNS = (
    _row.slug, _row.network, _row.ref, _row.author_id, _row.author_handle, _row.author_name, _row.title,
    _row.posts, _row.gaps, _row.complete, _row.first_saved, _row.saved_at, _row.listed, _row.sample,
    _row.language, _row.written_at,
)  # fmt: skip

NO_CONTENT: dict[str, Any] = {
    "verdict": None, "expires": None, "listed": False, "complete": False, "posts": 0, "gaps": 0,
    "title": "", "author_id": "", "author_handle": "", "author_name": "", "language": "", "written_at": None,
}  # fmt: skip
"""The columns that say something about a thread's content, when there is none."""


class Status(StrEnum):
    """What became of a thread.

    `PENDING` waits for its author's yes. `REMOVED` was taken down by its author or the operator and
    stays so until they lift it. `WITHDRAWN` is gone at its source or declined, and may come back.
    Only the first two can have content.
    """

    PUBLISHED = "published"
    PENDING = "pending"
    REMOVED = "removed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Saved:
    """A thread as the library has it. Without content `thread` and `verdict` are `None`.

    `why` says, for readers, why there is no content; `removed_by` who alone can bring it back, set apart by
    spaces when they are two. `version` counts from 1; 0 means
    that nothing was ever saved. `checked_at` is when the network was last asked.
    """

    slug: str
    ref: PostRef
    status: Status
    why: str
    thread: Thread | None
    verdict: Verdict | None
    version: int
    first_saved: datetime
    saved_at: datetime
    checked_at: datetime
    expires: datetime | None
    sample: bool
    removed_by: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a list: what can be said of a published thread without reading it.

    `language` is the thread's primary tag, `""` where none is named; `written_at` the time of its first post.
    """

    slug: str
    ref: PostRef
    network: str
    author_id: str
    author_handle: str
    author_name: str
    title: str
    posts: int
    gaps: int
    complete: bool
    first_saved: datetime
    saved_at: datetime
    listed: bool
    sample: bool
    language: str
    written_at: datetime


def saved(row: Row[Any], thread: Thread | None, verdict: Verdict | None) -> Saved:
    """The row of a thread, with the content that the caller has at hand."""
    return Saved(
        slug=row.slug,
        ref=PostRef(row.network, row.ref),
        status=Status(row.status),
        why=row.why,
        thread=thread,
        verdict=verdict,
        version=row.version,
        first_saved=row.first_saved,
        saved_at=row.saved_at,
        checked_at=row.checked_at,
        expires=row.expires,
        sample=row.sample,
        removed_by=row.removed_by,
    )


def loaded(row: Row[Any]) -> Saved:
    """The row of a thread joined with its newest `content`."""
    return saved(
        row,
        None if row.content is None else thread_from_json(row.content),
        None if row.verdict is None else verdict_from_json(row.verdict),
    )


def entry(row: Row[Any]) -> Entry:
    """A row of `ENTRY_COLUMNS`, whose order is that of an entry's parts, but for the ref."""
    slug, network, ref, *more = tuple(row)
    return Entry(slug, PostRef(network, ref), network, *more)


def content_columns(thread: Thread, verdict: Verdict, title: str) -> dict[str, Any]:
    """What lists say of `thread`."""
    return {
        "verdict": verdict_to_json(verdict),
        "listed": verdict.show and verdict.list,
        "title": title,
        "author_id": thread.author.id,
        "author_handle": thread.author.handle,
        "author_name": thread.author.name,
        "posts": len(thread.posts),
        "gaps": len(thread.gaps),
        "complete": thread.completeness.state is Wholeness.WHOLE,
        "language": language(thread),
        "written_at": thread.posts[0].published,
    }
