"""What a reader meets on the way down a thread, in order, whatever the format.

Every post comes once, every gap where it is, and a post that does not continue the one above it says so.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

from unroller.core.model import Absence, Gap, Post, PostRef, Thread

_LATER = timedelta(days=1)
_PLAIN_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Missing:
    """Posts that are missing at one place for one reason."""

    gaps: tuple[Gap, ...]
    anchor: str

    @property
    def reason(self) -> Absence:
        """Why they are missing."""
        return self.gaps[0].reason


@dataclass(frozen=True, slots=True)
class Step:
    """A post in its place. `number` counts from 1, `anchor` is its name on the page.

    `continues` is what it goes on from, where that is not just above it. `later`: more than a day
    lies between it and the post above.
    """

    post: Post
    number: int
    anchor: str
    continues: Step | Missing | None = None
    later: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """A run of the author's posts below somebody else's reply."""

    under: Post | Gap
    steps: tuple[Step | Missing, ...]

    @property
    def posts(self) -> int:
        """How many of `steps` are posts."""
        return sum(isinstance(step, Step) for step in self.steps)


@dataclass(frozen=True, slots=True)
class Reading:
    """`steps` lead through the thread, `elsewhere` through what the author wrote below others."""

    steps: tuple[Step | Missing, ...]
    elsewhere: tuple[Run, ...]


def read(thread: Thread) -> Reading:
    """`thread` as a reader meets it."""
    anchors: set[str] = set()
    return Reading(
        steps=tuple(_Walk(thread.posts, thread.gaps, anchors).run()),
        elsewhere=tuple(
            Run(aside.under, tuple(_Walk(aside.posts, aside.gaps, anchors).run()))
            for aside in thread.elsewhere
        ),
    )


class _Walk:
    """One way down. `anchors` are the names that the page has given away."""

    def __init__(self, posts: tuple[Post, ...], gaps: tuple[Gap, ...], anchors: set[str]) -> None:
        self.posts = posts
        self.anchors = anchors
        self.met: dict[PostRef, Step | Missing] = {}
        self.above: Post | None = None
        self.just_met: list[Missing] = []
        self.behind: dict[PostRef | None, list[Gap]] = {}
        here = {post.ref for post in posts}
        for gap in gaps:
            self.behind.setdefault(gap.after if gap.after in here else None, []).append(gap)

    def run(self) -> Iterator[Step | Missing]:
        yield from self.gaps(self.behind.get(None, ()))
        for number, post in enumerate(self.posts, 1):
            yield self.step(post, number)
            yield from self.gaps(self.behind.get(post.ref, ()))

    def step(self, post: Post, number: int) -> Step:
        later = self.above is not None and post.published - self.above.published > _LATER
        step = Step(post, number, self.name(post.ref), self.turn(post), later)
        self.met[post.ref] = step
        self.above, self.just_met = post, []
        return step

    def turn(self, post: Post) -> Step | Missing | None:
        """What `post` goes on from, unless a reader takes that for granted."""
        found = self.met.get(post.parent) if post.parent else None
        if isinstance(found, Step):
            return None if found.post is self.above else found
        return None if found in self.just_met else found

    def gaps(self, gaps: Iterable[Gap]) -> Iterator[Missing]:
        for _, group in groupby(gaps, key=lambda gap: gap.reason):
            alike = tuple(group)
            missing = Missing(alike, self.name(alike[0].ref))
            self.met.update((gap.ref, missing) for gap in alike)
            self.just_met.append(missing)
            yield missing

    def name(self, ref: PostRef) -> str:
        first = name = _anchor(ref)
        number = len(self.anchors)
        while name in self.anchors:
            name = f"{first}-{number}"
            number += 1
        self.anchors.add(name)
        return name


def _anchor(ref: PostRef) -> str:
    """A name for the post that stays the same however the thread grows."""
    last = ref.id.rstrip("/").rpartition("/")[2]
    if _PLAIN_ID.fullmatch(last):
        return f"p-{last}"
    return f"p-{hashlib.sha256(ref.id.encode(errors='replace')).hexdigest()[:12]}"
