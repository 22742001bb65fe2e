"""The elements of a long array in JSON or JavaScript, as bytes: cut out, not yet parsed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

import msgspec

from unroller.core.errors import InputError

PIECE = 1 << 18
"""Bytes that are read at once: they stay in the processor's cache while they are looked at."""

MOST = 32 << 20
"""Bytes of one element."""

_HEAD = 1 << 16  # what may stand before the array
_SPACE = re.compile(rb"(?:[ \t\n\r\v\f]++|//[^\n]*+(?=\n)|/\*.*?\*/)*+", re.DOTALL)
# What opens and closes, and what may hold such signs without meaning them: texts and comments.
_TOKEN = re.compile(
    rb"""[\[{]|[\]}]|"[^"\\]*+(?:\\.[^"\\]*+)*+"|'[^'\\]*+(?:\\.[^'\\]*+)*+'|`[^`\\]*+(?:\\.[^`\\]*+)*+`"""
    rb"""|//[^\n]*+\n|/\*.*?\*/|["'`]|/[/*]""",
    re.DOTALL,
)
# A number, or null, in front of what ends it: no post, but it stands in the list.
_BARE = re.compile(rb"""[^\s,\[\]{}()"'`/]++(?=\s*+[,\]])""")
_BETWEEN = re.compile(rb"\}\s*,\s*\{")  # what stands between two elements, and between objects inside of one
# In how many of the last bytes the end of the last whole element is looked for, and how often it is guessed.
_TAILS = ((1 << 13, 1), (1 << 16, 4))
_ALL = msgspec.json.Decoder(list[msgspec.Raw])
_GOES_ON = frozenset({b'"', b"'", b"`", b"//", b"/*"})  # begun, and not ended in this piece
_DEEPER = {b"[": 1, b"{": 1, b"]": -1, b"}": -1}


def slices(
    stream: BinaryIO, *, file: str = "The file", advance: Callable[[int], None] = lambda _: None
) -> Iterator[bytes]:
    """The elements of the first array in `stream`; what stands before it, as `name =`, is skipped.

    An element is whole by its brackets; whether it can be parsed is for the caller to see. `advance` is
    told the bytes that were read. What follows the array is not read.

    Raises:
        InputError: there is no array, or it is broken off: where in `file`.
    """
    window = _Window(stream, file, advance)
    window.skip_to_array()
    while (mark := window.mark()) != b"]":
        if not mark:
            raise window.broken()
        if mark != b",":
            yield from window.elements()
        else:
            window.at += 1


class _Window:
    """A moving piece of the file. `before` are the bytes that went before it, `at` is where we are in it."""

    def __init__(self, stream: BinaryIO, file: str, advance: Callable[[int], None]) -> None:
        self._stream, self._file, self._advance = stream, file, advance
        self._data, self._is_json = b"", True
        self.before, self.at, self._ended = 0, 0, False

    def skip_to_array(self) -> None:
        """Go on behind the first bracket.

        Raises:
            InputError: there is none, or the text is in another encoding.
        """
        while len(self._data) < _HEAD and self._more():
            pass
        if self._data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in self._data[:64]:
            raise InputError(f"{self._file} is not in UTF-8: save it as UTF-8, or take it from the export.")
        if (found := self._data.find(b"[", 0, _HEAD)) < 0:
            raise InputError(f"{self._file} holds no list of posts.")
        self.at = found + 1

    def mark(self) -> bytes:
        """The next byte that is no space and in no comment; none at the end of the file.

        A comment that is longer than any element is not waited for: its beginning is given.
        """
        while True:
            found = _SPACE.match(self._data, self.at)
            assert found
            self.at = found.end()
            mark = self._data[self.at : self.at + 1]
            if mark not in (b"", b"/") or len(self._data) - self.at > MOST or not self._more():
                return mark

    def elements(self) -> Sequence[bytes]:
        """The next elements, one at least: all that are here where they are JSON.

        Raises:
            InputError: the next one does not end.
        """
        while not (found := self._all() or self._one()):
            if len(self._data) - self.at > MOST or not self._more():
                raise self.broken()
        return found

    def broken(self) -> InputError:
        """What is said where the array does not go on."""
        place = f"at byte {self.before + self.at:,}"
        return InputError(f"{self._file} is damaged or broken off {place}: copy or download it again.")

    def _all(self) -> list[bytes]:
        """Go on behind the last element that is whole; none where they are no JSON, or too long to tell.

        The decoder proves what is only guessed: what parses as a list up to there ends there.
        """
        if self._is_json:
            for end in self._ends():
                whole = memoryview(self._data)[self.at : end]
                try:
                    found = _ALL.decode(b"".join((b"[", whole, b"]")))
                except (msgspec.MsgspecError, RecursionError):
                    continue
                self.at = end
                return list(map(bytes, found))
            self._is_json = False
        return []

    def _ends(self) -> Iterator[int]:
        """Where the last element that is whole may end, the likeliest first, each once."""
        tried: list[int] = []
        for size, count in _TAILS:
            tail = _BETWEEN.finditer(self._data, max(self.at, len(self._data) - size))
            # Where lines are indented, those between elements are so the least.
            guesses = sorted(tail, key=lambda found: (len(found[0]), -found.start()))
            ends = [guess.start() + 1 for guess in guesses[:count]]
            yield from (end for end in ends if end not in tried)
            tried += ends

    def _one(self) -> list[bytes]:
        """Go on behind the next element, by its brackets if it has any, if it is all here."""
        if bare := _BARE.match(self._data, self.at):
            self.at = bare.end()
            return [bare[0]]
        depth = 0
        for token in _TOKEN.finditer(self._data, self.at):
            if token[0] in _GOES_ON:
                break
            depth += _DEEPER.get(token[0], 0)
            if depth <= 0:
                begin, self.at = self.at, token.end() if depth == 0 else token.start()
                return [self._data[begin : self.at]] if begin < self.at else []
        return []

    def _more(self) -> bool:
        """Read on, as much as is waiting at least, so that nothing is looked at too often."""
        data = b"" if self._ended else self._stream.read(max(PIECE, len(self._data) - self.at))
        self._advance(len(data))
        self._ended = not data
        self._data = self._data[self.at :] + data
        self.before, self.at, self._is_json = self.before + self.at, 0, True
        return not self._ended
