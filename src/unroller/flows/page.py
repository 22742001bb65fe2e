"""A saved thread in, its published bytes out: the page, its JSON, its card."""

from __future__ import annotations

from unroller.core.errors import SetupError
from unroller.core.model import Thread, Verdict
from unroller.core.ports import Frame
from unroller.core.summary import title
from unroller.flows.library import Library
from unroller.flows.log import log
from unroller.store import Saved, Status

LATEST = 5
"""How many other threads a page names."""


def make_page(library: Library, slug: str) -> None:
    """Make what is published at `slug` say what the store says; safe to run twice, or by two at once.

    Whoever writes looks afterwards whether the thread changed meanwhile: a page that was removed while
    it was being made must not come back.
    """
    while (saved := library.store.threads.load(slug)) is not None:
        if saved.status is not Status.PUBLISHED or saved.thread is None or saved.verdict is None:
            library.store.pages.drop(slug)
            return
        _write(library, saved, saved.thread, saved.verdict)
        after = library.store.threads.load(slug)
        if after and (after.status, after.saved_at, after.checked_at) == (
            saved.status,
            saved.saved_at,
            saved.checked_at,
        ):
            return


def make_again(library: Library, slug: str) -> None:
    """Make every page again that names the thread at `slug` in a list."""
    for page in library.store.threads.naming(slug):
        make_page(library, page)


def frame(library: Library, saved: Saved) -> Frame:
    """What surrounds the thread: the site, the bot, and the latest threads of others."""
    url = library.page_url(saved.slug)
    latest = [entry for entry in library.store.threads.latest(LATEST + 1) if entry.slug != saved.slug][
        :LATEST
    ]
    return Frame(
        site=library.settings.site,
        base_url=library.settings.base_url.rstrip("/"),
        page_url=url,
        card_url=f"{url}/card.png",
        bot=bot_handle(library, saved.ref.network),
        latest=tuple((entry.title, library.page_url(entry.slug)) for entry in latest),
        sample=saved.sample,
    )


def bot_handle(library: Library, network: str) -> str:
    """The bot's own handle there, without @; `""` where it has none."""
    for name, _, bot in library.messengers():
        if name == network and (identity := bot.identity()):
            return identity[1]
    return ""


def _write(library: Library, saved: Saved, thread: Thread, verdict: Verdict) -> None:
    around = frame(library, saved)
    named = [url.rsplit("/", 1)[-1] for _, url in around.latest]
    library.store.threads.name(saved.slug, named)
    for name, export in (("card.png", "card"), ("thread.json", "json"), ("page.html", "html")):
        made = library.exports[export]
        try:
            data = made.render(thread, verdict, around)
        except SetupError as error:
            if export != "card":
                raise
            log.warning("the card could not be drawn", thread=title(thread), why=error.words)
            continue
        library.store.pages.put(saved.slug, name, data, made.media_type)
