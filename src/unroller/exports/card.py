"""A thread → the picture that stands for it where its link is shown, drawn by typst."""

from __future__ import annotations

import json
import re
import threading
import unicodedata
from bisect import bisect_right
from functools import cache
from importlib.util import find_spec
from itertools import accumulate
from pathlib import Path
from typing import Any

from unroller.core import summary
from unroller.core.body import clean
from unroller.core.errors import SetupError
from unroller.core.model import Thread, Verdict
from unroller.core.ports import Frame
from unroller.exports import words
from unroller.exports.page import language

WIDTH, HEIGHT = 1200, 630
HEAVIEST = 100_000  # bytes; some networks refuse heavier ones

_TEMPLATE = Path(__file__).parent / "templates" / "card.typ"
_FONT_PACKAGES = ("fontpkg_noto_sans", "justmytype_intl_rtl", "justmytype_intl_cjk")
_FONTS = ("Noto Sans", "Noto Sans Arabic", "Noto Sans Hebrew")
_CJK = {
    "ja": "Noto Sans JP",
    "ko": "Noto Sans KR",
    "zh": "Noto Sans SC",
    "zh-TW": "Noto Sans TC",
    "zh-Hant": "Noto Sans TC",
}
# Scripts that our fonts can draw, by the first word of their letters' names.
_SCRIPTS = frozenset(
    ("LATIN", "GREEK", "CYRILLIC", "ARABIC", "HEBREW", "DEVANAGARI", "CJK", "HIRAGANA", "KATAKANA", "HANGUL")
)
# Pictures that no font of ours has; a box would be drawn for each.
_PICTURES = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe00-\ufe0f\u200d\U000e0000-\U000e007f]+"
)
_DRAWING = threading.Lock()


class Card:
    """The picture as an export: made beside every page, shown where the page's link is shown."""

    name = "card"
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
    drawn = _draw(_data(thread, site))
    return drawn if len(drawn) <= HEAVIEST else _draw(_data(thread, site, room=0.5))


def _draw(data: dict[str, Any]) -> bytes:
    inputs = {"card": json.dumps(data)}
    try:
        with _DRAWING:
            drawn: bytes = _compiler().compile(input=_TEMPLATE, format="png", ppi=72.0, sys_inputs=inputs)
    except SetupError:
        raise
    except Exception as error:
        raise SetupError("The picture for the page could not be drawn: typst failed.") from error
    return drawn


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
        "rtl": _is_right_to_left(title),
        "name": name,
        "handle": f"@{_drawable(thread.author.handle, int(44 * room))}",
        "facts": words.facts(thread),
        "site": _drawable(site, int(30 * room)),
        "lang": lang[:2].lower() or "en",
        "fonts": _fonts(lang),
    }


def _title(thread: Thread, name: str) -> str:
    """The thread's title; none of its words when any post is behind a warning."""
    posts = (*thread.posts, *(post for aside in thread.elsewhere for post in aside.posts))
    return f"A thread by {name}" if any(map(words.fold_reason, posts)) else summary.title(thread)


def _drawable(text: str, length: int) -> str:
    """`text` without pictures, cut to `length` columns; `""` when a letter has no font."""
    text = " ".join(_PICTURES.sub(" ", clean(text)).split())
    if not all(map(_has_font, text)):
        return ""
    ends = list(accumulate(map(_width, text)))
    return (
        text if not ends or ends[-1] <= length else text[: bisect_right(ends, length - 1)].rstrip(" …") + "…"
    )


def _has_font(character: str) -> bool:
    if unicodedata.category(character)[0] not in "LM" or unicodedata.combining(character):
        return True
    return unicodedata.name(character, "").partition(" ")[0] in _SCRIPTS


def _width(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _size(title: str) -> int:
    """The size of the letters, so that the title fills its place and no more."""
    width = sum(map(_width, title))
    return 84 if width <= 36 else 72 if width <= 64 else 60 if width <= 96 else 48


def _is_right_to_left(text: str) -> bool:
    """Whether the first letter that has a direction runs from right to left."""
    strong = (unicodedata.bidirectional(character) for character in text)
    return next((kind in ("R", "AL") for kind in strong if kind in ("L", "R", "AL")), False)


def _fonts(lang: str) -> list[str]:
    """Our fonts, with the Chinese, Japanese or Korean shapes that `lang` wants first."""
    first = _CJK.get(lang) or _CJK.get(lang[:2], "Noto Sans JP")
    return [*_FONTS, *dict.fromkeys((first, *_CJK.values()))]


@cache
def _compiler() -> Any:
    """One compiler for the process: it keeps what it has read of the fonts."""
    try:
        import typst  # noqa: PLC0415  a page is served without it
    except ImportError as error:
        raise SetupError("typst is not installed, so pages have no picture: pip install typst") from error
    compiler: Any = typst.Compiler
    return compiler(_TEMPLATE, root=_TEMPLATE.parent, font_paths=_font_folders(), ignore_system_fonts=True)


def _font_folders() -> list[str]:
    specs = {name: find_spec(name) for name in _FONT_PACKAGES}
    missing = [name for name, spec in specs.items() if spec is None or not spec.submodule_search_locations]
    if missing:
        raise SetupError(f"Fonts for the pages' pictures are not installed: pip install {' '.join(missing)}")
    return [place for spec in specs.values() if spec for place in spec.submodule_search_locations or ()]
