"""JSON that is nested more deeply than a parser can bear → the same, cut where it is too deep. Pure."""

from __future__ import annotations

import re

MOST_LEVELS = 200

# A text that is never closed runs to the end, so that no text is looked at twice.
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[{]|[\]}]', re.DOTALL)


def shallow(text: str, levels: int = MOST_LEVELS) -> str:
    """`text` with `null` in place of every array and object below more than `levels` others.

    >>> shallow('{"a": [1, [2]], "b": [[3, "]"]]}', levels=2)
    '{"a": [1, null], "b": [null]}'
    """
    kept: list[str] = []
    place = depth = 0
    for token in _TOKEN.finditer(text):
        if token[0] in ("[", "{"):
            depth += 1
            if depth == levels + 1:
                kept += text[place : token.start()], "null"
        elif token[0] in ("]", "}"):
            depth -= 1
            if depth == levels:
                place = token.end()
    return "".join([*kept, text[place:] if depth <= levels else ""])
