"""Every kind of page that the site has, for axe, for Lighthouse and for whoever wants to look at them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from tests import threads
from tests.flows.shelves import of_two_years, shelve
from tests.web.conftest import Desk, link_to, opened, starter
from unroller.core.body import plain
from unroller.core.model import Thread
from unroller.flows.remove import operator_removes

KINDS: Mapping[str, str] = {
    "home": "/",
    "thread": "/t/{thread}",
    "long": "/t/{long}",
    "latest": "/latest",
    "filtered": "/bluesky?language=en",
    "author": "/bluesky/@ada.test",
    "authors": "/authors",
    "search": "/search?q=lighthouse",
    "found": "/search?q=حارس",
    "nothing": "/search?q=tide&author=" + "a" * 90,
    "mistaken": "/search?q=tide&since=yesterday",
    "tools": "/tools",
    "working": "/unroll?url={waiting}",
    "several": "/unroll?url={several}",
    "wrong": "/unroll?url={wrong}",
    "gone": "/t/{gone}",
    "absent": "/t/abcdefghijkl",
    "for programs": "/api",
    "operator": "/operator",
}
"""Addresses, with names for what `furnish` puts on the site."""

PUBLIC = ("home", "thread", "long", "author", "search", "latest", "tools")
"""Those that Lighthouse judges: what people come for."""


@contextmanager
def furnished() -> Iterator[dict[str, str]]:
    """The address of each kind of page, on a site that runs for as long as the block."""
    with tempfile.TemporaryDirectory(prefix="unroller-kinds-") as name:
        folder = Path(name)
        with opened(folder) as desk, starter(folder) as start:
            paths = furnish(desk)
            site = start("--site-only")
            yield {kind: f"{site.address}{path}" for kind, path in paths.items()}


def furnish(desk: Desk) -> dict[str, str]:
    """Put on the site what its kinds of pages show; returns the path of each."""
    shelve(desk.library, *of_two_years())
    for title in ("How to read a tide table.", "منارة بلا حارس.", "A_title_without_a_single_space_" * 3):
        desk.publish(title, "And so on.")
    for made in threads.TITLES.values():
        desk.publish(*(words[:300] for words in _words(made())))
    gone = desk.publish("Nothing stays.")
    operator_removes(desk.library, gone.ref)
    waiting, read = link_to(desk.write()[0]), desk.publish(*_words(threads.essay()))
    known = {
        "thread": read.slug,
        "long": desk.publish(*_words(threads.long())).slug,
        "waiting": quote(waiting),
        "several": quote(f"{waiting}\n{link_to(read.ref)}\nhttps://bsky.app/profile/anna.test"),
        "wrong": quote("a thread that I liked " + "x" * 300),
        "gone": gone.slug,
    }
    return {name: path.format(**known) for name, path in KINDS.items()}


def _words(thread: Thread) -> list[str]:
    return [plain(post.body) for post in thread.posts]
