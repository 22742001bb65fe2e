"""Exports → threads. What posts say is put aside while it is found out which of them make threads.

Memory holds 16 MB and 150 bytes for each post. docs/decisions/0016-posts-of-an-x-export-are-put-aside.md
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from unroller.archives.spool import Kept, Spool
from unroller.archives.x_archive.exports import Exports, elements
from unroller.archives.x_archive.hints import Hints
from unroller.archives.x_archive.notes import Notes, core_of
from unroller.archives.x_index import Index, Taken, Trees
from unroller.archives.x_records import record_of, sketch_of, told_by
from unroller.core.conversation import Conversation, Evidence
from unroller.core.errors import InputError
from unroller.core.model import Absence, Author, Post, PostRef, Quote
from unroller.core.ports import Files, Gathering, Report
from unroller.networks.x import v1
from unroller.networks.x.links import NETWORK
from unroller.networks.x.snowflake import time_of
from unroller.networks.x.wire import Wire

_NOBODY = "{name} does not say whose posts it holds: name it together with account.js of the same export."
_NO_THREAD = "No file says whose posts these are, and none of them answers another: there is no thread."
_TAKEN = {
    Taken.SAME: "posts that are there twice",
    Taken.OTHER_WORDS: "posts that are there twice with other words: the longer counts",
    Taken.OTHER_VERSION: "earlier versions of edited posts",
}
_COMMUNITIES = "posts in communities, for an export does not say who may read them"
_UNREAD = "records that cannot be read"


def read(sources: Sequence[Files], report: Report, *, single: bool) -> Iterator[Gathering]:
    """See `Archive.read`."""
    exports = Exports(sources)
    # As much again for what becomes of the threads: storing them, with their pictures, is most of the work.
    end = report.read + 2 * sum(export.size() for export in exports.all)
    report.total += end - report.read
    with Spool() as spool:
        posts = Posts(exports, spool, report)
        posts.read()
        owner = posts.owner()
        if owner is None:
            if single and len(posts.index):
                raise InputError(_NOBODY.format(name=exports.all[-1].files.name))
            report.notes.append(_NO_THREAD)
            posts.count(Trees(posts.index), (), by=0)
            return
        trees = Trees(posts.index, int(owner.id))
        threads = list(trees.groups(single=single, by=int(owner.id)))
        posts.count(trees, threads, by=int(owner.id))
        found = Threads(posts, owner, trees)
        share = max(0, end - report.read) // max(1, len(threads))
        for rows in threads:
            if conversation := found.conversation(rows):
                yield Gathering(conversation, exports.files)
            report.advance(share)
        report.advance(max(0, end - report.read))


class Posts:
    """All posts of the exports: put aside, and which is what."""

    def __init__(self, exports: Exports, spool: Spool, report: Report) -> None:
        self.exports, self.spool, self.report = exports, spool, report
        self.index, self.notes, self.hints = Index(), Notes(spool), Hints()
        self.long: dict[int, Kept] = {}
        self._known = exports.author()
        self._counts: dict[int, int] = {}
        self._days, self._unread = 0, ""

    def read(self) -> None:
        """Read all lists of posts to their end.

        Raises:
            InputError: one is no list, or broken off.
        """
        for files, name in self.exports.notes:
            for element in elements(files, name, self.report):
                self.notes.add(element)
        for number, (files, name) in enumerate(self.exports.posts):
            for count, element in enumerate(elements(files, name, self.report), 1):
                self._counts[number] = count
                if why := self._take(sketch_of(element), element):
                    self.report.left_out[why] += 1
                    if why == _UNREAD and not self._unread:
                        self._unread = f"number {count:,} in {name} of {files.name}"

    def owner(self) -> Author | None:
        """Whose posts they are, as a file says, or as the posts themselves tell; `None`: nothing tells."""
        if self._known:
            return self._known
        if owner := self.hints.owner(self.index):
            words = f"No file says whose posts these are; by the posts themselves they are @{owner.handle}'s."
            self.report.notes.append(words)
        return owner

    def count(self, trees: Trees, threads: Sequence[Sequence[int]], *, by: int) -> None:
        """Tell the report what was found, and what does not become a part of a thread."""
        reposts, report = self.index.reposts, self.report
        own = [row for row in range(len(self.index)) if trees.author(row) == by]
        kept = [row for rows in threads for row in rows]
        passed_on = sum(reposts[row] for row in own) - sum(reposts[row] for row in kept)
        lengths = [len(rows) for rows in threads if len(rows) > 1]
        report.found += Counter(
            {
                "posts": len(own) - passed_on,
                "long posts": len(self.long),
                "threads": len(lengths),
                "posts in threads": sum(lengths),
            }
        )
        report.left_out += Counter(
            {
                "reposts": passed_on,
                "posts by others": len(self.index) - len(own),
                "posts that stand alone": len(own) - passed_on - len(kept),
                _COMMUNITIES: self.exports.communities()[0],
            }
        )
        report.notes += self._notes()

    def evidence(self) -> Evidence:
        """What an export proves: all that its author had written and not deleted by that day."""
        made = self.exports.made()
        day = f"data export of {made:%Y-%m-%d}" if made else "data export"
        newest = str(max(self.index.versions, default=0))
        return Evidence(
            source=f"the author's {day}, which has no replies by others",
            checked_at=made or time_of(newest) or v1.FIRST_DAY,
            exhaustive=self.exports.is_whole(self._counts),
            why="only a part of the export was at hand",
        )

    def _take(self, record: Wire | None, element: bytes) -> str:
        """Take in one record; why it is left out, `""` when it is not."""
        if record is None:
            return _UNREAD
        if "deleted_at" in record:
            return "deleted posts"
        if record.get("retweeted_status"):
            return "reposts"
        if (told := told_by(record)) is None:
            return "records without an id that can be relied on"
        _, taken = self.index.add(told, self.spool.keep(element))
        if self._known is None:
            self.hints.note(record)
        if long := self.notes.match(record):
            self.long[told.id] = long
        self._days += taken is Taken.NEW and v1.is_day_only(record)
        return _TAKEN.get(taken, "")

    def _notes(self) -> Iterator[str]:
        if missing := self.exports.missing():
            yield f"{len(missing)} files of posts that the export lists are not there, such as {missing[0]}."
        if self.exports.communities()[1]:
            yield "Posts in communities are not read: an export does not say who may read them."
        if self._unread:
            yield f"The first record that cannot be read: {self._unread}."
        if self._days:
            yield f"Of {self._days:,} posts until November 2010 X kept the day alone: they stand at midnight."
        if (lost := self.notes.count - len(self.long)) > 0:
            yield f"{lost} long posts fit no post of the export: of those only the beginning can be shown."


class Threads:
    """The posts of threads, whole."""

    def __init__(self, posts: Posts, owner: Author, trees: Trees) -> None:
        self._posts, self._owner, self._trees = posts, owner, trees
        self._index, self._spool = posts.index, posts.spool
        self._evidence = posts.evidence()
        self._gone = Absence.DELETED if self._evidence.exhaustive else Absence.NOT_FOUND

    def conversation(self, rows: Sequence[int]) -> Conversation | None:
        """The posts of one thread, and what is missing there; `None` where nothing is left."""
        found = [told for row in rows if (told := self._post(row))]
        if not found:
            return None
        conversation = Conversation(focus=found[0][0].ref, evidence=self._evidence)
        conversation.posts = {post.ref: post for post, _ in found}
        conversation.records = {post.ref: record for post, record in found}
        for post, _ in found:
            if post.parent and post.parent not in conversation.posts:
                self._note_missing(conversation, post.parent, own=post.parent_author == self._owner.id)
        return conversation

    def _note_missing(self, conversation: Conversation, ref: PostRef, *, own: bool) -> None:
        """Say of a post that the export has not whether it is the owner's own, or somebody else's."""
        conversation.absent[ref] = self._gone if own else Absence.NOT_FETCHED
        if own:
            conversation.owners[ref] = self._owner.id

    def _post(self, row: int) -> tuple[Post, bytes] | None:
        """A post with its original."""
        record = self._record(row)
        core = (
            core_of(self._spool.take(long))
            if (long := self._posts.long.get(self._index.versions[row]))
            else None
        )
        post = v1.parse_post(record, self._owner, core)
        if post is None or record is None:
            return None
        post = self._linked(self._posts.exports.copies(post, record), row)
        return post, v1.parse_original(record | {"note_tweet": core} if core else record)

    def _linked(self, post: Post, row: int) -> Post:
        """`post` with its parent by the name of its first version, and with the own post that it quotes."""
        if (above := self._trees.parent(row)) is not None:
            parent = PostRef(NETWORK, str(self._index.ids[above]))
            if (post.parent, post.parent_author) != (parent, self._owner.id):
                post = replace(post, parent=parent, parent_author=self._owner.id)
        quoted = self._quoted(row)
        if quoted is None or (post.quote and post.quote.post):
            return post
        inner = v1.parse_post(self._record(quoted), self._owner)
        return replace(post, quote=Quote(inner.ref, post=replace(inner, quote=None))) if inner else post

    def _quoted(self, row: int) -> int | None:
        """The row of the owner's own post that a post quotes."""
        quoted = self._index.row_of(self._index.quoted[row]) if self._index.quoted[row] else None
        own = quoted is not None and quoted != row and self._trees.author(quoted) == self._trees.author(row)
        return quoted if own else None

    def _record(self, row: int) -> Wire | None:
        return record_of(self._spool.take(self._index.kept(row)))
