"""The pages that are made for each request: home, working on it, what went wrong."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from jinja2 import Template
from markupsafe import Markup
from starlette.responses import Response

from unroller.core.errors import UnrollerError
from unroller.core.ports import Frame
from unroller.core.tolerant import web_link
from unroller.exports.feeds import alternates
from unroller.exports.lists import ListPage, Part
from unroller.exports.page import PAPER, environment
from unroller.flows.library import Library
from unroller.flows.match import either, titles
from unroller.flows.page import bot_handle
from unroller.web.headers import ALWAYS, ASK_FIRST, NEVER_KEEP, NOT_INDEXED, Header, policy
from unroller.web.listing import Feeds, Place
from unroller.web.pasting import MOST, Line

TEMPLATES = Path(__file__).parent / "templates"


def _script(name: str) -> str:
    return files("unroller.web").joinpath("templates", name).read_text("utf-8").strip()


SCRIPT = _script("working.js")
BATCH_SCRIPT = _script("batch.js")

LATEST_FEEDS: Feeds = alternates("Latest threads", "/latest")

_MAIL = re.compile(r"[^\s@:/?#]+@[^\s@:/?#]+\.[^\s@:/?#]+")


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a page about an error says: what happened, and what to do about it."""

    title: str
    advice: str


TROUBLES: dict[int, Trouble] = {
    400: Trouble("That link does not work here", "Open the post, copy its link, and paste it below."),
    403: Trouble(
        "This thread is not shown here",
        "That was somebody’s decision, and we keep to it. Other threads are welcome.",
    ),
    404: Trouble("There is nothing here", "Perhaps the link is cut off. Paste the link of a post instead."),
    405: Trouble("That is not how this page works", "Begin again on the home page."),
    410: Trouble(
        "This page is gone", "Its text and pictures are no longer kept here. Other threads are welcome."
    ),
    414: Trouble("That address is too long", "Paste the link of a post, and nothing else."),
    429: Trouble("That was a lot of links", "Wait for a minute, then go on."),
    500: Trouble("Something broke here", "It is our mistake, and it is written down. Try again later."),
    502: Trouble("The network said something odd", "We have to mend this. The post itself may be fine."),
    503: Trouble("The network does not answer", "Try again in a moment."),
}


NO_PAGE = Trouble("The list has no such page", "Begin with its first page.")
BUSY = Trouble("Many are waiting for this format", "It is made once, then kept: try again in a moment.")


class Painter:
    """Makes pages of one library's site."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._templates = environment(TEMPLATES)

    def home(self, latest: tuple[Part, ...]) -> Response:
        """Where a link can be pasted, how to call the bot, and what is new."""
        return self._page("home.html", 200, (ASK_FIRST, policy()), latest=latest)

    def listing(
        self,
        page: ListPage,
        place: Place,
        *,
        here: str = "",
        template: str = "browse.html",
        status: int = 200,
        feeds: Feeds | None = None,
        **values: object,
    ) -> Response:
        """A page of a list. `here` is which of the links at the head of every page leads to it.

        `feeds` are those of another list, where this one has none or they are elsewhere.
        Search engines are asked to keep of a list its beginning, and of a search nothing.
        """
        indexed = place.is_plain and here != "search"
        return self._page(
            template,
            status,
            (ASK_FIRST, policy(), *(() if indexed else (NOT_INDEXED,))),
            page=page,
            number=place.number,
            here=here,
            indexed=indexed,
            canonical=self._library.settings.base_url + place.address,
            feeds=place.feeds(page.title) if feeds is None else feeds,
            **values,
        )

    def tools(self) -> Response:
        """Every other way for a thread to get here, and back out to a reader."""
        base = self._library.settings.base_url
        values = {"base_url": base, "bookmarklet": bookmarklet(base), "most": MOST}
        return self._page("tools.html", 200, (ASK_FIRST, policy()), **values)

    def working(
        self, link: str, words: str, again: str, *, status: int = 202, headers: tuple[Header, ...] = ()
    ) -> Response:
        """The page that turns into the thread. `again` is its own next address."""
        return self._page(
            "working.html",
            status,
            (NEVER_KEEP, NOT_INDEXED, policy(SCRIPT), *headers),
            link=link,
            words=words,
            again=again,
            script=Markup(SCRIPT),  # noqa: S704 - our own file
        )

    def operator(self, **values: object) -> Response:
        """How the site is doing, for whoever runs it: see `operating`."""
        return self._page("operator.html", 200, (NEVER_KEEP, NOT_INDEXED, policy()), **values)

    def api(self, **values: object) -> Response:
        """What programs can ask for, and forms to try it: see `api.trying`."""
        return self._page("api.html", 200, (ASK_FIRST, policy()), **values)

    def batch(self, lines: Sequence[Line], again: str) -> Response:
        """How far each of several links is. `again` is the page's own next address."""
        waiting = any(line.state.state == "waiting" for line in lines)
        return self._page(
            "batch.html",
            202 if waiting else 200,
            (NEVER_KEEP, NOT_INDEXED, policy(BATCH_SCRIPT if waiting else "")),
            lines=lines,
            again=again if waiting else "",
            published=sum(line.state.state == "published" for line in lines),
            failed=sum(line.state.state == "failed" for line in lines),
            script=Markup(BATCH_SCRIPT),  # noqa: S704 - our own file
        )

    def trouble(
        self,
        status: int,
        words: str,
        *,
        link: str = "",
        headers: tuple[Header, ...] = (),
        trouble: Trouble | None = None,
        first: str = "",
    ) -> Response:
        """The page that says what went wrong, with the box to try another link in.

        `first` is where the list begins of which there is no such page.
        """
        return self._page(
            "trouble.html",
            status,
            (NEVER_KEEP, NOT_INDEXED, policy(), *headers),
            trouble=trouble or TROUBLES.get(status, TROUBLES[500 if status >= 500 else 400]),
            words=words,
            link=link,
            first=first,
        )

    def _page(self, name: str, status: int, headers: tuple[Header, ...], **values: object) -> Response:
        library, settings = self._library, self._library.settings
        template: Template = self._templates.get_template(name)
        known = {"feeds": LATEST_FEEDS} | values  # a list has its own
        text = template.render(
            frame=Frame(site=settings.site),
            networks=either(titles(library.networks)),
            bots=_bots(library),
            paper=PAPER,
            looks_again=bool(settings.recheck),
            contact=contact_link(settings.contact),
            contact_words=settings.contact.removeprefix("mailto:"),
            **known,
        )
        body = text.encode(errors="replace")
        return Response(body, status, dict((*headers, *ALWAYS)), media_type="text/html")


def _bots(library: Library) -> list[tuple[str, str]]:
    """The networks on which the bot can be called, and its handle there."""
    try:
        found = [
            (network.rules.title, bot_handle(library, name)) for name, network in library.networks.items()
        ]
    except UnrollerError:  # a page about trouble must not need a store that works
        return []
    return [(title, handle) for title, handle in found if handle]


def bookmarklet(base_url: str) -> Markup:
    """A bookmark that opens the thread of the page it is clicked on; our own pages' policy keeps it still."""
    script = Markup("javascript:location.href='{}/unroll?url='+encodeURIComponent(location.href)")
    return script.format(base_url)


def contact_link(contact: str) -> str:
    """Where `contact` leads; `""` when it is only words."""
    mail = contact.removeprefix("mailto:")
    return f"mailto:{mail}" if _MAIL.fullmatch(mail) else web_link(contact) or ""
