"""A call is answered exactly once, wherever the process is killed, and wherever it is killed again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.flows.trials import Trials, forking
from tests.testnet import bluesky, mastodon


@dataclass(slots=True)
class OnBluesky(Trials):
    network: bluesky.Network
    bot: bluesky.Account
    author: bluesky.Account
    caller: bluesky.Account

    def networks(self) -> dict[str, dict[str, Any]]:
        account = {"handle": self.bot.handle, "password": self.bot.password}
        return {"bluesky": self._servers() | account}

    def allowed(self) -> list[str]:
        return [urlsplit(server).netloc for server in self._servers().values()]

    def _servers(self) -> dict[str, str]:
        network = self.network
        return {"appview": network.appview, "plc": network.plc, "service": network.pds}

    def call(self) -> bluesky.Sent:
        thread = self.author.thread(["One", "Two", "Three"])
        call = self.caller.call_bot(self.bot, reply_to=thread[-1])
        self.network.settle()
        return call

    def answers(self, call: bluesky.Sent) -> int:
        newest = self.bot.ask(
            "com.atproto.repo.listRecords", repo=self.bot.did, collection="app.bsky.feed.post", limit=100
        )
        parents = [
            record["value"].get("reply", {}).get("parent", {}).get("uri") for record in newest["records"]
        ]
        return parents.count(call.uri)


@dataclass(slots=True)
class OnMastodon(Trials):
    bot: mastodon.Person
    author: mastodon.Person
    caller: mastodon.Person

    def networks(self) -> dict[str, dict[str, Any]]:
        return {"mastodon": {"server": self.bot.server.base, "token": self.bot.token}}

    def allowed(self) -> list[str]:
        return [self.bot.server.pair]

    def call(self) -> mastodon.Sent:
        thread = self.author.thread(["One", "Two", "Three"])
        return self.caller.call_bot(self.bot, reply_to=thread[-1])

    def answers(self, call: mastodon.Sent) -> int:
        return len(self.bot.replies_to(call))


@pytest.fixture
def trials(bluesky_net: bluesky.Network, tmp_path: Path) -> Iterator[Trials]:
    people = (bluesky_net.account(name) for name in ("bot", "anna", "bob"))
    with forking() as server:
        made = OnBluesky(server, tmp_path, bluesky_net, *people)
        made.run()
        yield made


@pytest.fixture
def on_mastodon(
    own_mastodon: Callable[..., AbstractContextManager[mastodon.Server]], tmp_path: Path
) -> Iterator[Callable[..., Trials]]:
    """Trials on a server that knows the Idempotency-Key of an answer, or on a `forgetful` one."""
    with ExitStack() as stack:

        def make(*, forgetful: bool) -> Trials:
            net = stack.enter_context(own_mastodon(forgetful=forgetful))
            people = (net.account(name, bot=name == "unroll") for name in ("unroll", "anna", "bob"))
            made = OnMastodon(stack.enter_context(forking()), tmp_path, *people)
            made.run()
            return made

        yield make


def test_a_kill_at_any_point_leaves_one_answer(trials: Trials) -> None:
    trials.kill_everywhere(
        "before putRecord", "after putRecord", "before uploadBlob", "before page", "after commit"
    )


def test_a_kill_and_another_one_while_recovering_leave_one_answer(trials: Trials) -> None:
    trials.kill_again("before putRecord")


@pytest.mark.parametrize("forgetful", [False, True], ids=["with keys", "without keys"])
def test_on_mastodon_a_kill_at_any_point_leaves_one_answer(
    on_mastodon: Callable[..., Trials], forgetful: bool
) -> None:
    trials = on_mastodon(forgetful=forgetful)
    trials.kill_everywhere("before statuses", "after statuses", "before page", "after commit")


def test_on_mastodon_a_kill_and_another_one_while_recovering_leave_one_answer_even_without_keys(
    on_mastodon: Callable[..., Trials],
) -> None:
    on_mastodon(forgetful=True).kill_again("before statuses")


def test_on_postgresql_another_machine_finishes_the_work_of_one_that_died_within_a_minute(
    trials: Trials, postgres_url: str, tmp_path: Path
) -> None:
    trials.database = postgres_url
    trials.run()
    (points,) = trials.trial()
    for effect in ("before uploadBlob", "after putRecord"):
        call = trials.call()
        assert trials.run(points.index(effect))["killed"]
        trials.data = tmp_path / f"another machine, {effect}"
        assert not trials.run()["killed"]
        assert trials.answers(call) == 1
