"""Data exports in, saved threads out; then their pages. Doing it again changes nothing and loses nothing.

What is read is saved in batches, each one transaction, and each leaves behind the tasks that make its pages:
whatever ends an import, running it again, or the workers, end it.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

from unroller.archives.files import open_files
from unroller.core.assemble import assemble
from unroller.core.consent import refusal, withhold
from unroller.core.conversation import Conversation
from unroller.core.errors import InputError, RefusedError
from unroller.core.media import copies_of, with_media
from unroller.core.model import Gap, Media, Post, PostRef, Thread, Verdict
from unroller.core.ports import Archive, Files, Gathering, Report
from unroller.core.summary import slug as slug_of
from unroller.flows.gather import Gathered
from unroller.flows.library import Library
from unroller.flows.page import ensure_page
from unroller.flows.publish import enter
from unroller.flows.revisit import GONE
from unroller.store import Saved, Status

BATCH = 500
"""Posts that are saved in one transaction."""

PATIENCE = 1.0
"""Seconds after which a batch is saved, however small: others wait for the database meanwhile."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Exports of one kind, which are read as one."""

    archive: Archive
    sources: tuple[Files, ...]

    @property
    def doubt(self) -> str:
        """What the owner must be sure of before anything is published; `""` when nothing."""
        return self.archive.doubt(self.sources)


@dataclass(slots=True)
class Import:
    """What became of exports: what was found and left out, and the pages of all that is here now.

    `made` counts the threads by what happened to them, in words; `slugs` are their addresses.
    """

    report: Report = field(default_factory=Report)
    made: Counter[str] = field(default_factory=Counter)
    slugs: list[str] = field(default_factory=list)


@contextmanager
def opened(archives: Mapping[str, Archive], paths: Sequence[Path]) -> Iterator[tuple[Chosen, ...]]:
    """What is at `paths`, by the kind of archive that it is, while the block lasts.

    Raises:
        InputError: a path cannot be opened, or is no archive of a kind that is known.
    """
    with ExitStack() as stack:
        found: dict[str, list[Files]] = {}
        for path in paths:
            files = stack.enter_context(open_files(path))
            found.setdefault(_kind_of(archives, files), []).append(files)
        yield tuple(Chosen(archives[name], tuple(files)) for name, files in found.items())


def _kind_of(archives: Mapping[str, Archive], files: Files) -> str:
    for name, archive in archives.items():
        if archive.recognise(files):
            return name
    known = ", ".join(archive.title for archive in archives.values())
    raise InputError(f"{files.name} is no archive that is known here; there are: {known or 'none'}.")


def save_all(library: Library, chosen: Chosen, into: Import, *, single: bool = False) -> None:
    """Save every thread of the exports; what happened to each is counted in `into`.

    Raises:
        InputError: an export is damaged; what was read before stays.
        NetworkError, SetupError: the library cannot be written; as before.
    """
    for files in chosen.sources:
        into.report.left_out.update(files.left_out)
    for batch in _batches(chosen.archive.read(chosen.sources, into.report, single=single)):
        _save(library, batch, into)


def make_pages(library: Library, slugs: Iterable[str]) -> Iterator[str]:
    """Make each page that is not there yet, and give its slug as soon as it is.

    Raises:
        SetupError: the folder of pages cannot be written.
    """
    for slug in slugs:
        ensure_page(library, slug)
        yield slug


def _batches(found: Iterator[Gathering]) -> Iterator[list[Gathering]]:
    batch, size, begun = list[Gathering](), 0, time.monotonic()
    for gathering in found:
        batch.append(gathering)
        size += len(gathering.conversation.posts)
        if size >= BATCH or time.monotonic() - begun > PATIENCE:
            yield batch
            batch, size, begun = [], 0, time.monotonic()
    if batch:
        yield batch


def _save(library: Library, batch: Sequence[Gathering], into: Import) -> None:
    bots = library.bots()
    with library.store.transaction():
        for gathering in batch:
            try:
                what, slug = _enter(library, gathering, bots, into.report)
            except RefusedError as error:
                into.report.left_out[f"threads: {error.words}"] += 1
                continue
            into.made[what] += 1
            into.slugs.append(slug)


def _enter(library: Library, gathering: Gathering, bots: frozenset[str], report: Report) -> tuple[str, str]:
    """What happened to one thread, in words, and its address.

    Raises:
        RefusedError: it must not be shown, or was removed.
    """
    found = _gathered(library, gathering.conversation, bots)
    slug = slug_of(found.thread.ref)
    before = library.store.threads.load(slug)
    if before and before.status is Status.PUBLISHED and before.thread:
        if before.thread.completeness.checked_at >= found.thread.completeness.checked_at:
            return "here already", slug
        found = _gathered(library, _with_others(gathering.conversation, before.thread), bots)
    elif before and _is_gone(before, found.thread):
        raise RefusedError("The thread is gone from where it was published, since the export was made.")
    _enter_with_media(library, slug, found, gathering.files, report)
    return "made anew" if before else "made", slug


def _enter_with_media(library: Library, slug: str, found: Gathered, files: Files, report: Report) -> None:
    """Save a thread, and its files in the folder of its page, which goes again where it is refused.

    Raises:
        RefusedError: as `_enter`.
    """
    copied = _with_copies(library, slug, found.thread, files, report)
    why = ""
    try:
        entered = enter(library, Gathered(copied, found.records))
        if isinstance(entered, Verdict) or entered.status is not Status.PUBLISHED:
            why = entered.why
    except RefusedError as error:
        why = error.words
    if why:
        if copies_of(copied):
            library.store.pages.drop(slug)
        raise RefusedError(why)


def _with_copies(library: Library, slug: str, thread: Thread, files: Files, report: Report) -> Thread:
    """`thread` with the names under which the files of its media are kept here, in place of their paths."""
    if not copies_of(thread):
        return thread

    def copied(_post: Post, _place: int, media: Media) -> Media:
        return replace(media, copy=_copied(library, slug, media.copy, files, report) if media.copy else "")

    return with_media(thread, copied)


def _copied(library: Library, slug: str, path: str, files: Files, report: Report) -> str:
    try:
        with closing(files.open(path)) as stream:
            return library.store.media.put(slug, stream)
    except KeyError:
        report.left_out["pictures, films and sounds that are not in the archive"] += 1
    except InputError as error:
        report.left_out[error.words] += 1
    return ""


def _is_gone(before: Saved, thread: Thread) -> bool:
    """Whether its source was asked after the export was made, and had nothing of it any more."""
    later = before.checked_at >= thread.completeness.checked_at
    return before.status is Status.WITHDRAWN and before.why == GONE and later


def _gathered(library: Library, conversation: Conversation, bots: frozenset[str]) -> Gathered:
    """The thread of a conversation without what must not be kept.

    Raises:
        RefusedError: its author, or the operator, does not want it shown; or nothing of it is public.
    """
    author = conversation.posts[conversation.focus].author
    if why := refusal(author, library.wish_of(author)):
        raise RefusedError(why)
    withhold(conversation, library, author=author)
    if conversation.focus not in conversation.posts:
        own = [post for post in conversation.posts.values() if post.author.id == author.id]
        if not own:
            raise RefusedError("The posts are not public, or moderators hid them.")
        conversation.focus = min(own, key=lambda post: (post.order, post.ref.id)).ref
    thread = assemble(conversation, bots=bots)
    kept = chain(thread.posts, *(aside.posts for aside in thread.elsewhere))
    records: dict[PostRef, bytes] = conversation.records
    return Gathered(thread, {post.ref: records[post.ref] for post in kept if post.ref in records})


def _with_others(conversation: Conversation, page: Thread) -> Conversation:
    """`conversation` with what only its page has: posts by others, which no export holds."""
    places: list[Post | Gap | None] = [page.context, *(aside.under for aside in page.elsewhere)]
    others = (post for post in places if isinstance(post, Post) and post.author.id != page.author.id)
    conversation.add([post for post in others if post.ref not in conversation.posts])
    return conversation
