"""What the cases of all networks have in common in which readers of threads go wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from unroller.core.body import plain
from unroller.core.model import Absence, Gap, Post, Thread

Sent = TypeVar("Sent")
"""A post, as the network of the tests knows it."""


@dataclass(frozen=True, slots=True)
class Case(Generic[Sent]):
    """Where the link leads, what the thread must hold, and what must be named as missing."""

    link: Sent
    wanted: list[str]
    elsewhere: tuple[str, ...] = ()
    missing: tuple[Absence, ...] = ()
    context: str | Absence | None = None
    answers: int = 0

    def check(self, thread: Thread) -> None:
        """The thread holds all of it, in order, and nothing else."""
        assert [plain(post.body) for post in thread.posts] == self.wanted
        assert tuple(gap.reason for gap in thread.gaps) == self.missing
        assert _said_elsewhere(thread) == self.elsewhere
        assert len(thread.answers) == self.answers
        assert _context(thread) == self.context
        if self.missing:
            assert thread.gaps[0].after == thread.posts[1].ref


def _said_elsewhere(thread: Thread) -> tuple[str, ...]:
    found: list[str] = []
    for aside in thread.elsewhere:
        assert isinstance(aside.under, Post)
        found += [plain(post.body) for post in (aside.under, *aside.posts)]
    return tuple(found)


def _context(thread: Thread) -> str | Absence | None:
    if isinstance(thread.context, Gap):
        return thread.context.reason
    return plain(thread.context.body) if thread.context else None
