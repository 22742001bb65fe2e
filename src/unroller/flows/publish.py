"""A ref in, a saved thread and its page out. Doing it again keeps the address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from unroller.core.consent import Told, Wish, judge, redact
from unroller.core.errors import AbsentError, RefusedError
from unroller.core.media import with_copies_of
from unroller.core.model import Author, PostRef, Signal, Thread, Verdict
from unroller.core.ports import Switchable
from unroller.core.summary import slug as slug_of
from unroller.core.summary import title
from unroller.flows.copies import MEDIA, wanted
from unroller.flows.gather import Gathered, check_wish, gather
from unroller.flows.library import Library
from unroller.flows.page import make_page
from unroller.flows.remove import take_down
from unroller.store import Arrival, Saved, Status

REVISIT = "revisit"
EXPIRE = "expire"

FRESH = timedelta(minutes=10)
"""A page that was checked this recently is not asked for again just because somebody calls."""

ASK_FIRST = "Threads are shown here only after their author has said yes; call the bot on it, and it asks."


@dataclass(frozen=True, slots=True)
class Asked:
    """Who wants a page, and since when: a no that was said later counts more."""

    by: Author
    at: datetime


def publish(library: Library, ref: PostRef, *, asked: Asked | None = None, force: bool = False) -> Saved:
    """The page of the thread around `ref`, made or made anew.

    A `PENDING` answer means that the author has to say yes first; nothing is kept until then.
    `force`: ask the network even if the page was checked a moment ago.

    Raises:
        RefusedError: the author or the operator does not want it shown, or removed it.
        AbsentError, NetworkError, WireError: as `Network.fetch`.
    """
    known = settled(library, ref, asked, force=force)
    return known or keep(library, ask(library, ref, asked.by if asked else None), asked=asked)


def ask(library: Library, ref: PostRef, asker: Author | None = None, *, whose: str = "") -> Gathered:
    """What the network has around `ref` now. Where it has nothing to show, our own page is looked at anew.

    `whose` is the id of the post's author, where it is known: the network is not asked if they said no.

    Raises:
        RefusedError, AbsentError, NetworkError, WireError: as `gather`.
    """
    known = library.store.threads.find(ref)
    try:
        if whose:
            check_wish(library, Author(ref.network, whose, ""), asker)
        return gather(library, ref, asker=asker, known=known.thread if known else None)
    except (RefusedError, AbsentError):
        if known and known.status is Status.PUBLISHED:
            library.store.tasks.put(REVISIT, known.slug)
        raise


def settled(
    library: Library, ref: PostRef, asked: Asked | None = None, *, force: bool = False
) -> Saved | None:
    """The published thread that holds `ref`, when nothing needs to be asked of the network about it.

    Raises:
        RefusedError: it was removed, and is not asked for by who removed it.
    """
    known = library.store.threads.find(ref)
    if known is None:
        return None
    _check_removed(known, asked)
    return known if _is_fresh(library, known, force=force) else None


def standing(library: Library, ref: PostRef) -> Saved | None:
    """The published thread that holds `ref`, however long ago it was checked."""
    known = library.store.threads.find(ref)
    return known if known and known.status is Status.PUBLISHED else None


def is_fresh(library: Library, slug: str) -> bool:
    """Whether a page stands at `slug` that was checked a moment ago."""
    known = library.store.threads.load(slug)
    return known is not None and _is_fresh(library, known)


def keep(
    library: Library,
    found: Gathered,
    *,
    asked: Asked | None = None,
    sample: bool = False,
    visited: Thread | None = None,
) -> Saved:
    """Judge, save and publish what was gathered.

    `visited` is the published thread that was looked at again: if it is published no longer, nothing is
    saved. Judging and saving are one transaction, so that a wish told meanwhile is heard.

    Raises:
        RefusedError: as `publish`.
    """
    with library.store.transaction():
        entered = enter(library, found, asked=asked, sample=sample, visited=visited)
    if isinstance(entered, Verdict):
        if library.store.threads.load(slug_of(found.thread.ref)):
            take_down(library, found.thread.ref, status=Status.WITHDRAWN, why=entered.why, by="")
        raise RefusedError(entered.why)
    if entered.status is Status.PUBLISHED:
        make_page(library, entered.slug)
    return entered


def enter(
    library: Library,
    found: Gathered,
    *,
    asked: Asked | None = None,
    sample: bool = False,
    visited: Thread | None = None,
) -> Saved | Verdict:
    """Judge and save what was gathered, without its page: for the transaction of the caller. See `keep`.

    A verdict comes back where it says no; then nothing was saved.

    Raises:
        RefusedError: the thread was removed.
    """
    thread = redact(found.thread, library)
    verdict = _verdict(library, thread, asked, visited)
    before = _before(library, thread, asked)
    if visited and before and before.status is not Status.PUBLISHED:
        return before
    if not verdict.show:
        return verdict
    if _must_ask(library, before, thread, asked, sample=sample):
        return library.store.threads.drop(thread.ref, Status.PENDING, ASK_FIRST)
    return _save(library, thread, verdict, found, before, asked, sample=sample)


def enter_new(library: Library, found: Sequence[Gathered], told: Told) -> tuple[Verdict, ...]:
    """As `enter`, for many threads of which nothing is known here: what may be done with each of them.

    Those that may be shown are saved, the last one as the newest. `told` is what the library remembers.
    """
    days, now = library.settings.expires, library.clock()
    expires = now + timedelta(days=days) if days else None
    threads = [redact(one.thread, told) for one in found]
    verdicts = tuple(judge(thread, told.wish_of(thread.author)) for thread in threads)
    new = [
        Arrival(thread, verdict, one.records, title(thread), expires)
        for thread, verdict, one in zip(threads, verdicts, found, strict=True)
        if verdict.show
    ]
    library.store.threads.add(new)
    if library.settings.recheck:
        due = now + library.settings.recheck[0]
        networks = {one.thread.ref.network for one in new}
        readable = {network for network in networks if _can_revisit(library, network)}
        seen_again = [(one.slug, due) for one in new if one.thread.ref.network in readable]
        library.store.tasks.put_new(REVISIT, seen_again)
    if expires:
        library.store.tasks.put_new(EXPIRE, [(one.slug, expires) for one in new])
    library.store.tasks.put_new(MEDIA, [(one.slug, now) for one in new if wanted(library, one.thread)])
    return verdicts


def _can_revisit(library: Library, network: str) -> bool:
    """Whether the network can be asked at all: an import brings threads of those that cannot."""
    found = library.networks.get(network)
    return found is not None and (not isinstance(found, Switchable) or found.is_on())


def _verdict(library: Library, thread: Thread, asked: Asked | None, visited: Thread | None) -> Verdict:
    # A thread by somebody who keeps bots away was only published because its author asked for it.
    asks = _asks(thread, asked) or (visited is not None and Signal.NO_BOT in visited.author.signals)
    return judge(thread, library.wish_of(thread.author), asks=asks)


def _asks(thread: Thread, asked: Asked | None) -> bool:
    return asked is not None and asked.by.id == thread.author.id


def _before(library: Library, thread: Thread, asked: Asked | None) -> Saved | None:
    """The thread's own row; refused where it, or the thread that its posts claim to be of, was removed."""
    root = thread.posts[0].root
    if root and (claimed := library.store.threads.find(root)) and thread.author.id in claimed.removed_by:
        _check_removed(claimed, asked)
    before = library.store.threads.load(slug_of(thread.ref))
    if before:
        _check_removed(before, asked)
    return before


def _check_removed(known: Saved, asked: Asked | None) -> None:
    """Only who removed a thread brings it back, by asking after having removed it."""
    if known.status is not Status.REMOVED:
        return
    if asked is None or known.removed_by.split() != [asked.by.id] or asked.at < known.checked_at:
        raise RefusedError(known.why)


def _must_ask(
    library: Library, before: Saved | None, thread: Thread, asked: Asked | None, *, sample: bool
) -> bool:
    if not library.settings.ask_first or sample or _asks(thread, asked):
        return False
    published = before is not None and before.status is Status.PUBLISHED
    return not published and library.wish_of(thread.author) is not Wish.OPT_IN


def _save(
    library: Library,
    thread: Thread,
    verdict: Verdict,
    found: Gathered,
    before: Saved | None,
    asked: Asked | None,
    *,
    sample: bool,
) -> Saved:
    """Save, and plan when its pictures are copied, when it is looked at again and when it vanishes."""
    published = before if before and before.status is Status.PUBLISHED else None
    days, now = library.settings.expires, library.clock()
    # Being looked at again does not prolong a page's time.
    expires = published.expires if published else now + timedelta(days=days) if days else None
    saved = library.store.threads.save(
        with_copies_of(thread, published.thread) if published and published.thread else thread,
        verdict,
        found.records,
        title=title(thread),
        expires=expires,
        sample=sample,
        lift=_asks(thread, asked),
    )
    if library.settings.recheck and not sample and _can_revisit(library, thread.ref.network):
        due = now + library.settings.recheck[0]
        library.store.tasks.put(REVISIT, saved.slug, due=due, sooner=False)
    if expires:
        library.store.tasks.put(EXPIRE, saved.slug, due=expires)
    if wanted(library, thread):
        library.store.tasks.put(MEDIA, saved.slug)
    return saved


def _is_fresh(library: Library, known: Saved, *, force: bool = False) -> bool:
    recent = not force and library.clock() - known.checked_at < FRESH
    return known.status is Status.PUBLISHED and (known.sample or recent)
