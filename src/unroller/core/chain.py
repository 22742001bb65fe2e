"""Which of an author's posts hang together, by parent ids alone. Linear, and it never recurses.

A post whose parent is a missing post of the same author hangs from that missing post. Where the
missing post's own parent is no longer known, its place is found by id order in the author's own thread
that the posts below it claim to be in; in somebody else's conversation nobody can know its place.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from operator import attrgetter

from msgspec import Struct

from unroller.core.conversation import Conversation, Sketch
from unroller.core.model import Post, PostRef


class Link(Struct):
    """One post of the author, here or missing. `linked` is false when nobody knows what it answered."""

    ref: PostRef
    order: str
    parent: PostRef | None
    own_parent: bool
    root: PostRef | None
    linked: bool = True
    children: list[Link] = []


# Oldest first, in the network's own id order.
_key = attrgetter("order", "ref.id")


class Chains:
    """All posts by `author` in `conversation`, joined into trees."""

    def __init__(self, conversation: Conversation, author: str) -> None:
        self.links = _links(conversation, author)
        for link in sorted(self.links.values(), key=_key):
            if parent := self._parent(link):
                parent.children.append(link)
        self._place_missing()

    def root(self, focus: PostRef) -> Link:
        """The topmost post reached from `focus` through the author's own; in a ring, the oldest of it."""
        link, path = self.links[focus], {focus: 0}
        while (parent := self._parent(link)) is not None:
            if parent.ref in path:
                ring = list(path)[path[parent.ref] :]
                return min((self.links[ref] for ref in ring), key=_key)
            path[parent.ref] = len(path)
            link = parent
        return link

    def walk(self, top: Link) -> Iterator[Link]:
        """`top` and all below it, depth first, oldest child first, each once."""
        stack, seen = [top], set()
        while stack:
            link = stack.pop()
            if link.ref not in seen:
                seen.add(link.ref)
                yield link
                stack += reversed(link.children)

    def lost(self) -> list[Link]:
        """Missing posts with posts below them whose place nobody knows, in id order."""
        lost = (link for link in self.links.values() if not link.linked and link.children)
        return sorted(lost, key=_key)

    def tops(self) -> list[Link]:
        """The posts that answer somebody else or nobody, in id order."""
        tops = (link for link in self.links.values() if self._parent(link) is None and link.linked)
        return sorted(tops, key=_key)

    def _parent(self, link: Link) -> Link | None:
        return self.links.get(link.parent) if link.parent and link.parent != link.ref else None

    def _place_missing(self) -> None:
        """Hang each missing post whose parent is unknown where its descendants say it belongs."""
        lost = self.lost()
        for link in lost:
            first = min(link.children, key=_key)
            link.order, link.root = link.order or first.order, link.root or first.root
        homes = _Homes(self) if lost else None
        moved: dict[PostRef, Link] = {}
        for link in sorted(lost, key=_key):  # their order is known only now
            if homes and (home := homes.of(link)):
                link.parent, link.linked = home.ref, True
                home.children.append(link)
                moved[home.ref] = home
        for home in moved.values():
            home.children.sort(key=_key)


class _Homes:
    """For a missing post, the newest older post of the one tree that it can have belonged to."""

    def __init__(self, chains: Chains) -> None:
        self._chains = chains
        self._members: dict[PostRef, list[Link]] = {}
        self._firsts: dict[PostRef, Link] = {}

    def of(self, lost: Link) -> Link | None:
        top = self._tree(lost)
        if top is None:
            return None
        if top.ref not in self._members:
            self._members[top.ref] = sorted(self._chains.walk(top), key=_key)
        older = bisect_left(self._members[top.ref], _key(lost), key=_key)
        return self._members[top.ref][older - 1] if older else None

    def _tree(self, lost: Link) -> Link | None:
        """The tree that begins the conversation that is claimed, where it is the author's own."""
        if lost.root is None or lost.root not in self._chains.links:
            return None
        top = self._first(lost.root)
        return top if top is not lost else None

    def _first(self, root: PostRef) -> Link:
        """The top of the tree that holds `root`; asked once, since all of a conversation claim the same."""
        if root not in self._firsts:
            self._firsts[root] = self._chains.root(root)
        return self._firsts[root]


def _links(conversation: Conversation, author: str) -> dict[PostRef, Link]:
    links = {
        sketch.ref: _known(sketch, author)
        for sketch in conversation.sketches.values()
        if sketch.author == author
    }
    links |= {
        ref: _known(post, author) for ref, post in conversation.posts.items() if post.author.id == author
    }
    for ref, owner in conversation.owners.items():
        if owner == author and ref not in links:
            parent = conversation.links.get(ref)
            links[ref] = Link(ref, "", parent, False, None, linked=ref in conversation.links)
    for link in list(links.values()):
        if link.own_parent and link.parent and link.parent not in links:
            links[link.parent] = Link(link.parent, "", None, False, None, linked=False)
    return links


def _known(found: Post | Sketch, author: str) -> Link:
    return Link(found.ref, found.order, found.parent, found.parent_author == author, found.root)
