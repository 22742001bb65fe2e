"""Threads of a list in, what a feed holds of them out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import unroller
from unroller.core.ports import Item, Subscription
from unroller.flows.browse import Listing
from unroller.flows.library import Library
from unroller.flows.page import plain_frame
from unroller.store import Saved, Status

MOST_FOLLOWED = 1_000
"""People in one list to follow: those with the newest threads."""


def mark(listing: Listing, *about: str) -> str:
    """A name for what a feed of `listing` says, found without reading a thread: another where it changed."""
    entries = [(found.entry, unroller.__version__) for found in listing.found]
    return hashlib.sha256(repr((entries, listing.more, about)).encode(errors="replace")).hexdigest()[:32]


def items(library: Library, listing: Listing) -> Iterator[Item]:
    """The threads of `listing`, whole. What was taken down a moment ago is left out."""
    for found in listing.found:
        if (saved := library.store.threads.load(found.entry.slug)) and (item := _item(library, saved)):
            yield item


def subscriptions(library: Library, suffix: str) -> Iterator[Subscription]:
    """Everybody with listed threads, and where their feed is whose address ends with `suffix`.

    The feed is named by the account's id: that address is theirs, whatever they are called one day.
    """
    for writer in library.store.catalogue.authors(MOST_FOLLOWED):
        feed, page = (library.author_url(writer.network, name) for name in (writer.id, writer.handle))
        yield Subscription(f"{writer.name or writer.handle} (@{writer.handle})", f"{feed}{suffix}", page)


def _item(library: Library, saved: Saved) -> Item | None:
    verdict = saved.verdict
    if saved.status is not Status.PUBLISHED or saved.thread is None or not verdict:
        return None
    if not (verdict.show and verdict.list):
        return None
    return Item(saved.thread, verdict, plain_frame(library, saved), saved.first_saved, saved.saved_at)
