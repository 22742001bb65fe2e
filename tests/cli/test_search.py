"""`unroll search`: in a terminal, in a pipe, for programs."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import BeginWith, Ran
from tests.networks.bluesky.paper import ANNA, uri
from unroller.flows.publish import publish
from unroller.testing import PaperBluesky


@pytest.fixture
def filled(paper: PaperBluesky, begin_with: BeginWith) -> None:
    begin_with("search", lambda library: publish(library, library.match(uri(ANNA, 0))))


@pytest.mark.usefixtures("filled")
def test_into_a_pipe_goes_a_line_for_each_thread(unroll: Callable[..., Ran]) -> None:
    (line,) = unroll("search", "minute").out.splitlines()
    handle, day, title, url, passage = line.split("\t")
    assert handle
    assert title
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", day)
    assert url.startswith("http://localhost:8000/t/")
    assert "minute" in passage.lower()


@pytest.mark.usefixtures("filled")
def test_programs_get_an_object(unroll: Callable[..., Ran]) -> None:
    found = unroll("search", "minute", "--json").json
    assert (found["page"], found["more"], len(found["threads"])) == (1, False, 1)
    assert [piece["text"].lower() for piece in found["threads"][0]["passage"] if piece["match"]]


@pytest.mark.usefixtures("filled")
def test_what_is_asked_besides_words_counts(unroll: Callable[..., Ran]) -> None:
    assert unroll("search", "minute", "--author", "nobody.example").out == ""
    assert unroll("search", "minute", "--since", "2999-01-01").out == ""
    assert unroll("search", "--", "minute", "-minute").out == ""


@pytest.mark.usefixtures("filled")
def test_who_finds_nothing_is_told_so_beside_the_output(unroll: Callable[..., Ran]) -> None:
    assert unroll("search", "submarine") == Ran(0, "", "Nothing was found.\n")
    assert unroll("search", "minute", "--page", "2") == Ran(0, "", "What was found ends before page 2.\n")
    assert unroll("search", "submarine", "--json").err == ""


@pytest.mark.parametrize(
    "words", ["\0", "\u202e", '"', "'; DROP TABLE threads; --", "NEAR(", "x" * 10_000, "\ud800"]
)
@pytest.mark.usefixtures("filled")
def test_any_words_are_fine(unroll: Callable[..., Ran], words: str) -> None:
    assert unroll("search", "--", words).code == 0


def test_without_a_library_the_way_to_one_is_said_and_none_is_made(
    unroll: Callable[..., Ran], data: Path
) -> None:
    for asked in (["search", "minute"], ["search", "minute", "--json"]):
        ran = unroll(*asked)
        assert (ran.code, ran.out) == (7, "")
        assert "There is no library" in ran.err
    assert not data.exists()
