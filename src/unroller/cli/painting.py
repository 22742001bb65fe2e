"""A thread as plain text → the same text with weight and colour, for a terminal."""

from __future__ import annotations

from rich.text import Text

_TITLE, _FACTS, _NOTE, _QUOTE = "bold", "dim", "italic yellow", "dim"


def painted(text: str) -> Text:
    """`text`, as the export of that name writes it, painted paragraph by paragraph."""
    title, *rest = text.rstrip("\n").split("\n\n")
    made = Text(end="").append(title.split("\n")[0], style=_TITLE)
    for number, paragraph in enumerate(rest):
        made.append("\n\n")
        made.append_text(_paragraph(paragraph, first=number == 0))
    return made


def _paragraph(paragraph: str, *, first: bool) -> Text:
    if first:
        return Text(paragraph, style=_FACTS)
    if paragraph.startswith("[") and paragraph.endswith("]"):
        return Text(paragraph, style=_NOTE)
    return Text("\n").join(_line(line) for line in paragraph.split("\n"))


def _line(line: str) -> Text:
    """A line of the author's, or one of somebody whom the author quotes."""
    if not line.startswith("> "):
        return Text(line)
    return Text("▏ ", style=_QUOTE).append(line.removeprefix("> "), style=_QUOTE)
