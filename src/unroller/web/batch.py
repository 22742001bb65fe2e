"""Several links pasted at once: how far each is, and the page that shows it."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request

from unroller.core.errors import InputError
from unroller.exports import words
from unroller.flows.library import Library
from unroller.web import pasting
from unroller.web.desk import Desk, client
from unroller.web.pasting import HastyError, Line, State

HASTY = "Its turn comes within a minute: you have pasted many links in a short time."


def lines(desk: Desk, request: Request, links: Sequence[str]) -> tuple[Line, ...]:
    """How far each of `links` is; what nobody waits for yet is begun.

    Raises:
        InputError: there are too many.
    """
    if len(links) > pasting.MOST:
        raise InputError(
            f"{len(links)} links are too many at once: paste {pasting.MOST} of them, then the others."
        )
    again = "wait" in request.query_params
    found = ((link, _state(desk, client(request), link, again=again)) for link in links)
    return tuple(Line(link, state, _title(desk.library, state)) for link, state in found)


def _state(desk: Desk, who: str, link: str, *, again: bool) -> State:
    """`again`: somebody looks how far it is, so that what failed is not begun anew."""
    try:
        found = pasting.look(desk.library, link) if again else None
        return found or pasting.begin(desk.library, desk.turnstile, who, link)
    except HastyError:
        return State("waiting", "", HASTY)
    except InputError as error:
        return State("failed", "", error.words, pasting.status_of(error))


def _title(library: Library, state: State) -> str:
    if state.state != "published":
        return ""
    saved = library.store.threads.load(state.url.rpartition("/")[2])
    return words.title(saved.thread, saved.verdict) if saved and saved.thread and saved.verdict else ""
