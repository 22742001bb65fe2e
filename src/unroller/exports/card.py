"""A thread → the picture that stands for it where its link is shown, drawn by typst."""

from __future__ import annotations

import json
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

from unroller.core import summary
from unroller.core.model import Thread, Verdict
from unroller.core.ports import Frame
from unroller.core.tolerant import clean
from unroller.exports import words
from unroller.exports.drawing import PICTURES, TEMPLATES, draw, fonts, has_font, is_right_to_left
from unroller.exports.page import language

WIDTH, HEIGHT = 1200, 630
HEAVIEST = 100_000  # bytes; some networks refuse heavier ones

_CARD, _COVER = (TEMPLATES / "card.typ", 1032), (TEMPLATES / "cover.typ", 640)
"""The templates, and how wide a title may be in each, in points."""

_LETTER = 0.58
"""How wide one is on the average, as a share of its size."""

_JOINED = re.compile("[!-~¡-\u05ff]+")
"""A word in a script whose letters stand alone, so that it may be broken anywhere."""


class Card:
    """The picture as an export: made beside every page, shown where the page's link is shown."""

    name = "card"
    title = "Picture"
    media_type = "image/png"
    suffix = ".png"

    def render(self, thread: Thread, verdict: Verdict, frame: Frame) -> bytes:
        """The picture, as `card` draws it."""
        return card(thread, frame.site)


def card(thread: Thread, site: str) -> bytes:
    """A PNG of 1200 × 630 pixels. Behind a warning it shows nothing of the text.

    Raises:
        SetupError: typst or its fonts are missing, or it cannot draw.
    """
    drawn = _draw(_CARD, _data(thread, site))
    return drawn if len(drawn) <= HEAVIEST else _draw(_CARD, _data(thread, site, room=0.5))


def cover(thread: Thread, verdict: Verdict) -> bytes:
    """A PNG of 800 × 1200 pixels for a book. Behind a warning it shows nothing of the text.

    Raises:
        SetupError: typst or its fonts are missing, or it cannot draw.
    """
    data = _data(thread, "")
    if words.is_guarded(thread, verdict):
        data["title"], data["rtl"] = f"A thread by {data['name']}", False
    return _draw(_COVER, data)


def cover_of_many(title: str, threads: Sequence[Thread]) -> bytes:
    """As `cover`, for a book of these threads that is called `title`; it shows no word of theirs."""
    found, authors = _data(threads[0], ""), {thread.author.id for thread in threads}
    shown = _drawable(title, 84) or words.counted(len(threads), "thread")
    data = found | {"title": shown, "size": _size(shown), "rtl": is_right_to_left(shown)}
    data["facts"] = words.facts_of_many(threads)
    if len(authors) > 1:
        data |= {"name": words.counted(len(authors), "author"), "handle": ""}
    return _draw(_COVER, data)


def _draw(kind: tuple[Path, int], data: dict[str, Any]) -> bytes:
    template, width = kind
    title = _breakable(data["title"], int(width / data["size"] / _LETTER))
    inputs = {"card": json.dumps(data | {"title": title})}
    return draw(input=template, format="png", ppi=72.0, sys_inputs=inputs)


def _breakable(text: str, letters: int) -> str:
    """`text`, in which no word of more letters runs out of its line."""
    return _JOINED.sub(lambda word: _apart(word[0]) if len(word[0]) > letters else word[0], text)


def _apart(word: str) -> str:
    """`word` with a place to break between any two letters; a mark stays with its letter."""
    letters = (letter if unicodedata.combining(letter) else f"\u200b{letter}" for letter in word)
    return "".join(letters).removeprefix("\u200b")


def _data(thread: Thread, site: str, room: float = 1) -> dict[str, Any]:
    """What the template shows. `room` is the share of the usual lengths that may be used."""
    name = (
        _drawable(thread.author.name, int(36 * room)) or f"@{_drawable(thread.author.handle, int(36 * room))}"
    )
    title = _drawable(_title(thread, name), int(84 * room)) or f"A thread by {name}"
    lang = language(thread.posts[0].languages)
    return {
        "title": title,
        "size": _size(title) if room == 1 else 44,
        "rtl": is_right_to_left(title),
        "name": name,
        "handle": f"@{_drawable(thread.author.handle, int(44 * room))}",
        "facts": words.facts(thread),
        "site": _drawable(site, int(30 * room)),
        "lang": lang[:2].lower() or "en",
        "fonts": fonts(lang),
    }


def _title(thread: Thread, name: str) -> str:
    """The thread's title; none of its words when any post is behind a warning."""
    posts = (*thread.posts, *(post for aside in thread.elsewhere for post in aside.posts))
    return f"A thread by {name}" if any(map(words.fold_reason, posts)) else summary.title(thread)


def _drawable(text: str, length: int) -> str:
    """`text` without pictures, cut to `length` columns between words; `""` when a letter has no font."""
    text = " ".join(PICTURES.sub(" ", clean(text)).split())
    if not all(map(has_font, text)):
        return ""
    ends = list(accumulate(map(_width, text)))
    return summary.shorten(text, bisect_right(ends, length - 1) + 1) if ends and ends[-1] > length else text


def _width(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _size(title: str) -> int:
    """The size of the letters, so that the title fills its place and no more."""
    width = sum(map(_width, title))
    return 84 if width <= 36 else 72 if width <= 64 else 60 if width <= 96 else 48
