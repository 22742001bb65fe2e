"""What a post says, without offsets or foreign markup.

The model is the sanitiser: what these types cannot say cannot reach a page.
"""

from __future__ import annotations

from enum import StrEnum

from unroller.core.value import NOTHING, Value, settle


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


class Emoji(Value, frozen=True):
    """A custom emoji: its picture, and the text to read where the picture is not shown."""

    url: str
    alt: str


class Run(Value, frozen=True):
    """A piece of text that is all of one kind. A line feed inside is a line break.

    `link` is an http or https address. `mention` is the id of the account that the text names.
    """

    text: str
    marks: frozenset[Mark] = NOTHING
    link: str | None = None
    mention: str | None = None
    emoji: Emoji | None = None

    def __post_init__(self) -> None:
        settle(self, "marks")


class Block(Value, frozen=True):
    """`depth` counts from 0: how deep a quote, item or heading is nested."""

    kind: BlockKind
    runs: tuple[Run, ...]
    depth: int = 0

    @property
    def text(self) -> str:
        """All runs as one text."""
        return "".join(run.text for run in self.runs)


Body = tuple[Block, ...]


def plain(body: Body) -> str:
    """The text of `body`: blocks set apart by an empty line."""
    return "\n\n".join(block.text for block in body)
