"""Whose posts they are where no file says so: what the records say themselves."""

from __future__ import annotations

from collections import Counter

from unroller.archives.x_index import Index
from unroller.core.model import Author
from unroller.networks.x import v1
from unroller.networks.x.links import NETWORK, is_handle, profile_url
from unroller.networks.x.wire import Wire

_MOST_AUTHORS = 1_000


class Hints:
    """The accounts that records name as their author, and those that they answer."""

    def __init__(self) -> None:
        self._users: dict[int, Author] = {}
        self._names: dict[int, str] = {}

    def note(self, record: Wire) -> None:
        """Look at one record: the account in it, and the name of the account that it answers."""
        if (author := v1.parse_author(record.get("user"))) and len(self._users) < _MOST_AUTHORS:
            self._users[int(author.id)] = author
        name, answered = record.get("in_reply_to_screen_name"), v1.answered_of(record)
        if answered and isinstance(name, str) and is_handle(name):
            self._names[int(answered)] = name

    def owner(self, index: Index) -> Author | None:
        """Who wrote most of the records, or who answers posts that are among them; `None`: nothing tells."""
        authors = Counter(author for author in index.authors if author)
        if authors and (author := self._users.get(authors.most_common(1)[0][0])):
            return author
        rows = range(len(index))
        own = Counter(index.answered[row] for row in rows if index.row_of(index.parents[row]) is not None)
        for id_, _ in own.most_common(1):
            if name := self._names.get(id_):
                return Author(NETWORK, str(id_), name, url=profile_url(name))
        return None
