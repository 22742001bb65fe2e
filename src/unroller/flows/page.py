"""A saved thread in, its published bytes out: the page, its JSON, its card, its copies in other formats."""

from __future__ import annotations

from dataclasses import replace

from unroller.core.codec import thread_to_json
from unroller.core.errors import SetupError
from unroller.core.model import Thread, Verdict
from unroller.core.ports import Export, Frame, Part
from unroller.core.search import Wanted
from unroller.flows.copies import held, is_copied, keep_only
from unroller.flows.library import Library
from unroller.flows.log import log
from unroller.store import Saved, Status

LATEST = 5
"""How many other threads a page names."""

_MADE = (("card.png", "card"), ("page.html", "html"), ("thread.json", "json"))
"""What is made with every page, by the name of its export; all other formats when somebody asks."""

_NO_COPY = ("card", "html")
"""Exports that are the page itself, or stand for it."""


def make_page(library: Library, slug: str) -> None:
    """Make what is published at `slug` say what the store says; safe to run twice, or by two at once.

    Whoever writes looks afterwards whether the thread changed meanwhile: a page that was removed while
    it was being made must not come back.
    """
    while (saved := library.store.threads.load(slug)) is not None:
        if saved.status is not Status.PUBLISHED or saved.thread is None or saved.verdict is None:
            library.store.pages.drop(slug)
            return
        before = _state(library, saved)
        _write(library, saved, saved.thread, saved.verdict)
        library.store.catalogue.enter(saved)
        after = library.store.threads.load(slug)
        if after and _state(library, after) == before:
            return


def ensure_page(library: Library, slug: str, *, again: bool = False) -> None:
    """Make the page if what is published is not what the store says; `again`: in any case."""
    saved = library.store.threads.load(slug)
    if again or saved is None or saved.thread is None or not _is_made(library, slug, saved.thread):
        make_page(library, slug)


def make_again(library: Library, slug: str) -> None:
    """Make every page again that names the thread at `slug` in a list."""
    for page in library.store.threads.naming(slug):
        make_page(library, page)


def frame(library: Library, saved: Saved) -> Frame:
    """What surrounds the thread: the site, the bot, and the latest threads of others.

    That the page names them is noted before their titles are read: whatever is taken down after that
    has this page made again, and what was taken down before is not among them.
    """
    around, find = plain_frame(library, saved), library.store.catalogue.find
    others = [entry.slug for entry in find(Wanted(), LATEST + 1) if entry.slug != saved.slug][:LATEST]
    library.store.threads.name(saved.slug, others)
    latest = [entry for entry in find(Wanted(), LATEST + 1) if entry.slug in others]
    return replace(
        around,
        card_url=f"{around.page_url}/card.png",
        bot=bot_handle(library, saved.ref.network),
        author_url=_author_url(library, saved),
        latest=tuple((entry.title, library.page_url(entry.slug)) for entry in latest),
        formats=tuple(
            (export.title, f"{around.page_url}{suffix}") for suffix, export in offered(library).items()
        ),
    )


def plain_frame(library: Library, saved: Saved) -> Frame:
    """What surrounds a copy that somebody takes away: where it is from, and nothing that changes."""
    here = held(library, saved)
    return Frame(
        site=library.settings.site,
        base_url=library.settings.base_url,
        page_url=library.page_url(saved.slug),
        sample=saved.sample,
        media=here.media,
        kept=here.kept,
        forms=here.forms,
        sealed=is_copied(library, saved.ref.network),
        rules=library.networks[saved.ref.network].rules if saved.ref.network in library.networks else None,
    )


def part_of(library: Library, slug: str) -> Part | None:
    """The thread as books and feeds have it; `None` where it may not be listed, or no longer."""
    saved = library.store.threads.load(slug)
    if saved is None or saved.status is not Status.PUBLISHED or saved.thread is None:
        return None
    if saved.verdict is None or not (saved.verdict.show and saved.verdict.list):
        return None
    return Part(saved.thread, saved.verdict, plain_frame(library, saved))


def offered(library: Library) -> dict[str, Export]:
    """The formats that a page can be had as besides, by what stands at the end of their addresses."""
    found: dict[str, Export] = {}
    for name in library.exports:
        if name not in _NO_COPY:
            try:
                export = library.exports[name]
            except SetupError as error:
                log.warning("a format does not work", format=name, why=error.words)
            else:
                found.setdefault(export.suffix, export)
    return found


def make_copy(library: Library, slug: str, suffix: str) -> bool:
    """Publish the thread at `slug` in the format with that suffix; whether there is one to be made.

    As with a page, whoever writes looks afterwards whether the thread changed meanwhile. A page that was
    taken down has no folder, and a copy makes none.

    Raises:
        SetupError: the format cannot be rendered here.
    """
    export, pages, name = offered(library).get(suffix), library.store.pages, f"thread{suffix}"
    while export and (saved := library.store.threads.load(slug)) is not None:
        if saved.status is not Status.PUBLISHED or saved.thread is None or saved.verdict is None:
            break
        before = _state(library, saved)
        data = export.render(saved.thread, saved.verdict, plain_frame(library, saved))
        if not pages.add(slug, name, data, export.media_type):
            make_page(library, slug)
            continue
        after = library.store.threads.load(slug)
        if after and _state(library, after) == before:
            return True
        pages.take_away(slug, name)
    return False


def _author_url(library: Library, saved: Saved) -> str:
    """The author's page, which is there while any of their threads may be listed: this one, to be sure."""
    if saved.thread is None or saved.verdict is None or not (saved.verdict.show and saved.verdict.list):
        return ""
    return library.author_url(saved.ref.network, saved.thread.author.handle)


def bot_handle(library: Library, network: str) -> str:
    """The bot's own handle there, without @; `""` where it has none."""
    identity = library.identity(network)
    return identity[1] if identity else ""


def _state(library: Library, saved: Saved) -> tuple[object, ...]:
    """What a page is made of: the thread, what may be done with it, the copies of its pictures."""
    return saved.status, saved.version, saved.verdict, saved.checked_at, held(library, saved).media


def _is_made(library: Library, slug: str, thread: Thread) -> bool:
    """The JSON is written last, so where it is right, all is."""
    made = library.store.pages.load(slug, "thread.json")
    return made is not None and made.forms[""] == thread_to_json(thread)


def _write(library: Library, saved: Saved, thread: Thread, verdict: Verdict) -> None:
    keep_only(library, saved.slug, thread)
    around, pages = frame(library, saved), library.store.pages
    for copy in set(pages.names(saved.slug)).difference(name for name, _ in _MADE):
        pages.take_away(saved.slug, copy)  # of an earlier version; made anew when somebody asks
    for name, export in _MADE:
        made = library.exports[export]
        try:
            pages.put(saved.slug, name, made.render(thread, verdict, around), made.media_type)
        except SetupError as error:
            if export != "card":
                raise
            log.warning("the card could not be drawn", page=saved.slug, why=error.words)
            pages.take_away(saved.slug, name)
