"""A thread with pictures of which copies are kept, and the frame that has them."""

from __future__ import annotations

from msgspec.structs import replace

from tests import threads
from tests.exports.visits import picture
from unroller.core.model import Media, MediaKind, Thread
from unroller.core.ports import Frame

PNG = picture(60, 40)
TRUNCATED = PNG[: len(PNG) // 2]
DAMAGED = TRUNCATED + PNG[-12:]

KEPT = Frame(kept={"lamp": PNG, "stair": PNG, "cut": TRUNCATED, "page": b"<script>alert(1)</script>"})


def with_copies(*copies: str) -> Thread:
    """The canonical thread with every medium, with copies of the pictures in its first posts."""
    found = threads.every_medium()
    first = found.posts[0]
    media = tuple(
        Media(MediaKind.IMAGE, f"https://media.example/{copy}.png", f"A {copy}.", 60, 40, copy=copy)
        for copy in copies
    )
    return replace(found, posts=(replace(first, media=media), *found.posts[1:]))
