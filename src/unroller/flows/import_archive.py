"""Data exports in, saved threads out; then their pages. Doing it again changes nothing and loses nothing.

What is read is saved in batches, each one transaction, and each leaves behind the tasks that make its pages:
whatever ends an import, running it again, or the workers, end it.
"""

from __future__ import annotations

import gc
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

from msgspec.structs import replace

from unroller.core.assemble import assemble
from unroller.core.consent import Told, Wish, withhold
from unroller.core.conversation import Conversation
from unroller.core.errors import InputError, RefusedError
from unroller.core.media import copies_of, with_media
from unroller.core.model import Author, Gap, Media, Post, PostRef, Thread, Verdict
from unroller.core.ports import Files, Gathering, Report
from unroller.core.summary import slug as slug_of
from unroller.flows.gather import Gathered, check_wish, own_posts
from unroller.flows.library import Library
from unroller.flows.open_archives import Chosen
from unroller.flows.page import ensure_page
from unroller.flows.publish import enter, enter_new
from unroller.flows.revisit import GONE
from unroller.store import Saved, Status

BATCH = 2_000
"""Posts that are saved in one transaction."""

PATIENCE = 1.0
"""Seconds after which a batch is saved, however small: others wait for the database meanwhile."""

COLLECTED = 100_000
"""Values that are made between two looks for rings of garbage."""


@dataclass(slots=True)
class Import:
    """What became of exports: what was found and left out, and the pages of all that is here now.

    `made` counts the threads by what happened to them, in words; `slugs` are their addresses.
    """

    report: Report = field(default_factory=Report)
    made: Counter[str] = field(default_factory=Counter)
    slugs: list[str] = field(default_factory=list)

    def add(self, part: Import) -> None:
        """Count what was saved for good."""
        self.report.left_out.update(part.report.left_out)
        self.made.update(part.made)
        self.slugs += part.slugs


@contextmanager
def _rarely_collecting() -> Iterator[None]:
    """Have Python look for rings of garbage rarely: each goes through a whole batch and finds none."""
    usual = gc.get_threshold()
    if usual[0]:  # 0 is never
        gc.set_threshold(COLLECTED, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


@_rarely_collecting()  # around all of it: at its end the last batch is gone, and not looked through
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
    """`found` in pieces; where it breaks, what came before is given first."""
    batch, size, begun = list[Gathering](), 0, time.monotonic()
    try:
        for gathering in found:
            batch.append(gathering)
            size += len(gathering.conversation.posts)
            if size >= BATCH or time.monotonic() - begun > PATIENCE:
                yield batch
                batch, size, begun = [], 0, time.monotonic()
    except InputError:
        yield batch
        raise
    yield batch


def _save(library: Library, batch: Sequence[Gathering], into: Import) -> None:
    # Files are copied inside as well: a removal that comes meanwhile waits, and then takes them too.
    part = Import()
    with library.store.transaction():
        found = _Batch(library, part)
        found.take(batch)
        found.save_new()
        found.save_known()
    into.add(part)


class _Batch:
    """Threads that are saved together: those of which nothing is known at once, the others one by one."""

    def __init__(self, library: Library, into: Import) -> None:
        self._library, self._into = library, into
        self._bots: dict[str, frozenset[str]] = {}
        self._wishes: dict[Author, Wish | None] = {}
        self._new: dict[str, tuple[Gathering, Gathered]] = {}
        self._known: list[tuple[str, Gathering, Gathered]] = []

    def wish_of(self, author: Author) -> Wish | None:
        """As the library's, asked once for each account as it stands there: it may be denied by a handle."""
        if author not in self._wishes:
            self._wishes[author] = self._library.wish_of(author)
        return self._wishes[author]

    def is_removed(self, ref: PostRef) -> bool:
        """As the library's."""
        return self._library.is_removed(ref)

    def take(self, batch: Sequence[Gathering]) -> None:
        """Sort the threads by whether anything is known of them; those that must not be shown are none."""
        found = [(one, got) for one in batch if (got := self._gathered(one.conversation))]
        posts = [post.ref for _, got in found for post in own_posts(got.thread)]
        removed = self._library.store.threads.removed(posts)
        known = self._library.store.threads.known([slug_of(got.thread.ref) for _, got in found])
        for one, got in found:
            slug = slug_of(got.thread.ref)
            if removed and not removed.isdisjoint(post.ref for post in own_posts(got.thread)):
                self._leave_out("The page was removed.")
            elif slug in known or slug in self._new or self._needs_care(got.thread):
                self._known.append((slug, one, got))
            else:
                self._new[slug] = one, got

    def _needs_care(self, thread: Thread) -> bool:
        root = thread.posts[0].root
        return self._library.settings.ask_first or (root is not None and root != thread.ref)

    def save_new(self) -> None:
        """Save the threads of which nothing is known."""
        copied = [self._with_copies(*found) for found in self._new.values()]
        verdicts = enter_new(self._library, copied, self)
        for slug, got, verdict in zip(self._new, copied, verdicts, strict=True):
            if verdict.show:
                self._count("made", slug)
            else:
                self._refuse(slug, got.thread, verdict.why)

    def save_known(self) -> None:
        """Save the others, where the export knows more than the library."""
        for slug, gathering, found in self._known:
            before = self._library.store.threads.load(slug)
            if before is None or not before.thread or before.status is not Status.PUBLISHED:
                self._save_one(slug, gathering, found, before)
            elif before.thread.completeness.checked_at >= found.thread.completeness.checked_at:
                self._count("here already", slug)
            elif whole := self._gathered(_with_others(gathering.conversation, before.thread)):
                self._save_one(slug, gathering, whole, before)

    def _save_one(self, slug: str, gathering: Gathering, found: Gathered, before: Saved | None) -> None:
        if before and _is_gone(before, found.thread):
            self._leave_out("The thread is gone from where it was published, since the export was made.")
            return
        copied = self._with_copies(gathering, found)
        try:
            entered = enter(self._library, copied)
        except RefusedError as error:
            self._refuse(slug, copied.thread, error.words)
            return
        if isinstance(entered, Verdict) or entered.status is not Status.PUBLISHED:
            self._refuse(slug, copied.thread, entered.why)
        else:
            self._count("made anew" if before else "made", slug)

    def _gathered(self, conversation: Conversation) -> Gathered | None:
        network = conversation.focus.network
        if network not in self._bots:
            self._bots[network] = self._library.bots(network)
        try:
            return _gathered(self, conversation, self._bots[network])
        except RefusedError as error:
            self._leave_out(error.words)
            return None

    def _with_copies(self, gathering: Gathering, found: Gathered) -> Gathered:
        report = self._into.report
        thread = _with_copies(self._library, found.thread, gathering.files, report)
        return Gathered(thread, found.records)

    def _count(self, what: str, slug: str) -> None:
        self._into.made[what] += 1
        self._into.slugs.append(slug)

    def _refuse(self, slug: str, thread: Thread, why: str) -> None:
        if copies_of(thread) and self._library.store.threads.status(slug) is not Status.PUBLISHED:
            self._library.store.pages.drop(slug)
        self._leave_out(why)

    def _leave_out(self, why: str) -> None:
        self._into.report.left_out[f"threads: {why}"] += 1


def _with_copies(library: Library, thread: Thread, files: Files, report: Report) -> Thread:
    """`thread` with the names under which the files of its media are kept here, in place of their paths."""
    if not copies_of(thread):
        return thread
    slug = slug_of(thread.ref)

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


def _gathered(told: Told, conversation: Conversation, bots: frozenset[str]) -> Gathered:
    """The thread of a conversation without what must not be kept.

    Raises:
        RefusedError: its author, or the operator, does not want it shown; or nothing of it is public.
    """
    author = conversation.posts[conversation.focus].author
    check_wish(told, author, None)
    withhold(conversation, told, author=author)
    if conversation.focus not in conversation.posts:
        own = [post for post in conversation.posts.values() if post.author.id == author.id]
        if not own:
            raise RefusedError("The posts are not public, or moderators hid them.")
        conversation.focus = min(own, key=lambda post: (post.order, post.ref.id)).ref
    thread = assemble(conversation, bots=bots)
    records: dict[PostRef, bytes] = conversation.records
    return Gathered(
        thread, {post.ref: records[post.ref] for post in own_posts(thread) if post.ref in records}
    )


def _with_others(conversation: Conversation, page: Thread) -> Conversation:
    """`conversation` with what only its page has: posts by others, which no export holds."""
    places: list[Post | Gap | None] = [page.context, *(aside.under for aside in page.elsewhere)]
    others = (post for post in places if isinstance(post, Post) and post.author.id != page.author.id)
    conversation.add([post for post in others if post.ref not in conversation.posts])
    return conversation
