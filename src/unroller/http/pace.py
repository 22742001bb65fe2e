"""When a server wants to be asked again: what its headers say, and keeping to it."""

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

DAY = 86_400.0

# Bluesky, Mastodon and X spell the same three headers in three ways.
_X_PREFIX = "x-rate-limit-"
_PREFIXES = ("ratelimit-", "x-ratelimit-", _X_PREFIX)

# A number below this is seconds to wait, as in the IETF's draft; above it, seconds since 1970.
_FIRST_EPOCH = 1_000_000_000


def told_pause(status: int, headers: Mapping[str, str], now: datetime) -> float | None:
    """The seconds for which an answer with `status` asks to be left alone; a day at most.

    `None`: it asks for nothing, or not in a form that is known.
    """
    if status not in (429, 503):
        return None
    told = _retry_after(headers.get("retry-after", ""), now)
    if told is not None:
        return _bounded(told)
    # A 503 carries the ordinary rate-limit headers too, and they are not about the trouble.
    return _reset(headers, now) if status == 429 else None


def by_endpoint(headers: Mapping[str, str]) -> bool:
    """Whether an answer's limits are of its endpoint alone, as X's are; others count for the whole host."""
    return any(name.startswith(_X_PREFIX) for name in headers)


def used_up(headers: Mapping[str, str], now: datetime) -> float | None:
    """The seconds until the next request is welcome, when this one was the last of its time."""
    if any(headers.get(f"{prefix}remaining", "").strip() == "0" for prefix in _PREFIXES):
        return _reset(headers, now)
    return None


def _retry_after(text: str, now: datetime) -> float | None:
    """https://www.rfc-editor.org/rfc/rfc9110#field.retry-after ."""
    seconds = _number(text)
    if seconds is not None:
        return seconds
    try:
        return _until(parsedate_to_datetime(text), now)
    except (ValueError, IndexError, OverflowError):
        return None


def _reset(headers: Mapping[str, str], now: datetime) -> float | None:
    text = next((found for prefix in _PREFIXES if (found := headers.get(f"{prefix}reset"))), "")
    number = _number(text)
    if number is not None:
        return _bounded(number - now.timestamp() if number >= _FIRST_EPOCH else number)
    try:
        return _bounded(_until(datetime.fromisoformat(text.strip()), now))
    except (ValueError, OverflowError):
        return None


def _number(text: str) -> float | None:
    text = text.strip()
    return float(text) if text.isascii() and text.isdigit() else None


def _until(moment: datetime, now: datetime) -> float:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - now).total_seconds()


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), DAY)


class Holds:
    """Hosts that are not to be asked before a time, for all threads of this process.

    Reading from a host is one account; paging through its lists is another, and where the host says so
    each endpoint is one of its own. So is each kind of writing, since log-ins and posts have limits of
    their own (300 log-ins a day must not silence the reading of threads).
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._until: dict[str, float] = {}

    def place(self, account: str, seconds: float) -> None:
        """Hold `account` for `seconds`, or longer where it is held longer already."""
        now = self._clock().timestamp()
        with self._lock:
            self._until = {key: until for key, until in self._until.items() if until > now}
            self._until[account] = max(now + seconds, self._until.get(account, 0.0))

    def left(self, *accounts: str) -> float:
        """The seconds until all of `accounts` may be asked; 0 when they may."""
        now = self._clock().timestamp()
        with self._lock:
            return max(max(self._until.get(account, 0.0) - now, 0.0) for account in accounts)
