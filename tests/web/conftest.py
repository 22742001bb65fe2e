"""A library on a Bluesky of paper, the site on top of it, and the same site in a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx2
import pytest
from starlette.testclient import TestClient

from tests import cards
from tests.flows import paper
from unroller.core.model import PostRef
from unroller.exports import card
from unroller.flows.library import Library, open_library
from unroller.flows.publish import publish
from unroller.flows.work import work_once
from unroller.store import Saved
from unroller.testing import PaperBluesky
from unroller.web.app import make_app

BOOK = ("The lighthouse had no keeper.", "It had a clock instead,", "and the clock was wrong.")


def link_to(ref: PostRef) -> str:
    _, _, did, _, key = ref.id.split("/")
    return f"https://bsky.app/profile/{did}/post/{key}"


@dataclass(slots=True)
class Seconds:
    """A clock that stands still until it is moved on."""

    now: float = 600.0

    def __call__(self) -> float:
        return self.now


@dataclass(slots=True)
class Desk:
    """What a test needs to have something on the site."""

    library: Library
    network: PaperBluesky
    seconds: Seconds

    def write(self, *texts: str) -> list[PostRef]:
        return paper.thread(self.network, "anna", *(texts or BOOK))

    def publish(self, *texts: str) -> Saved:
        return publish(self.library, self.write(*texts)[0])

    def work(self) -> None:
        while work_once(self.library, "test"):
            pass

    def client(self, **settings: object) -> TestClient:
        library = replace(self.library, settings=replace(self.library.settings, **settings))  # type: ignore[arg-type]
        app = make_app(library, clock=self.seconds)
        return TestClient(
            app,
            "http://site.test:8080",
            raise_server_exceptions=False,
            follow_redirects=False,
            client=("203.0.113.9", 50000),
        )


@contextmanager
def opened(folder: Path) -> Iterator[Desk]:
    network = paper.network()
    with open_library(paper.settings(folder), http=network) as library:
        yield Desk(library, network, Seconds())


@pytest.fixture(autouse=True)
def cards_are_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card, "draw", cards.draw)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with opened(tmp_path) as made:
        yield made


@pytest.fixture
def client(desk: Desk) -> TestClient:
    return desk.client()


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


@dataclass(slots=True)
class Running:
    """`unroll serve` as an operator starts it."""

    process: subprocess.Popen[str]
    address: str

    def client(self, **headers: str) -> httpx2.Client:
        return httpx2.Client(base_url=self.address, headers=headers, trust_env=False, timeout=20)


@contextmanager
def starter(data: Path) -> Iterator[Callable[..., Running]]:
    """Starts `unroll serve` on the library in `data` and waits until it answers; ends what was started."""
    started: list[Running] = []

    def run(*options: str, **settings: str) -> Running:
        port = free_port()
        command = [sys.executable, "-m", "unroller", "serve", "--port", str(port), *options]
        env = os.environ | {"UNROLLER_DATA": str(data), "UNROLLER_ALLOW_ADDRESSES": "127.0.0.1:9"} | settings
        # Where nobody answers: these processes have no fence around them.
        env |= {
            "UNROLLER_BLUESKY_APPVIEW": "http://127.0.0.1:9",
            "UNROLLER_BLUESKY_PLC": "http://127.0.0.1:9",
        }
        process = subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True)
        running = Running(process, f"http://127.0.0.1:{port}")
        started.append(running)
        wait_until(lambda: answers(running))
        return running

    try:
        yield run
    finally:
        for one in started:
            one.process.terminate()
        for one in started:
            one.process.communicate(timeout=20)


def answers(running: Running) -> bool:
    assert running.process.poll() is None, running.process.communicate()
    try:
        with running.client() as client:
            return client.get("/robots.txt").status_code == 200
    except httpx2.TransportError:
        return False


def wait_until(true: Callable[[], bool], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Starts `unroll serve` on the data of `desk`."""
    with starter(tmp_path) as run:
        yield run


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, Running]]:
    """A library, and the site alone in its own process on it; one for all tests of a module."""
    folder = tmp_path_factory.mktemp("live")
    with opened(folder) as desk, starter(folder) as run:
        yield desk, run("--site-only")
