"""Ids of posts: numbers that sort as the time they hold, since November 2010. Pure.

https://docs.x.com/x-api/fundamentals/x-ids
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TypeGuard

_FIRST_MILLISECOND = 1_288_834_974_657
# Ids up to this one only counted posts; the first that holds a time is larger.
_LAST_COUNTED = 30_000_000_000


def is_id(text: object) -> TypeGuard[str]:
    """Whether `text` has the form of an id of a post or of an account."""
    # Asked ten times for each post of an archive; a pattern takes three times as long.
    return type(text) is str and text.isdigit() and len(text) < 20 and text.isascii() and text[0] != "0"


def time_of(id_: str) -> datetime | None:
    """When the post with this id was made, in UTC; `None` when the id is of the time before ids told it."""
    number = int(id_) if is_id(id_) else 0
    if number <= _LAST_COUNTED:
        return None
    return datetime.fromtimestamp(((number >> 22) + _FIRST_MILLISECOND) / 1000, UTC)


def earlier(id_: str, by: timedelta) -> str:
    """The lowest id that a post could have which was made so long before the one with `id_`."""
    return str(max(1, int(id_) - (by // timedelta(milliseconds=1) << 22)))


def order_of(id_: str) -> str:
    """The id as text that sorts as the number does."""
    return id_.zfill(20)
