"""typst and its fonts: one compiler for the process, and which letters it can draw."""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from unroller.core.errors import SetupError

TEMPLATES = Path(__file__).parent / "templates"

_FONT_PACKAGES = ("manimgx_fonts", "fontpkg_amiri", "justmytype_intl_cjk")
_CJK = {
    "ja": "Noto Sans JP",
    "ko": "Noto Sans KR",
    "zh": "Noto Sans SC",
    "zh-TW": "Noto Sans TC",
    "zh-Hant": "Noto Sans TC",
}
_REST = (
    *("Armenian", "Bengali", "Devanagari", "Ethiopic", "Georgian", "Gujarati", "Gurmukhi", "Kannada"),
    *("Khmer", "Lao", "Malayalam", "Myanmar", "Oriya", "Sinhala", "Tamil", "Telugu", "Thai"),
)
# Scripts that our fonts can draw, by the first word of their letters' names.
_SCRIPTS = frozenset(
    ("LATIN", "GREEK", "CYRILLIC", "ARABIC", "HEBREW", "CJK", "HIRAGANA", "KATAKANA", "HANGUL")
) | frozenset(script.upper() for script in _REST)
PICTURES = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe00-\ufe0f\u200d\U000e0000-\U000e007f]+"
)
"""Emoji and what joins them."""

_DRAWING = threading.Lock()
_AGES = 11


class UndrawableError(SetupError):
    """typst is there, but could not make it of what it was given."""


def draw(**how: Any) -> bytes:
    """What typst makes of `how`, which is given to its `compile`; one at a time in a process.

    Raises:
        SetupError: typst or its fonts are missing.
        UndrawableError: it cannot draw.
    """
    try:
        with _DRAWING:
            # What is not said is as it was for the drawing before.
            drawn: bytes = _compiler().compile(**{"root": TEMPLATES, "sys_inputs": None} | how)
    except SetupError:
        raise
    except Exception as error:
        raise UndrawableError("typst could not draw this; report it, with the link of the thread.") from error
    return drawn


def forget() -> None:
    """Let go of what large drawings left in memory: typst keeps what any of the last ten made use of."""
    for _ in range(_AGES):
        draw(input=b"", format="svg")


def has_font(character: str) -> bool:
    """Whether our fonts have it, as far as its name tells; all but letters is taken for granted."""
    if unicodedata.category(character)[0] not in "LM" or unicodedata.combining(character):
        return True
    return unicodedata.name(character, "").partition(" ")[0] in _SCRIPTS


def is_right_to_left(text: str) -> bool:
    """Whether the first letter that has a direction runs from right to left."""
    strong = (unicodedata.bidirectional(character) for character in text)
    return next((kind in ("R", "AL") for kind in strong if kind in ("L", "R", "AL")), False)


def fonts(lang: str, *, arabic: str = "Noto Sans Arabic") -> list[str]:
    """Our fonts, with the Chinese, Japanese or Korean shapes that `lang` wants first."""
    first = _CJK.get(lang) or _CJK.get(lang[:2], "Noto Sans JP")
    return [
        *("Noto Sans", arabic, "Noto Sans Hebrew", "Noto Emoji"),
        *dict.fromkeys((first, *_CJK.values())),
        *("Noto Sans Symbols", *(f"Noto Sans {script}" for script in _REST)),
    ]


@cache
def _compiler() -> Any:
    """One compiler for the process: it keeps what it has read of the fonts."""
    try:
        import typst  # noqa: PLC0415  a page is served without it
    except ImportError as error:
        raise SetupError("typst is not installed, so nothing can be drawn: pip install typst") from error
    compiler: Any = typst.Compiler
    return compiler(root=TEMPLATES, font_paths=_font_folders(), ignore_system_fonts=True)


def _font_folders() -> list[str]:
    specs = {name: find_spec(name) for name in _FONT_PACKAGES}
    missing = [name for name, spec in specs.items() if spec is None or not spec.submodule_search_locations]
    if missing:
        raise SetupError(f"The fonts to draw with are not installed: pip install {' '.join(missing)}")
    return [place for spec in specs.values() if spec for place in spec.submodule_search_locations or ()]
