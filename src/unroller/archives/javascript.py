"""The literals of JavaScript that JSON has not: bare names, single quotes, commas at the end, comments. Pure.

Some people have a formatter run over their export, which is JavaScript to begin with.
https://tc39.es/ecma262/#sec-ecmascript-language-lexical-grammar
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from unroller.core.shallow import shallow

_TOKEN = re.compile(
    r"""
    (?P<space>  (?: [\s\ufeff]++ | //[^\n]*+ | /\*.*?\*/ )++ )
  | (?P<mark>   [\[\]{},:] )
  | (?P<text>   "(?:[^"\\\n]++|\\.)*+" | '(?:[^'\\\n]++|\\.)*+' | `(?:[^`\\$]++|\\.|\$(?!\{))*+` )
  | (?P<number> [-+]?(?:0[xX][0-9a-fA-F]++|0[oO][0-7]++|0[bB][01]++|(?:[0-9]++\.?[0-9]*+|\.[0-9]++)
                (?:[eE][-+]?[0-9]++)?)(?!\w) )
  | (?P<name>   [^\W\d][\w$]*+ | \$[\w$]*+ )
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(
    r"\\(?:u\{(?P<long>[0-9a-fA-F]{1,6})\}|u(?P<four>[0-9a-fA-F]{4})|x(?P<two>[0-9a-fA-F]{2})"
    r"|(?P<line>\r\n|[\n\r\u2028\u2029])|(?P<one>.))"
    r'|(?P<plain>["\x00-\x1f])',
    re.DOTALL,
)
_ONE = {"n": "\\n", "t": "\\t", "r": "\\r", "b": "\\b", "f": "\\f", "v": "\\u000b", "0": "\\u0000"}
_ONE |= {'"': '\\"', "\\": "\\\\"}
_NAMES = {"true": "true", "false": "false", "null": "null", "undefined": "null", "NaN": "null"}
_NAMES |= {"Infinity": "null"}
_BASES = frozenset("xXoObB")
_MOST_DIGITS = 400


class LiteralError(ValueError):
    """`place` is the character at which the literal is none of those that are read here."""

    def __init__(self, place: int) -> None:
        super().__init__(f"no literal at {place}")
        self.place = place


def literal(text: str) -> Any:
    """The value of one literal: an object, array, text, number, true, false or null. Linear.

    Where it is nested too deeply, `None` stands for what is too deep.

    Raises:
        LiteralError: it is none, or a part of it would have to be run (a call, a sum, `${…}`).
    """
    written = "".join(_as_json(text))
    try:
        try:
            return json.loads(written)
        except RecursionError:
            return json.loads(shallow(written))
    except (ValueError, RecursionError):
        raise LiteralError(0) from None


def _as_json(text: str) -> Iterator[str]:
    """The same literal in JSON, token by token. Each comma waits for what follows it."""
    place, comma = 0, ""
    while place < len(text):
        token = _TOKEN.match(text, place)
        if token is None:
            raise LiteralError(place)
        place = token.end()
        kind, words = token.lastgroup, token[0]
        if kind == "space":
            continue
        if words == ",":
            if comma:
                raise LiteralError(place)
            comma = ","
            continue
        if words not in ("]", "}"):
            yield comma
        comma = ""
        yield _written(kind, words, key=_is_key(text, place), place=token.start())


def _is_key(text: str, place: int) -> bool:
    space = _TOKEN.match(text, place)
    end = space.end() if space and space.lastgroup == "space" else place
    return text.startswith(":", end)


def _written(kind: str | None, words: str, *, key: bool, place: int) -> str:
    if kind == "mark":
        return words
    if kind == "text":
        return f'"{_ESCAPE.sub(_escaped, words[1:-1])}"'
    if key:
        return json.dumps(words)
    if kind == "name" and words in _NAMES:
        return _NAMES[words]
    if kind == "number" and len(words) <= _MOST_DIGITS:
        return json.dumps(_number(words))
    raise LiteralError(place)


def _number(words: str) -> float:
    if words.lstrip("+-").isdecimal():
        return int(words)
    return int(words, 0) if words.lstrip("+-")[1:2] in _BASES else float(words)


def _escaped(found: re.Match[str]) -> str:
    """One escape, or one character that JSON wants escaped, as JSON has it."""
    if found["plain"]:
        return json.dumps(found["plain"])[1:-1]
    if found["four"] or found["two"]:
        return f"\\u{int(found['four'] or found['two'], 16):04x}"
    if found["long"]:
        number = int(found["long"], 16)
        return json.dumps(chr(number))[1:-1] if number < 0x110000 else "\\ufffd"
    if found["line"]:
        return ""
    return _ONE.get(found["one"], found["one"])
