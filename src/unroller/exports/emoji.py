"""Emoji by their names, for where no font has one of them."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from unroller.exports.drawing import PICTURES

_KEYCAP = re.compile("\ufe0f?\u20e3")
_SILENT = re.compile("[\u200d\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0000-\U000e007f]")
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
_FIRST_LETTER = 0x1F1E6
_NO_WORDS = frozenset(("kind", "link", "to", "anchor", "file", "lang", "fonts", "source", "page", "marks"))
"""Keys of what the templates are told that are no words for readers."""


def with_names(told: Any, key: str = "") -> Any:
    """`told` with the name of each emoji in its words: `[party popper]`."""
    if isinstance(told, dict):
        return {key: with_names(value, key) for key, value in told.items()}
    if isinstance(told, list):
        return [with_names(value, key) for value in told]
    return named(told) if isinstance(told, str) and key not in _NO_WORDS else told


def named(text: str) -> str:
    """`text` with the name of each emoji."""
    return PICTURES.sub(_names, _KEYCAP.sub("", text))


def _names(found: re.Match[str]) -> str:
    pictures = _FLAG.sub(_flag, _SILENT.sub("", found[0]))
    if not pictures:
        return found[0] if found[0] == "\u200d" else ""  # a joiner alone shapes letters
    names = (c if c.isascii() else f"[{unicodedata.name(c, 'a picture').lower()}]" for c in pictures)
    return "".join(names)


def _flag(found: re.Match[str]) -> str:
    return f"[flag {''.join(chr(ord(c) - _FIRST_LETTER + ord('A')) for c in found[0])}]"
