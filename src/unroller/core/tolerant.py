"""What strangers write, read tolerantly: what is no time or no link is `None`, never an error."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import SplitResult, urlsplit

_LONGEST_TIME = 64


def parse_time(text: object) -> datetime | None:
    """A time of ISO 8601, in UTC; `None` when `text` is none. Without a zone it is taken as UTC."""
    if not isinstance(text, str) or len(text) > _LONGEST_TIME:
        return None
    try:
        time = datetime.fromisoformat(text.strip())
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def split_link(link: str) -> SplitResult | None:
    """The parts of a web address, written with `https://` or without; `None` when it is none."""
    try:
        parts = urlsplit(link if "://" in link else f"https://{link}")
        return parts if parts.scheme in ("http", "https") and parts.hostname else None
    except ValueError:
        return None
