"""Words → files that a browser searches in, from any folder: scripts, since `file://` lets none be fetched.

A search loads the table of contents, the shard of each word, and the text of each thread that it shows. Words
lie in the order in which browsers compare strings. Where a shard ends follows from the word itself, so that
a new thread changes the shards of its own words and no others.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from unroller.core.ports import Frame
from unroller.core.search import folding, tokens
from unroller.exports.page import environment

FOLDER = "search/"
TEXTS = "search/texts/"

SHARE = 96
"""One in so many words begins a shard."""

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_"
_SCRIPT = Path(__file__).parent / "templates" / "search.js"


@dataclass(frozen=True, slots=True)
class Said:
    """A thread as it is found: what a result shows, and the text that it is found by."""

    title: str
    address: str
    author: str
    day: str
    posts: str
    language: str
    text: str = ""


def text_file(number: int) -> str:
    """The name of the file with the text of the thread of that number."""
    return f"{TEXTS}{number}.js"


def text_script(number: int, said: Said) -> bytes:
    """The file with the text of the thread of that number."""
    return _script(f"texts/{number}", asdict(said))


def read_text(script: bytes) -> str:
    """The text in what `text_script` made.

    Raises:
        ValueError: it is something else.
    """
    try:
        text = json.loads(script[script.index(b",") + 1 : script.rindex(b")")])["text"]
    except (KeyError, TypeError) as error:
        raise ValueError("not a text") from error
    if not isinstance(text, str):
        raise ValueError("not a text")  # noqa: TRY004 - to who calls it is one thing
    return text


def search_page(frame: Frame) -> bytes:
    """The page to search on."""
    return environment().get_template("search.html").render(frame=frame).encode(errors="replace")


def index_files(texts: Iterable[tuple[int, str]]) -> Iterator[tuple[str, bytes]]:
    """The script and what it searches in: (name, bytes). `texts` are numbers and texts, in any order.

    The greater number is the newer thread, and comes first in what is found.
    """
    contents = []
    for first, shard in _shards(_postings(texts)):
        name = hashlib.sha256(first.encode(errors="replace")).hexdigest()[:12]
        contents.append((first, name))
        yield f"{FOLDER}words/{name}.js", _script(f"words/{name}", shard)
    yield f"{FOLDER}contents.js", _script("contents", {"folding": folding(), "shards": contents})
    yield f"{FOLDER}search.js", _SCRIPT.read_bytes()


def _postings(texts: Iterable[tuple[int, str]]) -> Mapping[str, array[int]]:
    found: dict[str, array[int]] = {}
    for number, text in sorted(texts):
        for token in set(tokens(text)):
            found.setdefault(token, array("L")).append(number)
    return found


def _shards(postings: Mapping[str, array[int]]) -> Iterator[tuple[str, str]]:
    """The first word of each shard, `""` for the very first, and a line for each of its words."""
    first, lines = "", list[str]()
    for token in sorted(postings, key=lambda token: token.encode("utf-16-be", errors="replace")):
        if lines and zlib.crc32(token.encode(errors="replace")) % SHARE == 0:
            yield first, "\n".join(lines)
            first, lines = token, []
        lines.append(f"{token} {_packed(postings[token])}")
    yield first, "\n".join(lines)


def _packed(numbers: Iterable[int]) -> str:
    """Ascending numbers as the steps between them, five bits a character, the sixth says that it goes on."""
    packed, last = [], 0
    for number in numbers:
        step, last = number - last, number
        while step > 31:
            packed.append(_DIGITS[32 + (step & 31)])
            step >>= 5
        packed.append(_DIGITS[step])
    return "".join(packed)


def _script(name: str, value: object) -> bytes:
    data = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return f'found("{name}",{data})\n'.encode(errors="replace")
