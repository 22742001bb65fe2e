"""Small conversations, written as `post → parent` pairs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from unroller.core.body import Block, BlockKind, Run
from unroller.core.conversation import Conversation, Evidence
from unroller.core.model import Absence, Author, Post, PostRef

START = datetime(2026, 1, 1, tzinfo=UTC)
WHOLE = Evidence(source="the author's own list of posts", checked_at=START, exhaustive=True)


def ref(name: str | int, author: str = "anna") -> PostRef:
    """Names count upwards in id order: numbers are padded, so that 2 comes before 10."""
    return PostRef("test", f"{author}/{name:>06}" if isinstance(name, int) else f"{author}/{name}")


def author(name: str = "anna") -> Author:
    return Author("test", name, f"{name}.test", name.title(), f"https://test.example/{name}")


def post(
    name: str | int,
    parent: PostRef | None = None,
    *,
    by: str = "anna",
    root: PostRef | None = None,
    text: str = "",
) -> Post:
    own = ref(name, by)
    return Post(
        ref=own,
        author=author(by),
        published=START + timedelta(minutes=name if isinstance(name, int) else 0),
        body=(Block(BlockKind.PARAGRAPH, (Run(text or f"Post {name}"),)),),
        url=f"https://test.example/{own.id}",
        order=own.id.split("/")[1],
        parent=parent,
        parent_author=parent.id.split("/")[0] if parent else None,
        root=root,
    )


def chain(
    count: int, *, first: int = 1, parent: PostRef | None = None, root: PostRef | None = None
) -> list[Post]:
    """`count` posts by anna, each answering the one before."""
    posts: list[Post] = []
    for number in range(first, first + count):
        above = posts[-1].ref if posts else parent
        posts.append(post(number, above, root=root or (posts[0].ref if posts else None)))
    return posts


def conversation(
    posts: Iterable[Post],
    focus: PostRef | None = None,
    *,
    absent: Mapping[PostRef, Absence] | None = None,
    evidence: Evidence = WHOLE,
) -> Conversation:
    posts = list(posts)
    made = Conversation(focus or posts[0].ref, evidence)
    made.add(posts, absent=absent)
    for missing in absent or {}:
        made.owners[missing] = missing.id.split("/")[0]
    return made
