"""Taking pages down, at once and everywhere, before anybody says "done"."""

from __future__ import annotations

from unroller.core.consent import Wish, judge, redact
from unroller.core.model import Author, PostRef
from unroller.core.summary import title
from unroller.flows.library import Library
from unroller.flows.page import make_again, make_page
from unroller.store import Saved, Status

OPERATOR = "operator"
"""Who removed a page or denied an account, when it was no account of a network."""


def take_down(library: Library, ref: PostRef, *, status: Status, why: str, by: str) -> Saved:
    """Erase the thread of `ref`: text, records, page, card, JSON, and its name in every list.

    `why` is what its address says from now on. `by` is the id of the account that may bring it back.
    Every step may be run twice.
    """
    saved = library.store.threads.drop(ref, status, why, by)
    library.store.pages.drop(saved.slug)
    make_again(library, saved.slug)
    return saved


def opt_out(library: Library, author: Author) -> int:
    """Record that `author` said no; take down all of the author's pages and words. The number of pages."""
    library.store.wishes.set(author.network, author.id, Wish.OPT_OUT, by=author.id, at=library.clock())
    return obey(library, author.network, author.id)


def opt_in(library: Library, author: Author) -> None:
    """Record that `author` said yes: the author's own removals are lifted, and signals read as a no."""
    library.store.wishes.set(author.network, author.id, Wish.OPT_IN, by=author.id, at=library.clock())
    library.store.threads.lift(author.id)


def deny(library: Library, network: str, account: str) -> int:
    """The operator's no to an account id, a handle, or a domain. The number of pages taken down."""
    library.store.wishes.set(network, account, Wish.DENY, by=OPERATOR, at=library.clock())
    return obey(library, network, account)


def allow(library: Library, network: str, account: str) -> bool:
    """Take the operator's no back; whether there was one. Pages come back when somebody asks for them."""
    return library.store.wishes.clear(network, account, Wish.DENY)


def operator_removes(library: Library, ref: PostRef) -> Saved:
    """The operator takes one thread down, in advance if need be; only the operator brings it back."""
    why = "The operator of this site removed this page."
    return take_down(library, ref, status=Status.REMOVED, why=why, by=OPERATOR)


def operator_restores(library: Library, ref: PostRef) -> None:
    """Let a thread that the operator removed be shown again when somebody asks for it."""
    library.store.threads.lift(OPERATOR, ref)


def obey(library: Library, network: str, account: str) -> int:
    """Judge anew every page with words of `account`. The number of pages taken down."""
    gone = 0
    for slug in library.store.threads.showing(network, account):
        gone += _judge_anew(library, slug)
    return gone


def _judge_anew(library: Library, slug: str) -> bool:
    """Whether the page had to go; where only somebody's quoted words had to, it is made without them."""
    saved = library.store.threads.load(slug)
    if saved is None or saved.thread is None:
        return False
    verdict = judge(saved.thread, library.wish_of(saved.thread.author))
    if not verdict.show:
        take_down(library, saved.ref, status=Status.WITHDRAWN, why=verdict.why, by="")
        return True
    thread = redact(saved.thread, library.wish_of)
    library.store.threads.save(
        thread, verdict, {}, title=title(thread), expires=saved.expires, sample=saved.sample
    )
    make_page(library, slug)
    return False
