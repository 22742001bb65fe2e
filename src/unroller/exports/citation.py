"""What a citation of a thread says, whatever the format."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from unroller.core import summary
from unroller.core.model import Thread, Verdict
from unroller.core.ports import Frame
from unroller.core.tolerant import web_link
from unroller.exports import words
from unroller.exports.book import tag


@dataclass(frozen=True, slots=True)
class Citation:
    """`url` leads to the original, `page` to the copy that lasts; `""` where there is none. Times in UTC."""

    key: str
    author: str
    title: str
    network: str
    kind: str
    issued: datetime
    accessed: datetime
    url: str
    page: str
    language: str


def cite(thread: Thread, verdict: Verdict, frame: Frame) -> Citation:
    """How `thread` is cited. No word in it is empty that a style needs."""
    network = frame.rules.title if frame.rules else words.network_title(thread.ref.network)
    issued = thread.posts[0].published.astimezone(UTC)
    handle = words.line(thread.author.handle)
    return Citation(
        key=f"{re.sub(r'[^a-z0-9]', '', handle.lower())[:40] or 'thread'}-{issued.year}-{_mark(thread)}",
        author=words.line(thread.author.name) or f"@{handle}",
        title=words.line(words.title(thread, verdict)) or "A thread",
        network=words.line(network),
        kind=f"{words.line(network)} thread by @{handle}",
        issued=issued,
        accessed=thread.completeness.checked_at.astimezone(UTC),
        url=web_link(thread.posts[0].url) or "",
        page=web_link(frame.page_url) or "",
        language=tag(thread.posts[0].languages),
    )


def _mark(thread: Thread) -> str:
    """What tells two threads of one author and year apart."""
    return summary.slug(thread.ref)[:4]
