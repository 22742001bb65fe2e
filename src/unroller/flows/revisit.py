"""Pages are looked at again: after an hour, a day, then weekly. What changed at the source changes here."""

from __future__ import annotations

from datetime import timedelta

from unroller.core.errors import AbsentError, RefusedError, WireError
from unroller.core.model import Signal, Thread
from unroller.flows.gather import Gathered, gather
from unroller.flows.library import Library
from unroller.flows.log import log
from unroller.flows.publish import REVISIT, keep, publish
from unroller.flows.remove import take_down
from unroller.store import Saved, Status

SURVIVORS = 5
"""From how many of a thread's posts it is looked for when its first ones are gone."""

SECOND_LOOK = timedelta(days=1)
"""When a thread is looked for once more of which everything was gone: a network may have been mistaken."""

GONE = "All of this thread is gone from where it was published."


def revisit(library: Library, slug: str, turn: int = 0, *, second_look: bool = False) -> None:
    """Look at the thread's source again: add, change or withdraw, then plan the next visit.

    Raises:
        NetworkError: the source could not be asked; the page stays as it is.
    """
    saved = library.store.threads.load(slug)
    if saved is None:
        return
    try:
        if saved.status is Status.PUBLISHED and saved.thread:
            check(library, saved, saved.thread)
        elif saved.status is Status.WITHDRAWN and second_look:
            publish(library, saved.ref)
    except (RefusedError, AbsentError):
        return  # it is gone indeed
    except WireError as error:
        log.warning("a page could not be checked", page=slug, why=error.words)
    _plan_next(library, slug, turn)


def check(library: Library, saved: Saved, thread: Thread) -> None:
    """Make the page of `thread` what its source and its author's wishes say now.

    Raises:
        NetworkError, WireError: as `revisit`.
    """
    try:
        found = _found_again(library, thread)
        if found is None or found.thread.ref != saved.ref:
            _withdraw(library, saved, GONE)
            due = library.clock() + SECOND_LOOK
            library.store.tasks.put(REVISIT, saved.slug, due=due, payload={"second_look": True})
        if found is not None:
            keep(library, found, visited=thread if found.thread.ref == saved.ref else None)
    except RefusedError as error:
        _withdraw(library, saved, error.words)


def _withdraw(library: Library, saved: Saved, why: str) -> None:
    take_down(library, saved.ref, status=Status.WITHDRAWN, why=why, by="")


def expire(library: Library, slug: str) -> None:
    """Take the page down when its time has come."""
    saved = library.store.threads.load(slug)
    if saved and saved.status is Status.PUBLISHED and saved.expires and saved.expires <= library.clock():
        why = "This page was kept for a limited time, as all pages here are."
        take_down(library, saved.ref, status=Status.EXPIRED, why=why, by="")


def _found_again(library: Library, thread: Thread) -> Gathered | None:
    """The thread as its source has it now, from the first of its posts that is still there."""
    asker = thread.author if Signal.NO_BOT in thread.author.signals else None
    refs = (thread.ref, *(post.ref for post in thread.posts))
    for ref in dict.fromkeys((*refs[:SURVIVORS], *refs[-SURVIVORS:])):
        try:
            return gather(library, ref, asker=asker, known=thread)
        except AbsentError:
            continue
    return None


def _plan_next(library: Library, slug: str, turn: int) -> None:
    waits = library.settings.recheck
    if waits and library.store.threads.status(slug) is Status.PUBLISHED:
        wait = waits[min(turn + 1, len(waits) - 1)]
        library.store.tasks.put(REVISIT, slug, due=library.clock() + wait, payload={"round": turn + 1})
