"""Files of twarc, as researchers collect posts with it: of version 1.1 of X's API and of version 2.

A line of version 1.1 is a post; one of version 2 a post with all about it, or a page of an answer.
https://twarc-project.readthedocs.io/
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import BinaryIO

import msgspec
from msgspec.structs import replace

from unroller.archives.slices import slices
from unroller.archives.spool import Spool
from unroller.archives.twarc_lines import WITHHELD, Found, absences, found_in, retrieved_at, told_by
from unroller.archives.x_index import Index, Taken, Trees
from unroller.archives.x_records import value_of
from unroller.core.conversation import Conversation, Evidence
from unroller.core.errors import InputError
from unroller.core.model import Absence, Author, Post, PostRef
from unroller.core.ports import Files, Gathering, Report
from unroller.networks.x import parse, v1
from unroller.networks.x.links import NETWORK
from unroller.networks.x.snowflake import time_of
from unroller.networks.x.wire import parse_includes, thing

_LINES = re.compile(r".*\.(?:jsonl|json|ndjson)")
_LONGEST = 128 << 20  # a page of 500 posts has some megabytes
_HEAD = 1 << 16
_LIST = re.compile(rb"[\s\xef\xbb\xbf]*\[")
_DOUBT = (
    "{name} holds other people's posts as they were when somebody collected them: publish only what is still "
    "public, and what you may."
)


class Twarc:
    """`ports.Archive`, for files of twarc."""

    name = "twarc"
    title = "twarc's JSON lines of X"

    def recognise(self, files: Files) -> bool:
        """Whether the first line of its first file is a post with its author, or a page of such posts."""
        name = next(iter(_names(files)), None)
        if name is None:
            return False
        try:
            first = next(_values(files, name, Report()), None)
        except InputError:
            return False
        return next(found_in(first), None) is not None

    def doubt(self, sources: Sequence[Files]) -> str:
        """That most posts are other people's, who may have deleted or protected them since."""
        return _DOUBT.format(name=" and ".join(files.name for files in sources))

    def read(self, sources: Sequence[Files], report: Report, *, single: bool = False) -> Iterator[Gathering]:
        """See `ports.Archive.read`: the threads of every author in the files.

        Raises:
            InputError: a line is no JSON.
        """
        report.total += sum(files.size(name) for files in sources for name in _names(files))
        with Spool() as spool:
            collected = _Collected(spool, report)
            for files in sources:
                for name in _names(files):
                    for value in _values(files, name, report):
                        collected.take(value)
            trees = Trees(collected.index)
            threads = list(trees.groups(single=single))
            collected.count(threads)
            for rows in threads:
                if conversation := collected.conversation(rows, trees):
                    yield Gathering(conversation, sources[0])


class _Collected:
    """All posts of the files, put aside with what belongs to each."""

    def __init__(self, spool: Spool, report: Report) -> None:
        self.index = Index()
        self._spool, self._report = spool, report
        self._absent: dict[int, Absence] = {}
        self._checked: datetime | None = None

    def take(self, value: object) -> None:
        """Take in one line: a post or a page of them."""
        self._absent |= absences(value)
        self._checked = max(filter(None, (self._checked, retrieved_at(value))), default=None)
        read = 0
        for found in found_in(value):
            read += 1
            if why := self._put(found):
                self._report.left_out[why] += 1
        if not read:
            self._report.left_out["lines without posts"] += 1

    def count(self, threads: Sequence[Sequence[int]]) -> None:
        """Tell the report what was found."""
        lengths = [len(rows) for rows in threads if len(rows) > 1]
        found = {"posts": len(self.index), "authors": len(set(self.index.authors))}
        self._report.found += Counter(found | {"threads": len(lengths), "posts in threads": sum(lengths)})
        alone = len(self.index) - sum(len(rows) for rows in threads)
        self._report.left_out += Counter({"posts that stand alone": alone})

    def conversation(self, rows: Sequence[int], trees: Trees) -> Conversation | None:
        """The posts of one thread, what it answers, and what is missing; `None` where nothing is left."""
        found = [told for row in rows if (told := self._post(row, trees))]
        if not found:
            return None
        conversation = Conversation(focus=found[0][0].ref, evidence=self._evidence(found[-1][0]))
        conversation.add((post for post, _ in found), records={post.ref: record for post, record in found})
        for post in list(conversation.posts.values()):
            if post.parent and post.parent not in conversation.posts:
                self._add_parent(conversation, post, post.parent, trees)
        return conversation

    def _put(self, found: Found) -> str:
        """Put a post aside; why it is left out, `""` when it is not."""
        if found.why:
            told = told_by(found)
            if told and found.why == WITHHELD:
                self._absent[min(told.versions)] = Absence.HIDDEN
            return found.why
        if (told := told_by(found)) is None:
            return "records without an id that can be relied on"
        kept = self._spool.keep(msgspec.json.encode(found.kept))
        _, taken = self.index.add(told, kept)
        return "" if taken is not Taken.OTHER_VERSION else "earlier versions of edited posts"

    def _add_parent(self, conversation: Conversation, post: Post, ref: PostRef, trees: Trees) -> None:
        """Add what a post answers: somebody else's post where it is in the files, else why it is not here."""
        row = self.index.row_of(int(ref.id))
        if row is not None and (other := self._post(row, trees)):
            conversation.add((other[0],))
            return
        conversation.absent[ref] = self._absent.get(int(ref.id), Absence.NOT_FETCHED)
        if post.parent_author:
            conversation.owners[ref] = post.parent_author

    def _post(self, row: int, trees: Trees) -> tuple[Post, bytes] | None:
        """A post with its original."""
        kept = thing(value_of(self._spool.take(self.index.kept(row))))
        record, author = thing(kept.get("post")), v1.parse_author(kept.get("user"))
        post = _parsed(record, author, kept.get("includes"))
        if post is None:
            return None
        above = trees.parent(row)
        if above is not None:
            parent = PostRef(NETWORK, str(self.index.ids[above]))
            post = replace(post, parent=parent, parent_author=post.author.id)
        return post, v1.parse_original(record) if author else parse.parse_original(record)

    def _evidence(self, newest: Post) -> Evidence:
        return Evidence(
            source="a researcher's file, which has only what was searched for",
            checked_at=self._checked or time_of(newest.version) or newest.published,
            why="only what was searched for is known",
        )


def _parsed(record: dict[str, object], author: Author | None, includes: object) -> Post | None:
    return v1.parse_post(record, author) if author else parse.parse_post(record, parse_includes(includes))


def _names(files: Files) -> list[str]:
    names = list(files.names())
    return names if len(names) == 1 else sorted(filter(_LINES.fullmatch, names))


def _values(files: Files, name: str, report: Report) -> Iterator[object]:
    """What is in one file, line by line; or the elements of the list that it is."""
    with files.open(name) as opened:
        is_list = _LIST.match(opened.read(_HEAD)) is not None
    with files.open(name) as stream:
        if is_list:
            told = slices(stream, file=f"{name} in {files.name}", advance=report.advance)
            yield from (value_of(element) for element in told)
        else:
            yield from _lines(stream, name, report)


def _lines(stream: BinaryIO, name: str, report: Report) -> Iterator[object]:
    number = 0
    while line := stream.readline(_LONGEST):
        number += 1
        report.advance(len(line))
        if not line.strip():
            continue
        value = value_of(line)
        if not isinstance(value, dict):
            raise InputError(
                f"{name} is damaged or broken off in line {number:,}: copy or download it again."
            )
        yield value
