"""Feeds: each list of threads for programs that come back to look, and everybody who can be followed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from unroller.core.ports import Feed
from unroller.core.search import Wanted
from unroller.exports.feeds import FORMATS, Format
from unroller.exports.opml import opml
from unroller.flows import feed as flow
from unroller.flows.browse import Listing, browse, name_of
from unroller.flows.library import author_path
from unroller.store import Known, forms
from unroller.web.desk import Desk, redirect
from unroller.web.forms import choose
from unroller.web.headers import ALWAYS, ASK_FIRST, NOT_INDEXED
from unroller.web.listing import address, page_of
from unroller.web.searching import FIELDS, asked_by, wanted_by

BUSY_WORDS = "Feeds are made one at a time, and many are waiting just now."
KEPT = 16
"""Feeds that are kept in memory, each until somebody asks for it when one of its threads has changed."""

_FILTERS = {
    "/latest": ("network", "language"),
    "/search": FIELDS,
}


@dataclass(frozen=True, slots=True)
class _List:
    """A list that has feeds. `path` and `query` are those of its page for readers."""

    title: str
    path: str
    query: Mapping[str, str]
    wanted: Wanted


def routes(desk: Desk) -> Sequence[BaseRoute]:
    """The addresses of feeds. They go before those of the lists, where an account's name may hold a dot."""
    made = _Feeds(desk)
    return [*made.routes(), Route("/authors.opml", made.authors)]


class _Feeds:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._library = desk.library
        self._kept: OrderedDict[str, tuple[str, Mapping[str, bytes]]] = OrderedDict()

    def routes(self) -> Iterator[Route]:
        for form in FORMATS:
            for path in _FILTERS:
                yield Route(f"{path}{form.suffix}", partial(self.chosen, form, path))
            for network in self._library.networks:
                yield Route(f"/{network}{form.suffix}", partial(self.network, form, network))
                author = f"/{network}/@{{name:path}}{form.suffix}"  # ids of accounts may have slashes
                yield Route(author, partial(self.author, form, network))

    async def chosen(self, form: Format, path: str, request: Request) -> Response:
        """All that is new, or all that is found."""
        asked = asked_by(request)
        query = {name: asked[name] for name in _FILTERS[path] if asked[name]}
        return await self._answer(form, request, await run_in_threadpool(self._list, path, query))

    async def network(self, form: Format, network: str, request: Request) -> Response:
        title = self._library.networks[network].rules.title
        named = f"Threads on {title}, on {self._library.settings.site}"
        return await self._answer(form, request, _List(named, f"/{network}", {}, Wanted(network=network)))

    async def author(self, form: Format, network: str, request: Request) -> Response:
        """An author's threads. By another name than the present one, the way there: it may change again."""
        asked = request.path_params["name"]
        known, name = await run_in_threadpool(self._whom, network, asked)
        path = author_path(network, name)
        if asked != name:
            return redirect(f"{path}{form.suffix}", 302)
        title = f"Threads by @{known.handle}, on {self._library.settings.site}"
        wanted = Wanted(network=network, author=known.id)
        return await self._answer(form, request, _List(title, path, {}, wanted))

    def _whom(self, network: str, name: str) -> tuple[Known, str]:
        """The account, and the name that leads to it at present."""
        known = self._library.store.catalogue.author(network, name)
        if known is None:
            raise HTTPException(404)
        return known, name_of(self._library, known)

    def authors(self, _: Request) -> Response:
        """Everybody who can be followed, for a feed reader to import."""
        title = f"Authors on {self._library.settings.site}"
        body = opml(title, flow.subscriptions(self._library, FORMATS[0].suffix))
        headers = dict((ASK_FIRST, NOT_INDEXED, *ALWAYS))
        return Response(body, media_type="text/x-opml", headers=headers)

    def _list(self, path: str, query: Mapping[str, str]) -> _List:
        site = self._library.settings.site
        wanted = wanted_by(self._library, dict.fromkeys(FIELDS, "") | dict(query))
        words = f"“{wanted.words}”, searched on {site}" if wanted.words else f"Latest threads on {site}"
        return _List(words, path, query, wanted)

    async def _answer(self, form: Format, request: Request, what: _List) -> Response:
        """The feed, or that it is still as the client has it, which costs one look at the list."""
        listing = await run_in_threadpool(browse, self._library, what.wanted, page_of(request))
        around = self._around(form, what, listing)
        mark = flow.mark(listing, form.suffix, repr(around))
        # Weak, since it is the same whether the bytes are compressed or not.
        headers = dict(
            (("etag", f'W/"{mark}"'), ("vary", "accept-encoding"), ASK_FIRST, NOT_INDEXED, *ALWAYS)
        )
        if mark in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        async with self._desk.queues.place("feed", BUSY_WORDS):
            made = await self._forms(form, around, listing, mark)
        accept = request.headers.get("accept-encoding", "")
        coding = choose(accept, {name: len(body) for name, body in made.items()})
        headers |= {"content-encoding": coding} if coding else {}
        return Response(made[coding], media_type=form.media_type, headers=headers)

    async def _forms(self, form: Format, around: Feed, listing: Listing, mark: str) -> Mapping[str, bytes]:
        """The feed by content coding, `""` for none: as it was kept, or made."""
        kept, made = self._kept.pop(around.url, ("", {}))
        if kept != mark:
            made = await run_in_threadpool(self._made, form, around, listing)
        self._kept[around.url] = mark, made
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return made

    def _around(self, form: Format, what: _List, listing: Listing) -> Feed:
        """The feed without its threads."""
        base, page = self._library.settings.base_url, listing.page

        def url(suffix: str, number: int = 1) -> str:
            return base + address(f"{what.path}{suffix}", what.query, number)

        return Feed(
            title=what.title,
            site=self._library.settings.site,
            first_url=url(form.suffix),
            url=url(form.suffix, page),
            page_url=url(""),
            items=(),
            before_url=url(form.suffix, page - 1) if page > 1 else "",
            next_url=url(form.suffix, page + 1) if listing.more else "",
            icon_url=f"{base}/icon-512.png",
        )

    def _made(self, form: Format, around: Feed, listing: Listing) -> Mapping[str, bytes]:
        feed = replace(around, items=tuple(flow.items(self._library, listing)))
        return forms.make(form.render(feed), form.media_type)
