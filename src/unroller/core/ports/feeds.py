"""A list of threads for programs that come back to see what is new."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from unroller.core.model import Thread, Verdict
from unroller.core.ports.exports import Frame


@dataclass(frozen=True, slots=True)
class Item:
    """A thread in a feed; the address of its page, which `frame` has, is its permanent name.

    `appeared` is when that page was first there, `changed` when it last became another.
    """

    thread: Thread
    verdict: Verdict
    frame: Frame
    appeared: datetime
    changed: datetime


@dataclass(frozen=True, slots=True)
class Feed:
    """A page of a list, newest first. All addresses are absolute.

    `first_url` is where the list begins, which is its permanent name, `url` where this page of it is, and
    `page_url` the same list for readers. `before_url` and `next_url` are the pages before and after this one,
    `""` where there is none.
    """

    title: str
    site: str
    first_url: str
    url: str
    page_url: str
    items: tuple[Item, ...]
    before_url: str = ""
    next_url: str = ""
    icon_url: str = ""


@dataclass(frozen=True, slots=True)
class Subscription:
    """Somebody whose threads can be followed: by the feed, and on a page."""

    title: str
    feed_url: str
    page_url: str
