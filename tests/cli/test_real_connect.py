"""`unroll connect` on a server with Mastodon's API, as somebody types it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ran
from tests.testnet.mastodon import Server


def test_a_bot_is_set_up_by_one_command_and_no_secret_is_shown(
    mastodon_net: Server, data: Path, unroll: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = mastodon_net.account("unroll")
    monkeypatch.setenv("UNROLLER_ALLOW_ADDRESSES", mastodon_net.pair)
    monkeypatch.setenv("UNROLLER_MASTODON_TOKEN", owner.token)
    ran = unroll("connect", "mastodon", mastodon_net.base)
    assert (ran.code, ran.err) == (0, "")
    assert f"Logged in as @{owner.handle}" in ran.out
    assert owner.call("GET", "/api/v1/accounts/verify_credentials")["bot"] is True
    monkeypatch.delenv("UNROLLER_MASTODON_TOKEN")
    checked = unroll("check")
    assert f"the bot is logged in as @{owner.handle}" in checked.out
    assert owner.token not in ran.out + ran.err + checked.out + checked.err


def test_where_nobody_can_type_the_code_it_says_what_to_set(
    mastodon_net: Server, data: Path, unroll: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNROLLER_ALLOW_ADDRESSES", mastodon_net.pair)
    ran = unroll("connect", "mastodon", mastodon_net.base)
    assert ran.code == 7
    assert f"{mastodon_net.base}/oauth/authorize?response_type=code" in ran.err
    assert "UNROLLER_MASTODON_TOKEN" in ran.err
