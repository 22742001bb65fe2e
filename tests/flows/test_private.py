"""A call in private is answered, and publishes nothing; a call that is gone is not answered at all."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from tests.flows import paper
from tests.flows.paper import Faulty, Time
from unroller.core.calls import Command, Mention
from unroller.core.errors import AbsentError
from unroller.core.model import Audience, PostRef
from unroller.flows.decide import IN_PRIVATE, Decision, decide
from unroller.flows.library import Library
from unroller.flows.listen import listen
from unroller.flows.words import Outcome
from unroller.flows.work import work_once
from unroller.store import Call, CallState, Status

PRIVATE = [Audience.FOLLOWERS, Audience.DIRECT]


@pytest.fixture
def posts(http: Faulty) -> list[PostRef]:
    return paper.thread(http.inner, "anna", "One", "Two")


def call(library: Library, http: Faulty, about: PostRef, *, by: str = "bob", **how: Any) -> Call:
    """An accepted call that is not worked on by anybody else."""
    ref = paper.call(http.inner, by, about)
    (bot,) = (bot for _, _, bot in library.messengers())
    (found,) = (mention for mention in bot.mentions(None) if mention.ref == ref)
    mention: Mention = replace(found, **how)
    library.store.ledger.accept(mention)
    kept = library.store.ledger.load(ref)
    assert kept is not None
    return kept


def decided(library: Library, http: Faulty, about: PostRef, **how: Any) -> Decision:
    return decide(library, call(library, http, about, **how), "unroll.test")


@pytest.mark.parametrize("audience", PRIVATE)
@pytest.mark.parametrize("command", [Command.UNROLL, Command.BARE, Command.REFRESH])
def test_a_private_call_makes_no_page_and_asks_the_network_nothing(
    library: Library, http: Faulty, posts: list[PostRef], audience: Audience, command: Command
) -> None:
    made = call(library, http, posts[1], audience=audience, command=command)
    http.sent.clear()
    found = decide(library, made, "unroll.test")
    assert found.outcome is Outcome.REFUSED
    assert found.answer is not None
    assert IN_PRIVATE in found.answer.text
    assert http.sent == []
    assert library.store.threads.find(posts[0]) is None


def test_a_private_call_gets_the_link_of_a_page_that_stands_and_does_not_renew_it(
    library: Library, http: Faulty, clock: Time, posts: list[PostRef]
) -> None:
    public = decided(library, http, posts[1])
    clock.on(hours=1)
    paper.write(http.inner, "anna", "Three", parent=posts[1])
    private = decided(library, http, posts[1], audience=Audience.DIRECT, command=Command.REFRESH)
    assert public.answer is not None
    assert private.answer is not None
    assert (private.outcome, private.answer.link) == (Outcome.ALREADY, public.answer.link)
    saved = library.store.threads.find(posts[0])
    assert saved is not None
    assert saved.version == 1


def test_authors_may_say_no_in_private_and_yes_only_in_public(
    library: Library, http: Faulty, posts: list[PostRef]
) -> None:
    decided(library, http, posts[1])
    private: dict[str, Any] = {"by": "anna", "audience": Audience.DIRECT}
    assert decided(library, http, posts[1], **private, command=Command.REMOVE).outcome is Outcome.REMOVED
    saved = library.store.threads.find(posts[0])
    assert saved is not None
    assert saved.status is Status.REMOVED
    for command in (Command.YES, Command.UNROLL):
        assert decided(library, http, posts[1], **private, command=command).outcome is Outcome.REFUSED
    assert decided(library, http, posts[1], **private, command=Command.OPT_OUT).outcome is Outcome.OPTED_OUT


def test_a_call_that_is_gone_when_it_is_answered_is_let_go(
    library: Library, http: Faulty, posts: list[PostRef], monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = paper.call(http.inner, "bob", posts[1])
    for name, _, bot in library.messengers():
        listen(library, name, bot)

    def gone(self: object, reply: bytes, *, again: bool = False) -> PostRef:
        raise AbsentError("The call is gone, so there is nothing to answer.")

    monkeypatch.setattr("unroller.networks.bluesky.Bluesky.send", gone)
    while work_once(library, "worker"):
        pass
    kept = library.store.ledger.load(ref)
    assert kept is not None
    assert (kept.state, kept.reply) == (CallState.SILENT, None)
    assert library.store.tasks.get("answer", ref.id) is None
