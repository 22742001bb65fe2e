"""The bell: it rings for all that is said on a line, and never falls silent for good."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.networks.bluesky.sessions import Kept
from unroller.config import Secret
from unroller.core.errors import NetworkError, UnrollerError, WireError
from unroller.core.ports import Reply
from unroller.networks.mastodon.ring import FIRST_PAUSE, LONGEST_PAUSE, Bell
from unroller.networks.mastodon.session import Account
from unroller.networks.mastodon.settings import MastodonSettings

ME = b'{"id": "7", "acct": "unroll", "uri": "https://home.example/users/unroll"}'
INSTANCE = b'{"configuration": {"urls": {"streaming": "wss://stream.example"}}}'


@dataclass(slots=True)
class Paper:
    """A server whose lines end as the test says: with an error at once, or after what is said on them."""

    lines: list[UnrollerError | list[str]]
    followed: list[str] = field(default_factory=list)
    trouble: UnrollerError | None = None

    def request(self, method: str, url: str, **how: Any) -> Reply:
        if self.trouble:
            raise self.trouble
        return Reply(200, {}, INSTANCE if url.endswith("instance") else ME)

    @contextmanager
    def follow(self, url: str, **how: Any) -> Iterator[Iterator[str]]:
        self.followed.append(url)
        line = self.lines.pop(0) if self.lines else NetworkError("Nobody is there.")
        if isinstance(line, UnrollerError):
            raise line
        yield iter(line)


class Heard(threading.Event):
    """A bell that knows whether those who waited were rung, or only waited."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[bool] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.heard.append(super().wait(timeout))
        return self.heard[-1]


def bell(paper: Paper, pauses: list[float], most: int) -> Bell:
    """A bell that is taken down after so many pauses."""
    settings = MastodonSettings(server="https://home.example", token=Secret("token"))
    over: list[Callable[[], None]] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == most:
            over[0]()

    made = Bell(Account(paper, settings, Kept()), pause)
    over.append(made.close)
    return made


def run(paper: Paper, most: int) -> list[float]:
    """The pauses between the lines."""
    pauses: list[float] = []
    made = bell(paper, pauses, most)
    made.wait(0)
    assert made._thread is not None
    made._thread.join(10)
    assert not made._thread.is_alive()
    return pauses


def test_a_line_that_breaks_is_opened_again_after_growing_pauses() -> None:
    paper = Paper([])
    pauses = run(paper, 12)
    assert pauses[:4] == [FIRST_PAUSE, 2, 4, 8]
    assert pauses[-1] == LONGEST_PAUSE
    assert len(paper.followed) == 12


def test_a_line_over_which_something_came_was_a_good_one() -> None:
    lost = NetworkError("The line broke.")
    assert run(Paper([lost, lost, ["one"], lost, []]), 5) == [1, 2, 1, 2, 4]


def test_where_web_sockets_are_not_to_be_had_events_are_heard() -> None:
    paper = Paper([WireError("No WebSocket."), ["one"]])
    run(paper, 1)
    assert paper.followed == [
        "wss://stream.example/api/v1/streaming?stream=user:notification",
        "https://home.example/api/v1/streaming/user/notification",
    ]


def test_no_trouble_of_the_server_reaches_whoever_waits() -> None:
    for trouble in (NetworkError("Down."), WireError("Strange.")):
        paper = Paper([], trouble=trouble)
        assert len(run(paper, 3)) == 3
        assert paper.followed == []


def test_whoever_waits_is_rung_when_a_line_stands_again_since_streams_repeat_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("unroller.networks.mastodon.ring.SILENT", 60.0)
    settings = MastodonSettings(server="https://home.example", token=Secret("token"))
    again = threading.Event()
    made = Bell(Account(Paper([[], []]), settings, Kept()), lambda _: again.wait(10))
    rung = made._line.rung = Heard()
    made.wait(60)
    again.set()
    made.wait(60)
    made.close()
    assert rung.heard == [True, True]
    assert made._thread is not None
    made._thread.join(10)


def test_a_bell_that_is_forgotten_leaves_the_line() -> None:
    waiting, over = threading.Event(), threading.Event()

    class Endless(Paper):
        @contextmanager
        def follow(self, url: str, **how: Any) -> Iterator[Iterator[str]]:
            def messages() -> Iterator[str]:
                waiting.set()
                over.wait(10)
                yield "one"
                raise AssertionError("nobody listens any more")

            yield messages()

    settings = MastodonSettings(server="https://home.example", token=Secret("token"))
    made = Bell(Account(Endless([]), settings, Kept()))
    made.wait(0)
    thread = made._thread
    assert waiting.wait(10)
    del made
    over.set()
    assert thread is not None
    thread.join(10)
    assert not thread.is_alive()


def test_without_a_client_that_can_follow_only_time_passes() -> None:
    class Deaf:
        def request(self, method: str, url: str, **how: Any) -> Reply:
            raise AssertionError("nobody is asked")

    made = Bell(Account(Deaf(), MastodonSettings(), Kept()))
    made.wait(0)
    assert made._thread is None
