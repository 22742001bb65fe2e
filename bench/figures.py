"""A figure with its limit, and tables of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


class LeftOutError(Exception):
    """Something could not be measured here; the words say what is missing."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured. `met=None`: there is no limit, and the figure explains those beside it."""

    what: str
    value: str
    limit: str = ""
    met: bool | None = None
    note: str = ""

    @property
    def row(self) -> tuple[str, ...]:
        verdict = {True: "met", False: "NOT MET", None: ""}[self.met]
        return (self.what, self.value, self.limit, verdict, self.note)


def plain(what: str, value: float | str, unit: str = "", note: str = "") -> Figure:
    return Figure(what, shown(value, unit), note=note)


def at_most(what: str, value: float, limit: float, unit: str = "", note: str = "") -> Figure:
    return Figure(what, shown(value, unit), f"≤ {shown(limit, unit)}", value <= limit, note)


def at_least(what: str, value: float, limit: float, unit: str = "", note: str = "") -> Figure:
    return Figure(what, shown(value, unit), f"≥ {shown(limit, unit)}", value >= limit, note)


def shown(value: float | str, unit: str = "") -> str:
    """A number with as many digits as mean something."""
    if isinstance(value, str):
        return value
    digits = 0 if value == int(value) or abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}{' ' if unit else ''}{unit}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Markdown that is also readable where nobody renders it."""
    cells = [list(head), *map(list, rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in cells]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def figures_table(figures: Iterable[Figure]) -> str:
    return table(("what", "figure", "limit", "", "note"), (figure.row for figure in figures))
