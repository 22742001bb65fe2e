"""What a static site is made of: whose threads, which of them are listed, in which formats."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from unroller.core.consent import Wish, judge
from unroller.core.errors import InputError
from unroller.core.model import Verdict
from unroller.flows.library import Library
from unroller.flows.page import offered
from unroller.store import Entry, Saved

CARD = "card.png"
_NAMED = 5  # authors that an error names


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be built. Without `authors`, handles or ids, all of the library.

    `mine`: whoever builds is the author, so that threads are judged as if the author had opted in.
    `formats` are names of exports, `None` for all. `title` is the site's, `url` where it will be, if known.
    """

    authors: tuple[str, ...] = ()
    mine: bool = False
    formats: tuple[str, ...] | None = None
    title: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A thread of the site. `sign` is what its page follows from; `listed` is whether lists may name it."""

    entry: Entry
    sign: str
    listed: bool


def formats_of(library: Library, order: Order) -> dict[str, str]:
    """The names of exports by the names of the files that they make beside a page.

    Raises:
        InputError: there is no such format.
    """
    there = {export.name: f"thread{suffix}" for suffix, export in offered(library).items()}
    wanted = tuple(there) if order.formats is None else order.formats
    if unknown := [name for name in wanted if name not in there]:
        raise InputError(f"There is no format {unknown[0]}; there are: {', '.join(there)}.")
    return {there[name]: name for name in wanted} | ({CARD: "card"} if order.url else {})


def shown_by(library: Library, order: Order) -> tuple[Shown, ...]:
    """The threads of the site, oldest first by when they came here.

    Raises:
        InputError: an author has no threads here.
    """
    signs = library.store.threads.signs()
    entries = [entry for entry in library.store.threads.entries() if entry.slug in signs]
    if order.authors:
        accounts = {_account(entries, name) for name in order.authors}
        entries = [entry for entry in entries if (entry.network, entry.author_id) in accounts]
    found = (Shown(entry, signs[entry.slug], _is_listed(library, order, entry)) for entry in entries)
    return tuple(sorted(found, key=lambda one: (one.entry.first_saved, one.entry.written_at, one.entry.slug)))


def are_as_read(library: Library, shown: Sequence[Shown]) -> bool:
    """Whether nothing was saved, taken down or run out of any of these since they were read."""
    signs = library.store.threads.signs()
    return all(signs.get(one.entry.slug) == one.sign for one in shown)


def verdict_on(order: Order, saved: Saved) -> Verdict | None:
    """What may be done with the thread on this site; `None` where there is none to show."""
    if saved.thread is None or saved.verdict is None:
        return None
    # An author who builds says what one who opts in says: it lifts their own signals, and no warning.
    return judge(saved.thread, Wish.OPT_IN) if order.mine else saved.verdict


def _is_listed(library: Library, order: Order, entry: Entry) -> bool:
    if entry.listed or not order.mine:
        return entry.listed
    saved = library.store.threads.load(entry.slug)
    verdict = verdict_on(order, saved) if saved else None
    return verdict is not None and verdict.show and verdict.list


def _account(entries: Sequence[Entry], name: str) -> tuple[str, str]:
    """The account with that handle or id."""
    wanted = name.removeprefix("@").lower()
    found = {(entry.network, entry.author_id) for entry in entries if wanted in _names(entry)}
    if len(found) == 1:
        return found.pop()
    if found:
        ids = " or ".join(sorted(id_ for _, id_ in found))
        raise InputError(f"There are several accounts with the handle {name}; give the id instead: {ids}.")
    most = Counter(f"@{entry.author_handle}" for entry in entries).most_common(_NAMED)
    there = ", ".join(f"{handle} ({count})" for handle, count in most)
    raise InputError(f"There are no threads by {name} here. Most threads are by: {there or 'nobody'}.")


def _names(entry: Entry) -> tuple[str, str]:
    return entry.author_handle.lower(), entry.author_id.lower()
