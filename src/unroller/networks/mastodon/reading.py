"""Posts one by one, each from the server that is its authority: what a conversation still lacks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from unroller.core.conversation import Conversation
from unroller.core.errors import AbsentError, NetworkError, UnrollerError, WireError
from unroller.core.model import Absence, Audience, Post, PostRef, Quote
from unroller.networks.mastodon import links
from unroller.networks.mastodon.activitypub import Objects, owner_of
from unroller.networks.mastodon.api import MOST_AT_ONCE, Api
from unroller.networks.mastodon.finding import Finder, Spot
from unroller.networks.mastodon.notes import parse_actor, parse_note
from unroller.networks.mastodon.statuses import Told, original
from unroller.networks.mastodon.walk import absence
from unroller.networks.mastodon.walk import original as original_note

MOST_ALONE = 40
"""How many posts are asked for one by one; what is beyond stays a gap that says so."""

MOST_QUOTES = 20

_PUBLIC = frozenset({Audience.PUBLIC, Audience.UNLISTED})


class Reader:
    """Adds posts to conversations."""

    def __init__(self, api: Api, objects: Objects, finder: Finder) -> None:
        self._api = api
        self._objects = objects
        self._finder = finder

    def read(self, refs: Sequence[PostRef], into: Conversation) -> None:
        """Add `refs` to `into`, as `ports.Network.read` promises."""
        left, before = list(dict.fromkeys(refs)), frozenset(into.posts)
        for origin, names in _by_server(left, into).items():
            self._read_some(origin, names, into)
        alone = [ref for ref in left if into.lacks(ref)]
        for ref in alone[:MOST_ALONE]:
            self._read_one(ref, into)
        into.add(absent={ref: Absence.NOT_FETCHED for ref in alone[MOST_ALONE:] if into.lacks(ref)})
        self.confirm(into, into.posts.keys() - before)

    def confirm(self, conversation: Conversation, refs: Iterable[PostRef]) -> None:
        """Have what `refs` quote of other servers told by those servers: nobody else is believed about it."""
        left = MOST_QUOTES
        for ref in refs:
            post = conversation.posts[ref]
            quote = post.quote
            if quote and quote.post and links.host(quote.post.ref.id) != links.host(ref.id):
                confirmed = self._quoted(quote.post.ref) if left > 0 else Absence.NOT_FETCHED
                conversation.posts[ref] = replace(post, quote=_quote(quote, confirmed))
                left -= 1

    def _quoted(self, ref: PostRef) -> Post | Absence:
        try:
            post, _ = self._parse(self._finder.find(ref.id))
        except UnrollerError as error:
            return absence(error)
        if post is None or post.ref != ref:
            return Absence.NOT_FOUND
        return post if post.audience in _PUBLIC else Absence.NOT_PUBLIC

    def _read_some(self, origin: str, names: Sequence[str], into: Conversation) -> None:
        """Those of `names` that are at home at `origin`, twenty at a time."""
        told = Told(origin)
        try:
            for start in range(0, len(names), MOST_AT_ONCE):
                told.take(self._api.some(origin, names[start : start + MOST_AT_ONCE]))
        except (AbsentError, WireError):
            pass  # a server that is not asked for several at once
        for name in told.raw:
            if told.is_at_home(name):
                self._add(Spot(told, name), links.local_ref(origin, name), into)

    def _read_one(self, ref: PostRef, into: Conversation) -> None:
        try:
            self._add(self._finder.find(ref.id), ref, into)
        except NetworkError:
            if links.host(ref.id) == links.host(into.focus.id):
                raise  # a passing fault of the author's own server takes no post from a page
            into.add(absent={ref: Absence.NOT_FETCHED})
        except UnrollerError as error:
            into.add(absent={ref: absence(error)})
        if into.lacks(ref):
            into.add(absent={ref: Absence.NOT_FOUND})

    def _add(self, spot: Spot, asked: PostRef, into: Conversation) -> None:
        """Add what was found, under its settled name; whoever answered it as `asked` answers that."""
        post, record = self._parse(spot)
        if post is None:
            return
        above = into.links.get(post.ref, post.parent)
        post = replace(post, parent=above, root=post.root or _root(above, into))
        _settle(into, asked, post)
        if post.audience in _PUBLIC:
            into.add([post], records={post.ref: record})
        else:
            into.links[post.ref], into.owners[post.ref] = post.parent, post.author.id
            into.add(absent={post.ref: Absence.NOT_PUBLIC})

    def _parse(self, spot: Spot) -> tuple[Post | None, bytes]:
        if spot.told:
            found = spot.told.parse([spot.name]).get(spot.told.ref(spot.name))
            return found, original(spot.told.raw[spot.name])
        if spot.note is None:
            return None, b""
        actor = parse_actor(self._objects.actor(owner_of(spot.note)))
        return parse_note(spot.note, actor) if actor else None, original_note(spot.note)


def _quote(quote: Quote, confirmed: Post | Absence) -> Quote:
    """`quote` with what its own server tells, or why it tells nothing."""
    if isinstance(confirmed, Absence):
        return replace(quote, post=None, absence=confirmed)
    return replace(quote, post=replace(confirmed, quote=None))


def _by_server(refs: Iterable[PostRef], into: Conversation) -> dict[str, list[str]]:
    """The names of posts that the focus's own server can be asked for together."""
    home = links.origin(into.focus.id)
    names: dict[str, list[str]] = {}
    for ref in refs:
        place = links.place(ref.id)
        if place and place.id and place.origin == home:
            names.setdefault(home, []).append(place.id)
    return {origin: found for origin, found in names.items() if len(found) > 1}


def _root(above: PostRef | None, into: Conversation) -> PostRef | None:
    """What the parent's conversation begins with, where the parent is here."""
    parent = into.posts.get(above) if above else None
    return (parent.root or parent.ref) if parent else None


def _settle(into: Conversation, asked: PostRef, post: Post) -> None:
    """Let those who answer `asked`, a provisional name, answer `post`."""
    if asked == post.ref:
        return
    for ref, one in into.posts.items():
        if one.parent == asked:
            into.posts[ref] = replace(one, parent=post.ref, parent_author=post.author.id)
    for ref, sketch in into.sketches.items():
        if sketch.parent == asked:
            into.sketches[ref] = replace(sketch, parent=post.ref, parent_author=post.author.id)
    into.absent.pop(asked, None)
