"""A post → the conversation around its author's thread, in the fewest requests.

1. The author's own server is the authority: a copy elsewhere only tells which server that is.
2. Contexts lead up to the author's topmost post, forty posts at a time.
3. The author's own list, from there on, gives whole posts: all branches, late additions, what stands
   below a deleted post. Where it is not to be had, contexts lead down, asked again at the tips.
4. Where the author wrote below other people's replies, these are asked for, twenty at a time.
5. A server without this API for us is read object by object (`walk`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from msgspec.structs import replace

from unroller.core.conversation import Conversation, Evidence
from unroller.core.errors import AbsentError, NetworkError, RefusedError, UnrollerError, WireError
from unroller.core.model import Absence, Audience, Post, PostRef
from unroller.networks.mastodon import links
from unroller.networks.mastodon.activitypub import Objects
from unroller.networks.mastodon.api import MOST_AT_ONCE, Api, Context
from unroller.networks.mastodon.deleted import Conversations, join_orphans, look_back
from unroller.networks.mastodon.finding import Finder, Spot
from unroller.networks.mastodon.listing import Listing, read_list, until
from unroller.networks.mastodon.parse import parse_history
from unroller.networks.mastodon.reading import Reader
from unroller.networks.mastodon.statuses import Told, key_of, original
from unroller.networks.mastodon.walk import absence, walk

SOURCE = "the author's own list of posts"
MOST_CLIMBS = 60
MOST_DESCENTS = 30
MOST_LOOKS = 5
MOST_ALONE = 4
MOST_HISTORIES = 5
MOST_POLLS = 3
POLL_PAUSE = 3.0

Clock = Callable[[], datetime]
Wait = Callable[[float], None]

_AFTER = "not known to be complete after"
_PUBLIC = frozenset({Audience.PUBLIC, Audience.UNLISTED})


@dataclass(slots=True)
class _Reading:
    """One conversation while it is read: who told what, the thread's topmost post, and any doubt."""

    told: Told
    focus: str
    top: str
    copy: bool = False
    listing: Listing = field(default_factory=Listing)
    unknown: int = 0

    @property
    def author(self) -> str:
        return self.told.author(self.focus)


class Threads:
    """Fetches threads."""

    def __init__(self, api: Api, objects: Objects, finder: Finder, clock: Clock, wait: Wait) -> None:
        self._api = api
        self._objects = objects
        self._finder = finder
        self._clock = clock
        self._wait = wait
        self._reader = Reader(api, objects, finder)

    def fetch(self, ref: PostRef) -> Conversation:
        """The conversation around `ref`, as `ports.Network.fetch` promises."""
        spot = self._finder.find(ref.id)
        found = walk(self._objects, spot.note, self._clock) if spot.note else self._read(spot)
        _leave_out_what_is_not_public(found)
        self._reader.confirm(found, tuple(found.posts))
        return found

    def _read(self, spot: Spot) -> Conversation:
        assert spot.told
        reading = _Reading(spot.told, spot.name, spot.name, spot.copy)
        conversations = Conversations(self._objects, reading.told)
        self._climb(reading)
        self._climb_over_deleted(reading, conversations)
        reading.listing = read_list(self._api, reading.told, reading.author, reading.top)
        if not reading.listing.whole:
            self._descend(reading)
        self._look_between(reading)
        reading.unknown = join_orphans(conversations, reading.told, reading.author, reading.top)
        return self._conversation(reading)

    def _climb(self, reading: _Reading) -> None:
        """Take in the author's posts above, and the first post by somebody else."""
        told = reading.told
        for _ in range(MOST_CLIMBS):
            reading.top = told.top(reading.top)
            above = told.parent(reading.top)
            if above is None or above in told.raw or above in told.absent:
                return
            told.take(self._context(reading, reading.top).statuses)
            if above not in told.raw:
                self._look(told, above)

    def _climb_over_deleted(self, reading: _Reading, conversations: Conversations) -> None:
        """Where what stood above was deleted, go on with an older post of the same conversation."""
        told = reading.told
        while told.is_orphan(reading.top) and told.answered_self(reading.top) and conversations.left > 0:
            older = look_back(conversations, self._api, told, reading.author, reading.top)
            if not older or older in told.joined:
                return
            told.joined[reading.top] = older
            reading.top = older
            self._climb(reading)

    def _context(self, reading: _Reading, name: str) -> Context:
        """What surrounds a post; a copy's server is given time to fetch what it lacks.

        https://docs.joinmastodon.org/methods/async_refreshes/
        """
        told = reading.told
        try:
            context = self._api.context(told.origin, name)
            for _ in range(MOST_POLLS if context.refresh and reading.copy else 0):
                self._wait(POLL_PAUSE)
                if not self._api.refreshing(told.origin, context.refresh):
                    return self._api.context(told.origin, name)
        except (AbsentError, WireError):
            return Context(())
        return context

    def _look(self, told: Told, name: str) -> None:
        """Take in one post, or why it cannot be had."""
        try:
            told.take([self._api.status(told.origin, name)])
        except UnrollerError as error:
            told.absent[name] = absence(error)
        if name not in told.raw:
            told.absent.setdefault(name, Absence.NOT_FOUND)

    def _descend(self, reading: _Reading) -> None:
        """Take in what hangs below, asking again wherever an answer was cut."""
        told, asked = reading.told, set[str]()
        for _ in range(MOST_DESCENTS):
            tip = next((name for name in _cut(reading) if name not in asked), None)
            if tip is None:
                return
            asked.add(tip)
            try:
                told.take(self._context(reading, tip).statuses)
            except NetworkError:
                return

    def _look_between(self, reading: _Reading) -> None:
        """Take in other people's posts between the thread and what its author wrote below them."""
        told = reading.told
        for _ in range(MOST_LOOKS):
            lacking = _lacking(reading)[:MOST_AT_ONCE]
            if not lacking:
                return
            try:
                told.take(self._api.some(told.origin, lacking))
            except (AbsentError, WireError):  # a server that is not asked for several at once
                lacking = lacking[:MOST_ALONE]
                for name in lacking:
                    self._look(told, name)
            except NetworkError:
                return
            told.absent |= {name: Absence.NOT_FOUND for name in lacking if name not in told.raw}

    def _conversation(self, reading: _Reading) -> Conversation:
        told = reading.told
        own = [name for name in told.own(reading.author) if reading.copy or told.is_at_home(name)]
        between = set(told.above(own)) - set(own)
        others = [name for name in between if told.is_at_home(name)]
        posts = self._revised(reading, told.parse(sorted({*own, *others}, key=key_of)))
        found = Conversation(told.ref(reading.focus), self._evidence(reading))
        records = {told.ref(name): original(told.raw[name]) for name in own}
        found.add(posts.values(), records={ref: record for ref, record in records.items() if ref in posts})
        found.absent |= {told.ref(name): why for name, why in told.absent.items()}
        found.absent |= {lost: Absence.DELETED for name in own if (lost := told.lost(name))}
        found.owners.update(_owned(posts.values(), found.absent.keys()))
        for name in between - set(others):  # their own servers are asked; what they answer is known here
            above = told.parent(name)
            found.links[told.ref(name)] = told.ref(above) if above else None
        return found

    def _evidence(self, reading: _Reading) -> Evidence:
        whole, told, now = reading.listing.whole, reading.told, self._clock()
        if reading.copy:
            host = links.host(told.origin)
            why = f"this is what {host} has of it, since the author's own server did not answer"
            return Evidence(f"a copy on {host}", now, tells_deleted=False, why=why)
        read = None if whole else until(told, reading.listing)
        doubts = [_many(reading.unknown), f"{_AFTER} {read:%Y-%m-%d}" if read else reading.listing.why]
        why = "; ".join(doubt for doubt in doubts if doubt)
        only_late = read if not reading.unknown else None
        return Evidence(SOURCE, now, exhaustive=whole, until=only_late, tells_deleted=False, why=why)

    def _revised(self, reading: _Reading, posts: dict[PostRef, Post]) -> dict[PostRef, Post]:
        """`posts` with the times of edits, for the first few of the thread that were edited."""
        told = reading.told
        edited = (name for name in told.thread(reading.top) if told.raw[name].get("edited_at"))
        for name in islice(edited, MOST_HISTORIES):
            post = posts.get(told.ref(name))
            try:
                versions = self._api.history(told.origin, name) if post else []
            except UnrollerError:
                return posts
            if post:
                posts[post.ref] = replace(post, revised=parse_history(versions))
        return posts


def _leave_out_what_is_not_public(conversation: Conversation) -> None:
    """Keep nothing of a post that was not written for everybody.

    Raises:
        RefusedError: it is the focus.
        WireError: the focus makes no sense.
    """
    for ref, post in list(conversation.posts.items()):
        if post.audience not in _PUBLIC:
            del conversation.posts[ref]
            conversation.records.pop(ref, None)
            conversation.absent[ref] = Absence.NOT_PUBLIC
            conversation.owners[ref] = post.author.id
            conversation.links[ref] = post.parent
    if conversation.focus in conversation.absent:
        raise RefusedError("That post is not public, so there is no page of it.")
    if conversation.focus not in conversation.posts:
        raise WireError(f"{links.host(conversation.focus.id)} answered with a post that makes no sense.")


def _owned(posts: Iterable[Post], absent: Iterable[PostRef]) -> dict[PostRef, str]:
    """Whose the missing posts are, as far as the posts below them tell."""
    missing = frozenset(absent)
    return {
        post.parent: post.parent_author
        for post in posts
        if post.parent and post.parent_author and post.parent in missing
    }


def _lacking(reading: _Reading) -> list[str]:
    """What the author answered since the thread began that nobody has told yet, oldest first."""
    told, since = reading.told, key_of(reading.top)
    later = [name for name in told.own(reading.author) if key_of(name) > since]
    above = {up for name in told.above(later) if (up := told.parent(name)) and key_of(up) > since}
    return sorted(above - told.raw.keys() - told.absent.keys(), key=key_of)


def _cut(reading: _Reading) -> list[str]:
    """The author's posts in the thread that have more answers than were told, the topmost first."""
    told = reading.told
    below: dict[str | None, int] = {}
    for name in told.raw:
        above = told.parent(name)
        below[above] = below.get(above, 0) + 1
    return [name for name in told.thread(reading.top) if _answers(told, name) > below.get(name, 0)]


def _answers(told: Told, name: str) -> int:
    count = told.raw[name].get("replies_count")
    return count if isinstance(count, int) else 1


def _many(count: int) -> str:
    """That there are posts whose place is not known; `""` where there are none."""
    if not count:
        return ""
    posts = "one post" if count == 1 else f"{count} posts"
    return f"{posts} that answered a deleted one may belong here"
