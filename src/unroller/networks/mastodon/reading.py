"""Posts one by one, each from the server that is its authority: what a conversation still lacks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from msgspec.structs import replace

from unroller.core.conversation import Conversation, Sketch
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

Answering = TypeVar("Answering", Post, Sketch)

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
        settled: dict[PostRef, PostRef] = {}
        for origin, names in _by_server(left, into).items():
            self._read_some(origin, names, into, settled)
        alone = [ref for ref in left if into.lacks(ref)]
        for ref in alone[:MOST_ALONE]:
            self._read_one(ref, into, settled)
        into.add(absent={ref: Absence.NOT_FETCHED for ref in alone[MOST_ALONE:] if into.lacks(ref)})
        new = into.posts.keys() - before
        _join(into, new, settled)
        self.confirm(into, new)

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

    def _read_some(
        self, origin: str, names: Sequence[str], into: Conversation, settled: dict[PostRef, PostRef]
    ) -> None:
        """Those of `names` that are at home at `origin`, twenty at a time."""
        told = Told(origin)
        try:
            for start in range(0, len(names), MOST_AT_ONCE):
                told.take(self._api.some(origin, names[start : start + MOST_AT_ONCE]))
        except (AbsentError, WireError):
            pass  # a server that is not asked for several at once
        for name in told.raw:
            if told.is_at_home(name):
                self._add(Spot(told, name), into)
                settled[links.local_ref(origin, name)] = told.ref(name)

    def _read_one(self, ref: PostRef, into: Conversation, settled: dict[PostRef, PostRef]) -> None:
        try:
            if found := self._add(self._finder.find(ref.id), into):
                settled[ref] = found
        except NetworkError:
            if links.host(ref.id) == links.host(into.focus.id):
                raise  # a passing fault of the author's own server takes no post from a page
            into.add(absent={ref: Absence.NOT_FETCHED})
        except UnrollerError as error:
            into.add(absent={ref: absence(error)})
        if into.lacks(settled.get(ref, ref)):
            into.add(absent={ref: Absence.NOT_FOUND})

    def _add(self, spot: Spot, into: Conversation) -> PostRef | None:
        """Add what was found under its settled name, which comes back; `None` where it makes no sense."""
        post, record = self._parse(spot)
        if post is None:
            return None
        post = replace(post, parent=into.links.get(post.ref, post.parent))
        if post.audience in _PUBLIC:
            into.add([post], records={post.ref: record})
        else:
            into.links[post.ref], into.owners[post.ref] = post.parent, post.author.id
            into.add(absent={post.ref: Absence.NOT_PUBLIC})
        return post.ref

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


def _join(into: Conversation, new: Collection[PostRef], settled: Mapping[PostRef, PostRef]) -> None:
    """Let all who answer a provisional name answer the settled one, and give `new` their roots."""
    names = {name: ref for ref, post in into.posts.items() for name in _provisional(post)} | dict(settled)
    for ref, post in into.posts.items():
        if post.parent in names:
            into.posts[ref] = _answering(post, names[post.parent], into)
    for ref, sketch in into.sketches.items():
        if sketch.parent in names:
            into.sketches[ref] = _answering(sketch, names[sketch.parent], into)
    for ref, above in into.links.items():
        if above in names:
            into.links[ref] = names[above]
    for name in settled.keys() - settled.values():
        into.absent.pop(name, None)
    tops: dict[PostRef, PostRef] = {}
    for ref in new:
        into.posts[ref] = replace(into.posts[ref], root=_root(ref, into, tops))


def _provisional(post: Post) -> Iterator[PostRef]:
    """What a post is called where nobody knows yet who wrote it."""
    for address in (post.ref.id, post.url):
        place = links.place(address)
        if place and place.id:
            yield links.local_ref(place.origin, place.id)


def _answering(one: Answering, above: PostRef, into: Conversation) -> Answering:
    parent = into.posts.get(above)
    return replace(one, parent=above, parent_author=parent.author.id if parent else one.parent_author)


def _root(ref: PostRef, into: Conversation, tops: dict[PostRef, PostRef]) -> PostRef | None:
    """What the conversation of a post begins with, as far as its parents are here; `None`: with itself."""
    above, path = ref, {ref}
    while above not in tops:
        up = into.posts[above].parent
        if up is None or up not in into.posts or up in path:
            break
        path.add(up)
        above = up
    top = tops.get(above) or into.posts[above].root or above
    tops.update(dict.fromkeys(path, top))
    return None if top == ref else top
