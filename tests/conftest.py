"""What every test has: a fence at loopback, no setting of the developer's, and real servers to ask for.

A test that asks for `bluesky_net` or `mastodon_net` is marked `real`, for `postgres_url` `postgres`, for
`new_page` `browser`; one that starts the site in a process of its own is `slow`, and so `real`.
Where such a thing is not installed the test is left out, and the run says so; where `CI=true` it fails.
"""

from __future__ import annotations

import gc
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NoReturn
from unittest.mock import patch

import pytest
from playwright.sync_api import Browser, Page

from tests import browser, examples, reports, servers, sockets, statements
from tests.testnet import bluesky, mastodon
from tests.testnet.processes import NotInstalledError
from unroller.flows.library import utc_now
from unroller.store import open_store, sqlite_file

MARKS = {
    "bluesky_net": "real",
    "own_bluesky": "real",
    "mastodon_net": "real",
    "own_mastodon": "real",
    "new_database": "postgres",
    "chromium": "browser",
    "start": "slow",
    "live": "slow",
}
LEFT_OUT = "left out: "
MAKE = sqlite_file._make
IN_MEMORY, ROOM = Path("/dev/shm"), 4 * 1024**3

examples.begin_with_few()
statements.compile_once()

# Where the machine forbids it, every worker and every process of a test would compile all modules anew.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_configure(config: pytest.Config) -> None:
    sockets.keep_to_loopback()
    if IN_MEMORY.is_dir() and shutil.disk_usage(IN_MEMORY).free > ROOM:
        # Whatever is kept is synced to the disk: milliseconds, each time, for a test that pulls no plug.
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(IN_MEMORY))
    for name in [name for name in os.environ if name.startswith("UNROLLER_")]:
        del os.environ[name]
    if not hasattr(config, "workerinput"):  # with xdist: the process that starts the workers
        config.stash[servers.KEY] = servers.Run.begin()
    else:
        config.pluginmanager.register(reports)


def pytest_unconfigure(config: pytest.Config) -> None:
    if run := config.stash.get(servers.KEY, None):
        run.end()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for fixture in MARKS.keys() & set(getattr(item, "fixturenames", ())):
            item.add_marker(MARKS[fixture])
        if item.get_closest_marker("slow"):
            item.add_marker("real")


def pytest_collection_finish() -> None:
    """Let the collector pass over all that was imported and collected: nothing of it goes before the end."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say plainly what this run did not test."""
    reasons = [str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", ())]
    left_out = [reason.removeprefix("Skipped: ") for reason in reasons]
    for reason in sorted({reason for reason in left_out if reason.startswith(LEFT_OUT)}):
        terminalreporter.write_line(f"{reason} ({left_out.count(reason)} tests)", yellow=True)


def leave_out(why: object) -> NoReturn:
    """Skip a test whose servers are missing; in CI nothing may be missing."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{LEFT_OUT}{why}", pytrace=False)
    pytest.skip(f"{LEFT_OUT}{why}")


@pytest.fixture(autouse=True)
def no_stray_connections() -> Iterator[None]:
    """Fail the test that tried to leave this machine, even where the code took that for a dead network."""
    sockets.strays.clear()
    yield
    assert not sockets.strays, f"connections beyond loopback: {sockets.strays}"


@pytest.fixture(scope="session")
def empty_library(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of a library with all its tables and nothing in them, as migrations make it."""
    folder = tmp_path_factory.mktemp("empty")
    open_store(f"sqlite:///{folder}/library.db", folder / "pages", utc_now).close()
    return (folder / "library.db").read_bytes()


@pytest.fixture(scope="session", autouse=True)
def libraries_begin_with_their_tables(empty_library: bytes) -> None:
    """Migrations take a tenth of a second, and most tests open a library: only `from_nothing` runs them."""

    def made(file: Path) -> None:
        new = not file.exists()
        MAKE(file)
        if new:
            file.write_bytes(empty_library)

    patch.object(sqlite_file, "_make", made).start()


@pytest.fixture
def from_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Libraries begin without tables, as everybody's do."""
    monkeypatch.setattr(sqlite_file, "_make", MAKE)


@pytest.fixture(scope="session")
def bluesky_net() -> Iterator[bluesky.Network]:
    """The real Bluesky network, at production's thread limits, one for the whole run: use fresh accounts."""
    try:
        known = servers.bluesky_network()
    except NotInstalledError as missing:
        leave_out(missing)
    with bluesky.Network.at(known) as network:
        yield network


@pytest.fixture(scope="session")
def mastodon_net() -> Iterator[mastodon.Server]:
    """A server with Mastodon's API, one for the whole run: use fresh accounts."""
    try:
        known = servers.mastodon_server()
    except NotInstalledError as missing:
        leave_out(missing)
    with mastodon.Server.at(known) as server:
        yield server


@pytest.fixture(scope="session")
def own_mastodon() -> Callable[..., AbstractContextManager[mastodon.Server]]:
    """Starts a server with settings of its own (`forgetful`, `streaming`), for one block."""
    return mastodon.running


@pytest.fixture(scope="session")
def new_database() -> Callable[[], str]:
    """Makes fresh databases in a throw-away PostgreSQL, by address."""
    try:
        return servers.new_database(servers.postgres_server())
    except NotInstalledError as missing:
        leave_out(missing)


@pytest.fixture
def postgres_url(new_database: Callable[[], str]) -> str:
    """A fresh database, as an operator would write its address."""
    return new_database()


@pytest.fixture(scope="session")
def own_bluesky(
    new_database: Callable[[], str],
) -> Callable[..., AbstractContextManager[bluesky.Network]]:
    """Starts a network with settings of its own, for one block.

    with own_bluesky(rate_limits=True, depth=1000) as net: ...
    """

    def start(**settings: Any) -> AbstractContextManager[bluesky.Network]:
        return bluesky.running(new_database(), **settings)

    return start


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        leave_out("Chromium is missing: install it (Debian: apt-get install chromium)")
    with browser.running(Path(found)) as started:
        yield started


@pytest.fixture
def new_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens empty pages, without JavaScript unless asked: `new_page(javascript=True, scheme="dark")`."""
    opened: list[Page] = []

    def make(**how: Any) -> Page:
        opened.append(browser.new_page(chromium, **how))
        return opened[-1]

    yield make
    for page in opened:
        page.context.close()
