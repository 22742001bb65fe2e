"""What a long thread's page has above its text: a way to each of its posts."""

from __future__ import annotations

from dataclasses import dataclass

from unroller.core import summary
from unroller.core.body import BlockKind
from unroller.core.model import Post
from unroller.exports import words
from unroller.exports.reading import Reading, Step

LONG = 20
"""From how many posts on a page has contents."""

WIDTH = 60
"""The most characters of an entry."""


@dataclass(frozen=True, slots=True)
class Entry:
    """The way to one post. `heading`: the post begins a part. `ours`: the words are not its author's."""

    anchor: str
    words: str
    languages: tuple[str, ...]
    heading: bool = False
    ours: bool = False


def contents(reading: Reading) -> tuple[Entry, ...]:
    """An entry for each post of the thread, in order; none where the thread is short."""
    steps = [step for step in reading.steps if isinstance(step, Step)]
    return tuple(map(_entry, steps)) if len(steps) >= LONG else ()


def _entry(step: Step) -> Entry:
    post = step.post
    if not words.fold_reason(post):
        if heading := _heading(post):
            return Entry(step.anchor, heading, post.languages, heading=True)
        if opening := summary.opening(post, WIDTH):
            return Entry(step.anchor, opening, post.languages)
    return Entry(step.anchor, _stand_in(step), (), ours=True)


def _heading(post: Post) -> str:
    found = (block.text for block in post.body if block.kind is BlockKind.HEADING)
    return summary.shorten(words.line(next(found, "")), WIDTH)


def _stand_in(step: Step) -> str:
    """What an entry says that has no words of the author's, such as `Content warning: shipwreck`."""
    post = step.post
    if reason := words.fold_reason(post):
        return summary.shorten(reason, WIDTH)
    if post.media:
        return words.counted(len(post.media), words.kind(post.media[0]).lower())
    return f"Post {step.number}"
