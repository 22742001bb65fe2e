"""Several threads as one file: behind links, and of the library."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import BeginWith, Ran
from tests.networks.bluesky.paper import ANNA, BOB, post, uri
from unroller.core.model import PostRef
from unroller.flows.library import Library
from unroller.flows.publish import publish
from unroller.testing import PaperBluesky

Unroll = Callable[..., Ran]


def link(handle: str, by: str, minute: int) -> str:
    return f"https://bsky.app/profile/{handle}/post/{uri(by, minute)[-13:]}"


ANNAS = link("anna.example", ANNA, 0)
BOBS = link("bob.example", BOB, 60)
NOBODYS = link("bob.example", BOB, 900)


@pytest.fixture
def two(paper: PaperBluesky) -> PaperBluesky:
    """Anna's thread of three posts, and Bob's of one."""
    paper.add(post(BOB, 60, "By Bob"))
    return paper


def contents(book: Path) -> str:
    with zipfile.ZipFile(book) as files:
        return files.read("book/nav.xhtml").decode()


def test_several_links_are_bound_as_one_book_in_their_order(
    two: PaperBluesky, unroll: Unroll, tmp_path: Path
) -> None:
    book = tmp_path / "b.epub"
    ran = unroll(BOBS, ANNAS, "--title", "Two & more", "-o", str(book))
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    found = contents(book)
    assert found.index("Two &amp; more") < found.index("By Bob") < found.index("Minute 0")


def test_links_to_posts_of_one_thread_are_one_thread(
    two: PaperBluesky, unroll: Unroll, tmp_path: Path
) -> None:
    book = tmp_path / "b.epub"
    assert unroll(ANNAS, link("anna.example", ANNA, 1), ANNAS, "-o", str(book)).code == 0
    assert contents(book).count("-first.xhtml") == 1
    assert "Threads by" in contents(book)


def test_what_cannot_be_had_is_left_out_and_said(two: PaperBluesky, unroll: Unroll, tmp_path: Path) -> None:
    book = tmp_path / "b.epub"
    ran = unroll(ANNAS, NOBODYS, BOBS, "-o", str(book))
    assert ran.code == 4
    assert ran.err.startswith(f"unroll: {NOBODYS} is left out: ")
    assert contents(book).count("-first.xhtml") == 2


def test_where_nothing_can_be_had_nothing_is_written(
    two: PaperBluesky, unroll: Unroll, tmp_path: Path
) -> None:
    book = tmp_path / "b.epub"
    assert unroll(NOBODYS, "https://elsewhere.example/", "-o", str(book)).code == 4
    assert not book.exists()


def test_a_format_of_one_thread_is_refused_for_several_without_asking_anybody(
    two: PaperBluesky, unroll: Unroll
) -> None:
    ran = unroll(ANNAS, BOBS, "-f", "json")
    assert ran.code == 2
    assert "-f epub" in ran.err
    assert two.asked == []


@pytest.fixture
def library(two: PaperBluesky, begin_with: BeginWith) -> PaperBluesky:
    """Both threads have their pages."""

    def fill(library: Library) -> None:
        publish(library, PostRef("bluesky", uri(ANNA, 0)))
        publish(library, PostRef("bluesky", uri(BOB, 60)))

    begin_with("book", fill)
    return two


@pytest.mark.parametrize(
    ("asked", "count"), [((), 2), (("--author", "anna.example"), 1), (("bob",), 1), (("Minute", "0"), 1)]
)
def test_the_library_is_bound_by_author_and_by_words(
    library: PaperBluesky, unroll: Unroll, tmp_path: Path, asked: tuple[str, ...], count: int
) -> None:
    book = tmp_path / "b.epub"
    ran = unroll("book", *asked, "-o", str(book))
    assert ran.code == 0
    assert contents(book).count("-first.xhtml") == count


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("nowhere",), "No thread that may be listed was found."),
        (("\"'%;--\0 OR 1=1",), "No thread that may be listed was found."),
        (("--author", "carol.example"), "No thread that may be listed was found."),
        (("-f", "zip"), "zip holds one thread"),
    ],
)
def test_what_cannot_be_bound_is_said(
    library: PaperBluesky, unroll: Unroll, tmp_path: Path, asked: tuple[str, ...], said: str
) -> None:
    ran = unroll("book", *asked, "-o", str(tmp_path / "b.epub"))
    assert ran.code == 2
    assert said in ran.err
    assert not (tmp_path / "b.epub").exists()
