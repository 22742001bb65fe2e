"""A long JSON array, read element by element from a stream, however long it is.

The elements are found by Python's own scanner on a moving piece of the text: nothing is parsed twice but
the element that a piece ends in. docs/decisions/0013-imports-are-streams.md has the figures.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from unroller.core.errors import InputError
from unroller.core.shallow import shallow

PIECE = 1 << 20
"""Bytes that are read at once."""

MOST = 64 << 20
"""Characters of one element, or of what stands before the array."""

_SPACE = re.compile(r"[ \t\n\r]*")
_OPENING = re.compile(r"[\[{]")
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[{]|[\]}]', re.DOTALL)


def elements(
    stream: BinaryIO, *, key: str = "", file: str = "", advance: Callable[[int], None] = lambda _: None
) -> Iterator[Any]:
    """The elements of the array that stands under `key` in the object that `stream` is.

    Without `key` the stream is the array itself; what stands before its first bracket is skipped, as in
    `window.YTD.tweets.part0 = [`. What follows the array is not read. `advance` is told the bytes that
    were read. An element that is nested too deeply is cut there, as in `core.shallow`.

    Raises:
        InputError: there is no such array, or the JSON is broken off or damaged: where in `file`.
    """
    text = _Text(stream, file, advance)
    if key:
        _find(text, key)
    else:
        text.skip_to("[")
    if text.peek() == "]":
        return
    while True:
        yield text.value()
        mark = text.take()
        if mark == "]":
            return
        if mark != ",":
            raise text.broken()


def _find(text: _Text, key: str) -> None:
    """Go to the first element of the array under `key`; the other values are read and forgotten."""
    text.skip_to("{")
    while text.peek() == '"':
        name = text.value()
        if text.take() != ":":
            raise text.broken()
        if name == key:
            if text.take() != "[":
                raise InputError(f"{text.file} has no list of {key}.")
            return
        text.value()
        if text.peek() != ",":
            break
        text.take()
    if text.peek() != "}":
        raise text.broken()
    raise InputError(f"{text.file} has no list of {key}.")


class _Text:
    """A moving piece of the text."""

    def __init__(self, stream: BinaryIO, file: str, advance: Callable[[int], None]) -> None:
        self.file = file or "The file"
        self._stream, self._advance = stream, advance
        self._decoder: codecs.IncrementalDecoder | None = None
        self._scan = json.JSONDecoder().raw_decode
        self._text, self._at, self._before, self._ended = "", 0, 0, False

    def peek(self) -> str:
        """The next character that is no space; `""` at the end."""
        while True:
            found = _SPACE.match(self._text, self._at)
            assert found
            self._at = found.end()
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def take(self) -> str:
        """As `peek`, and go on behind it."""
        found = self.peek()
        self._at += len(found)
        return found

    def skip_to(self, bracket: str) -> None:
        """Go on behind the first `bracket`, which must be the first of all brackets."""
        while not (found := _OPENING.search(self._text, self._at)):
            if len(self._text) > MOST or not self._more():
                raise InputError(f"{self.file} is no JSON of the kind that is expected here.")
        if found[0] != bracket:
            raise InputError(f"{self.file} is no JSON of the kind that is expected here.")
        self._at = found.end()

    def value(self) -> Any:
        """The next value.

        Raises:
            InputError: it is broken off, or no JSON, or endless.
        """
        self.peek()
        while True:
            found, end = self._scanned()
            if end and (end < len(self._text) or self._ended):
                self._at = end
                return found
            if len(self._text) - self._at > MOST or not self._more():
                raise self.broken()

    def broken(self) -> InputError:
        """What is said where the JSON does not go on as JSON does."""
        place = self._before + self._at
        what = "is broken off" if self._ended and self.peek() == "" else "is damaged, or broken off,"
        return InputError(f"{self.file} {what} at character {place:,}: copy or download it again.")

    def _scanned(self) -> tuple[Any, int]:
        """The value that begins here and its end, which is 0 where it is not all there, or no JSON."""
        try:
            return self._scan(self._text, self._at)
        except RecursionError:
            return self._deep()
        except ValueError:
            return None, 0

    def _deep(self) -> tuple[Any, int]:
        """The value that the scanner cannot bear, cut where it is too deep; its end is 0 where it goes on."""
        depth = 0
        for token in _TOKEN.finditer(self._text, self._at):
            depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
            if depth <= 0:
                try:
                    return json.loads(shallow(self._text[self._at : token.end()])), token.end()
                except (ValueError, RecursionError):
                    raise self.broken() from None
        return None, 0

    def _more(self) -> bool:
        """Read on, as much as is waiting at least, so that an element is not begun too often."""
        if self._ended:
            return False
        self._text, self._before, self._at = self._text[self._at :], self._before + self._at, 0
        data = self._stream.read(max(PIECE, len(self._text)))
        self._advance(len(data))
        if self._decoder is None:
            encoding = json.detect_encoding(data)
            self._decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        self._ended = not data
        self._text += self._decoder.decode(data, final=not data)
        return True
