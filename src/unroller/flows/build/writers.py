"""Who a static site is by, and where in its folder each author's page is."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from unroller.exports.lists import Person
from unroller.flows.library import Library
from unroller.store import Entry

Key = tuple[str, str]
"""A network, and the id of an account there."""

_PLAIN = re.compile(r"[a-z0-9_](?:[a-z0-9_.@-]{0,98}[a-z0-9_])?")


@dataclass(frozen=True, slots=True)
class Writer:
    """An author of the site. `folder` has their page, `""` at the top; `newest` is one of their threads."""

    name: str
    handle: str
    folder: str
    newest: Entry


def writers_of(entries: Iterable[Entry]) -> dict[Key, Writer]:
    """The authors of `entries`, each under the present handle; the only one of a site has it all."""
    newest: dict[Key, Entry] = {}
    for entry in entries:
        known = newest.setdefault((entry.network, entry.author_id), entry)
        if entry.saved_at > known.saved_at:
            newest[entry.network, entry.author_id] = entry
    taken: set[str] = set()
    found = {}
    for key, entry in sorted(newest.items()):
        folder = "" if len(newest) == 1 else _folder(entry, taken)
        found[key] = Writer(entry.author_name, entry.author_handle, folder, entry)
    return found


def person(library: Library, writer: Writer) -> Person:
    """The author as a page's head shows them."""
    network = library.networks.get(writer.newest.network)
    title = network.rules.title if network else writer.newest.network
    saved = library.store.threads.load(writer.newest.slug)
    address = saved.thread.author.url if saved and saved.thread else ""
    return Person(writer.name, writer.handle, title, address)


def _folder(entry: Entry, taken: set[str]) -> str:
    """As the site's own address of the author's page where that is a name for a folder, else by the id."""
    handle = entry.author_handle.lower()
    digest = hashlib.sha256(entry.author_id.encode(errors="replace")).hexdigest()[:12]
    name = f"{entry.network}/@{handle if _PLAIN.fullmatch(handle) else digest}/"
    if name in taken:
        name = f"{entry.network}/@{digest}/"
    taken.add(name)
    return name
