"""Unrolling by program: what the paste box does for people."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from msgspec import Meta, Struct
from starlette.responses import Response

from unroller.web import pasting
from unroller.web.api.answers import Unrolling
from unroller.web.api.calls import Call, answer
from unroller.web.api.problems import NOT_FOUND, ProblemError, of_status
from unroller.web.api.threads import whole_thread
from unroller.web.desk import retry_after
from unroller.web.pasting import State

LOOK_AGAIN = 2.0
"""Seconds after which it is worth looking how far an unroll is."""


class Paste(Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be unrolled."""

    url: Annotated[
        str,
        Meta(min_length=1, max_length=pasting.LONGEST, description="The link of any post of the thread."),
    ]


def begin(call: Call[Paste]) -> Response:
    """Have the thread behind a link published.

    Answers at once with the thread where it is published already and was looked at lately; otherwise with
    where to look, and when. Asking again about the same link begins nothing anew.
    """
    desk, visitor = call.desk, call.visitor
    link = call.asked.url.strip()
    return _shown(call, pasting.begin(desk.library, desk.turnstile, visitor.name, link, visitor.links))


def look(call: Call[Paste]) -> Response:
    """Look how far the unroll of a link is.

    This begins none: POST does.
    """
    found = pasting.look(call.desk.library, call.asked.url.strip())
    if found is None:
        raise ProblemError(NOT_FOUND, "Nobody has asked for that link lately: POST it.")
    return _shown(call, found)


def _shown(call: Call[Paste], found: State) -> Response:
    library = call.desk.library
    if found.state == "failed":
        raise of_status(found.status, found.words, found.retry_after)
    query = urlencode({"url": call.asked.url.strip()})
    address = f"{library.settings.base_url}/api/v1/unroll?{query}"
    if found.state == "published":
        return answer(Unrolling("published", "", address, whole_thread(library, found.slug)))
    headers = (("location", address), *retry_after(LOOK_AGAIN))
    return answer(Unrolling("waiting", found.words, address), 202, headers)
