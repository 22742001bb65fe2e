"""Mastodon's data export: the public posts of its outbox, joined into threads by what they answer.

The outbox holds followers-only and direct posts too, and nothing marks them but whom they are addressed to:
what is not addressed to the public is never given. https://docs.joinmastodon.org/user/moving/#export
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from urllib.parse import unquote

from msgspec.structs import replace

from unroller.archives.activities import NOT_PUBLIC, Wire, guessed_actor, is_by, is_public, note_of, time_of
from unroller.archives.elements import elements
from unroller.archives.kinship import Kinship
from unroller.core.conversation import Conversation, Evidence
from unroller.core.errors import InputError
from unroller.core.model import Absence, Author, Media, Post, PostRef
from unroller.core.ports import Files, Gathering, Report
from unroller.core.tolerant import web_link
from unroller.networks.mastodon.notes import parse_actor, parse_note
from unroller.networks.mastodon.properties import id_of
from unroller.networks.mastodon.wire import items

OUTBOX, ACTOR, MEDIA = "outbox.json", "actor.json", "media_attachments/"

UNREADABLE = "posts that cannot be read"
SINGLE = "posts that stand alone"
LOST_MEDIA = "pictures, films and sounds that are not in the archive"

# A host that can never be (RFC 2606) carries a file's number through the parser, which drops what is no link.
_CARRIER = "https://archive.invalid/"
_LONGEST_ACTOR = 4 << 20


class MastodonArchive:
    """An export of Mastodon, or of a server that writes the same: one account's outbox, and its media."""

    name = "mastodon"
    title = "Mastodon data export"

    def recognise(self, files: Files) -> bool:
        """Whether there is an outbox, under its name or alone, that begins as one."""
        return _outbox(files) is not None

    def doubt(self, sources: Sequence[Files]) -> str:
        """Nothing: posts say whom they are for."""
        return ""

    def read(self, sources: Sequence[Files], report: Report, *, single: bool = False) -> Iterator[Gathering]:
        """See `Archive.read`. Each outbox is read twice: for what answers what, then for what is said.

        Raises:
            InputError: an outbox is damaged.
        """
        found = [(files, outbox) for files in sources if (outbox := _outbox(files))]
        report.total += sum(2 * files.size(outbox) for files, outbox in found)
        for files, outbox in found:
            yield from _Reading(files, outbox, report).threads(least=1 if single else 2)


def _outbox(files: Files) -> str | None:
    """The path of the outbox; `None` where there is none."""
    names = [name for name in files.names() if posixpath.basename(name) == OUTBOX]
    if not names and len(files.names()) == 1:
        names = list(files.names())
    for name in sorted(names, key=len)[:1]:
        with closing(files.open(name)) as stream:
            head = stream.read(1 << 16).lstrip(b"\xef\xbb\xbf \t\r\n")
        if head.startswith(b"{") and (b"activitystreams" in head or b'"orderedItems"' in head):
            return name
    return None


class _Reading:
    """One outbox, read twice."""

    def __init__(self, files: Files, outbox: str, report: Report) -> None:
        self._files, self._outbox, self._report = files, outbox, report
        self._paths = frozenset(name for name in files.names() if MEDIA in name)
        self._author = self._find_author()
        self._kin = Kinship()
        self._hidden: dict[str, str] = {}  # own posts that are not public, and what they answer
        self._newest = datetime.min.replace(tzinfo=UTC)

    def threads(self, least: int) -> Iterator[Gathering]:
        """The threads of at least so many posts, each as soon as its last one was read."""
        if self._author is None:
            return
        self._survey(self._author.id)
        sizes = self._kin.sizes()
        self._report.left_out[SINGLE] += sum(size for size in sizes.values() if size < least)
        waiting: dict[int, dict[str, bytes]] = {}
        for note in self._public(self._author.id):
            top = self._kin.top(note["id"])
            if sizes[top] < least:
                continue
            tree = waiting.setdefault(top, {})
            tree[note["id"]] = json.dumps(note, separators=(",", ":")).encode()
            if len(tree) == sizes[top]:
                del waiting[top], sizes[top]
                yield from self._gathered(self._author, tree.values())

    def _find_author(self) -> Author | None:
        """The account that is exported; `None` when it has not written anything."""
        beside = posixpath.join(posixpath.dirname(self._outbox), ACTOR)
        if beside in self._files.names():
            author = parse_actor(self._actor(beside))
            if author is not None:
                return author
            self._report.notes.append(
                f"{ACTOR} names no account, so the author is known by the address only."
            )
        for activity in self._activities():
            note = activity.get("object")
            writer = id_of(activity.get("actor"))
            if isinstance(note, dict) and writer and writer == id_of(note.get("attributedTo")):
                return parse_actor(guessed_actor(writer, note))
        return None

    def _actor(self, path: str) -> Wire:
        with closing(self._files.open(path)) as stream:
            data = stream.read(_LONGEST_ACTOR)
        try:
            found = json.loads(data)
        except (ValueError, RecursionError):
            raise InputError(f"{path} in {self._files.name} is damaged: download the export again.") from None
        return found if isinstance(found, dict) else {}

    def _activities(self) -> Iterator[Wire]:
        with closing(self._files.open(self._outbox)) as stream:
            found = elements(stream, key="orderedItems", file=self._outbox, advance=self._report.advance)
            yield from (activity for activity in found if isinstance(activity, dict))

    def _survey(self, author: str) -> None:
        """The first reading: what there is, and what answers what."""
        for activity in self._activities():
            note, why = note_of(activity, author)
            if note is None:
                self._report.left_out[why] += 1
                continue
            post, parent = note["id"], id_of(note.get("inReplyTo"))
            is_new = self._kin.add(post, parent, own_parent=is_by(author, parent))
            if not is_public(activity, note):
                self._hidden[post] = parent
                self._kin.drop(post)
                self._report.left_out[NOT_PUBLIC] += 1
            elif post in self._hidden:  # said twice, once not to everybody
                self._kin.drop(post)
            else:
                self._report.found["posts"] += is_new
                self._newest = max(self._newest, time_of(note.get("published")))

    def _public(self, author: str) -> Iterator[Wire]:
        """The second reading: the posts that are given."""
        for activity in self._activities():
            note, _ = note_of(activity, author)
            if note is not None and is_public(activity, note) and self._kin.has(note["id"]):
                yield note

    def _gathered(self, author: Author, notes: Iterable[bytes]) -> Iterator[Gathering]:
        posts: list[Post] = []
        records: dict[PostRef, bytes] = {}
        for record in notes:
            post = self._parsed(json.loads(record), author)
            if post is None:
                self._report.left_out[UNREADABLE] += 1
                continue
            posts.append(post)
            records[post.ref] = record
        if posts:
            yield Gathering(self._conversation(author, posts, records), self._files)

    def _conversation(self, author: Author, posts: list[Post], records: dict[PostRef, bytes]) -> Conversation:
        first = min(posts, key=lambda post: (post.order, post.ref.id))
        found = Conversation(first.ref, self._evidence())
        found.add(posts, records=records)
        for post in posts:
            self._add_missing(post.parent, author, found)
        return found

    def _add_missing(self, ref: PostRef | None, author: Author, into: Conversation) -> None:
        """Say why the author's own posts at `ref` and above it are not here."""
        while ref and ref not in into.posts and ref not in into.owners and self._kin.is_own(ref.id):
            into.owners[ref] = author.id
            answered = self._hidden.get(ref.id)
            into.absent[ref] = Absence.DELETED if answered is None else Absence.NOT_PUBLIC
            if answered is None:
                return  # what a deleted post answered, nobody knows any more
            link = web_link(answered)
            into.links[ref] = above = PostRef(ref.network, link) if link else None
            ref = above

    def _evidence(self) -> Evidence:
        day = f"{self._newest:%Y-%m-%d}"
        source = f"the author's data export of {day}, which has no replies by others"
        # The server forgot what its posts answered where that was deleted, and so does the export.
        return Evidence(source, self._newest, exhaustive=True, tells_deleted=False)

    def _parsed(self, note: Wire, author: Author) -> Post | None:
        """The post, with its media as they are in the archive; `None` when it is none."""
        paths: list[str] = []
        note["attachment"] = [self._carried(one, paths) for one in items(note.get("attachment"))]
        post = parse_note(note, author)
        if post is None:
            return None
        media = tuple(_at_home(media, paths) for media in post.media)
        own = post.parent is not None and self._kin.is_own(post.parent.id)
        return replace(post, media=media, parent_author=author.id if own else post.parent_author)

    def _carried(self, attachment: object, paths: list[str]) -> object:
        """An attachment that is a path in the archive, with an address that parsers let through."""
        url = attachment.get("url") if isinstance(attachment, dict) else None
        if not isinstance(attachment, dict) or not isinstance(url, str) or "://" in url:
            return attachment
        _, found, path = unquote(url).partition(MEDIA)
        inside = f"{posixpath.dirname(self._outbox)}/{found}{path}".lstrip("/")
        if inside not in self._paths:
            self._report.left_out[LOST_MEDIA] += 1
            inside = ""
        paths.append(inside)
        return attachment | {"url": f"{_CARRIER}{len(paths) - 1}/{posixpath.basename(path)}"}


def _at_home(media: Media, paths: Sequence[str]) -> Media:
    if not media.url or not media.url.startswith(_CARRIER):
        return media
    return replace(media, url=None, copy=paths[int(media.url.removeprefix(_CARRIER).partition("/")[0])])
