"""A pasted link: how far it is, and what the page about it shows."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from unroller.core.errors import (
    AbsentError,
    InputError,
    NetworkError,
    RefusedError,
    SetupError,
    UnrollerError,
    WireError,
)
from unroller.core.model import PostRef
from unroller.flows.library import Library
from unroller.flows.paste import key_of, paste
from unroller.store import Paste, Status
from unroller.web.turnstile import Turnstile

LONGEST = 2_000
"""Characters of a link."""
MOST = 20
"""Links that may be pasted at once: as many as one client may paste in a minute."""

STATUSES: dict[type[UnrollerError], int] = {
    InputError: 400,
    RefusedError: 403,
    AbsentError: 404,
    NetworkError: 503,
    WireError: 502,
    SetupError: 500,
}
OPERATORS = "Something is wrong with this site; its operator has been told in the log."
"""What visitors read of a `SetupError`, whose own words name paths and settings."""
HASTY = "You have pasted many links in a short time, and each costs the network something."
"""What visitors read of a `HastyError`."""

_BY_EXIT_CODE = {error.exit_code: (error, status) for error, status in STATUSES.items()}


class HastyError(Exception):
    """One client pasted too many links; `wait` is in seconds."""

    def __init__(self, wait: float) -> None:
        super().__init__()
        self.wait = wait


@dataclass(frozen=True, slots=True)
class State:
    """How far it is: `waiting`, `published` or `failed`, and where to look next.

    `slug` is the thread's, once it is published.
    """

    state: str
    url: str
    words: str
    status: int = 202
    retry_after: float | None = None
    slug: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One of several links, how far it is, and the title of its thread where that is published."""

    link: str
    state: State
    title: str = ""

    @property
    def may_try_again(self) -> bool:
        """Whether pasting it again may end otherwise."""
        return self.state.state == "failed" and self.state.status not in (400, 403, 410)


def status_of(error: UnrollerError) -> int:
    """The HTTP status that says the same."""
    return next((status for kind, status in STATUSES.items() if isinstance(error, kind)), 500)


def words_for_visitors(exit_code: int, words: str) -> str:
    """What may be shown of an error's words."""
    return OPERATORS if exit_code == SetupError.exit_code else words


def begin(library: Library, turnstile: Turnstile, client: str, link: str, most: int | None = None) -> State:
    """Have the thread behind `link` published. `most` is how many links `client` may paste in a minute.

    Raises:
        InputError: the link names no post on a network that we know.
        HastyError: `client` has pasted enough for now.
    """
    ref = match(library, link)
    if wait := turnstile.wait(client, key_of(ref), most):
        raise HastyError(wait)
    try:
        return _state(library, link, paste(library, link))
    except RefusedError as error:
        return State("failed", "", error.words, _refusal(library, ref))


def look(library: Library, link: str) -> State | None:
    """How far the paste of `link` is; `None` when nobody has pasted it lately.

    Raises:
        InputError: as `begin`.
    """
    found = library.store.pastes.load(key_of(match(library, link)))
    return None if found is None else _state(library, link, found)


def match(library: Library, link: str) -> PostRef:
    """The post that `link` names.

    Raises:
        InputError: it names none on a network that we know.
    """
    if len(link) > LONGEST:
        raise InputError("That is too long for a link.")
    if not link.strip().isprintable():
        raise InputError("There are characters in that link that no link has.")
    return library.match(link)


def waiting_address(link: str) -> str:
    """Where the page about `link` looks how far it is, without beginning anew."""
    return "/unroll?" + urlencode({"url": link, "wait": 1})


def _state(library: Library, link: str, found: Paste) -> State:
    if found.slug:
        return State("published", f"/t/{found.slug}", "", 303, slug=found.slug)
    if not found.exit_code:
        return State("waiting", waiting_address(link), found.words)
    kind, status = _BY_EXIT_CODE.get(found.exit_code, (UnrollerError, 500))
    if kind is RefusedError:
        status = _refusal(library, found.ref)
    words = words_for_visitors(found.exit_code, found.words)
    return State("failed", waiting_address(link), words, status, kind.retry_after)


def _refusal(library: Library, ref: PostRef) -> int:
    known = library.store.threads.find(ref)
    return 410 if known and known.status is Status.REMOVED else 403
