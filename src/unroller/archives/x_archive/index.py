"""The first reading: where each post stands and what it answers, in a few words each; then what is a thread.

docs/decisions/0016-an-x-export-is-read-twice.md
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator
from enum import IntEnum
from zlib import crc32

from unroller.core.model import Author
from unroller.networks.x import v1
from unroller.networks.x.links import NETWORK, is_handle, profile_url
from unroller.networks.x.v1_text import text_of
from unroller.networks.x.wire import Wire

_MOST_AUTHORS = 1_000


class Taken(IntEnum):
    """What became of a record."""

    NEW = 0
    SAME = 1
    OTHER_WORDS = 2
    OTHER_VERSION = 3


class Index:
    """All posts that were told of, by row. Ids are numbers here: a number takes half the room of its text.

    A post that was edited is one row, under the id of its first version, with its newest version's record.
    """

    def __init__(self) -> None:
        self.rows: dict[int, int] = {}
        self.first: dict[int, int] = {}
        self.ids, self.versions = array("Q"), array("Q")
        self.parents, self.answered, self.quoted = array("Q"), array("Q"), array("Q")
        self.authors = array("Q")  # 0 where the record does not say
        self.files, self.places, self.sizes = array("L"), array("Q"), array("L")
        self.lengths, self.sums = array("L"), array("L")
        self.reposts = bytearray()

    def __len__(self) -> int:
        return len(self.ids)

    def add(self, record: Wire, file: int, place: int, size: int) -> tuple[int, Taken] | None:
        """Take a record in, whose bytes stand at `place` of `file`; its row. `None`: it has no id.

        Of two records of one post the newer version counts, else the longer text, else the later record.
        """
        id_ = v1.id_of(record)
        if id_ is None:
            return None
        versions = [int(version) for version in v1.versions_of(record)]
        key = self._key(versions)
        text = text_of(record).encode("utf-8", "surrogatepass")
        told = (int(id_), len(text), crc32(text))
        row = self.rows.get(key)
        if row is None:
            row = self.rows[key] = self._new(key)
            taken = Taken.NEW
        else:
            taken = self._compared(row, told)
            if told[:2] < (self.versions[row], self.lengths[row]):
                return row, taken
        self.versions[row], self.lengths[row], self.sums[row] = told
        self.files[row], self.places[row], self.sizes[row] = file, place, size
        self.parents[row] = int(v1.parent_of(record) or 0)
        self.answered[row] = int(v1.answered_of(record) or 0)
        self.quoted[row] = int(v1.quoted_of(record) or 0)
        self.authors[row] = int(v1.author_of(record) or 0)
        self.reposts[row] = v1.is_repost(record)
        return row, taken

    def row_of(self, id_: int) -> int | None:
        """The row of the post of which `id_` is any version."""
        return self.rows.get(self.first.get(id_, id_))

    def _key(self, versions: list[int]) -> int:
        """The id of the first version; what an earlier record called by a later one is called so now."""
        key = min(self.first.get(version, version) for version in versions)
        for version in versions:
            if version != key:
                self.first[version] = key
                if version in self.rows and key not in self.rows:
                    row = self.rows[key] = self.rows.pop(version)
                    self.ids[row] = key
        return key

    def _new(self, key: int) -> int:
        for column in (
            self.versions, self.parents, self.answered, self.quoted, self.authors, self.files, self.places,
            self.sizes, self.lengths, self.sums,
        ):  # fmt: skip
            column.append(0)
        self.ids.append(key)
        self.reposts.append(0)
        return len(self.ids) - 1

    def _compared(self, row: int, told: tuple[int, int, int]) -> Taken:
        if told[0] != self.versions[row]:
            return Taken.OTHER_VERSION
        return Taken.SAME if told[2] == self.sums[row] else Taken.OTHER_WORDS


class Trees:
    """Which posts hang together: each post with its parent, where that is the author's own, here or gone."""

    def __init__(self, index: Index, owner: int) -> None:
        self._index, self._owner = index, owner
        self._top = array("l", range(len(index)))
        self.gone: dict[int, int] = {}
        for row in range(len(index)):
            if (parent := index.parents[row]) and self.is_own(row):
                self._join(row, parent, own=index.answered[row] == owner)

    def is_own(self, row: int) -> bool:
        """Whether the owner wrote it, as far as it says."""
        return self._index.authors[row] in (0, self._owner)

    def groups(self, *, single: bool) -> Iterator[list[int]]:
        """The rows of each thread, oldest post first; oldest thread first. `single`: also those of one post.

        A repost that is marked by its words alone counts where it hangs together with another post: people
        passed on by hand before there was a way to.
        """
        found: dict[int, list[int]] = {}
        for row in sorted(range(len(self._index)), key=self._index.ids.__getitem__):
            if self.is_own(row):
                found.setdefault(self._find(row), []).append(row)
        for rows in found.values():
            if len(rows) > 1 or (single and not self._index.reposts[rows[0]]):
                yield rows

    def _join(self, row: int, parent: int, *, own: bool) -> None:
        above = self._index.row_of(parent)
        if above is not None and not self.is_own(above):
            return
        if above is None:
            if not own:
                return
            above = self.gone.get(parent)
            if above is None:
                above = self.gone[parent] = len(self._top)
                self._top.append(above)
        self._top[self._find(row)] = self._find(above)

    def _find(self, node: int) -> int:
        top = node
        while self._top[top] != top:
            top = self._top[top]
        while self._top[node] != top:
            self._top[node], node = top, self._top[node]
        return top


class Hints:
    """Who wrote the records, where no file says so: what they say themselves."""

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
