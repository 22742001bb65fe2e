"""What X has told so far around one thread: each post once, as it was sent, by the id of its first version.

A post that is edited gets a new id each time, and those that answered it before keep the older one.
https://docs.x.com/x-api/fundamentals/edit-posts
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from msgspec import structs

from unroller.core.conversation import Conversation
from unroller.core.model import Absence, Post, PostRef, Quote
from unroller.networks.x import wire
from unroller.networks.x.api import Page, merged
from unroller.networks.x.links import NETWORK
from unroller.networks.x.parse import parse_original, parse_post, parse_quoted
from unroller.networks.x.snowflake import is_id
from unroller.networks.x.wire import Includes, Wire


@dataclass(slots=True)
class Found:
    """`first` leads from the id of every version that is known to that of the first."""

    posts: dict[str, Wire] = field(default_factory=dict)
    first: dict[str, str] = field(default_factory=dict)
    absent: dict[str, Absence] = field(default_factory=dict)
    includes: Includes = field(default_factory=Includes)

    def take(self, page: Page, home: str | None = None) -> list[Wire]:
        """Take in a page; its posts. What came along is only taken as posts of the conversation `home`."""
        self.includes = merged(self.includes, page.includes)
        along = (
            post for post in page.includes.posts.values() if home and post.get("conversation_id") == home
        )
        taken = [post for post in page.posts if self._put(post)]
        for post in along:
            self._put(post)
        self.absent.update({id_: why for id_, why in page.absent.items() if id_ not in self.first})
        return taken

    def get(self, id_: str) -> Wire | None:
        """The newest known version of the post that had this id at any time."""
        return self.posts.get(self.first.get(id_, ""))

    def lacks(self, id_: str) -> bool:
        """Whether nobody has said yet what is at this id."""
        return id_ not in self.first and id_ not in self.absent

    def by(self, author: str) -> Iterator[Wire]:
        """The posts by one author."""
        return (post for post in self.posts.values() if post.get("author_id") == author)

    def quotes(self, ids: Iterable[str]) -> dict[str, Quote]:
        """The posts with these ids as others quote them, or why they cannot be."""
        found: dict[str, Quote] = {}
        for id_ in ids:
            post = parse_quoted(self.get(id_), self.includes)
            why = self.absent.get(id_, Absence.NOT_FOUND)
            found[id_] = Quote(post.ref, post=post) if post else Quote(PostRef(NETWORK, id_), absence=why)
        return found

    def outdated(self, posts: Iterable[Wire]) -> list[str]:
        """The ids of the newest versions of those of `posts` that are older ones."""
        newest = ((post, wire.versions(post)[-1]) for post in posts)
        return [id_ for post, id_ in newest if self.posts[self.first[id_]].get("id") != id_ != post["id"]]

    def pour(self, into: Conversation, owners: Mapping[str, str]) -> None:
        """Add everything to `into`, under its first ids. `owners` are authors of posts that may lack."""
        posts = {key: post for key, told in self.posts.items() if (post := self._parsed(told))}
        records = {post.ref: parse_original(self.posts[key]) for key, post in posts.items()}
        absent = {PostRef(NETWORK, id_): self._why(id_, why, owners) for id_, why in self.absent.items()}
        absent |= {PostRef(NETWORK, key): Absence.NOT_FOUND for key in self.posts.keys() - posts.keys()}
        into.add(map(self._settled, posts.values()), absent=absent, records=records)
        into.owners.update((ref, owners[ref.id]) for ref in absent if ref.id in owners)
        for ref, post in into.posts.items():
            into.posts[ref] = self._settled(post)

    def _put(self, post: Wire) -> bool:
        if not is_id(post.get("id")) or not isinstance(post.get("author_id"), str):
            return False
        ids = wire.versions(post)
        key = next((self.first[id_] for id_ in ids if id_ in self.first), ids[0])
        self.first.update(dict.fromkeys(ids, key))
        for id_ in ids:
            self.absent.pop(id_, None)
        known = self.posts.get(key)
        if known is None or int(known["id"]) <= int(post["id"]):
            self.posts[key] = post
        return True

    def _parsed(self, told: Wire) -> Post | None:
        """A post with what it quotes, where that is known already."""
        id_, includes = wire.referenced(told, "quoted"), self.includes
        if id_ and (own := self.get(id_)):
            includes = replace(includes, posts={**includes.posts, id_: own})
        return parse_post(told, includes)

    def _settled(self, post: Post) -> Post:
        """`post` with what it answers under its first id."""
        parent, root = self._first_ref(post.parent), self._first_ref(post.root)
        if (parent, root) == (post.parent, post.root):
            return post
        return structs.replace(post, parent=parent, root=root if root != post.ref else None)

    def _first_ref(self, ref: PostRef | None) -> PostRef | None:
        return PostRef(NETWORK, self.first[ref.id]) if ref and ref.id in self.first else ref

    def _why(self, id_: str, why: Absence, owners: Mapping[str, str]) -> Absence:
        """A post that X does not find was deleted, where another post by its own author names it."""
        return Absence.DELETED if why is Absence.NOT_FOUND and id_ in owners else why
