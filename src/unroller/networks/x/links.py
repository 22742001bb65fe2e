"""Links and names: a link → the post that it names, and back. Pure.

https://docs.x.com/x-api/fundamentals/x-ids
"""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import SplitResult, quote, unquote

from unroller.core.errors import InputError
from unroller.core.model import PostRef
from unroller.core.tolerant import split_link
from unroller.networks.x.snowflake import is_id

NETWORK = "x"
WEB = "https://x.com"

_HOSTS = frozenset({"x.com", "twitter.com"})
_PREFIX = re.compile(r"(?:www|mobile|m)\.")
_HANDLE = re.compile(r"[A-Za-z0-9_]{1,20}")
# No other network calls a post by a number alone. Shorter numbers are more likely a slip than a post.
_BARE = re.compile(r"[1-9][0-9]{9,18}")
_ID_AND_REST = re.compile(r"([0-9]+)[^A-Za-z0-9_]*")
_STATUS = frozenset({"status", "statuses"})
_NO_POST = "This X link leads to no post: open the post that you mean and copy its link."


def match(link: str, front_ends: Collection[str] = ()) -> PostRef | None:
    """The post that `link`, or a number of 10 to 19 digits, names; `None` when it is another site's.

    Raises:
        InputError: it is a link of X, but names no post.
    """
    link = link.strip()
    if _BARE.fullmatch(link):
        return PostRef(NETWORK, link)
    parts = split_link(link)
    if parts is None or not _is_ours(parts, front_ends):
        return None
    id_ = _id_in(parts)
    if id_ is None:
        raise InputError(_NO_POST)
    return PostRef(NETWORK, id_)


def post_id(url: object) -> str | None:
    """The id of the post that an address on X leads to; `None` when it leads to none."""
    if not isinstance(url, str) or "/status" not in url:
        return None
    parts = split_link(url)
    return _id_in(parts) if parts and _is_ours(parts, ()) else None


def post_ref(id_: object) -> PostRef | None:
    """The ref of the post with this id; `None` when it is no id."""
    return PostRef(NETWORK, id_) if isinstance(id_, str) and is_id(id_) else None


def is_handle(text: object) -> bool:
    """Whether `text` has the form of a handle. Some that are older than the limit have up to 20 letters."""
    return isinstance(text, str) and _HANDLE.fullmatch(text) is not None


def profile_url(handle: str) -> str:
    """Where an account is shown."""
    return f"{WEB}/{handle}"


def post_url(handle: str, id_: str) -> str:
    """Where a post is shown; without a handle X finds its author by itself."""
    return f"{WEB}/{handle or 'i'}/status/{id_}"


def tag_url(tag: str) -> str:
    """Where posts with a hashtag are shown."""
    return f"{WEB}/hashtag/{quote(tag, safe='')}"


def cashtag_url(tag: str) -> str:
    """Where posts with a cashtag are shown."""
    return f"{WEB}/search?q={quote('$' + tag, safe='')}"


def _is_ours(parts: SplitResult, front_ends: Collection[str]) -> bool:
    hosts = _HOSTS | {host.lower() for host in front_ends}
    host = (parts.hostname or "").rstrip(".")
    return host in hosts or _PREFIX.sub("", host, count=1) in hosts


def _id_in(parts: SplitResult) -> str | None:
    """The id after “status” in a path, or in what followed “#!” until 2012."""
    path = parts.fragment.removeprefix("!") if parts.fragment.startswith("!/") else parts.path
    steps = [unquote(step).strip() for step in path.split("/") if step]
    place = next((place for place, step in enumerate(steps[:3]) if step.lower() in _STATUS), None)
    found = _ID_AND_REST.fullmatch(steps[place + 1]) if place is not None and len(steps) > place + 1 else None
    return found[1] if found and is_id(found[1]) else None
