"""A ref in, a thread out: ask the network until nothing is wanted, then judge and assemble."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from msgspec.structs import replace

from unroller.core.assemble import assemble, wanted
from unroller.core.consent import Told, refusal, withhold
from unroller.core.conversation import Conversation, Sketch
from unroller.core.errors import AbsentError, BudgetError, RefusedError
from unroller.core.model import Absence, Author, Post, PostRef, Thread
from unroller.core.ports import Costly, Network

ROUNDS = 12
"""How often a network is asked for what a conversation still lacks. Two rounds do for nearly all."""

SPENT = "reading stopped at the limit of what it may cost"
"""Why a thread is not known to be complete, where the money ended."""

MOST = 2_000
"""How many posts one thread may ask for; what is beyond stays a gap that says so."""


class Reader(Told, Protocol):
    """Who reads: a `Library`, or a visitor who has none."""

    def match(self, link: str) -> PostRef:
        """The post that `link` names."""

    def network(self, name: str) -> Network:
        """The network of that name."""

    def bots(self, network: str) -> frozenset[str]:
        """The ids of the bot's own accounts there."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """A thread with all that may be kept of it, and what the network said of each of its posts."""

    thread: Thread
    records: Mapping[PostRef, bytes]


def gather(
    reader: Reader, ref: PostRef, *, asker: Author | None = None, known: Thread | None = None
) -> Gathered:
    """The thread around `ref`, without anything whose author said no.

    `known` is the thread as it was found before: where its author's own list cannot be read to the end
    this time, its posts are asked for one by one, so that a passing fault takes nothing away.

    Where the network costs money, `asker` pays for it; where the money ends, a thread that was not known
    is what could be read until then.

    Raises:
        RefusedError: the thread's author, or the operator, does not want it shown.
        AbsentError, NetworkError, WireError: as `Network.fetch`.
        BudgetError: the money ended before there was a thread, or less of it was read than was known.
    """
    network = _paid(reader, ref, asker)
    conversation = network.fetch(ref)
    author = conversation.posts[conversation.focus].author
    check_wish(reader, author, asker)
    if known and not conversation.evidence.exhaustive:
        conversation.sketches |= {
            post.ref: _sketch(post) for post in own_posts(known)
        } | conversation.sketches
    try:
        complete(network, conversation)
    except BudgetError:
        if known:
            raise
        evidence = conversation.evidence
        conversation.evidence = replace(evidence, exhaustive=False, until=None, why=SPENT, cut=True)
    withhold(conversation, reader, author=author)
    _check_focus(conversation)
    thread = assemble(conversation, bots=reader.bots(ref.network))
    records = conversation.records
    return Gathered(
        thread, {post.ref: records[post.ref] for post in own_posts(thread) if post.ref in records}
    )


def check_wish(reader: Told, author: Author, asker: Author | None) -> None:
    """Refuse what `author`, or the operator, does not want shown to `asker`.

    Raises:
        RefusedError: so it is.
    """
    asks = asker is not None and asker.id == author.id
    if why := refusal(author, reader.wish_of(author), asks=asks):
        raise RefusedError(why)


def _paid(reader: Reader, ref: PostRef, asker: Author | None) -> Network:
    network = reader.network(ref.network)
    if not isinstance(network, Costly):
        return network
    return network.charged_to(asker.id if asker else "", lambda author: check_wish(reader, author, asker))


def complete(network: Network, conversation: Conversation) -> None:
    """Read what the conversation lacks, until it lacks nothing or has had enough."""
    left = MOST
    for _ in range(ROUNDS):
        lacking = wanted(conversation)[:left]
        if not lacking:
            return
        network.read(lacking, conversation)
        left -= len(lacking)


def _check_focus(conversation: Conversation) -> None:
    """Refuse where the very post that was asked for may not be shown."""
    reason = conversation.absent.get(conversation.focus)
    if reason in (Absence.HIDDEN, Absence.NOT_PUBLIC, Absence.DECLINED):
        raise RefusedError("That post is not public, or moderators hid it, so there is no page of it.")
    if reason is not None:
        raise AbsentError("That post is gone.")


def own_posts(thread: Thread) -> list[Post]:
    """The author's posts: the chain, then the runs below other people's replies."""
    return [*thread.posts, *(post for aside in thread.elsewhere for post in aside.posts)]


def _sketch(post: Post) -> Sketch:
    return Sketch(post.ref, post.author.id, post.order, post.url, post.parent, post.parent_author, post.root)
