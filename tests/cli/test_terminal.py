"""What a person sees in a terminal, and what a pipe gets."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.cli.conftest import Ran
from tests.cli.paper import LINK
from tests.flows import paper
from unroller import __version__
from unroller.cli.commands import COMMANDS
from unroller.config import load_settings
from unroller.flows.library import open_library
from unroller.flows.publish import publish
from unroller.plugins import EXPORTS, find

ROOT = Path(__file__).parents[2]
PROGRAM = (sys.executable, "-m", "unroller")
PAPER = (sys.executable, "-m", "tests.cli.paper")
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
Unroll = Callable[..., Ran]
HEAVY = ("sqlalchemy", "alembic", "httpx2", "granian", "starlette", "jinja2", "typst", "rich", "msgspec")


@pytest.fixture(autouse=True)
def nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNROLLER_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def ran(*command: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
    """A command between pipes."""
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **(env or {})}, capture_output=True, check=False, timeout=60
    )


def seen(*command: str, columns: int = 60, **env: str) -> str:
    """What a terminal of so many columns shows, standard error included."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(columns), "LINES": "40", **env}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = bytearray()
    try:
        while chunk := os.read(ours, 65_536):
            shown += chunk
    except OSError:  # how Linux says that the other end is closed
        pass
    os.close(ours)
    assert process.wait(60) == 0, shown
    return shown.decode().replace("\r\n", "\n")


def unpainted(shown: str) -> str:
    """The text without colours, and without the line that told of progress."""
    return ESCAPES.sub("", shown[shown.rindex("\x1b[2K") :]) if "\x1b[2K" in shown else ESCAPES.sub("", shown)


@pytest.mark.slow
def test_a_terminal_gets_lines_of_its_width_and_progress_while_it_waits() -> None:
    shown = seen(*PAPER, LINK, columns=60)
    assert "Reading the thread" in shown
    lines = unpainted(shown).split("\n")
    assert max(map(len, lines)) <= 60
    assert "Minute 0" in lines[0]
    assert "▏ The quoted words." in lines
    assert "[One post is missing here: deleted.]" in lines
    assert any(line.startswith("[Continues post 3") for line in lines)
    assert "40 of 41 posts: one deleted, checked" in " ".join(lines[-4:])


@pytest.mark.slow
def test_the_title_stands_out() -> None:
    assert "\x1b[1mMinute 0" in seen(*PAPER, LINK)


@pytest.mark.slow
def test_very_wide_terminals_get_lines_that_can_be_read() -> None:
    assert max(map(len, unpainted(seen(*PAPER, LINK, columns=300)).split("\n"))) <= 96


@pytest.mark.slow
def test_no_color_is_obeyed() -> None:
    shown = seen(*PAPER, LINK, NO_COLOR="1")
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", shown)
    assert "\x1b" not in seen(*PAPER, LINK, TERM="dumb")


@pytest.mark.slow
def test_a_pipe_gets_neither_colour_nor_progress() -> None:
    done = ran(*PAPER, LINK)
    assert done.returncode == 0
    assert done.stderr == b""
    assert b"\x1b" not in done.stdout


@pytest.mark.slow
def test_what_is_found_stands_out_in_a_terminal_and_lines_end_in_time(tmp_path: Path) -> None:
    settings = load_settings({"UNROLLER_DATA": str(tmp_path / "data")}, tmp_path)
    network = paper.network()
    with open_library(settings, http=network) as library:
        publish(library, paper.thread(network, "anna", f"It {'stood ' * 60} there.", "Then fell.")[0])
    shown = seen(*PAPER, "search", "stood", columns=60)
    assert "\x1b[7mstood\x1b[0m" in shown
    lines = ESCAPES.sub("", shown).splitlines()
    assert max(len(line.rstrip()) for line in lines if not line.startswith("http")) <= 60
    assert "\x1b" not in seen(*PAPER, "search", "stood", TERM="dumb")


@pytest.mark.slow
def test_verbose_tells_each_request() -> None:
    done = ran(*PAPER, "-v", LINK)
    told = done.stderr.decode().splitlines()
    assert told[0].startswith("200 GET https://public.api.bsky.app/xrpc/app.bsky.feed.getPostThread")
    assert done.stdout.startswith(b"Minute 0\n")


@pytest.mark.slow
def test_ctrl_c_ends_it_as_shells_expect() -> None:
    process = subprocess.Popen(
        [*PAPER, LINK],
        cwd=ROOT,
        env={**os.environ, "PAPER_SLOW": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    assert process.stderr.readline() == b"asked\n"
    process.send_signal(signal.SIGINT)
    out, said = process.communicate(timeout=60)
    assert (process.returncode, out, said.strip()) == (130, b"", b"")


@pytest.mark.slow
def test_a_reader_who_goes_away_is_no_error() -> None:
    command = f"{sys.executable} -m tests.cli.paper {LINK} -f json | head -c 10"
    done = ran("bash", "-c", f"set -o pipefail; ({command}); echo $? >&2")
    assert done.stdout == b'{"format":'
    assert done.stderr.strip() in (b"0", b"141"), "either it had written all of it, or it ended in silence"


@pytest.mark.slow
def test_a_closed_pipe_ends_in_silence() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = subprocess.Popen([*PAPER, LINK], cwd=ROOT, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (141, b"")


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [[*PROGRAM, "--help"], [*PROGRAM, "--version"], [*PAPER, LINK]],
    ids=["help", "version", "thread"],
)
def test_a_full_disk_is_told_in_one_line(command: list[str]) -> None:
    done = ran("bash", "-c", f"{' '.join(command)} >/dev/full")
    assert done.returncode == 7
    assert done.stderr.decode().splitlines()[-1] == (
        "unroll: There is no space left where this is written to."
    )
    assert b"Traceback" not in done.stderr


def test_a_help_that_nobody_reads_ends_in_silence() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = (sys.executable, "-m", "unroller", "--help")
    process = subprocess.Popen(command, cwd=ROOT, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (141, b"")


@pytest.mark.slow
def test_closed_streams_are_no_bug_of_ours() -> None:
    done = ran("bash", "-c", f"{' '.join(PAPER)} {LINK} >&-")
    assert done.returncode == 7
    assert done.stderr.decode().splitlines()[-1].startswith("unroll: Standard output is closed")
    assert ran("bash", "-c", f"{' '.join(PAPER)} {LINK} 2>&-").returncode == 0


@pytest.mark.slow
def test_a_terminal_that_cannot_show_all_characters_shows_the_others() -> None:
    done = ran(*PAPER, LINK, env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert (done.returncode, done.stderr) == (0, b"")


def test_the_help_teaches_and_brings_nothing_along() -> None:
    program = f"""
import sys
from unroller.cli import run
code = run(["--help"])
print(code, [name for name in {HEAVY!r} if name in sys.modules])
"""
    said = ran(sys.executable, "-c", program).stdout.decode()
    assert said.endswith("0 []\n")
    for words in ("unroll LINK", "unroll https://", "-o thread.html", "--format", "serve --sample"):
        assert words in said
    for name, (_, words) in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(words)}", said, re.MULTILINE)
    offered = sorted(find(EXPORTS).keys() - {"card"})
    assert "|".join(offered) in said


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_what_it_does(name: str, unroll: Unroll) -> None:
    done = unroll(name, "--help")
    assert done.code == 0
    assert done.out.startswith(f"Usage: unroll {name} ")


def test_reading_has_a_help_too(unroll: Unroll) -> None:
    assert unroll(LINK, "--help").out.startswith("Usage: unroll LINK... [-f FORMAT] [-o FILE]\n")


def test_without_arguments_the_help_goes_to_standard_error(unroll: Unroll) -> None:
    done = unroll()
    assert (done.code, done.out) == (2, "")
    assert "Examples:" in done.err


def test_the_version(unroll: Unroll) -> None:
    assert unroll("--version").out == f"unroll {__version__}\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["serv"], "unroll: There is no command serv; did you mean unroll serve? See: unroll --help\n"),
        (
            ["remov", LINK],
            "unroll: There is no command remov; did you mean unroll remove? See: unroll --help\n",
        ),
        (["--quiet"], "unroll: No such option '--quiet'. See: unroll --help\n"),
        (["search"], "unroll: Missing argument 'WORDS...'. See: unroll search --help\n"),
        (["keys", "add"], "unroll: Missing argument 'NAME'. See: unroll keys add --help\n"),
    ],
)
def test_slips_of_the_pen_are_told_in_one_line(words: list[str], said: str, unroll: Unroll) -> None:
    done = unroll(*words)
    assert (done.code, done.out, done.err) == (2, "", said)
