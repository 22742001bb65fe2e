"""`unroll forget`: nothing of a network is left, but everybody's no."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import BeginWith, InLibrary
from tests.cli.test_library import FIRST, Unroll
from tests.networks.bluesky.paper import ANNA, BOB, chain, post, uri
from tests.store.test_erasing import CANARY, files
from unroller.core.calls import Command, Mention
from unroller.core.consent import Wish
from unroller.core.model import Author, PostRef
from unroller.flows.library import Library
from unroller.flows.publish import publish
from unroller.flows.remove import operator_removes
from unroller.testing import PaperBluesky

REMOVED = PostRef("bluesky", uri(BOB, 60))


@pytest.fixture
def filled(paper: PaperBluesky, begin_with: BeginWith) -> PaperBluesky:
    """A library with a page, a removed page, a call, a log-in, a wish, a paste, and costs."""
    paper.add(post(BOB, 60, f"{CANARY} of Bob"))
    for one in chain(ANNA, 3):
        paper.add(one | {"record": one["record"] | {"text": f"{CANARY} {one['uri'][-3:]}"}})

    def fill(library: Library) -> None:
        publish(library, FIRST)
        publish(library, REMOVED)
        operator_removes(library, REMOVED)
        by = Author("bluesky", "did:plc:carol", f"{CANARY}.example")
        call = PostRef("bluesky", "at://did:plc:carol/app.bsky.feed.post/3k")
        library.store.ledger.accept(Mention(call, by, library.clock(), Command.UNROLL, about=FIRST))
        library.store.sessions.save("bluesky", {"token": CANARY}, unless_changed_from=None)
        library.store.wishes.set("bluesky", "did:plc:dora", Wish.OPT_OUT, by="did:plc:dora")
        library.store.pastes.put("key", FIRST)
        library.store.sessions.save("x", {"token": "other"}, unless_changed_from=None)

    begin_with("forget", fill)
    return paper


def test_nothing_of_the_network_is_left_in_any_file(
    filled: PaperBluesky, unroll: Unroll, data: Path, in_library: InLibrary
) -> None:
    assert CANARY.encode() in files(data)
    ran = unroll("forget", "--network", "bluesky", "--yes")
    assert ran.code == 0, ran.err
    assert ran.out == (
        "Erased of bluesky: 1 threads, 1 calls, 1 pasted links, 1 log-ins.\n"
        "Kept: what authors and you said about accounts, and which threads were removed.\n"
    )
    assert CANARY.encode() not in files(data)
    assert unroll("list", "-f", "json").json == []


def test_nobodys_no_is_forgotten_and_other_networks_stay(
    filled: PaperBluesky, unroll: Unroll, in_library: InLibrary
) -> None:
    unroll("forget", "--network", "bluesky", "--yes")

    def look(library: Library) -> None:
        assert library.store.wishes.get("bluesky", "did:plc:dora") is Wish.OPT_OUT
        assert library.store.threads.is_removed(REMOVED)
        assert library.store.sessions.load("x") == {"token": "other"}
        assert [backlog.kind for backlog in library.store.tasks.waiting() if backlog.waiting] in (
            [],
            ["scour"],
        )

    in_library(look)


def test_it_can_be_run_twice_and_then_says_so(filled: PaperBluesky, unroll: Unroll) -> None:
    unroll("forget", "--network", "bluesky", "--yes")
    assert "there was nothing" in unroll("forget", "--network", "bluesky", "--yes").out


def test_without_anybody_to_ask_nothing_is_erased(filled: PaperBluesky, unroll: Unroll) -> None:
    ran = unroll("forget", "--network", "bluesky")
    assert ran.code == 2
    assert "--yes" in ran.err
    assert len(unroll("list", "-f", "json").json) == 1
