"""The command line on a Bluesky made of paper, with a library of its own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog

from tests import cards
from tests.networks.bluesky.paper import ACCOUNTS, ANNA, Wire, chain
from unroller.cli import run
from unroller.config import load_settings
from unroller.exports import card
from unroller.flows.library import Library, open_library
from unroller.testing import PaperBluesky

CLIENTS = ("unroller.cli.reading", "unroller.flows.library", "unroller.cli.check", "unroller.flows.unroll")


InLibrary = Callable[[Callable[[Library], object]], None]
BeginWith = Callable[[str, Callable[[Library], object]], None]


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture(autouse=True)
def cards_are_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card, "draw", cards.draw)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder, and a current folder without settings."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv("UNROLLER_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def on_paper(data: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., PaperBluesky]:
    """Puts the command line on a network made of these posts."""

    def put(posts: Iterable[Wire], accounts: Iterable[Wire] = ACCOUNTS) -> PaperBluesky:
        paper = PaperBluesky(accounts, posts)
        for module in CLIENTS:
            monkeypatch.setattr(f"{module}.make_client", lambda *_: paper)
        return paper

    return put


@pytest.fixture
def paper(on_paper: Callable[..., PaperBluesky]) -> PaperBluesky:
    """Anna's thread of three posts, and nothing else."""
    return on_paper(chain(ANNA, 3))


@pytest.fixture
def unroll(data: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> Callable[..., Ran]:
    """Runs a command as `unroll` would."""

    def call(*arguments: str) -> Ran:
        capfdbinary.readouterr()
        log = structlog.get_config()
        try:
            code = run(arguments)
        finally:
            structlog.configure(**log)
        out, err = capfdbinary.readouterr()
        return Ran(code, out.decode(), err.decode())

    return call


@pytest.fixture
def in_library(data: Path) -> InLibrary:
    """Does something with the library as the bot would."""

    def do(what: Callable[[Library], object]) -> None:
        with open_library(load_settings({"UNROLLER_DATA": str(data)}, data.parent)) as library:
            what(library)

    return do


@pytest.fixture
def begin_with(data: Path, in_library: InLibrary, tmp_path_factory: pytest.TempPathFactory) -> BeginWith:
    """Fills the library as `in_library` does, once in a process for each name; others get a copy of that."""

    def begin(name: str, fill: Callable[[Library], object]) -> None:
        made = tmp_path_factory.getbasetemp() / f"library-{name}"
        if made.exists():
            shutil.copytree(made, data)
        else:
            in_library(fill)
            shutil.copytree(data, made)

    return begin
