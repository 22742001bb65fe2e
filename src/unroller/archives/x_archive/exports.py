"""Exports of one account, given together: which is newer, which file is which, where a post's media are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO

from msgspec.structs import replace

from unroller.archives.slices import slices
from unroller.archives.x_archive.layout import Layout, layout_of, open_named
from unroller.archives.x_archive.owner import About, about
from unroller.core.errors import InputError
from unroller.core.model import Author, Media, Post
from unroller.core.ports import Files, Report
from unroller.networks.x.v1_media import attached, variants_of
from unroller.networks.x.wire import Wire

_NO_LIST = "{name} holds no list of posts, such as data/tweets.js: name the export as X gave it."
_NEARLY = 0.99
_EMPTY_LIST = 64  # bytes of a list of nothing, with X's heading
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Export:
    """One of them."""

    files: Files
    layout: Layout
    about: About

    def size(self) -> int:
        """Bytes of what is read of it."""
        return sum(map(self.files.size, (*self.layout.posts, *self.layout.notes)))


class Exports:
    """All of them, oldest first, and their files of posts by number."""

    def __init__(self, sources: Sequence[Files]) -> None:
        found = [
            Export(files, layout, about(files, layout))
            for files, layout in ((files, layout_of(files)) for files in sources)
        ]
        self.all = sorted(found, key=lambda export: export.about.made or _NEVER)
        self.posts = [(export.files, name) for export in self.all for name in export.layout.posts]
        self.notes = [(export.files, name) for export in self.all for name in export.layout.notes]
        self.files = self.all[0].files if len(self.all) == 1 else Joined([e.files for e in self.all])
        self._media = {
            path.rpartition("/")[2]: path for export in self.all for path in sorted(export.layout.media)
        }
        if not self.posts:
            raise InputError(_NO_LIST.format(name=self.all[0].files.name))

    def author(self) -> Author | None:
        """Whose exports they are, as the newest says; `None` where none says so.

        Raises:
            InputError: they are of several accounts.
        """
        told = [export.about.author for export in self.all if export.about.author]
        if len({author.id for author in told}) > 1:
            raise InputError("These are exports of several accounts: import those of each by themselves.")
        return told[-1] if told else None

    def made(self) -> datetime | None:
        """The day of the newest; `None` where none says so."""
        return max((export.about.made for export in self.all if export.about.made), default=None)

    def is_whole(self, counts: Mapping[int, int]) -> bool:
        """Whether the newest has all that it says it has; `counts` are the records of `posts`, by number.

        The counts of X itself are a little too high: it counts what was deleted while it was packing.
        """
        newest = self.all[-1]
        found = sum(counts.get(n, 0) for n, (files, _) in enumerate(self.posts) if files is newest.files)
        told = newest.about.count
        return told is not None and found >= _NEARLY * told and not self._missing(newest)

    def missing(self) -> list[str]:
        """Files of posts that exports list themselves, and that are not there."""
        return [name for export in self.all for name in self._missing(export)]

    def communities(self) -> tuple[int, bool]:
        """How many posts in communities the exports say that they have, and whether one has them unsaid."""
        told = max(export.about.communities for export in self.all)
        lists = ((export.files, name) for export in self.all for name in export.layout.communities)
        return told, not told and any(files.size(name) > _EMPTY_LIST for files, name in lists)

    def copies(self, post: Post, record: Wire) -> Post:
        """`post` with the places in the archive of the files that are attached to it."""
        if not post.media or not self._media:
            return post
        items = list(attached(record))
        if len(items) != len(post.media):
            return post
        ids = (post.version, post.ref.id)
        media = (self._copy(one, ids, item) for one, item in zip(post.media, items, strict=True))
        return replace(post, media=tuple(media))

    def _copy(self, media: Media, ids: Sequence[str], item: Wire) -> Media:
        urls = [variant.url for variant in variants_of(item)] or [media.url or ""]
        names = (f"{id_}-{url.partition('?')[0].rpartition('/')[2]}" for url in urls for id_ in ids)
        copy = next((self._media[name] for name in names if name in self._media), "")
        return replace(media, copy=copy) if copy else media

    def _missing(self, export: Export) -> list[str]:
        return [name for name in export.about.listed if name not in export.layout.posts]


class Joined:
    """The files of several exports as if they were one; of two under one path that of the newer counts."""

    def __init__(self, sources: Sequence[Files]) -> None:
        self.name = " and ".join(files.name for files in sources)
        self._of = {name: files for files in sources for name in files.names()}
        self.left_out: Mapping[str, int] = sum((Counter(files.left_out) for files in sources), Counter())

    def names(self) -> Sequence[str]:
        """See `Files.names`."""
        return tuple(self._of)

    def size(self, name: str) -> int:
        """See `Files.size`."""
        return self._of[name].size(name)

    def open(self, name: str) -> BinaryIO:
        """See `Files.open`."""
        return self._of[name].open(name)

    def close(self) -> None:
        """Whoever opened the sources closes them."""


def elements(files: Files, name: str, report: Report) -> Iterator[bytes]:
    """The elements of one file that is a list; its bytes are told to `report` as they are read.

    Raises:
        InputError: it is no list, or broken off.
    """
    with open_named(files, name) as stream:
        yield from slices(stream, file=f"{name} in {files.name}", advance=report.advance)
