"""A thread object by object, where a server has no Mastodon API for us: ActivityPub alone.

Upwards by `inReplyTo`. Downwards by the collection of the whole conversation where the server has one,
else by the replies of each post; without either only what stands above is known, and that is said.

https://www.w3.org/TR/activitypub/, https://codeberg.org/fediverse/fep/src/branch/main/fep/7888/fep-7888.md
https://codeberg.org/fediverse/fep/src/branch/main/fep/f228/fep-f228.md
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from msgspec.structs import replace

from unroller.core.conversation import Conversation, Evidence
from unroller.core.errors import AbsentError, NetworkError, UnrollerError, WireError
from unroller.core.model import Absence, Author, Post, PostRef
from unroller.networks.mastodon import links
from unroller.networks.mastodon.activitypub import Collection, Objects, Wire, id_of, owner_of, parent_of
from unroller.networks.mastodon.api import GoneError
from unroller.networks.mastodon.notes import parse_actor, parse_note

MOST_OBJECTS = 400

BY_CONVERSATION = "the conversation as the author's own server lists it"
BY_REPLIES = "the lists of replies on the author's own server"
BY_PARENTS = "the posts above, one by one"


@dataclass(slots=True)
class Walk:
    """What servers have told of one conversation. `left` is how many objects may still be asked for."""

    objects: Objects
    focus: str
    notes: dict[str, Wire]
    actors: dict[str, Author | None] = field(default_factory=dict)
    absent: dict[str, Absence] = field(default_factory=dict)
    left: int = MOST_OBJECTS
    source: str = BY_PARENTS
    why: str = ""
    shared: set[str] = field(default_factory=set)

    def author(self) -> str:
        """The id of whoever wrote the focus."""
        return owner_of(self.notes[self.focus])

    def take(self, item: object) -> str:
        """Take in the post that `item` is or names; its id, `""` where it cannot be had now."""
        name = id_of(item)
        if not name or name in self.notes or name in self.absent:
            return name if name in self.notes else ""
        if isinstance(item, dict) and owner_of(item) and links.host(owner_of(item)) == links.host(name):
            self.notes[name] = item
            return name
        return self._fetch(name)

    def _fetch(self, name: str) -> str:
        if self.left <= 0:
            self.why = self.why or "the conversation is very long"
            return ""
        self.left -= 1
        try:
            note = self.objects.post(name)
        except UnrollerError as error:
            self.absent[name] = absence(error)
            if isinstance(error, NetworkError):
                self.why = self.why or f"{links.host(name)} did not answer for every post"
            return ""
        self.notes[id_of(note)] = note
        return id_of(note)

    def climb(self) -> str:
        """Take in what the author's posts answer, up to the first post by somebody else; the topmost own."""
        top, seen = self.focus, {self.focus}
        while (above := parent_of(self.notes[top])) and above not in seen:
            seen.add(above)
            found = self.take(above)
            if not found or owner_of(self.notes[found]) != self.author():
                break
            top = found
        return top

    def descend(self, top: str) -> None:
        """Take in what the author wrote below `top`, in the way that its server offers."""
        if not self._by_conversation(top) and not self._by_replies(top):
            host = links.host(top)
            self.why = self.why or f"{host} lists no replies, so nothing below this post is known"

    def _by_conversation(self, top: str) -> bool:
        collection = self.objects.collection(self.notes[top].get("context"), top)
        named = list(collection.items())
        if not named:
            return False
        self.shared = {top, *map(id_of, named)}
        for item in named:
            if self._may_be_own(id_of(item)):
                self.take(item)
        self._read(BY_CONVERSATION, collection)
        return True

    def _by_replies(self, top: str) -> bool:
        known = False
        waiting, seen = deque([top]), {top}
        while waiting:
            name = waiting.popleft()
            collection = self.objects.collection(self.notes[name].get("replies"), name)
            below = [self.take(item) for item in collection.items() if self._may_be_own(id_of(item))]
            own = [one for one in below if one and owner_of(self.notes[one]) == self.author()]
            waiting += (one for one in own if one not in seen)
            seen.update(own)
            known = known or collection.whole or bool(below)
            if known:
                self._read(BY_REPLIES, collection)
        return known

    def _read(self, source: str, collection: Collection) -> None:
        self.source = source
        self.why = self.why or collection.why

    def _may_be_own(self, name: str) -> bool:
        """Whether the author may have written `name`, by its address: many servers put the account in it."""
        author = self.author()
        if links.host(name) != links.host(author):
            return False
        return name.startswith(author + "/") or not self.focus.startswith(author + "/")

    def posts(self) -> dict[PostRef, Post]:
        """The author's posts, and the one that they answer."""
        author = self.author()
        own = {name: note for name, note in self.notes.items() if owner_of(note) == author}
        above = {parent_of(note) for note in own.values()} & self.notes.keys()
        roots = self._roots()
        found = {}
        for name in (*own, *(above - own.keys())):
            note = self.notes[name]
            actor = self.actor(owner_of(note))
            if actor is None:  # nobody is shown who cannot be asked what they want
                self.absent.setdefault(name, Absence.NOT_FETCHED)
            elif post := parse_note(note, actor):
                parent = self.notes.get(post.parent.id) if post.parent else None
                owner = owner_of(parent) if parent else self._claimed(post)
                found[post.ref] = replace(post, root=roots.get(name), parent_author=owner)
        return found

    def _claimed(self, post: Post) -> str | None:
        """Whose the parent is by its address, where that has the account in it."""
        own = post.parent is not None and post.parent.id.startswith(post.author.id + "/")
        return post.author.id if own else None

    def actor(self, name: str) -> Author | None:
        """The account `name`; `None` where its server does not tell of it now."""
        if name not in self.actors:
            try:
                self.actors[name] = parse_actor(self.objects.actor(name))
            except UnrollerError:
                self.actors[name] = None
        return self.actors[name]

    def _roots(self) -> dict[str, PostRef]:
        """For each post that answers another, the topmost that is known above it."""
        tops: dict[str, str] = {}
        for name in self.notes:
            path, above = {name: None}, name
            while above not in tops and (up := parent_of(self.notes[above])) in self.notes and up not in path:
                path[up] = None
                above = up
            tops.update(dict.fromkeys(path, tops.get(above, above)))
        begins = tops[self.focus]
        tops |= {name: begins for name in tops if name in self.shared and begins in self.shared}
        return {name: PostRef(links.NETWORK, top) for name, top in tops.items() if top != name}


def walk(objects: Objects, note: Wire, clock: Callable[[], datetime]) -> Conversation:
    """The conversation around the post `note`, as far as servers tell of it object by object."""
    walked = Walk(objects, id_of(note), {id_of(note): note})
    author = walked.actors[walked.author()] = parse_actor(objects.actor(walked.author()))
    if author is None:
        raise WireError(f"{links.host(walked.focus)} answered with an account that makes no sense.")
    walked.descend(walked.climb())
    exhaustive = walked.source != BY_PARENTS and not walked.why
    evidence = Evidence(walked.source, clock(), exhaustive=exhaustive, tells_deleted=False, why=walked.why)
    conversation = Conversation(PostRef(links.NETWORK, walked.focus), evidence)
    posts = walked.posts()
    conversation.add(
        posts.values(),
        absent={PostRef(links.NETWORK, name): why for name, why in walked.absent.items()},
        records={
            ref: original(walked.notes[ref.id]) for ref, post in posts.items() if post.author.id == author.id
        },
    )
    conversation.owners.update(_owned(posts.values(), conversation.absent))
    return conversation


def _owned(posts: Iterable[Post], absent: Iterable[PostRef]) -> Iterator[tuple[PostRef, str]]:
    """Whose the missing posts are, as far as the posts below them tell."""
    missing = frozenset(absent)
    for post in posts:
        if post.parent and post.parent_author and post.parent in missing:
            yield post.parent, post.parent_author


def absence(error: UnrollerError) -> Absence:
    """What the failure to have a post says about it. A server that refuses us says nothing about the post."""
    if isinstance(error, GoneError):
        return Absence.DELETED
    return Absence.NOT_FOUND if isinstance(error, AbsentError) else Absence.NOT_FETCHED


def original(note: Wire) -> bytes:
    """What the server said of a post, without what it lists around it."""
    kept = {
        key: value for key, value in note.items() if key not in ("replies", "likes", "shares", "@context")
    }
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
