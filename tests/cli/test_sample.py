"""The threads that ship with Unroller, and `unroll serve --sample` that shows them."""

from __future__ import annotations

import html
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from unroller.cli import run
from unroller.config import Settings, load_settings
from unroller.core.errors import SetupError
from unroller.core.model import Wholeness
from unroller.flows.library import open_library
from unroller.flows.sample import load_sample, sample_settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"UNROLLER_DATA": str(tmp_path / "data")}, tmp_path)


def test_the_sample_has_what_threads_have(settings: Settings) -> None:
    with open_library(sample_settings(settings), sample=True) as library:
        load_sample(library)
        saved = [library.store.threads.load(entry.slug) for entry in library.store.threads.entries()]
        threads = [one.thread for one in saved if one and one.sample and one.thread]
    assert len(threads) == len(saved) == 9
    assert len({thread.author for thread in threads}) == 7
    assert {post.languages[0] for thread in threads for post in thread.posts} == {
        "en",
        "ar",
        "ja",
        "de",
        "pt",
    }
    assert any(thread.gaps and thread.completeness.state is Wholeness.PARTIAL for thread in threads)
    assert any(thread.context for thread in threads)
    assert any(thread.elsewhere for thread in threads)
    assert any(post.quote and post.quote.post for thread in threads for post in thread.posts)
    assert any(post.card for thread in threads for post in thread.posts)
    assert any(post.labels for thread in threads for post in thread.posts)


def test_all_its_authors_are_made_up(settings: Settings) -> None:
    """No name or address leads to anybody."""
    with open_library(sample_settings(settings), sample=True) as library:
        load_sample(library)
        entries = library.store.threads.entries()
    assert [entry for entry in entries if not entry.author_handle.endswith(".example")] == []


@pytest.mark.slow
def test_loading_it_again_changes_nothing(settings: Settings) -> None:
    with open_library(sample_settings(settings), sample=True) as library:
        load_sample(library)
        before = library.store.threads.entries()
        load_sample(library)
        assert library.store.threads.entries() == before
        kinds = {backlog.kind for backlog in library.store.tasks.waiting()}
    assert kinds == {"page"}, "nobody is asked about made-up threads later"


def test_no_sample_enters_the_operators_own_library(settings: Settings) -> None:
    with open_library(settings) as library:
        with pytest.raises(SetupError, match="--sample"):
            load_sample(library)
        assert library.store.threads.entries() == ()


def test_the_bot_and_its_address_stay_out_of_the_sample(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Real people's calls are not answered with pages that nobody else can open."""
    for key, value in {"BLUESKY_HANDLE": "bot.example", "BLUESKY_PASSWORD": "secret"}.items():
        monkeypatch.setenv(f"UNROLLER_{key}", value)
    monkeypatch.setenv("UNROLLER_DATA", str(tmp_path))
    monkeypatch.setenv("UNROLLER_BASE_URL", "https://unroll.example")
    monkeypatch.setenv("UNROLLER_BLUESKY_WEB", "https://deer.example")
    asked: list[tuple[Settings, bool]] = []

    def note(settings: Settings, *, listeners: bool, **_: bool) -> None:
        asked.append((settings, listeners))

    monkeypatch.setattr("unroller.cli.serve.run", note)
    assert run(["serve", "--sample", "--port", "8123"]) == 0
    ((settings, listeners),) = asked
    assert not listeners
    assert settings.networks == {"bluesky": {"web": "https://deer.example"}}
    assert settings.base_url == "http://localhost:8123"


# ------------------------------------------------------------------------------------------------ serving


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def serving(data: Path, *options: str) -> Iterator[str]:
    """The address of a site that was started as an operator would."""
    port = free_port()
    command = [sys.executable, "-m", "unroller", "serve", "--port", str(port), *options]
    env = {**os.environ, "UNROLLER_DATA": str(data), "UNROLLER_BLUESKY_APPVIEW": "http://127.0.0.1:9"}
    with (data.parent / "log").open("w+") as log:
        process = subprocess.Popen(command, env=env, stdout=log, stderr=log, cwd=data.parent)
        try:
            yield wait_for(f"http://localhost:{port}", process)
        finally:
            process.send_signal(signal.SIGINT)
            code = process.wait(30)
    assert code == 0


def wait_for(site: str, process: subprocess.Popen[bytes]) -> str:
    for _ in range(600):
        assert process.poll() is None
        try:
            get(site)
        except OSError:
            time.sleep(0.05)
        else:
            return site
    raise AssertionError("the site did not come up")


def get(address: str) -> str:
    with urlopen(address, timeout=10) as reply:
        text: str = reply.read().decode()
        return text


@pytest.mark.slow
def test_the_site_has_threads_to_read_at_once_and_says_that_they_are_samples(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(data, "--sample") as site:
        home = get(site)
        pages = re.findall(r'href="(/t/[a-z0-9]{12})"', home)
        assert len(pages) == 8, "the ninth has a warning, so no list names it"
        for page in pages:
            shown = get(site + page)
            assert "A sample that comes with Unroller" in html.unescape(shown)
            assert f"{site}{page}" in shown, "its own address follows the port"
    assert [item.name for item in data.iterdir()] == ["sample"]


@pytest.mark.slow
def test_without_the_option_there_are_none(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as site:
        assert "/t/" not in get(site)
