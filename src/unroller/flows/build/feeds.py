"""The feeds of a static site, if it is known where that will be: a feed names everything by its address."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import quote

from unroller.core.ports import Feed, Item
from unroller.exports.feeds import FORMATS
from unroller.flows.build.choice import Order, verdict_on
from unroller.flows.build.lists import Site, appeared, by_writer
from unroller.flows.library import Library
from unroller.flows.page import plain_frame
from unroller.store import Entry, Saved

NEWEST = 20
"""Threads in a feed."""


def feed_files(
    library: Library, order: Order, site: Site, entries: Sequence[Entry]
) -> Iterator[tuple[str, bytes]]:
    """The feeds of the site and of each author, beside the pages of their lists."""
    if not site.single:
        yield from _feeds(library, order, site.title, "", appeared(entries))
    for key, found in by_writer(entries).items():
        writer = site.writers[key]
        title = site.title if site.single else f"Threads by {writer.name}"
        yield from _feeds(library, order, title, writer.folder, found)


def _feeds(
    library: Library, order: Order, title: str, folder: str, newest: Sequence[Entry]
) -> Iterator[tuple[str, bytes]]:
    page = f"{order.url}/{quote(folder)}"
    loaded = (library.store.threads.load(entry.slug) for entry in newest[:NEWEST])
    items = tuple(item for saved in loaded if saved and (item := _item(library, order, saved)))
    for form in FORMATS:
        address = f"{page}feed{form.suffix}"
        feed = Feed(title, title, first_url=address, url=address, page_url=page, items=items)
        yield f"{folder}feed{form.suffix}", form.render(feed)


def _item(library: Library, order: Order, saved: Saved) -> Item | None:
    verdict = verdict_on(order, saved)
    if saved.thread is None or verdict is None or not (verdict.show and verdict.list):
        return None
    around = plain_frame(library, saved)
    address = f"{order.url}/t/{saved.slug}/"
    media = {name: there.replace(f"{around.page_url}/", address, 1) for name, there in around.media.items()}
    frame = replace(around, page_url=address, base_url=order.url, media=media, forms={})
    return Item(saved.thread, verdict, frame, saved.first_saved, saved.saved_at)
