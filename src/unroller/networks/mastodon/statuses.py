"""What one server has told of a conversation, by the names that it has for posts.

Names of posts are local: each server has its own. Here they are joined by `in_reply_to_id` alone, and
at the end become posts under the ids that hold everywhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from unroller.core.model import Absence, Post, PostRef
from unroller.networks.mastodon import links
from unroller.networks.mastodon.parse import parse_status

Wire = dict[str, Any]

# What is about whoever asks, or by somebody else, is not kept with a post.
_NOT_KEPT = frozenset(
    {"account", "application", "bookmarked", "favourited", "filtered", "muted", "pinned"}
    | {"quote", "reblog", "reblogged"}
)


@dataclass(slots=True)
class Told:
    """What the server at `origin` has told. `absent` are posts that it says it has not, by its names.

    `joined` are posts whose parent was deleted, each with a post above it in the same conversation.
    """

    origin: str
    raw: dict[str, Wire] = field(default_factory=dict)
    absent: dict[str, Absence] = field(default_factory=dict)
    joined: dict[str, str] = field(default_factory=dict)

    def take(self, statuses: Iterable[object]) -> int:
        """Take in what can be understood of `statuses`; how many of them were new."""
        before = len(self.raw)
        for status in statuses:
            if (name := name_of(status)) and isinstance(status, dict):
                self.raw[name] = status
        return len(self.raw) - before

    def ref(self, name: str) -> PostRef:
        """The ref of the post that this server calls `name`; provisional where nothing was told of it."""
        known = links.post_ref(self.raw[name].get("uri")) if name in self.raw else None
        return known or links.local_ref(self.origin, name)

    def parent(self, name: str) -> str | None:
        """The post that the post `name` answers, by this server's names."""
        return parent_of(self.raw[name])

    def author(self, name: str) -> str:
        """Whose post it is, by this server's names."""
        return account_of(self.raw[name])

    def own(self, author: str) -> Iterator[str]:
        """The posts of `author`."""
        return (name for name, status in self.raw.items() if account_of(status) == author)

    def top(self, name: str) -> str:
        """The author's topmost post that is reached from `name` through the author's own."""
        author, seen = self.author(name), {name}
        while (above := self.parent(name)) in self.raw and above not in seen and above is not None:
            if self.author(above) != author:
                break
            seen.add(above)
            name = above
        return name

    def thread(self, top: str) -> list[str]:
        """`top` and what its author wrote below through own posts alone, oldest first."""
        author = self.author(top)
        below: dict[str, list[str]] = {}
        for name in self.own(author):
            if above := self.parent(name):
                below.setdefault(above, []).append(name)
        left, found = [top], {top}
        while left:
            following = [name for name in below.get(left.pop(), ()) if name not in found]
            found.update(following)
            left += following
        return sorted(found, key=key_of)

    def line(self, name: str) -> Iterator[str]:
        """`name` and what stands above it, whoever wrote it, as far as it was told."""
        seen: set[str] = set()
        above: str | None = name
        while above is not None and above in self.raw and above not in seen:
            yield above
            seen.add(above)
            above = self.parent(above)

    def above(self, names: Iterable[str]) -> Iterator[str]:
        """`names` and everything above any of them, as far as it was told, each once."""
        seen: set[str] = set()
        for name in names:
            for above in self.line(name):
                if above in seen:
                    break
                seen.add(above)
                yield above

    def is_at_home(self, name: str) -> bool:
        """Whether the post, and its author, live on this server, which alone may speak for them."""
        status, here = self.raw[name], links.host(self.origin)
        account = status.get("account")
        actor = account.get("uri") if isinstance(account, dict) else None
        at_home = not isinstance(actor, str) or links.host(actor) == here
        return at_home and links.host(str(status.get("uri"))) == here

    def is_orphan(self, name: str) -> bool:
        """Whether the post answered something that is there no longer."""
        status, above = self.raw[name], self.parent(name)
        return above in self.absent if above else links.is_local(status.get("in_reply_to_account_id"))

    def answered_self(self, name: str) -> bool:
        """Whether its author says to have answered an own post.

        Other accounts in `in_reply_to_account_id` say nothing: it skips what people answer to themselves.
        https://docs.joinmastodon.org/entities/Status/#in_reply_to_account_id
        """
        return self.raw[name].get("in_reply_to_account_id") == self.author(name)

    def lost(self, name: str) -> PostRef | None:
        """The made-up ref of what stood above an orphan; `None` where nothing did, or it has a name."""
        if self.parent(name) or not self.is_orphan(name):
            return None
        return PostRef(links.NETWORK, f"{self.ref(name).id}#deleted-parent")

    def parse(self, names: Iterable[str]) -> dict[PostRef, Post]:
        """The posts of `names`, joined by what was told of their parents."""
        names = list(names)
        above = {up for name in names if (up := self.parent(name))}
        refs = {name: self.ref(name) for name in (*names, *above)}
        ids: dict[str, str] = {}
        posts: dict[str, Post] = {}
        for name in names:
            if post := parse_status(self.raw[name], links.host(self.origin), refs):
                posts[name], ids[self.author(name)] = post, post.author.id
        roots = self._roots(names)
        return {
            post.ref: replace(
                post,
                parent=post.parent or self.lost(name),
                root=roots.get(name),
                parent_author=self._parent_author(name, ids),
            )
            for name, post in posts.items()
        }

    def _roots(self, names: Iterable[str]) -> Mapping[str, PostRef]:
        """For each post that answers another, the topmost one that is known above it."""
        tops: dict[str, str] = {}
        for name in names:
            path = []
            for above in self.line(name):
                path.append(above)
                if above in tops:
                    break
            top = tops.get(path[-1]) or self._begins(path[-1])
            tops.update(dict.fromkeys(path, top))
        return {name: self.ref(tops[name]) for name in names if tops[name] != name}

    def _begins(self, top: str) -> str:
        """The beginning of the conversation in which nothing is known to stand above `top`."""
        seen = {top}
        while top in self.joined and self.joined[top] not in seen:
            *_, top = self.line(self.joined[top])
            seen.add(top)
        return top

    def _parent_author(self, name: str, ids: Mapping[str, str]) -> str | None:
        """Whose post stands above: as its own status says, else as this one does."""
        above = self.parent(name)
        if above in self.raw and above is not None:
            return ids.get(self.author(above))
        own = self.answered_self(name) or self._continues(name)
        return ids.get(self.author(name)) if own else None

    def _continues(self, name: str) -> bool:
        """Whether an orphan says to have answered whom its thread, begun as an answer, says to answer.

        What stood above was the author's own then, or that other person's: its place is not known.
        """
        if name not in self.joined:
            return False
        top, key = self.joined[name], "in_reply_to_account_id"
        return bool(self.raw[top].get(key)) and self.raw[top].get(key) == self.raw[name].get(key)


def name_of(status: object) -> str | None:
    """What its server calls the status; `None` where that is nothing to ask for."""
    name = status.get("id") if isinstance(status, dict) else None
    return name if links.is_local(name) else None


def parent_of(status: Wire) -> str | None:
    """What the status answers, by its server's names."""
    name = status.get("in_reply_to_id")
    return name if links.is_local(name) else None


def account_of(status: Wire) -> str:
    """Whose status it is, by its server's names; `""` where it does not say."""
    account = status.get("account")
    name = account.get("id") if isinstance(account, dict) else None
    return name if isinstance(name, str) and links.is_local(name) else ""


def key_of(name: str) -> tuple[int, str]:
    """What sorts a server's names by time: numbers by their size, ULIDs and flakes as they are."""
    return len(name), name


def original(status: Wire) -> bytes:
    """What the server said of a post, without what it said about whoever asked, or by somebody else."""
    kept = {key: value for key, value in status.items() if key not in _NOT_KEPT}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
