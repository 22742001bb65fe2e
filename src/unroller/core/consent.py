"""Every author's signals and wishes, turned into one verdict.

| signal                                             | shown               | listed | indexed |
|----------------------------------------------------|---------------------|--------|---------|
| the operator denies the account or its server      | no                  | no     | no      |
| the author opted out                               | no                  | no     | no      |
| account gone (deactivated, suspended, taken down)  | no                  | no     | no      |
| asks for no logged-out readers, or is protected    | no, unless opted in | no     | no      |
| asks for no bots                                   | if the author asks  | no     | no      |
| not indexable, no index; an unlisted post          | yes                 | no     | no      |
| locked, or limited by its own server               | yes                 | no     | no      |
| not discoverable                                   | yes                 | no     | yes     |
| adult, graphic or warned of                        | behind a warning    | no     | no      |
| nothing said                                       | yes                 | yes    | yes     |

An author's `OPT_IN` lifts that author's own signals, never the operator's word or a warning.
The signals count for every author whose words appear: `withhold` takes those out who said no.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from msgspec.structs import replace

from unroller.core.conversation import Conversation
from unroller.core.model import (
    Absence,
    Aside,
    Audience,
    Author,
    Gap,
    Label,
    Post,
    PostRef,
    Quote,
    Signal,
    Thread,
    Verdict,
)


class Wish(StrEnum):
    """What an author, or the operator, told us about an account."""

    OPT_OUT = "opt-out"
    OPT_IN = "opt-in"
    DENY = "deny"


class Told(Protocol):
    """What authors and the operator told us, as a library remembers it."""

    def wish_of(self, author: Author) -> Wish | None:
        """What stands about `author`."""

    def is_removed(self, ref: PostRef) -> bool:
        """Whether the post is of a thread that its author, or the operator, had removed here."""


PUBLIC = frozenset({Audience.PUBLIC, Audience.UNLISTED})
"""For whom a post may be written that is shown here."""

_CLOSED = frozenset({Signal.NO_UNAUTHENTICATED, Signal.PROTECTED})
_UNINDEXED = frozenset({Signal.NO_INDEX, Signal.NOT_INDEXABLE, Signal.LOCKED, Signal.LIMITED})
_WARNED = frozenset({Label.WARN, Label.ADULT, Label.NUDITY, Label.GRAPHIC})


def refusal(author: Author, wish: Wish | None, *, asks: bool = False) -> str:
    """Why nothing by `author` may be shown, as a sentence that names nobody; `""` when it may.

    `asks`: the author is the one who asked for the page.
    """
    if wish is Wish.DENY:
        return "The operator of this site does not show posts by this account."
    if Signal.GONE in author.signals:
        return "The account is deactivated, suspended or gone."
    if wish is Wish.OPT_OUT:
        return "The author has asked not to be unrolled here."
    if wish is Wish.OPT_IN:
        return ""
    if author.signals & _CLOSED:
        return "The author asks to be shown to logged-in readers only, so there is no public page."
    if Signal.NO_BOT in author.signals and not asks:
        return "The author asks bots to stay away, and is the only one who can have this thread unrolled."
    return ""


def judge(thread: Thread, wish: Wish | None, *, asks: bool = False) -> Verdict:
    """What may be done with `thread`, whose author's recorded wish is `wish`."""
    if why := refusal(thread.author, wish, asks=asks):
        return Verdict(show=False, warn=False, list=False, index=False, why=why)
    signals = frozenset() if wish is Wish.OPT_IN else thread.author.signals
    posts = (*thread.posts, *(post for aside in thread.elsewhere for post in aside.posts))
    warn = any(post.labels & _WARNED for post in posts)
    quiet = any(post.audience is Audience.UNLISTED for post in posts) and wish is not Wish.OPT_IN
    index = not (warn or quiet or signals & _UNINDEXED or Signal.NO_BOT in signals)
    return Verdict(show=True, warn=warn, list=index and Signal.NOT_DISCOVERABLE not in signals, index=index)


def withhold(conversation: Conversation, told: Told, *, author: Author) -> None:
    """Take out of `conversation` all that must not be kept; each leaves a reason behind.

    That is every hidden and every non-public post, and of everybody but the thread's `author` the posts
    and quotes of those who said no, and posts of threads that were removed.
    """
    for ref, post in list(conversation.posts.items()):
        if reason := _reason(post, told, author):
            del conversation.posts[ref]
            conversation.records.pop(ref, None)
            conversation.owners[ref] = post.author.id
            conversation.absent[ref] = reason
            conversation.links[ref] = post.parent
        elif post.quote and post.quote.post:
            quote = _kept(post.quote, post.quote.post, told, author)
            if quote is not post.quote:
                conversation.posts[ref] = replace(post, quote=quote)


def redact(thread: Thread, told: Told) -> Thread:
    """`thread` without the words of other people who have said no since it was made."""

    def place(found: Post | Gap) -> Post | Gap:
        if isinstance(found, Gap):
            return found
        reason = _reason(found, told, thread.author)
        return Gap(found.ref, reason) if reason else own(found)

    def own(post: Post) -> Post:
        if post.quote is None or post.quote.post is None:
            return post
        return replace(post, quote=_kept(post.quote, post.quote.post, told, thread.author))

    return replace(
        thread,
        posts=tuple(map(own, thread.posts)),
        context=place(thread.context) if thread.context else None,
        elsewhere=tuple(
            Aside(place(aside.under), tuple(map(own, aside.posts)), aside.gaps) for aside in thread.elsewhere
        ),
    )


def _reason(post: Post, told: Told, author: Author) -> Absence | None:
    if post.audience not in PUBLIC:
        return Absence.NOT_PUBLIC
    if Label.HIDE in post.labels:
        return Absence.HIDDEN
    if post.author.id == author.id:
        return None
    declined = refusal(post.author, told.wish_of(post.author)) or told.is_removed(post.ref)
    return Absence.DECLINED if declined else None


def _kept(quote: Quote, post: Post, told: Told, author: Author) -> Quote:
    """`quote` as it may be kept: without its post where that says no, never with a quote inside it."""
    if reason := _reason(post, told, author):
        return Quote(ref=quote.ref, absence=reason)
    return replace(quote, post=replace(post, quote=None)) if post.quote else quote
