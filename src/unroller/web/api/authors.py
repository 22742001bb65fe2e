"""Authors with threads that may be listed."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from msgspec import Meta, Struct
from starlette.responses import Response

from unroller.core.tolerant import web_link
from unroller.flows.browse import Profile, authors, profile
from unroller.flows.library import Library
from unroller.web.api.answers import Author, Authors, Month, Writer
from unroller.web.api.calls import Call, answer, elsewhere
from unroller.web.api.paging import Paged, next_page
from unroller.web.api.problems import NOT_FOUND, ProblemError


class OneAuthor(Struct, frozen=True, forbid_unknown_fields=True):
    """Which author is wanted."""

    network: Annotated[str, Meta(min_length=1, description="The network’s name, such as bluesky.")]
    handle: Annotated[str, Meta(min_length=1, description="The handle, an earlier one, or the id.")]


def list_authors(call: Call[Paged]) -> Response:
    """List the authors of all threads that may be listed.

    The one whose newest thread appeared here last comes first.
    """
    library, page = call.desk.library, call.asked.page
    found, more = authors(library, page)
    writers = [
        Writer(
            one.network,
            one.id,
            one.handle,
            one.name,
            library.author_url(one.network, one.handle),
            one.threads,
            one.latest,
        )
        for one in found
    ]
    return answer(Authors(writers, page, next_page(call, more=more)))


def show_author(call: Call[OneAuthor]) -> Response:
    """Show one author, and when they wrote.

    Whoever asks by an earlier handle, or by the account's id, is sent to the present handle. The author's
    threads are those that `findThreads` finds by `network` and `author`.
    """
    library, asked = call.desk.library, call.asked
    found = profile(library, asked.network, asked.handle)
    if found is None:
        raise ProblemError(NOT_FOUND, "No thread of such an author is listed here.")
    if asked.handle.removeprefix("@").lower() != found.name.lower():
        base = f"{library.settings.base_url}/api/v1/authors"
        return elsewhere(f"{base}/{quote(asked.network, safe='')}/{quote(found.name, safe='@')}")
    return answer(_author(library, found))


def _author(library: Library, found: Profile) -> Author:
    known, author = found.known, found.author
    return Author(
        network=known.network,
        id=known.id,
        handle=known.handle,
        name=author.name,
        url=library.author_url(known.network, found.name),
        profile=web_link(author.url) or "",
        threads=found.threads,
        posts=found.posts,
        months=[Month(year, month, threads) for (year, month), threads in found.months.items()],
    )
