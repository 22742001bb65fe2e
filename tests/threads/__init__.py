"""Canonical threads: one of each kind that a format has to get right, as Python values.

`ALL` names every one of them; each is a function, so that a test makes its own.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.threads.hostile import hostile
from tests.threads.media import edited, every_medium, every_quote, warned, warned_whole
from tests.threads.prose import essay, long, one_post, right_to_left, short
from tests.threads.shapes import elsewhere, forks, gaps
from unroller.core.model import Thread

__all__ = [
    "ALL",
    "edited",
    "elsewhere",
    "essay",
    "every_medium",
    "every_quote",
    "forks",
    "gaps",
    "hostile",
    "long",
    "one_post",
    "right_to_left",
    "short",
    "warned",
    "warned_whole",
]

ALL: dict[str, Callable[[], Thread]] = {
    made.__name__: made
    for made in (
        one_post,
        short,
        essay,
        long,
        right_to_left,
        forks,
        gaps,
        elsewhere,
        edited,
        every_medium,
        every_quote,
        warned,
        warned_whole,
        hostile,
    )
}
