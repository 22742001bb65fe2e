"""Canonical threads: one of each kind that a format has to get right, as Python values.

`ALL` names every one of them; each is a function, so that a test makes its own. `TITLES` are those whose
first words make an odd title.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.threads.hostile import hostile
from tests.threads.media import edited, every_medium, every_quote, warned, warned_whole
from tests.threads.prose import essay, long, one_post, right_to_left, short
from tests.threads.shapes import elsewhere, forks, gaps
from tests.threads.typography import (
    code,
    essay_in_parts,
    japanese,
    of_1000_characters,
    of_emoji,
    of_one_letter,
    of_one_word,
    photos,
    unbreakable,
)
from unroller.core.model import Thread

__all__ = [
    "ALL",
    "TITLES",
    "Making",
    "code",
    "edited",
    "elsewhere",
    "essay",
    "essay_in_parts",
    "every_medium",
    "every_quote",
    "forks",
    "gaps",
    "hostile",
    "japanese",
    "long",
    "one_post",
    "photos",
    "right_to_left",
    "short",
    "unbreakable",
    "warned",
    "warned_whole",
]

Making = Callable[[], Thread]

ALL: dict[str, Making] = {
    made.__name__: made
    for made in (
        one_post,
        short,
        essay,
        long,
        right_to_left,
        japanese,
        code,
        unbreakable,
        essay_in_parts,
        photos,
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

TITLES: dict[str, Making] = {
    made.__name__: made for made in (of_emoji, of_one_letter, of_1000_characters, of_one_word)
}
