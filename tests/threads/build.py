"""The smallest ways to make a post, a body, a thread."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from unroller.core.body import Block, BlockKind, Body, Run
from unroller.core.model import Author, Completeness, Gap, Post, PostRef, Thread, Wholeness

DAY = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
CHECKED = datetime(2026, 11, 22, 13, 5, tzinfo=UTC)
SOURCE = "the author’s own list of posts"


def author(handle: str = "mira.example.social", name: str = "Mira Okafor", **more: Any) -> Author:
    url = f"https://bsky.app/profile/{handle}"
    return Author("bluesky", f"did:plc:{handle}", handle, name, url=url, **more)


MIRA = author()
BOB = author("bob.example.social", "Bob Lindqvist")


def body(text: str) -> Body:
    """Paragraphs, set apart by empty lines."""
    return tuple(Block(BlockKind.PARAGRAPH, (Run(part),)) for part in text.split("\n\n") if part)


def ref(number: int, by: Author = MIRA) -> PostRef:
    return PostRef("bluesky", f"at://{by.id}/app.bsky.feed.post/3m{number:011d}")


def post(
    number: int, text: str | Body = "", *, by: Author = MIRA, after: int | None = None, **more: Any
) -> Post:
    """Post `number`, an answer to post `after` of the same author."""
    fields: dict[str, Any] = {
        "ref": ref(number, by),
        "author": by,
        "published": DAY + timedelta(minutes=3 * number),
        "body": body(text) if isinstance(text, str) else text,
        "url": f"https://bsky.app/profile/{by.handle}/post/3m{number:011d}",
        "order": f"{number:011d}",
        "parent": ref(after, by) if after is not None else None,
        "languages": ("en",),
    }
    return Post(**(fields | more))


def chain(*texts: str | Body, by: Author = MIRA, **more: Any) -> tuple[Post, ...]:
    """Posts of which each answers the one before."""
    return tuple(
        post(number, text, by=by, after=number - 1 if number > 1 else None, **more)
        for number, text in enumerate(texts, 1)
    )


def thread(posts: tuple[Post, ...], *, gaps: tuple[Gap, ...] = (), **more: Any) -> Thread:
    """`posts` as a thread that is whole but for `gaps`."""
    state = Wholeness.PARTIAL if gaps else Wholeness.WHOLE
    counted = Completeness(state, len(posts), len(posts) + len(gaps), CHECKED, SOURCE)
    fields: dict[str, Any] = {
        "ref": posts[0].ref,
        "author": posts[0].author,
        "posts": posts,
        "completeness": counted,
    }
    return Thread(**(fields | {"gaps": gaps} | more))


def with_why(found: Thread, why: str) -> Thread:
    return replace(found, completeness=replace(found.completeness, why=why))
