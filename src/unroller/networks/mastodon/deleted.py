"""Posts whose parent was deleted: Mastodon forgets the link, and only a sign of it stays.

`in_reply_to_account_id` without `in_reply_to_id` says that something stood above, and not what. That it was
in this conversation is told by the name that the conversation has among servers, one object for each.

https://docs.joinmastodon.org/entities/Status/#in_reply_to_account_id
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from unroller.core.errors import UnrollerError
from unroller.networks.mastodon.activitypub import Objects, conversations_of
from unroller.networks.mastodon.api import Api
from unroller.networks.mastodon.statuses import Told, account_of, key_of, name_of

MOST_ASKED = 10
MOST_PAGES_BACK = 3


@dataclass(slots=True)
class Conversations:
    """The names of conversations, asked for once each and no more than `left` times."""

    objects: Objects
    told: Told
    left: int = MOST_ASKED
    known: dict[str, frozenset[str]] = field(default_factory=dict)

    def of(self, name: str) -> frozenset[str]:
        """What servers call the conversation of the post `name`; nothing where that cannot be known."""
        if name not in self.known and self.left > 0:
            self.left -= 1
            try:
                self.known[name] = conversations_of(self.objects.post(self.told.ref(name).id))
            except UnrollerError:
                self.known[name] = frozenset()
        return self.known.get(name, frozenset())


def join_orphans(conversations: Conversations, told: Told, author: str, top: str) -> int:
    """Note for each of the author's posts that answered something deleted whether that was below `top`.

    Returns of how many that could not be known.
    """
    orphans = [
        name
        for name in told.own(author)
        if name != top and name not in told.joined and told.is_orphan(name) and key_of(name) > key_of(top)
    ]
    unknown = 0
    here = conversations.of(top) if orphans else frozenset()
    for name in sorted(orphans, key=lambda name: (not told.answered_self(name), key_of(name))):
        there = conversations.of(name)
        if here & there:
            told.joined[name] = top
        elif not (here and there):
            unknown += 1
    return unknown


def look_back(conversations: Conversations, api: Api, told: Told, author: str, orphan: str) -> str:
    """The newest older post by `author` that is in the conversation of `orphan`; `""` where none is found."""
    here = conversations.of(orphan)
    before = orphan
    for _ in range(MOST_PAGES_BACK if here else 0):
        try:
            page = api.listed(told.origin, author, max_id=before)
        except UnrollerError:
            return ""
        told.take(page)
        listed = (name for one in page if account_of(one) == author and (name := name_of(one)))
        older = [name for name in listed if key_of(name) < key_of(before)]
        for name in _newest_of_each(told, older):
            if here & conversations.of(name):
                return name
        if not older or conversations.left <= 0:
            return ""
        before = min(older, key=key_of)
    return ""


def _newest_of_each(told: Told, names: Iterable[str]) -> list[str]:
    """The newest post of each line, newest first: all posts of a line are in one conversation."""
    newest: dict[str, str] = {}
    for name in sorted(names, key=key_of):
        newest[told.top(name)] = name
    return sorted(newest.values(), key=key_of, reverse=True)
