"""Where each of many posts of X is put aside and what it answers, in numbers; and which hang together.

docs/decisions/0016-posts-of-an-x-export-are-put-aside.md
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from enum import IntEnum

from msgspec import Struct

from unroller.archives.spool import Kept


class Taken(IntEnum):
    """What a record is to those that were taken in before."""

    NEW = 0
    SAME = 1
    OTHER_WORDS = 2
    OTHER_VERSION = 3


class Told(Struct, frozen=True):
    """What a record tells of a post's place. 0 stands for nothing, or for what is not said.

    `versions` are the ids of all its versions, `id` among them. `answered` is whose post `parent` is, and
    of no use without that.
    """

    id: int
    versions: tuple[int, ...]
    text: str
    author: int = 0
    parent: int = 0
    answered: int = 0
    quoted: int = 0
    repost: bool = False


class Index:
    """All posts that were told of, by row.

    A post that was edited is one row, under the id of its first version, with its newest version's record.
    `places` and `sizes` say where that record is put aside.
    """

    def __init__(self) -> None:
        self.rows: dict[int, int] = {}
        self.first: dict[int, int] = {}
        self.ids, self.versions = array("Q"), array("Q")
        self.authors, self.parents, self.answered, self.quoted = (array("Q") for _ in range(4))
        self.places, self.sizes = array("Q"), array("L")
        self.lengths, self.hashes = array("L"), array("q")
        self.reposts = bytearray()

    def __len__(self) -> int:
        return len(self.ids)

    def add(self, told: Told, kept: Kept) -> tuple[int, Taken]:
        """Take a record in; its row, and what it is to those before.

        Of two records of one post the newer version counts, else the longer text, else the later record.
        """
        key = self._key(told.versions)
        row = self.rows.get(key)
        if row is None:
            return self._new(key, told, kept), Taken.NEW
        taken = self._compared(row, told)
        if (told.id, len(told.text)) < (self.versions[row], self.lengths[row]):
            return row, taken
        self.versions[row], self.lengths[row], self.hashes[row] = told.id, len(told.text), hash(told.text)
        self.places[row], self.sizes[row] = kept.place, kept.size
        self.authors[row], self.parents[row] = told.author, told.parent
        self.answered[row], self.quoted[row] = told.answered, told.quoted
        self.reposts[row] = told.repost
        return row, taken

    def kept(self, row: int) -> Kept:
        """Where the record of a row is put aside."""
        return Kept(self.places[row], self.sizes[row])

    def row_of(self, id_: int) -> int | None:
        """The row of the post of which `id_` is any version."""
        return self.rows.get(self.first.get(id_, id_))

    def _key(self, versions: tuple[int, ...]) -> int:
        """The id of the first version. What was taken in by the name of a later one changes its name."""
        if len(versions) == 1:
            return self.first.get(versions[0], versions[0])
        key = min(self.first.get(version, version) for version in versions)
        for version in versions:
            if version != key:
                self.first[version] = key
                if version in self.rows and key not in self.rows:
                    row = self.rows[key] = self.rows.pop(version)
                    self.ids[row] = key
        return key

    def _new(self, key: int, told: Told, kept: Kept) -> int:
        row = self.rows[key] = len(self.ids)
        self.ids.append(key)
        self.versions.append(told.id)
        self.lengths.append(len(told.text))
        self.hashes.append(hash(told.text))
        self.places.append(kept.place)
        self.sizes.append(kept.size)
        self.authors.append(told.author)
        self.parents.append(told.parent)
        self.answered.append(told.answered)
        self.quoted.append(told.quoted)
        self.reposts.append(told.repost)
        return row

    def _compared(self, row: int, told: Told) -> Taken:
        if told.id != self.versions[row]:
            return Taken.OTHER_VERSION
        return Taken.SAME if hash(told.text) == self.hashes[row] else Taken.OTHER_WORDS


class Trees:
    """Which posts hang together: each with its parent, where that is by the same author, here or gone.

    `owner` wrote the posts whose records name no author.
    """

    def __init__(self, index: Index, owner: int = 0) -> None:
        self._index, self._owner = index, owner
        self._above = array("L", range(len(index)))
        self._gone: dict[int, int] = {}
        for row in range(len(index)):
            if parent := index.parents[row]:
                self._join(row, parent)

    def author(self, row: int) -> int:
        """Who wrote the post."""
        return self._index.authors[row] or self._owner

    def parent(self, row: int) -> int | None:
        """The row of the post by the same author that a post answers; `None` where it has none here."""
        above = self._index.row_of(self._index.parents[row]) if self._index.parents[row] else None
        return above if above is not None and self.author(above) == self.author(row) else None

    def groups(self, *, single: bool, by: int = 0) -> Iterator[list[int]]:
        """The rows of each thread, oldest post first; oldest thread first. `single`: also those of one post.

        `by`: only threads by this author. A repost that its words alone mark counts where it hangs together
        with another post: people passed on by hand before there was a way to.
        """
        found: dict[int, list[int]] = {}
        for row in sorted(range(len(self._index)), key=self._index.ids.__getitem__):
            if not by or self.author(row) == by:
                found.setdefault(self._find(row), []).append(row)
        for rows in found.values():
            if len(rows) > 1 or (single and not self._index.reposts[rows[0]]):
                yield rows

    def _join(self, row: int, parent: int) -> None:
        above = self.parent(row)
        if above is None:
            if self._index.row_of(parent) is not None or self._index.answered[row] != self.author(row):
                return
            above = self._gone.setdefault(parent, len(self._above))
            if above == len(self._above):
                self._above.append(above)
        self._above[self._find(row)] = self._find(above)

    def _find(self, node: int) -> int:
        """What stands for all that hang together with `node`."""
        top = node
        while self._above[top] != top:
            top = self._above[top]
        while self._above[node] != top:
            self._above[node], node = top, self._above[node]
        return top
