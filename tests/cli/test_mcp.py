"""What a language model is handed: in parts, between marks, and no more than the library shows."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from tests.cli.conftest import Ran
from tests.flows import paper
from unroller.flows.library import Library, open_library
from unroller.flows.publish import publish
from unroller.flows.remove import operator_removes
from unroller.testing import PaperBluesky

if TYPE_CHECKING:
    from unroller.cli.mcp_tools import Tools


@pytest.fixture
def network() -> PaperBluesky:
    return paper.network()


@pytest.fixture
def library(tmp_path: Path, network: PaperBluesky) -> Iterator[Library]:
    with open_library(paper.settings(tmp_path), http=network) as opened:
        yield opened


# What needs the SDK imports it when it runs: that takes a second, in every process that only collects.


def tools_of(library: Library) -> Tools:
    from unroller.cli.mcp_tools import Tools

    return Tools(library)


def refused(words: str) -> AbstractContextManager[object]:
    from mcp.server.mcpserver.exceptions import ToolError

    return pytest.raises(ToolError, match=words)


def test_a_model_unrolls_a_link_and_finds_the_thread_afterwards(
    library: Library, network: PaperBluesky
) -> None:
    posts = paper.thread(network, "anna", "The lighthouse had no keeper.", "It had a clock.")
    tools = tools_of(library)
    assert "It had a clock." in tools.unroll(posts[1].id)
    assert "lighthouse" in tools.search("keeper")
    assert "It had a clock." in tools.read_thread(posts[0].id)
    assert tools.read_thread(posts[0].id) != tools.read_thread(posts[0].id), "marks are new each time"


def test_who_said_no_is_read_by_no_model(library: Library, network: PaperBluesky) -> None:
    posts = paper.thread(network, "anna", "The lighthouse had no keeper.", "It had a clock.")
    saved = publish(library, posts[0])
    operator_removes(library, saved.ref)
    tools = tools_of(library)
    for read in (tools.unroll, tools.read_thread):
        with refused("removed"):
            read(posts[0].id)
    assert "lighthouse" not in tools.search("keeper")


def test_what_is_not_listed_is_not_found(library: Library, network: PaperBluesky) -> None:
    saved = publish(library, paper.thread(network, "anna", "The lighthouse had no keeper.", "A clock.")[0])
    assert saved.thread is not None
    assert saved.verdict is not None
    library.store.threads.save(saved.thread, replace(saved.verdict, list=False), {}, title="x")
    assert "lighthouse" not in tools_of(library).search("keeper")
    assert "lighthouse" in tools_of(library).read_thread(saved.slug)


def test_a_long_thread_comes_in_parts_that_say_so(library: Library, network: PaperBluesky) -> None:
    saved = publish(library, paper.thread(network, "anna", *(f"{n} {'word ' * 50}" for n in range(120)))[0])
    tools = tools_of(library)
    first = tools.read_thread(saved.slug)
    assert " · part 1 of 2\n" in first
    assert len(first) < 21_000
    assert "119 word" in tools.read_thread(saved.slug, part=2)
    with refused("has 2 parts"):
        tools.read_thread(saved.slug, part=3)
    with refused(r"There are: .*markdown"):
        tools.read_thread(saved.slug, format="epub")


@pytest.mark.parametrize(
    "text", ["", "a", "a" * 25, "ab\n\ncd\n\nef\n\ngh\n\nij", "\n" * 25, "aaaa\nbbbb\ncccc\n"]
)
def test_parts_lose_no_word(text: str) -> None:
    from unroller.cli.mcp_tools import cut

    parts = list(cut(text, 10))
    assert all(len(part) <= 10 for part in parts)
    assert "".join(parts).replace("\n", "") == text.replace("\n", "")


def test_without_the_sdk_the_command_says_what_to_install(
    unroll: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "mcp.server.mcpserver", None)
    monkeypatch.delitem(sys.modules, "unroller.cli.mcp_tools", raising=False)
    ran = unroll("mcp")
    assert (ran.code, ran.out) == (7, "")
    assert "pip install 'unroller[mcp]'" in ran.err
