"""Threads of a list in, what a feed holds of them out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import unroller
from unroller.core.ports import Item, Subscription
from unroller.flows.browse import Listing
from unroller.flows.library import Library
from unroller.flows.page import part_of

MOST_FOLLOWED = 1_000
"""People in one list to follow: those with the newest threads."""


def mark(listing: Listing, *about: str) -> str:
    """A name for what a feed of `listing` says, found without reading a thread: another where it changed."""
    entries = [(found.entry, unroller.__version__) for found in listing.found]
    return hashlib.sha256(repr((entries, listing.more, about)).encode(errors="replace")).hexdigest()[:32]


def items(library: Library, listing: Listing) -> Iterator[Item]:
    """The threads of `listing`, whole. What was taken down a moment ago is left out."""
    for entry in (found.entry for found in listing.found):
        if part := part_of(library, entry.slug):
            yield Item(part.thread, part.verdict, part.frame, entry.first_saved, entry.saved_at)


def subscriptions(library: Library, suffix: str) -> Iterator[Subscription]:
    """Everybody with listed threads, and where their feed is whose address ends with `suffix`.

    The feed is named by the account's id: that address is theirs, whatever they are called one day.
    """
    for writer in library.store.catalogue.authors(MOST_FOLLOWED):
        feed, page = (library.author_url(writer.network, name) for name in (writer.id, writer.handle))
        yield Subscription(f"{writer.name or writer.handle} (@{writer.handle})", f"{feed}{suffix}", page)
