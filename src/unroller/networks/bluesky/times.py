"""Times as servers and authors write them. Pure.

https://docs.bsky.app/docs/advanced-guides/timestamps
"""

from __future__ import annotations

from datetime import UTC, datetime

from unroller.core.tolerant import parse_time
from unroller.networks.bluesky import tid

_UNKNOWN = datetime(1970, 1, 1, tzinfo=UTC)


def published(created: object, indexed: object, key: str) -> datetime:
    """When a post appeared: what its author says, but no later than when the network saw it."""
    known = [time for time in (parse_time(created), parse_time(indexed)) if time]
    return min(known) if known else tid.decode(key) or _UNKNOWN


def write_time(time: datetime) -> str:
    """`time` as records hold it, to the millisecond."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
