"""Which of one person's posts hang together, by what each answers: a few words of memory for each post."""

from __future__ import annotations

import hashlib
from collections import Counter


class Kinship:
    """Posts by their ids, joined through each other, and through posts of the same person that are missing.

    Ids are kept as hashes of eight bytes: of a million posts, two have the same one time in forty million.
    """

    def __init__(self) -> None:
        self._parents: dict[int, int] = {}
        self._own: set[int] = set()
        self._tops: dict[int, int] = {}

    def add(self, post: str, parent: str, *, own_parent: bool) -> bool:
        """Take in a post and what it answers, `""` for nothing; whether it was new.

        `own_parent`: the parent is the same person's, though it may never be added.
        """
        key = _key(post)
        is_new = key not in self._own
        self._own.add(key)
        self._parents[key] = _key(parent) if parent else 0
        if own_parent:
            self._parents.setdefault(_key(parent), 0)
        return is_new

    def drop(self, post: str) -> None:
        """`post` is no part of anything after all; what hangs from it still hangs together."""
        self._own.discard(_key(post))

    def has(self, post: str) -> bool:
        """Whether it was added, and not dropped."""
        return _key(post) in self._own

    def is_own(self, post: str) -> bool:
        """Whether it is one of the person's, here or missing."""
        return _key(post) in self._parents

    def top(self, post: str) -> int:
        """A number that all posts have in common that hang together; ask when all were added."""
        return self._top(_key(post))

    def sizes(self) -> Counter[int]:
        """How many posts each number stands for."""
        return Counter(self._top(key) for key in self._own)

    def _top(self, key: int) -> int:
        path: dict[int, None] = {}
        while key not in self._tops and key not in path and self._parents.get(key, 0) in self._parents:
            path[key] = None
            key = self._parents[key]
        top = min(path) if key in path else self._tops.get(key, key)  # a ring has no top
        self._tops.update(dict.fromkeys(path, top))
        return top


def _key(post: str) -> int:
    return int.from_bytes(hashlib.blake2b(post.encode("utf-8", "replace"), digest_size=8).digest())
