"""A post → the conversation around it, for the least money.

1. The post itself is looked up, in its newest version; of a repost, the post that it repeats. Nothing more
   is bought where its author said no.
2. Search tells everything that the author wrote in the same conversation: in all of X's archive where
   the access has that, else in the last seven days. It never shows the conversation's first post.
3. From there up, what the author's own posts answer is looked up by id, a hundred at once, until the top.
4. What the thread quotes is looked up, since a quote is part of a post.

Nothing is asked for twice, and nothing comes along that is not part of the thread: X bills by the piece.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from unroller.core.assemble import assemble
from unroller.core.conversation import Conversation, Evidence
from unroller.core.errors import AbsentError, BudgetError, RefusedError, UnrollerError, WireError
from unroller.core.model import Absence, Author, Post, PostRef
from unroller.networks.x import wire
from unroller.networks.x.api import MOST_AT_ONCE, Api
from unroller.networks.x.found import Found
from unroller.networks.x.links import NETWORK
from unroller.networks.x.parse import parse_author, withheld_why
from unroller.networks.x.snowflake import is_id, time_of
from unroller.networks.x.wire import Wire

MOST_PAGES = 40
MOST_CLIMBS = 400
WEEK = timedelta(days=7)
LAG = timedelta(minutes=1)
"""How far search may be behind: it shows nothing of the last half minute."""

_MOST_STEPS = 4
_WHOLE, _RECENT = "X's search of all posts", "X's search of the last seven days"
_SPENT = "reading stopped at the limit of what it may cost"
_OLD = (
    "not known to be complete: this site may search the last seven days of X only, "
    "and what is older needs full-archive access"
)
_LEFT_OUT = "not known to be complete: X's search leaves out posts of this conversation"
_SILENT = (
    "not known to be complete: X's search shows nothing more by the author here, "
    "and there are conversations that it does not show"
)
_FRESH = "not known to be complete: the newest posts may not be in X's search yet"
_FOLLOWERS = "The author of this post on X shows it to followers only, so there is no page of it."
_ENDLESS = "not known to be complete: X's search does not end"


@dataclass(slots=True)
class _Search:
    """The ids that search showed, and why that may not be all; `""` when it was read to its end."""

    ids: set[str] = field(default_factory=set)
    why: str = ""


class Threads:
    """Fetches and reads threads. Keeps nothing."""

    def __init__(
        self,
        api: Api,
        clock: Callable[[], datetime],
        check: Callable[[Author], None],
        *,
        full_archive: bool,
    ) -> None:
        self._api = api
        self._clock = clock
        self._check = check
        self._full_archive = full_archive

    def fetch(self, ref: PostRef) -> Conversation:
        """The conversation around `ref`, as `ports.Network.fetch` promises.

        Raises:
            BudgetError: there is no money even for the post itself.
        """
        found = Found()
        focus = self._focus(ref.id, found)
        author, home = focus["author_id"], _home(focus)
        search = self._search(author, home, found)
        search.why = search.why or self._climb(author, home, found)
        evidence = self._evidence(focus, found, search)
        conversation = Conversation(PostRef(NETWORK, found.first[focus["id"]]), evidence)
        found.pour(conversation, _owners(found.by(author)))
        if conversation.focus not in conversation.posts:
            raise WireError("X answered with a post that makes no sense.")
        self._read_quotes(conversation)
        return conversation

    def read(self, refs: Sequence[PostRef], into: Conversation) -> None:
        """Add `refs` to `into`, as `ports.Network.read` promises, as far as the money reaches.

        Raises:
            BudgetError: it did not reach; what was read until then is in `into`.
        """
        author = into.posts[into.focus].author.id
        known = {post.parent.id: post.parent_author for post in into.posts.values() if post.parent}
        owners = {id_: by for id_, by in known.items() if by == author}
        left = list(dict.fromkeys(ref.id for ref in refs if ref.network == NETWORK and is_id(ref.id)))
        into.add(absent={ref: Absence.NOT_FOUND for ref in refs if ref.id not in left})
        while left:
            size = min(MOST_AT_ONCE, max(1, self._api.affordable() // 3))
            batch, left = left[:size], left[size:]
            found = Found()
            try:
                self._look_up(batch, found, {by for id_ in batch if (by := known.get(id_))}, None)
            finally:
                found.pour(into, owners)
        self._read_quotes(into)

    def _focus(self, id_: str, found: Found) -> Wire:
        """The newest version of the post that was asked for, or of the post that it only repeats."""
        for _ in range(_MOST_STEPS):
            page = self._api.posts([id_], strangers=1)
            found.take(page)
            post = found.get(id_)
            if post is None:
                raise _lost(page.absent.get(id_))
            newest = wire.versions(post)[-1]
            repeated = wire.referenced(post, "retweeted")
            if repeated is None:
                if by := parse_author(found.includes.users.get(post["author_id"])):
                    self._check(by)  # before a newer version is bought
                if post["id"] == newest:
                    return _checked(post, found)
            id_ = repeated or newest
            found.posts.clear()
            found.first.clear()
        raise WireError("X leads from one version of a post to the next without end.")

    def _search(self, author: str, home: str, found: Found) -> _Search:
        """Take in what search shows of the author's posts in the conversation `home`."""
        search, token, seen = _Search(), "", set[str]()
        while len(seen) < MOST_PAGES:
            seen.add(token)
            try:
                page = self._api.search(f"conversation_id:{home} from:{author}", author, token)
            except BudgetError:
                search.why = _SPENT
                return search
            search.ids.update(id_ for post in found.take(page, home) for id_ in wire.versions(post))
            token = page.next
            if not token:
                return search
            if token in seen:
                break
        search.why = _ENDLESS
        return search

    def _climb(self, author: str, home: str, found: Found) -> str:
        """Take in the author's posts above those that are known; why not all, `""` when all."""
        tips = list(found.by(author))
        for _ in range(MOST_CLIMBS):
            above = [id_ for id_ in _owners(tips) if found.lacks(id_)][:MOST_AT_ONCE]
            if not above:
                return ""
            try:
                tips += self._look_up(above, found, {author}, home)
            except BudgetError:
                return _SPENT
            tips = [tip for tip in tips if tip.get("author_id") == author and _lacks_parent(tip, found)]
        return _ENDLESS

    def _look_up(self, ids: Sequence[str], found: Found, users: set[str], home: str | None) -> list[Wire]:
        """Take in the posts with these ids, 100 at most, in their newest version; return them."""
        strangers = 0 if home else max(0, len(ids) - len(users))
        page = self._api.posts(ids, users=users, strangers=strangers)
        taken = found.take(page, home)
        found.absent.update((id_, Absence.NOT_FOUND) for id_ in ids if found.lacks(id_))
        if newer := found.outdated(taken):
            found.take(self._api.posts(newer[:MOST_AT_ONCE], users=users, strangers=strangers), home)
        return taken

    def _read_quotes(self, into: Conversation) -> None:
        """Take in what the author's posts quote, as far as the money reaches.

        That is those of the thread, and those below other people's replies that belong to it.
        """
        lacking = _unread_quotes(into)
        left = list(lacking)
        while left:
            batch, left = left[:MOST_AT_ONCE], left[MOST_AT_ONCE:]
            found = Found()
            try:
                found.take(self._api.posts(batch, strangers=len(batch)))
            except BudgetError:
                return
            for id_, quote in found.quotes(batch).items():
                into.posts.update((post.ref, replace(post, quote=quote)) for post in lacking[id_])

    def _evidence(self, focus: Wire, found: Found, search: _Search) -> Evidence:
        """What was asked, and why it may not be all."""
        now = self._clock()
        source = _WHOLE if self._full_archive else _RECENT
        why = search.why or self._doubt(focus, found, search, now)
        return Evidence(source, now, exhaustive=not why, why=why, cut=why == _SPENT)

    def _doubt(self, focus: Wire, found: Found, search: _Search, now: datetime) -> str:
        own = [post for post in found.by(focus["author_id"]) if _home(post) == _home(focus)] or [focus]
        begun = _made(min(own, key=lambda post: int(wire.versions(post)[0])))
        if not self._full_archive and begun < now - WEEK + LAG:
            return _OLD
        hidden = (post for post in own if post["id"] not in search.ids and not _begins(post))
        if any(_made(post) < now - LAG for post in hidden):
            return _LEFT_OUT
        if not search.ids and _answers(focus) != 0:
            return _SILENT
        return _FRESH if any(_made(post) >= now - LAG for post in own) else ""


def _checked(post: Wire, found: Found) -> Wire:
    """`post`, if it may be shown at all; nothing more is bought of what may not.

    Raises:
        RefusedError: its author is protected, or X withholds it.
    """
    user = found.includes.users.get(post["author_id"], {})
    if user.get("protected") is True:
        raise RefusedError(_FOLLOWERS)
    if why := withheld_why(post, found.includes):
        raise RefusedError(f"X withholds this post {why}, so there is no page of it.")
    return post


def _lost(why: Absence | None) -> UnrollerError:
    if why is Absence.NOT_PUBLIC:
        return RefusedError(_FOLLOWERS)
    if why is Absence.HIDDEN:
        return AbsentError("X does not show this post: its account is suspended, or X has taken it down.")
    if why is None:
        return WireError("X answered neither with the post nor with a reason.")
    return AbsentError("There is no such post on X: it was deleted, or never was.")


def _home(post: Wire) -> str:
    """The id of the conversation that a post is in: that of its first post."""
    told = post.get("conversation_id")
    return told if isinstance(told, str) and is_id(told) else wire.versions(post)[0]


def _begins(post: Wire) -> bool:
    """Whether a post is the first of its conversation, which search never shows."""
    return _home(post) in wire.versions(post)


def _made(post: Wire) -> datetime:
    """When the first version of a post was made; long ago, where its id is of before ids told it."""
    return time_of(wire.versions(post)[0]) or datetime.min.replace(tzinfo=UTC)


def _answers(post: Wire) -> int | None:
    """How many direct answers X counts; `None` where it does not say."""
    count = wire.thing(post.get("public_metrics")).get("reply_count")
    return count if type(count) is int else None


def _owners(posts: Iterable[Wire]) -> dict[str, str]:
    """The posts that are answered by their own authors, by id, with those authors."""
    told = ((wire.referenced(post, "replied_to"), post) for post in posts)
    return {id_: post["author_id"] for id_, post in told if id_ and _answers_itself(post)}


def _answers_itself(post: Wire) -> bool:
    return post.get("in_reply_to_user_id") == post.get("author_id")


def _lacks_parent(post: Wire, found: Found) -> bool:
    return any(found.lacks(id_) for id_ in _owners([post]))


def _unread_quotes(conversation: Conversation) -> dict[str, list[Post]]:
    """What the author's posts quote that was not read yet, by id, with the posts that quote it."""
    thread, found = assemble(conversation), dict[str, list[Post]]()
    for post in (*thread.posts, *(post for aside in thread.elsewhere for post in aside.posts)):
        if post.quote and post.quote.ref and post.quote.absence is Absence.NOT_FETCHED:
            found.setdefault(post.quote.ref.id, []).append(post)
    return found
