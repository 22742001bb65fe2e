"""Record keys of posts: 13 characters that sort as the time they hold.

https://atproto.com/specs/tid
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"
_VALUE = {digit: value for value, digit in enumerate(_DIGITS)}
_TID = re.compile(r"[234567a-j][2-7a-z]{12}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def encode(time: datetime, clock: int) -> str:
    """The key for `time` with one of 1024 clock ids."""
    return _write(max(0, (time - _EPOCH) // _MICROSECOND) << 10 | clock % 1024)


def following(key: str) -> str:
    """The key right after `key`."""
    return _write(_read(key) + 1)


def decode(key: str) -> datetime | None:
    """The time in `key`; `None` when it is no such key. Nobody checks that the time is true."""
    if not _TID.fullmatch(key):
        return None
    return _EPOCH + timedelta(microseconds=_read(key) >> 10)


def _read(key: str) -> int:
    number = 0
    for digit in key:
        number = number << 5 | _VALUE[digit]
    return number


def _write(number: int) -> str:
    return "".join(_DIGITS[number >> shift & 31] for shift in range(60, -1, -5))
