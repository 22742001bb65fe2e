"""What can go wrong, by who can put it right.

UnrollerError            words that anybody may read · retry_after · exit_code
├── InputError      2    the person asking: not a link, another site, a profile
├── RefusedError    3    nobody should: not public, opted out, denied, removed
├── AbsentError     4    nobody can: deleted, never was, taken down
├── NetworkError    5    time: the network is slow, down or rate-limited
│   └── BudgetError 5    time: what the operator lets a network cost is spent
├── WireError       6    us: the network changed its shape
└── SetupError      7    the operator: credentials, settings, a broken plug-in

Three attributes replace every ladder of `except`: the worker reads `retry_after`,
the pages and the bot read `words`, the command line reads `exit_code`.
Anything that is not an `UnrollerError` is a bug and is loud.
"""

from __future__ import annotations

from datetime import date


class UnrollerError(Exception):
    """Something that a person can be told in one sentence.

    `words` says what happened and what to do, and never holds a secret or the text of a post.
    `retry_after` is in seconds; `None` means that trying again changes nothing.
    """

    exit_code = 1
    retry_after: float | None = None

    def __init__(self, words: str, *, retry_after: float | None = None) -> None:
        super().__init__(words)
        self.words = words
        if retry_after is not None:
            self.retry_after = retry_after


class InputError(UnrollerError):
    """The person asking can put it right."""

    exit_code = 2


class RefusedError(UnrollerError):
    """Nobody should put it right: an author, the operator or the network said no."""

    exit_code = 3


class AbsentError(UnrollerError):
    """Nobody can put it right: the post is gone or never was."""

    exit_code = 4


class NetworkError(UnrollerError):
    """Time puts it right: always worth another try after `retry_after` seconds.

    `status` is what the server answered with, `None` where it did not; `said` is what stood in the answer
    to too many requests, since some servers tell only there that a whole month's are meant.
    """

    exit_code = 5
    retry_after = 30.0
    status: int | None = None
    said: bytes = b""


class BudgetError(NetworkError):
    """The operator's budget for this network is spent.

    `renews` is the day in UTC on which there is money again; `None` where no day helps, since one thread
    would cost more than one may.
    """

    def __init__(self, words: str, *, retry_after: float, renews: date | None = None) -> None:
        super().__init__(words, retry_after=retry_after)
        self.renews = renews


class WireError(UnrollerError):
    """We have to put it right: the network answered in a shape that we do not know."""

    exit_code = 6


class SetupError(UnrollerError):
    """The operator can put it right."""

    exit_code = 7
