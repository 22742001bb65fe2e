"""A post → the conversation around its author's thread, in the fewest requests.

1. The author's own server is the authority: a copy elsewhere only tells which server that is.
2. Contexts lead up to the author's topmost post, forty posts at a time.
3. The author's own list, from there on, gives whole posts: all branches, late additions, what stands
   below a deleted post.
4. Where the author wrote below other people's replies, these are asked for, twenty at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from unroller.core.conversation import Conversation, Evidence
from unroller.core.errors import AbsentError, RefusedError, WireError
from unroller.core.model import Absence, Audience, PostRef
from unroller.networks.mastodon import links
from unroller.networks.mastodon.api import MOST_AT_ONCE, Api, GoneError
from unroller.networks.mastodon.listing import Listing, read_list, until
from unroller.networks.mastodon.statuses import Told, key_of, name_of, original

SOURCE = "the author's own list of posts"
MOST_CLIMBS = 60
MOST_LOOKS = 5

Clock = Callable[[], datetime]

_PUBLIC = frozenset({Audience.PUBLIC, Audience.UNLISTED})


class Threads:
    """Fetches and reads threads."""

    def __init__(self, api: Api, clock: Clock) -> None:
        self._api = api
        self._clock = clock

    def fetch(self, ref: PostRef) -> Conversation:
        """The conversation around `ref`, as `ports.Network.fetch` promises."""
        told, focus = self._find(ref.id)
        self._climb(told, focus)
        top = told.top(focus)
        listing = read_list(self._api, told, told.author(focus), top)
        self._look_above(told, focus, top)
        return self._conversation(told, focus, listing)

    def _find(self, address: str) -> tuple[Told, str]:
        """The post at `address` as its author's own server tells it, and what it is called there."""
        for _ in range(3):
            place = links.place(address)
            if place is None or not place.id:
                raise AbsentError("There is no post at this address.")
            status = self._api.status(place.origin, place.id)
            told, name = Told(place.origin), name_of(status)
            if name is None or told.take([status]) == 0:
                raise WireError(f"{links.host(place.origin)} answered with a post that makes no sense.")
            if told.is_at_home(name):
                return told, name
            address = str(status.get("uri"))
        raise WireError("The servers lead from one to the next without end.")

    def _climb(self, told: Told, focus: str) -> None:
        """Take in the author's posts above the focus, and the first post by somebody else."""
        for _ in range(MOST_CLIMBS):
            top = told.top(focus)
            above = told.parent(top)
            if above is None or above in told.raw or above in told.absent:
                return
            told.take(self._api.context(told.origin, top).statuses)
            if above not in told.raw:
                self._look(told, above)

    def _look(self, told: Told, name: str) -> None:
        """Take in one post, or why it cannot be had."""
        try:
            told.take([self._api.status(told.origin, name)])
        except GoneError:
            told.absent[name] = Absence.DELETED
        except AbsentError:
            told.absent[name] = Absence.NOT_FOUND
        if name not in told.raw:
            told.absent.setdefault(name, Absence.NOT_FOUND)

    def _look_above(self, told: Told, focus: str, top: str) -> None:
        """Take in other people's posts between the thread and what its author wrote below them."""
        author = told.author(focus)
        for _ in range(MOST_LOOKS):
            lacking = _lacking(told, author, top)
            if not lacking:
                return
            found = self._api.some(told.origin, lacking[:MOST_AT_ONCE])
            told.take(found)
            told.absent.update((name, Absence.NOT_FOUND) for name in lacking[:MOST_AT_ONCE] if name not in told.raw)

    def _conversation(self, told: Told, focus: str, listing: Listing) -> Conversation:
        author = told.author(focus)
        own = list(told.own(author))
        posts = told.parse(sorted(told.above(own), key=key_of))
        evidence = Evidence(
            SOURCE,
            self._clock(),
            exhaustive=listing.whole,
            until=until(told, listing),
            tells_deleted=False,
            why=listing.why,
        )
        conversation = Conversation(told.ref(focus), evidence)
        shown = {ref: post for ref, post in posts.items() if post.audience in _PUBLIC}
        records = {told.ref(name): original(told.raw[name]) for name in own}
        conversation.add(
            shown.values(),
            absent={told.ref(name): why for name, why in told.absent.items()},
            records={ref: record for ref, record in records.items() if ref in shown},
        )
        conversation.absent |= dict.fromkeys(posts.keys() - shown.keys(), Absence.NOT_PUBLIC)
        if conversation.focus in conversation.absent:
            raise RefusedError("That post is not public, so there is no page of it.")
        if conversation.focus not in conversation.posts:
            raise WireError(f"{links.host(told.origin)} answered with a post that makes no sense.")
        return conversation

    def read(self, refs: Sequence[PostRef], into: Conversation) -> None:
        """Add `refs` to `into`, as `ports.Network.read` promises."""
        into.add(absent=dict.fromkeys(refs, Absence.NOT_FETCHED))


def _lacking(told: Told, author: str, top: str) -> list[str]:
    """What the author answered since the thread began that nobody has told yet, oldest first."""
    since = [name for name in told.own(author) if key_of(name) > key_of(top)]
    above = {up for name in told.above(since) if (up := told.parent(name)) and key_of(up) > key_of(top)}
    return sorted(above - told.raw.keys() - told.absent.keys(), key=key_of)
