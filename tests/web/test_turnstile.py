"""Haste is slowed down; patience and repetition are free."""

from __future__ import annotations

import pytest

from tests.web.conftest import Seconds
from unroller.web import turnstile
from unroller.web.turnstile import Turnstile, client_of


def test_only_different_links_count() -> None:
    stile = Turnstile(Seconds(), links=2)
    assert [stile.wait("a", key) for key in ("x", "x", "y", "x", "y")] == [0] * 5
    assert stile.wait("a", "z") > 0
    assert stile.wait("b", "z") == 0


def test_the_wait_ends_when_it_was_said_to() -> None:
    seconds = Seconds(610.0)
    stile = Turnstile(seconds, links=1)
    stile.wait("a", "x")
    wait = stile.wait("a", "y")
    assert wait == 50
    seconds.now += wait
    assert stile.wait("a", "y") == 0


def test_a_crowd_does_not_let_those_in_who_have_had_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turnstile, "MOST_CLIENTS", 2)
    stile = Turnstile(Seconds(), links=2)
    assert [stile.wait(client, "x") for client in "ab"] == [0, 0]
    assert stile.wait("c", "x") > 0, "there is no room to count a third"
    assert stile.wait("a", "y") == 0
    assert stile.wait("a", "z") > 0


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "client"),
    [
        ("9.9.9.9", "", "9.9.9.9"),
        ("9.9.9.9", "8.8.8.8", "9.9.9.9"),
        ("127.0.0.1", "8.8.8.8", "8.8.8.8"),
        ("10.1.2.3", "1.1.1.1, 8.8.8.8", "8.8.8.8"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("::1", "2001:4860:1:2:3::4", "2001:4860:1:2::/64"),
        ("2001:4860:1:2:ffff::1", "", "2001:4860:1:2::/64"),
        ("::ffff:9.9.9.9", "", "9.9.9.9"),
        ("", "", ""),
        ("testclient", "8.8.8.8", "testclient"),
    ],
)
def test_who_asks_is_told_by_the_connection_or_by_the_proxy_in_front(
    peer: str, forwarded_for: str, client: str
) -> None:
    assert client_of(peer, forwarded_for) == client
