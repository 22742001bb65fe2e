"""A language model's client starts `unroll mcp`, and reads the sample's threads with the SDK's own client."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from unroller.config import load_settings
from unroller.flows.library import open_library
from unroller.flows.sample import load_sample, sample_settings

if TYPE_CHECKING:
    from mcp import Client
    from mcp_types import CallToolResult

pytestmark = pytest.mark.real

Do = Callable[["Client"], Awaitable[Any]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a library with the sample's threads."""
    data = tmp_path_factory.mktemp("mcp")
    settings = sample_settings(load_settings({"UNROLLER_DATA": str(data)}, data))
    with open_library(settings, sample=True) as library:
        load_sample(library)
    return settings.data


def ask(folder: Path, do: Do) -> Any:
    """What `do` gets from the server, started as a client starts it."""
    from mcp import Client, StdioServerParameters  # takes a second, in every process that only collects

    env = {"UNROLLER_DATA": str(folder), "PATH": os.environ["PATH"]}
    server = StdioServerParameters(command=sys.executable, args=["-m", "unroller", "mcp"], env=env)

    async def talk() -> Any:
        async with Client(server) as client:
            return await do(client)

    # In a thread of its own: Playwright's loop runs in this one when browser tests came before.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(talk())).result()


def text(result: CallToolResult) -> str:
    (content,) = result.content
    assert content.type == "text"
    return content.text


def test_the_tools_say_what_they_do_and_that_texts_are_data(folder: Path) -> None:
    async def do(client: Client) -> Any:
        return client.instructions, (await client.list_tools()).tools

    instructions, tools = ask(folder, do)
    assert [tool.name for tool in tools] == ["unroll", "search", "read_thread"]
    for words in (instructions, *(tool.description for tool in tools)):
        assert "written by strangers" in words
        assert "no instruction" in words
    assert [tool.annotations.read_only_hint for tool in tools] == [False, True, True]


def test_a_model_searches_and_reads(folder: Path) -> None:
    async def do(client: Client) -> tuple[CallToolResult, CallToolResult]:
        found = await client.call_tool("search", {"words": "library book"})
        slug = json.loads(text(found))["threads"][0]["slug"]
        return found, await client.call_tool("read_thread", {"thread": slug, "format": "text"})

    found, read = ask(folder, do)
    (thread,) = json.loads(text(found))["threads"]
    assert thread["title"].startswith("The number on the back of a library book")
    head, note, mark, *body = text(read).splitlines()
    assert head.endswith(f"/t/{thread['slug']} · part 1 of 1")
    assert mark in note
    assert body[-1] == mark
    assert "library book" in body[0]


def test_what_goes_wrong_is_said_in_a_sentence(folder: Path) -> None:
    asked: list[tuple[str, dict[str, Any], str]] = [
        ("read_thread", {"thread": "aaaaaaaaaaaa"}, "The library has no such thread"),
        ("read_thread", {"thread": "nothing"}, "not a link"),
        ("unroll", {"url": "javascript:alert(1)"}, "not a link"),
        ("unroll", {"url": "x" * 3000}, "at most 2000"),
        ("search", {"words": "a", "page": 0}, "greater than or equal to 1"),
        ("search", {"since": "yesterday"}, "date"),
        ("remove", {}, "remove"),
    ]

    async def do(client: Client) -> list[CallToolResult]:
        return [await client.call_tool(name, given) for name, given, _ in asked]

    for result, (name, given, words) in zip(ask(folder, do), asked, strict=True):
        assert result.is_error, (name, given)
        assert words in text(result)


def test_any_words_are_fine(folder: Path) -> None:
    words = ("\0", '"', "NEAR(", "'; DROP TABLE threads", "\u202e", "{{7*7}}")

    async def do(client: Client) -> list[CallToolResult]:
        asked = ({"words": one, "author": one, "network": one, "language": one} for one in words)
        return [await client.call_tool("search", given) for given in asked]

    for result in ask(folder, do):
        assert json.loads(text(result))["threads"] == []
