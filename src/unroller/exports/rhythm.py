"""When somebody wrote, as a row of bars: one for each month, or each year where the months are too many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from unroller.exports.words import counted, month

MOST = 48
"""Bars of months; a longer time is shown by its years."""

HEIGHT = 32
STEP = 8
"""From one bar to the next, of which the bar takes three quarters."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The bars as the `d` of an SVG path in a box of `width` by `HEIGHT`, and what they say in `words`."""

    path: str
    width: int
    words: str
    height: int = HEIGHT


def rhythm(months: Mapping[tuple[int, int], int]) -> Rhythm | None:
    """`months` are how many threads were begun in each (year, month). `None` for fewer than two bars."""
    if not months:
        return None
    first, last = min(months), max(months)
    by_month = _since(first, last) < MOST
    bars = _by_month(months, first, last) if by_month else _by_year(months, first[0], last[0])
    if len(bars) < 2:
        return None
    names = (month(*first), month(*last)) if by_month else (str(first[0]), str(last[0]))
    most = max(bars)
    words = (
        f"{names[0]} to {names[1]}, at most {counted(most, 'thread')} a {'month' if by_month else 'year'}."
    )
    return Rhythm(_path(bars, most), STEP * len(bars), words)


def _since(first: tuple[int, int], last: tuple[int, int]) -> int:
    return 12 * (last[0] - first[0]) + last[1] - first[1]


def _by_month(
    months: Mapping[tuple[int, int], int], first: tuple[int, int], last: tuple[int, int]
) -> list[int]:
    count = _since(first, last) + 1
    places = (divmod(12 * first[0] + first[1] - 1 + step, 12) for step in range(count))
    return [months.get((year, month + 1), 0) for year, month in places]


def _by_year(months: Mapping[tuple[int, int], int], first: int, last: int) -> list[int]:
    bars = [0] * (last - first + 1)
    for (year, _), count in months.items():
        bars[year - first] += count
    return bars


def _path(bars: list[int], most: int) -> str:
    """Every bar stands on the ground, and is seen however small it is."""
    tall = ((place, max(1, round(HEIGHT * count / most))) for place, count in enumerate(bars) if count)
    return "".join(f"M{STEP * place} {HEIGHT}v-{height}h6v{height}z" for place, height in tall)
