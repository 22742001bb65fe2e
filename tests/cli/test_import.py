"""`unroll import`: what it says, in a terminal and in a pipe, and how it ends."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.archives.outbox import FOLLOWERS, export, note
from tests.archives.packing import as_folder, as_zip
from unroller.archives.mastodon_archive import MastodonArchive
from unroller.cli import import_ as module

Unroll = Callable[..., Any]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    secret = note(4, to=[FOLLOWERS], cc=[])
    return as_zip(tmp_path / "x.zip", export(note(1), note(2, parent=1), note(3), secret))


def test_what_was_found_made_and_left_out_is_reported(unroll: Unroll, data: Path, archive: Path) -> None:
    ran = unroll("import", str(archive))
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "Found:",
        "        3  posts",
        "Threads:",
        "        1  made",
        "Left out:",
        "        1  posts that are not public",
        "        1  posts that stand alone",
    ]
    assert "1  here already" in unroll("import", str(archive)).out


def test_programs_get_json(unroll: Unroll, data: Path, archive: Path) -> None:
    found = unroll("import", str(archive), "--all", "-f", "json").json
    assert found["found"] == {"posts": 3}
    assert found["threads"] == {"made": 2}
    assert found["left_out"] == {"posts that are not public": 1}
    assert found["notes"] == []
    assert [page.rpartition("/")[0] for page in found["pages"]] == ["http://localhost:8000/t"] * 2
    listed = unroll("list", "-f", "json").json
    assert sorted(one["url"] for one in listed) == sorted(found["pages"])


def test_links_and_what_else_is_odd_in_an_export_are_reported(
    unroll: Unroll, data: Path, tmp_path: Path
) -> None:
    folder = as_folder(tmp_path / "x", export(note(1), note(2, parent=1)))
    (folder / "link").symlink_to("/etc/passwd")
    assert "1  links in the folder" in unroll("import", str(folder)).out


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"photo.jpg": b"\xff\xd8"}, "no archive that is known here"),
        ({"../outbox.json": b"{}"}, "leads outside"),
        ({"outbox.json": export(note(1))["outbox.json"][:-9]}, "at character"),
    ],
)
def test_a_bad_export_is_one_line_and_code_2(
    content: dict[str, bytes], words: str, unroll: Unroll, data: Path, tmp_path: Path
) -> None:
    ran = unroll("import", str(as_zip(tmp_path / "x.zip", content)))
    assert ran.code == 2
    assert words in ran.err
    assert len(ran.err.splitlines()) == 1


def test_a_wrong_path_makes_no_library(unroll: Unroll, data: Path) -> None:
    ran = unroll("import", "nowhere.zip")
    assert (ran.code, ran.out) == (2, "")
    assert "There is no file nowhere.zip" in ran.err
    assert not data.exists()


def test_a_doubt_must_be_answered_before_anything_is_done(
    unroll: Unroll, data: Path, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    doubt = "This export may hold posts that were for few."
    monkeypatch.setattr(MastodonArchive, "doubt", lambda *_: doubt)
    ran = unroll("import", str(archive))
    assert (ran.code, ran.out) == (2, "")
    assert doubt in ran.err
    assert "--yes" in ran.err
    assert not data.exists()
    assert unroll("import", str(archive), "--yes").code == 0


@pytest.mark.parametrize(("answer", "code"), [(True, 0), (False, 2)])
def test_in_a_terminal_the_doubt_is_asked(
    answer: bool, code: int, unroll: Unroll, data: Path, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def confirm(words: str, **_: Any) -> bool:
        asked.append(words)
        return answer

    monkeypatch.setattr(MastodonArchive, "doubt", lambda *_: "Some were for few.")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("click.confirm", confirm)
    assert unroll("import", str(archive)).code == code
    assert asked == ["Some were for few.\nPublish them?"]


def test_control_c_says_how_to_go_on(
    unroll: Unroll, data: Path, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "make_pages", interrupted)
        ran = unroll("import", str(archive))
    assert ran.code == 130
    assert "the same command again goes on" in ran.err
    assert "1  made" in ran.out
    again = unroll("import", str(archive), "-f", "json").json
    (slug,) = (page.rpartition("/")[2] for page in again["pages"])
    assert (data / "pages" / slug / "page.html.forms").exists()


@pytest.mark.slow
def test_a_bar_shows_how_far_it_is_where_somebody_watches(archive: Path, tmp_path: Path) -> None:
    """In a terminal of its own, and with the patience of nobody."""
    ours, theirs = pty.openpty()
    program = (
        "import sys; from unroller.cli import run, terminal; terminal.PATIENCE = -1;"
        f"sys.exit(run(['import', {str(archive)!r}]))"
    )
    done = subprocess.Popen(
        [sys.executable, "-c", program],
        env={"UNROLLER_DATA": str(tmp_path / "data"), "PATH": "", "TERM": "xterm", "COLUMNS": "80"},
        stdout=subprocess.PIPE,
        stderr=theirs,
        cwd=tmp_path,
    )
    out, _ = done.communicate()
    said = b""
    os.close(theirs)
    try:
        while piece := os.read(ours, 65536):
            said += piece
    except OSError:
        pass
    os.close(ours)
    assert done.returncode == 0
    assert b"Making pages" in said
    assert b"100%" in said
    assert b"\x1b" not in out
    assert b"1  made" in out
