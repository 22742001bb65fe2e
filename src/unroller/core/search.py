"""Words as they are searched: folded alike in texts and in questions, and found again in a text.

Case, accents and the vowel marks of Arabic and Hebrew make no difference. Scripts that set no spaces between
words are cut into overlapping pairs of characters, so that a word is found wherever it stands in a line.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Any

from unroller.core.body import plain
from unroller.core.model import Post, Thread

MOST_WORDS = 16
"""Words and phrases of a question that count; the rest is left out."""

_LONGEST_TOKEN = 60
_LONGEST_PHRASE = 12

# Combining accents of Latin, Greek and Cyrillic; points and cantillation of Hebrew; vowel marks and tatweel.
_MARKS = re.compile("[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed]")
_ALIKE = str.maketrans(
    {"ٱ": "ا", "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه"}
    | {chr(zero + digit): str(digit) for zero in (0x660, 0x6F0) for digit in range(10)}
)
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai and Lao, Burmese, Khmer
    "\u3005-\u3007\u3040-\u30ff\u3100-\u312f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\uac00-\ud7af\uff66-\uff9f\U00020000-\U0003ffff"
)
_INDIC = "\u0900-\u0963\u0966-\u0dff"  # vowel signs, which are no letters to Python, are part of words
_SPACED = rf"(?:(?![{_UNSPACED}])(?:[^\W_]|[{_INDIC}]|{_MARKS.pattern}))+"
_PIECE = re.compile(rf"[{_UNSPACED}]+|{_SPACED}")
_ASCII_PIECE = re.compile(r"[a-z0-9]+")
_TERM = re.compile(r'(-?)(?:"([^"]*)(?:"|$)|([^\s"]+))')
_STRAIGHT = str.maketrans("„“”«»‟＂", '"' * 7)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is asked for; what is empty is not asked for.

    `words` may hold "phrases" and -words that must not be there. `author` is an account's id, `language`
    a primary tag in lower case. The days, both included, are those on which threads were begun.
    """

    words: str = ""
    network: str = ""
    author: str = ""
    language: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens that stand side by side. `open`: the last one may be the beginning of a longer one."""

    tokens: tuple[str, ...]
    open: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A text is found when it has every phrase of `all` and none of `none`; with an empty `all`, never."""

    all: tuple[Phrase, ...]
    none: tuple[Phrase, ...] = ()


def parse(words: str) -> Query:
    """What somebody typed, as far as there is anything in it to look for. Nothing is an error."""
    wanted: list[Phrase] = []
    unwanted: list[Phrase] = []
    for sign, quoted, bare in _TERM.findall(words[:2_000].translate(_STRAIGHT)):
        if (phrase := _phrase(quoted or bare)) and len(wanted) + len(unwanted) < MOST_WORDS:
            (unwanted if sign else wanted).append(phrase)
    return Query(tuple(dict.fromkeys(wanted)), tuple(dict.fromkeys(unwanted)))


def tokens(text: str) -> list[str]:
    """All that `text` can be found by, in order."""
    flat = flatten(text)
    if flat.isascii():
        return [token[:_LONGEST_TOKEN] for token in _ASCII_PIECE.findall(flat)]
    return [token for piece in _PIECE.findall(flat) for token in _tokens_of(piece)]


def flatten(text: str) -> str:
    """`text` without what makes no difference to who searches."""
    if text.isascii():
        return text.lower()
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", text.casefold()))
    return unicodedata.normalize("NFC", bare).casefold().translate(_ALIKE)


def searchable(thread: Thread) -> str:
    """What a thread is found by: its author's own words, a paragraph for each post, in reading order.

    Of a post behind a warning that is the warning alone, since passages are shown in lists.
    """
    posts = (*thread.posts, *(post for aside in thread.elsewhere for post in aside.posts))
    return "\n\n".join(filter(None, map(_words_of, posts)))


def passage(text: str, query: Query, length: int = 240) -> tuple[tuple[str, bool], ...]:
    """The place in `text`, a `searchable` one, that says most of `query`: pieces, and which were looked for.

    It is about `length` characters long, on one line. Without a match it is the beginning.
    """
    wanted = query.all
    line = " ".join(_best(text.split("\n\n"), wanted).split())
    marks = list(_marks(line, wanted))
    start = max(0, marks[0][0] - length // 3) if marks else 0
    if start:
        start = line.find(" ", start, marks[0][0]) + 1 or start
    return tuple(_pieces(line, start, start + length, marks))


@cache
def folding() -> dict[str, Any]:
    """What a program in another language needs to cut and fold words as this module does, as JSON.

    `unspaced`, `signs` and `marks` stand inside a character class of a pattern. `lower` are the characters
    that fold to something else than their lower case.
    """
    folded = ((letter, letter.casefold()) for letter in map(chr, range(0x20000)))
    return {
        "unspaced": _UNSPACED,
        "signs": _INDIC,
        "marks": _MARKS.pattern[1:-1],
        "alike": {chr(letter): plain for letter, plain in _ALIKE.items()},
        "lower": {letter: fold for letter, fold in folded if fold != letter.lower()},
        "quotes": "".join(map(chr, _STRAIGHT)),
        "words": MOST_WORDS,
        "token": _LONGEST_TOKEN,
        "phrase": _LONGEST_PHRASE,
    }


def _words_of(post: Post) -> str:
    if post.warning or post.labels:
        return post.warning
    said = [plain(post.body), *(media.alt or "" for media in post.media)]
    if post.poll:
        said += [choice.text for choice in post.poll.choices]
    return "\n".join(filter(None, (" ".join(one.split()) for one in said)))


def _phrase(text: str) -> Phrase | None:
    pieces = _PIECE.findall(flatten(text))[:_LONGEST_PHRASE]
    if not pieces:
        return None
    *whole, last = pieces
    found = [token for piece in whole for token in _tokens_of(piece)]
    if not _is_unspaced(last):
        return Phrase((*found, last[:_LONGEST_TOKEN]))
    # What is looked for may go on in the text, or be the middle of something longer.
    pairs = list(map("".join, pairwise(last[:_LONGEST_TOKEN])))
    return Phrase((*found, *(pairs or [last])), open=not pairs)


def _tokens_of(piece: str) -> Iterator[str]:
    if _is_unspaced(piece):
        yield from map("".join, pairwise(piece))
        yield piece[-1]
    else:
        yield piece[:_LONGEST_TOKEN]


def _is_unspaced(piece: str) -> bool:
    return bool(_UNSPACED_CHARACTER.match(piece))


_UNSPACED_CHARACTER = re.compile(f"[{_UNSPACED}]")


def _best(paragraphs: list[str], wanted: tuple[Phrase, ...]) -> str:
    """The first of those that say most."""
    best, most = paragraphs[0], 0
    for paragraph in paragraphs:
        if (says := _says(flatten(paragraph), wanted)) > most:
            best, most = paragraph, says
            if most == len(wanted):
                break
    return best


def _says(flat: str, wanted: tuple[Phrase, ...]) -> int:
    """How many of `wanted` a paragraph has. It is cut into tokens only where it may have one."""
    likely = [phrase for phrase in wanted if all(token in flat for token in phrase.tokens)]
    there = frozenset(tokens(flat)) if likely else frozenset()
    return sum(phrase.open or there.issuperset(phrase.tokens) for phrase in likely)


def _marks(line: str, wanted: tuple[Phrase, ...]) -> Iterator[tuple[int, int]]:
    """Where the tokens of `wanted` stand in `line`, in order, from and to."""
    asked = {token for phrase in wanted for token in phrase.tokens}
    whole = flatten(line)
    aligned = len(whole) == len(line)  # nearly always: then it is flattened once, not word by word
    for match in _PIECE.finditer(line):
        begin, end = match.span()
        flat = whole[begin:end] if aligned else flatten(match[0])
        if _is_unspaced(flat) and len(flat) == end - begin:
            yield from ((begin + at, begin + at + 1) for at in range(len(flat)) if _is_asked(flat, at, asked))
        elif flat in asked or not asked.isdisjoint(_PIECE.findall(flat)):
            yield begin, end


def _is_asked(flat: str, at: int, asked: set[str]) -> bool:
    """Whether a character of a script without spaces is of a pair that is looked for."""
    return flat[at] in asked or flat[at : at + 2] in asked or (at > 0 and flat[at - 1 : at + 1] in asked)


def _pieces(line: str, start: int, end: int, marks: list[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    at, lead = start, "…" if start else ""
    for begin, stop in _joined(marks):
        if begin < at or begin >= end:
            continue
        if lead or begin > at:
            yield lead + line[at:begin], False
        yield line[begin:stop], True
        at, lead = stop, ""
    rest = line[at:end] if at < end else ""
    if lead or rest or max(at, end) < len(line):
        yield lead + rest + ("…" if max(at, end) < len(line) else ""), False


def _joined(marks: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """`marks`, those that touch as one."""
    held: tuple[int, int] | None = None
    for begin, stop in marks:
        if held and held[1] == begin:
            held = held[0], stop
            continue
        if held:
            yield held
        held = begin, stop
    if held:
        yield held
