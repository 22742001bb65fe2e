"""A ref in, a saved thread and its page out. Doing it again keeps the address."""

from __future__ import annotations

from datetime import datetime, timedelta

from unroller.core.consent import Wish, judge
from unroller.core.errors import AbsentError, RefusedError
from unroller.core.model import Author, PostRef
from unroller.core.summary import title
from unroller.flows.gather import Gathered, gather
from unroller.flows.library import Library
from unroller.flows.page import make_page
from unroller.flows.remove import take_down
from unroller.store import Saved, Status

REVISIT = "revisit"
EXPIRE = "expire"

FRESH = timedelta(minutes=10)
"""A page that was checked this recently is not asked for again just because somebody calls."""


def publish(library: Library, ref: PostRef, *, asker: Author | None = None, force: bool = False) -> Saved:
    """The page of the thread around `ref`, made or made anew. `asker` is who wants it, where one is known.

    A `PENDING` answer means that the author has to say yes first; nothing is kept until then.
    `force`: ask the network even if the page was checked a moment ago.

    Raises:
        RefusedError: the author or the operator does not want it shown, or removed it.
        AbsentError, NetworkError, WireError: as `Network.fetch`.
    """
    if known := settled(library, ref, asker, force=force):
        return known
    return keep(library, ask(library, ref, asker), asker=asker)


def ask(library: Library, ref: PostRef, asker: Author | None = None) -> Gathered:
    """What the network has around `ref` now. A page that it no longer allows is gone before this returns.

    Raises:
        RefusedError, AbsentError, NetworkError, WireError: as `gather`.
    """
    network = library.network(ref.network)
    try:
        return gather(network, ref, wish_of=library.wish_of, bots=library.bots(), asker=asker)
    except RefusedError as error:
        if (known := library.store.threads.find(ref)) and known.status is Status.PUBLISHED:
            take_down(library, ref, status=Status.WITHDRAWN, why=error.words, by="")
        raise
    except AbsentError:
        if known := library.store.threads.find(ref):
            library.store.tasks.put(REVISIT, known.slug)
        raise


def settled(library: Library, ref: PostRef, asker: Author | None, *, force: bool = False) -> Saved | None:
    """The published thread that holds `ref`, when nothing needs to be asked of the network about it.

    Raises:
        RefusedError: it was removed, and `asker` is not who removed it.
    """
    known = library.store.threads.find(ref)
    if known is None:
        return None
    if known.status is Status.REMOVED:
        _check_removed(known, asker)
    return known if _is_fresh(library, known, force=force) else None


def is_fresh(library: Library, slug: str) -> bool:
    """Whether a page stands at `slug` that was checked a moment ago."""
    known = library.store.threads.load(slug)
    return known is not None and _is_fresh(library, known)


def _is_fresh(library: Library, known: Saved, *, force: bool = False) -> bool:
    recent = not force and library.clock() - known.checked_at < FRESH
    return known.status is Status.PUBLISHED and (known.sample or recent)


def keep(library: Library, found: Gathered, *, asker: Author | None = None, sample: bool = False) -> Saved:
    """Judge, save and publish what was gathered.

    Raises:
        RefusedError: as `publish`.
    """
    thread, threads = found.thread, library.store.threads
    wish = library.wish_of(thread.author)
    asks = asker is not None and asker.id == thread.author.id
    verdict = judge(thread, wish, asks=asks)
    before = threads.find(thread.ref)
    if before and before.status is Status.REMOVED:
        _check_removed(before, asker)
    if not verdict.show:
        if before:
            take_down(library, thread.ref, status=Status.WITHDRAWN, why=verdict.why, by="")
        raise RefusedError(verdict.why)
    if not (asks or sample) and _must_ask(library, before, wish):
        why = f"@{thread.author.handle} has been asked whether this thread may be shown."
        return threads.drop(thread.ref, Status.PENDING, why)
    saved = threads.save(
        thread,
        verdict,
        found.records,
        title=title(thread),
        expires=_expiry(library, before),
        sample=sample,
        lift=asks,
    )
    make_page(library, saved.slug)
    _plan(library, saved, before)
    return saved


def _check_removed(known: Saved, asker: Author | None) -> None:
    if asker is None or asker.id != known.removed_by:
        raise RefusedError(known.why)


def _must_ask(library: Library, before: Saved | None, wish: Wish | None) -> bool:
    if not library.settings.ask_first or wish is Wish.OPT_IN:
        return False
    return before is None or before.status is not Status.PUBLISHED


def _expiry(library: Library, before: Saved | None) -> datetime | None:
    """Pages vanish so long after they were first published; being looked at again does not prolong that."""
    if before and before.status is Status.PUBLISHED:
        return before.expires
    days = library.settings.expires
    return library.clock() + timedelta(days=days) if days else None


def _plan(library: Library, saved: Saved, before: Saved | None) -> None:
    """When the page is looked at again, and when it vanishes."""
    new = before is None or before.status is not Status.PUBLISHED
    if new and library.settings.recheck and not saved.sample:
        due = library.clock() + library.settings.recheck[0]
        library.store.tasks.put(REVISIT, saved.slug, due=due, payload={"round": 0})
    if saved.expires:
        library.store.tasks.put(EXPIRE, saved.slug, due=saved.expires)
