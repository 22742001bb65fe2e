"""Threads: listed, searched, and each with all that it can be had as."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType
from starlette.responses import Response

from unroller.flows.browse import Found, browse, want
from unroller.flows.library import Library
from unroller.flows.page import offered
from unroller.store import Entry
from unroller.web.api import accepting
from unroller.web.api.answers import Format, FoundThread, Piece, Signature, Threads, WholeThread
from unroller.web.api.calls import Call, answer, elsewhere
from unroller.web.api.paging import Number, Paged, next_page
from unroller.web.api.problems import NOT_ACCEPTABLE, ProblemError, of_status
from unroller.web.thread_pages import what_became

VARY = ("vary", "accept")


class FindThreads(Paged, frozen=True, forbid_unknown_fields=True):
    """Which threads are wanted. What is not asked for is not looked at."""

    q: Annotated[
        str, Meta(description='Words, all of which are in the thread; "a phrase"; -word: not with it.')
    ] = ""
    network: Annotated[str, Meta(description="The network’s name, such as bluesky.")] = ""
    author: Annotated[str, Meta(description="The author’s handle or id.")] = ""
    language: Annotated[str, Meta(description="A language, such as de.")] = ""
    since: Annotated[date, Meta(description="The first day on which it was written.")] | UnsetType = UNSET
    until: Annotated[date, Meta(description="The last day on which it was written.")] | UnsetType = UNSET
    page: Number = 1  # again, so that it comes last


class OneThread(Struct, frozen=True, forbid_unknown_fields=True):
    """Which thread is wanted."""

    slug: Annotated[
        str,
        Meta(pattern="^[a-z0-9]{12}$", description="The last part of the page’s address."),
    ]


def find_threads(call: Call[FindThreads]) -> Response:
    """List threads, or search them.

    Threads that may be listed, the newest first by when they appeared here. An author may have a thread shown
    and not listed: it is in no list, and its address works.
    """
    library, asked = call.desk.library, call.asked
    wanted = want(
        library,
        asked.q,
        network=asked.network,
        author=asked.author,
        language=asked.language,
        since=asked.since or None,
        until=asked.until or None,
    )
    listing = browse(library, wanted, asked.page)
    found = [_found(library, one) for one in listing.found]
    return answer(Threads(found, listing.page, next_page(call, more=listing.more)))


def show_thread(call: Call[OneThread]) -> Response:
    """Show one thread, and all that it can be had as.

    The text itself is at the addresses of `formats`. Who asks for one of their media types in `Accept` is
    sent there at once, but for `text/html`, which browsers ask for: the page is at `url`.
    """
    thread = whole_thread(call.desk.library, call.asked.slug)
    others = {one.media_type: one.url for one in thread.formats if one.name not in ("html", "json")}
    wanted = accepting.choose(call.request.headers.get("accept", ""), ["application/json", *others])
    if wanted is None:
        words = "The thread can be had as `formats` says, and as application/json here."
        raise ProblemError(NOT_ACCEPTABLE, words, formats=thread.formats)
    if wanted in others:
        return elsewhere(others[wanted], VARY)
    return answer(thread, headers=(VARY,))


def whole_thread(library: Library, slug: str) -> WholeThread:
    """The thread at `slug`, as the API shows it.

    Raises:
        ProblemError: there is none, or it is not shown.
    """
    entry = library.store.threads.entry(slug)
    if entry is None:
        raise of_status(*what_became(library.store.threads.load(slug)))
    return WholeThread(**_fields(library, entry), formats=_formats(library, slug))


def _formats(library: Library, slug: str) -> list[Format]:
    url = library.page_url(slug)
    page = Format("html", "text/html", url)
    copies = offered(library).items()
    return [page, *(Format(one.name, one.media_type, f"{url}{suffix}") for suffix, one in copies)]


def _found(library: Library, found: Found) -> FoundThread:
    passage = [Piece(text, match) for text, match in found.passage]
    return FoundThread(**_fields(library, found.entry), passage=passage)


def _fields(library: Library, entry: Entry) -> dict[str, Any]:
    """What the API says of every thread."""
    url = library.author_url(entry.network, entry.author_handle)
    return {
        "slug": entry.slug,
        "url": library.page_url(entry.slug),
        "network": entry.network,
        "ref": entry.ref.id,
        "title": entry.title,
        "language": entry.language,
        "author": Signature(entry.network, entry.author_id, entry.author_handle, entry.author_name, url),
        "posts": entry.posts,
        "gaps": entry.gaps,
        "complete": entry.complete,
        "written": entry.written_at,
        "appeared": entry.first_saved,
        "sample": entry.sample,
    }
