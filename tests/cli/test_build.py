"""`unroll build`: two commands from a data export to a folder that is a site, and what it says on the way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.archives.outbox import export, note
from tests.archives.packing import as_zip

Unroll = Callable[..., Any]


@pytest.fixture
def imported(unroll: Unroll, tmp_path: Path) -> None:
    """A library with one thread of two posts."""
    archive = as_zip(tmp_path / "x.zip", export(note(1), note(2, parent=1)))
    assert unroll("import", str(archive)).code == 0


def test_two_commands_make_a_home_for_the_threads_of_an_export(
    unroll: Unroll, imported: None, tmp_path: Path
) -> None:
    ran = unroll("build", "home")
    assert (ran.code, ran.err) == (0, "")
    first, last = ran.out.splitlines()
    assert first.startswith("1 thread made, in ")
    assert last == "Open home/index.html"
    (page,) = Path("home/t").glob("*/index.html")
    made = {file.suffix for file in page.parent.iterdir()}
    assert made > {".html", ".md", ".epub", ".pdf", ".zip", ".json"}
    assert unroll("build", "home").out.startswith("0 threads made, 1 unchanged, in ")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--formats", "docx"], "There is no format docx; there are: bibtex, csl, epub, json"),
        (["--author", "eve"], "There are no threads by eve here. Most threads are by: @"),
        (["--mine"], "--mine says that you are the author: name yourself with --author HANDLE."),
        (["--url", "ada.example"], "ada.example is no address of a site: write it with https:// in front."),
    ],
)
def test_what_does_not_fit_is_said_before_anything_is_written(
    unroll: Unroll, imported: None, arguments: list[str], words: str
) -> None:
    ran = unroll("build", "home", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"unroll: {words}")
    assert not Path("home").exists()


def test_a_folder_with_something_else_is_left_alone(unroll: Unroll, imported: None) -> None:
    Path("home").mkdir()
    Path("home/letter.txt").write_text("mine")
    ran = unroll("build", "home")
    assert (ran.code, ran.err) == (
        2,
        "unroll: home holds files that unroll did not write: name an empty folder.\n",
    )
    assert [file.name for file in Path("home").iterdir()] == ["letter.txt"]


def test_without_a_library_there_is_nothing_to_build(unroll: Unroll, data: Path) -> None:
    ran = unroll("build", "home")
    assert (ran.code, ran.out) == (7, "")
    assert "There is no library" in ran.err
    assert not data.exists()
