"""A bag of posts that knows what it still lacks. The order of arrival never matters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from unroller.core.model import Absence, Post, PostRef
from unroller.core.value import Value


class Sketch(Value, frozen=True):
    """A post that a second source says exists, before its content was read.

    Only the author's own list tells of these, so `author` is the id of the thread's author.
    `parent_author` is the id of the parent's author where the network tells it.
    """

    ref: PostRef
    author: str
    order: str
    url: str = ""
    parent: PostRef | None = None
    parent_author: str | None = None
    root: PostRef | None = None


class Evidence(Value, frozen=True):
    """What was asked to learn whether anything is missing.

    `exhaustive`: the author's own list was read from the root to its end. `until`: the time up to
    which it was read, where it was not read to its end. `tells_deleted`: the network keeps the link
    to a deleted parent, so that a missing post can be seen at all. `cut`: reading was ended on purpose, so
    that more is to be expected.
    """

    source: str
    checked_at: datetime
    exhaustive: bool = False
    until: datetime | None = None
    tells_deleted: bool = True
    why: str = ""
    cut: bool = False


@dataclass(slots=True)
class Conversation:
    """Posts around `focus`, unordered; `absent` says why a post cannot be had.

    `owners` tells whose a post is that cannot be had, by account id, where the network tells it;
    `links` its parent, where that was still known.
    `records` holds, for each post, what the network said, byte for byte, without other people's words.
    """

    focus: PostRef
    evidence: Evidence
    posts: dict[PostRef, Post] = field(default_factory=dict)
    absent: dict[PostRef, Absence] = field(default_factory=dict)
    owners: dict[PostRef, str] = field(default_factory=dict)
    links: dict[PostRef, PostRef | None] = field(default_factory=dict)
    sketches: dict[PostRef, Sketch] = field(default_factory=dict)
    records: dict[PostRef, bytes] = field(default_factory=dict)

    def add(
        self,
        posts: Iterable[Post] = (),
        *,
        absent: Mapping[PostRef, Absence] | None = None,
        records: Mapping[PostRef, bytes] | None = None,
    ) -> None:
        """Take in what the network answered. A post that is here is not absent, whoever says so."""
        self.posts.update((post.ref, post) for post in posts)
        self.absent.update(absent or {})
        for ref in self.absent.keys() & self.posts.keys():
            del self.absent[ref]
        self.records.update(records or {})

    def lacks(self, ref: PostRef) -> bool:
        """Whether nobody has said yet what is at `ref`."""
        return ref not in self.posts and ref not in self.absent
