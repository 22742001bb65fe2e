"""What a kind of archive must offer, and what it is given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol, runtime_checkable

from unroller.core.conversation import Conversation


class Files(Protocol):
    """The files of one archive, whether it is a folder, a zip, a tar, or one file alone."""

    name: str
    """What the archive is called, for people."""

    left_out: Mapping[str, int]
    """How many things inside were left out when it was opened, by what they are, in words: links, devices."""

    def names(self) -> Sequence[str]:
        """The paths inside, with `/`, in the archive's order; none leads outside."""

    def size(self, name: str) -> int:
        """The bytes of one file, unpacked, as far as the archive says; 0 where it does not."""

    def open(self, name: str) -> BinaryIO:
        """One file, to be read from its beginning.

        Raises:
            KeyError: there is none of that name.
            InputError: it is damaged, or unpacks to more than any archive of people's own posts.
        """

    def close(self) -> None:
        """Give back what is open."""


@dataclass(slots=True)
class Report:
    """What became of an archive while it was read, for its owner: all counts grow as it goes.

    `found` counts what is there by kind, `left_out` what did not become part of a thread by reason, both
    in words. `notes` are sentences about the whole. `read` and `total` are bytes, for a progress bar;
    `advanced` is called whenever `read` has grown.
    """

    found: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    read: int = 0
    total: int = 0
    advanced: Callable[[], None] = lambda: None

    def advance(self, size: int) -> None:
        """So many more bytes were read."""
        self.read += size
        self.advanced()


@runtime_checkable
class Archive(Protocol):
    """A file that a network gives its users, or that researchers keep, with posts in it."""

    name: str
    title: str

    def recognise(self, files: Files) -> bool:
        """Whether `files` are such an archive, by what is in it and never by its name alone."""

    def doubt(self, sources: Sequence[Files]) -> str:
        """What the owner must be sure of before anything of `sources` is published; `""` when nothing."""

    def read(self, sources: Sequence[Files], report: Report, *, single: bool = False) -> Iterator[Gathering]:
        """The threads of two posts or more, and with `single` also what stands alone, as each is complete.

        `sources` are exports of one kind, read as one. Memory does not grow with their length, beyond a
        few words for each post. What is not public is never given.

        Raises:
            InputError: it is no such archive after all, or damaged; the words say what and where.
        """


@dataclass(frozen=True, slots=True)
class Gathering:
    """One thread of an archive: a whole conversation, and where its files are.

    `copy` of each of its media is a path in `files`.
    """

    conversation: Conversation
    files: Files
