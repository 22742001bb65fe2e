"""Taking pages down, at once and everywhere, before anybody says "done"."""

from __future__ import annotations

from datetime import datetime

from unroller.core.consent import Wish, judge, redact
from unroller.core.model import Author, PostRef
from unroller.core.summary import title
from unroller.flows.library import Library
from unroller.flows.page import make_again, make_page
from unroller.flows.words import LINKING
from unroller.store import Saved, Status

RETRACT = "retract"

OPERATOR = "operator"
"""Who removed a page or denied an account, when it was no account of a network."""


def take_down(library: Library, ref: PostRef, *, status: Status, why: str, by: str) -> Saved:
    """Erase the thread of `ref`: text, records, page, card, JSON, its name in every list, the bot's replies.

    `why` is what its address says from now on. `by` is the id of the account that may bring it back.
    Every step may be run twice, and what a crash leaves undone stands in the queue.
    """
    with library.store.transaction():
        saved = library.store.threads.drop(ref, status, why, by)
        for reply in library.store.ledger.replies_about(saved.ref, LINKING):
            library.store.tasks.put(RETRACT, reply.id, payload={"network": reply.network})
    library.store.pages.drop(saved.slug)
    make_again(library, saved.slug)
    return saved


def retract(library: Library, reply: PostRef) -> None:
    """Take one of the bot's own replies back: its card shows words that are gone.

    Raises:
        NetworkError, WireError, SetupError: not yet; try again later.
    """
    if bot := library.messenger(reply.network):
        bot.retract(reply)


def opt_out(library: Library, author: Author, at: datetime) -> int:
    """Record that `author` said no; take down all of the author's pages and words. The number of pages."""
    library.store.wishes.set(author.network, author.id, Wish.OPT_OUT, by=author.id, at=at)
    return obey(library, author.network, author.id)


def opt_in(library: Library, author: Author, at: datetime) -> bool:
    """Record that `author` said yes, unless a later word says no: removals are lifted, signals overruled."""
    library.store.wishes.set(author.network, author.id, Wish.OPT_IN, by=author.id, at=at)
    if library.store.wishes.get(author.network, author.id) is not Wish.OPT_IN:
        return False
    library.store.threads.lift(author.id)
    return True


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
    slugs = library.store.threads.showing(network, account)
    return sum(_judge_anew(library, slug) for slug in slugs)


def _judge_anew(library: Library, slug: str) -> bool:
    """Whether the page had to go; where only somebody's quoted words had to, it is made without them."""
    with library.store.transaction():
        saved = library.store.threads.load(slug)
        if saved is None or saved.thread is None or saved.verdict is None:
            return False
        verdict = judge(saved.thread, library.wish_of(saved.thread.author), asks=True)
        if verdict.show:
            thread = redact(saved.thread, library)
            library.store.threads.save(
                thread,
                verdict,
                {},
                title=title(thread),
                status=saved.status,
                expires=saved.expires,
                sample=saved.sample,
            )
    if verdict.show:
        make_page(library, slug)
    else:
        take_down(library, saved.ref, status=Status.WITHDRAWN, why=verdict.why, by="")
    return not verdict.show
