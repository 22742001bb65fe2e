"""The author's own list of posts at home: the second source, which gives whole posts.

It has what no context shows: side branches beyond its limits, late additions behind other people's
replies, and what stands below a deleted post.

https://docs.joinmastodon.org/methods/accounts/#statuses
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from unroller.core.errors import NetworkError, UnrollerError
from unroller.core.tolerant import parse_time
from unroller.networks.mastodon.api import Api
from unroller.networks.mastodon.statuses import Told, Wire, account_of, key_of, name_of

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
    last = ""
    try:
        for _ in range(MOST_PAGES):
            page = api.listed(told.origin, author, min_id=last or after)
            if not page:
                return Listing(whole=True, last=last or after)
            newest = _newest(page, author)
            if not newest or key_of(newest) <= key_of(last or after):
                return Listing(why="the author's own server gave a list that makes no sense")
            told.take(one for one in page if account_of(one) == author)
            last = newest
    except NetworkError:
        return Listing(last=last, why="the author's own server did not answer")
    except UnrollerError:
        return Listing(last=last, why="the author's own server keeps its lists to itself")
    return Listing(last=last, why="the author has posted very much since")


def _newest(page: Iterable[Wire], author: str) -> str:
    """The newest of the posts by `author`; `""` where there is none."""
    names = (name_of(one) for one in page if account_of(one) == author)
    return max((name for name in names if name), key=key_of, default="")


def until(told: Told, listing: Listing) -> datetime | None:
    """When the last post was made that the list was read up to; `None` where that is nothing to rely on."""
    return parse_time(told.raw.get(listing.last, {}).get("created_at"))
