"""A ref in, a thread out: ask the network until nothing is wanted, then judge and assemble."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from unroller.core.assemble import assemble, wanted
from unroller.core.consent import WishOf, refusal, withhold
from unroller.core.conversation import Conversation
from unroller.core.errors import AbsentError, RefusedError
from unroller.core.model import Absence, Author, Post, PostRef, Thread
from unroller.core.ports import Network

ROUNDS = 12
"""How often a network is asked for what a conversation still lacks. Two rounds do for nearly all."""

MOST = 2_000
"""How many posts one thread may ask for; what is beyond stays a gap that says so."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """A thread with all that may be kept of it, and what the network said of each of its posts."""

    thread: Thread
    records: Mapping[PostRef, bytes]


def gather(
    network: Network,
    ref: PostRef,
    *,
    wish_of: WishOf,
    bots: frozenset[str] = frozenset(),
    asker: Author | None = None,
) -> Gathered:
    """The thread around `ref`, without anything whose author said no.

    Raises:
        RefusedError: the thread's author, or the operator, does not want it shown.
        AbsentError, NetworkError, WireError: as `Network.fetch`.
    """
    conversation = network.fetch(ref)
    focus = conversation.posts[conversation.focus]
    asks = asker is not None and asker.id == focus.author.id
    if why := refusal(focus.author, wish_of(focus.author), asks=asks):
        raise RefusedError(why)
    complete(network, conversation)
    withhold(conversation, wish_of, author=focus.author)
    _settle_focus(conversation)
    thread = assemble(conversation, bots=bots)
    return Gathered(
        thread, {post.ref: conversation.records[post.ref] for post in _recorded(thread, conversation)}
    )


def complete(network: Network, conversation: Conversation) -> None:
    """Read what the conversation lacks, until it lacks nothing or has had enough."""
    left = MOST
    for _ in range(ROUNDS):
        lacking = wanted(conversation)[:left]
        if not lacking:
            return
        network.read(lacking, conversation)
        left -= len(lacking)


def _settle_focus(conversation: Conversation) -> None:
    """Refuse where the very post that was asked for may not be shown."""
    reason = conversation.absent.get(conversation.focus)
    if reason in (Absence.HIDDEN, Absence.NOT_PUBLIC, Absence.DECLINED):
        raise RefusedError("That post is not public, or moderators hid it, so there is no page of it.")
    if reason is not None:
        raise AbsentError("That post is gone.")


def _recorded(thread: Thread, conversation: Conversation) -> list[Post]:
    posts = [*thread.posts, *(post for aside in thread.elsewhere for post in aside.posts)]
    return [post for post in posts if post.ref in conversation.records]
