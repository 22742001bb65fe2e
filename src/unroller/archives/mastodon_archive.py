"""Mastodon's data export: the public posts of its outbox, joined into threads by what they answer.

The outbox holds followers-only and direct posts too, and nothing marks them but whom they are addressed to:
what is not addressed to the public is never given. https://docs.joinmastodon.org/user/moving/#export
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from unroller.archives.elements import elements
from unroller.archives.kinship import Kinship
from unroller.core.conversation import Conversation, Evidence
from unroller.core.errors import InputError
from unroller.core.model import Absence, Author, Media, Post, PostRef
from unroller.core.ports import Files, Gathering, Report
from unroller.networks.mastodon.notes import parse_actor, parse_note

OUTBOX, ACTOR, MEDIA = "outbox.json", "actor.json", "media_attachments/"

PUBLIC = frozenset({"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"})
"""What a post is addressed to that anybody may read. https://www.w3.org/TR/activitypub/#public-addressing"""

NOT_PUBLIC = "posts that are not public"
BOOSTS = "boosts"
ODD = "activities that hold no post"
DELETED = "posts that were deleted"
OTHERS = "posts by another account"
UNREADABLE = "posts that cannot be read"
SINGLE = "posts that stand alone"
LOST_MEDIA = "pictures, films and sounds that are not in the archive"

# A host that can never be (RFC 2606) carries a file's number through the parser, which drops what is no link.
_CARRIER = "https://archive.invalid/"
_LONGEST_ACTOR = 4 << 20
_POSTS = ("Note", "Question", "Article", "Page", "Image", "Video", "Audio", "Event")

Wire = dict[str, Any]


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
            tree[note["id"]] = msgspec.json.encode(note)
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
            writer = _id(activity.get("actor"))
            if isinstance(note, dict) and writer and writer == _id(note.get("attributedTo")):
                return parse_actor(_guessed(writer, note))
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
            note, why = _note(activity, author)
            if note is None:
                self._report.left_out[why] += 1
                continue
            post, parent = note["id"], _id(note.get("inReplyTo"))
            is_new = self._kin.add(post, parent, own_parent=_is_by(author, parent))
            if not _is_public(activity, note):
                self._hidden[post] = parent
                self._kin.drop(post)
                self._report.left_out[NOT_PUBLIC] += 1
            elif post in self._hidden:  # said twice, once not to everybody
                self._kin.drop(post)
            else:
                self._report.found["posts"] += is_new
                self._newest = max(self._newest, _time(note.get("published")))

    def _public(self, author: str) -> Iterator[Wire]:
        """The second reading: the posts that are given."""
        for activity in self._activities():
            note, _ = _note(activity, author)
            if note is not None and _is_public(activity, note) and self._kin.has(note["id"]):
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
            into.links[ref] = above = PostRef(ref.network, answered) if answered else None
            ref = above

    def _evidence(self) -> Evidence:
        day = f"{self._newest:%Y-%m-%d}"
        source = f"the author's data export of {day}, which has no replies by others"
        return Evidence(source, self._newest, exhaustive=True)

    def _parsed(self, note: Wire, author: Author) -> Post | None:
        """The post, with its media as they are in the archive; `None` when it is none."""
        paths: list[str] = []
        note["attachment"] = [self._carried(one, paths) for one in _several(note.get("attachment"))]
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


def _note(activity: Wire, author: str) -> tuple[Wire | None, str]:
    """The post that the author wrote with this activity; without one, why there is none."""
    note = activity.get("object")
    if activity.get("type") == "Announce":
        return None, BOOSTS
    if activity.get("type") != "Create" or not isinstance(note, dict) or not _id(note):
        return None, ODD
    if note.get("type") == "Tombstone":
        return None, DELETED
    if note.get("type") not in _POSTS:
        return None, ODD
    if _id(note.get("attributedTo") or activity.get("actor")) != author:
        return None, OTHERS
    return note, ""


def _is_public(activity: Wire, note: Wire) -> bool:
    """Whether anybody may read the post: both say so, where both say anything; what says nothing does not."""
    says = [one for one in (activity, note) if "to" in one or "cc" in one]
    return bool(says) and all(map(_is_addressed, says))


def _is_addressed(said: Wire) -> bool:
    """Whether something is addressed to the public."""
    return any(_id(one) in PUBLIC for name in ("to", "cc") for one in _several(said.get(name)))


def _is_by(author: str, post: str) -> bool:
    """Whether the id of a post is below its author's, as Mastodon makes them."""
    return post.startswith(f"{author}/")


def _guessed(actor: str, note: Wire) -> Wire:
    """An account of which nothing is known but its id and the address of one of its posts."""
    path = urlsplit(_id(note.get("url"))).path.split("/")
    named = [part.removeprefix("@") for part in path if part.startswith("@")]
    name = named[0] if named else actor.rstrip("/").rpartition("/")[2].removeprefix("@")
    return {"id": actor, "type": "Person", "preferredUsername": name, "url": actor}


def _time(value: object) -> datetime:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    return found.astimezone(UTC) if found and found.tzinfo else datetime.min.replace(tzinfo=UTC)


def _several(value: object) -> list[object]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _id(value: object) -> str:
    """The id that a property holds, by itself or in an object; of several the first."""
    if isinstance(value, list):
        value = next(iter(value), None)
    if isinstance(value, dict):
        value = value.get("id")
    return value if isinstance(value, str) else ""
