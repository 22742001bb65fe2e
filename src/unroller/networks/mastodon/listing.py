"""The author's own list of posts at home: the second source, which gives whole posts.

It has what no context shows: side branches beyond its limits, late additions behind other people's
replies, and what stands below a deleted post.

https://docs.joinmastodon.org/methods/accounts/#statuses
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from unroller.core.errors import NetworkError, UnrollerError
from unroller.networks.mastodon.api import Api
from unroller.networks.mastodon.statuses import Told, account_of, key_of, name_of

MOST_PAGES = 10


@dataclass(frozen=True, slots=True)
class Listing:
    """How far the list was read. `whole`: to its end; else not, because of `why`.

    `last` is the newest post that it was read up to.
    """

    whole: bool = False
    last: str = ""
    why: str = ""


def read_list(api: Api, told: Told, author: str, after: str) -> Listing:
    """Take in what `author` wrote after the post `after`, oldest first, in at most ten pages.

    Only an empty page proves that the list has ended, since servers fill up no page that lacks something.
    """
    last = after
    try:
        for _ in range(MOST_PAGES + 1):
            page = [
                one
                for one in api.listed(told.origin, author, min_id=last)
                if name_of(one) and account_of(one) == author
            ]
            newest = max((name for one in page if (name := name_of(one))), key=key_of, default="")
            if not newest:
                return Listing(whole=True, last=last)
            if key_of(newest) <= key_of(last):
                return Listing(last="", why="the author's own server gave a list that makes no sense")
            told.take(page)
            last = newest
    except NetworkError:
        return Listing(last=last, why="the author's own server did not answer")
    except UnrollerError:
        return Listing(last=last, why="the author's own server keeps its lists to itself")
    return Listing(last=last, why="the author has posted very much since")


def until(told: Told, listing: Listing) -> datetime | None:
    """When the last post was made that the list was read up to; `None` where that is nothing to rely on."""
    created = told.raw.get(listing.last, {}).get("created_at")
    try:
        return datetime.fromisoformat(created) if isinstance(created, str) else None
    except ValueError:
        return None
