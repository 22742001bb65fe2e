"""What a post says, without offsets or foreign markup.

The model is the sanitiser: what these types cannot say cannot reach a page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit


class BlockKind(StrEnum):
    """What a block is. `UNKNOWN` stands for something that a network sent and we cannot show."""

    PARAGRAPH = "paragraph"
    QUOTE = "quote"
    ITEM = "item"
    NUMBERED = "numbered"
    CODE = "code"
    HEADING = "heading"
    UNKNOWN = "unknown"


class Mark(StrEnum):
    """How a run is set off from its surroundings."""

    STRONG = "strong"
    EMPHASIS = "emphasis"
    CODE = "code"
    STRUCK = "struck"
    UNDERLINED = "underlined"


@dataclass(frozen=True, slots=True)
class Emoji:
    """A custom emoji: its picture, and the text to read where the picture is not shown."""

    url: str
    alt: str


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text that is all of one kind. A line feed inside is a line break.

    `link` is an http or https address. `mention` is the id of the account that the text names.
    """

    text: str
    marks: frozenset[Mark] = frozenset()
    link: str | None = None
    mention: str | None = None
    emoji: Emoji | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """`depth` counts from 0: how deep a quote, item or heading is nested."""

    kind: BlockKind
    runs: tuple[Run, ...]
    depth: int = 0

    @property
    def text(self) -> str:
        """All runs as one text."""
        return "".join(run.text for run in self.runs)


Body = tuple[Block, ...]

# C0 and C1 controls but tab and line feed, bidi embeddings and overrides, BOM, lone surrogates, and the two
# that XML forbids besides.
# Bidi isolates and marks stay: right-to-left authors need them and they end with the block.
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ufeff\ufffe\uffff\ud800-\udfff]")

_BLANK = re.compile("[\x00- ]")
_PLAIN_LINK = re.compile(r"https?://[a-z0-9.-]+(?:[/?#][!-~]*)?")


def clean(text: str) -> str:
    """`text` without characters that could hide, reverse or break what stands around it."""
    if text.isprintable():  # nearly always so, and ten times as fast to find out
        return text
    return _UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def web_link(url: object) -> str | None:
    """`url` when it is an http or https address with a host that a page may link to, else `None`."""
    if not isinstance(url, str) or len(url) > 4096:
        return None
    if _PLAIN_LINK.fullmatch(url):  # nearly always so, and several times as fast to find out
        return url
    if _BLANK.search(url):
        return None
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return None
    return clean(url) if usable else None


def plain(body: Body) -> str:
    """The text of `body`: blocks set apart by an empty line."""
    return "\n\n".join(block.text for block in body)
