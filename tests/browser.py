"""A person's browser: Debian's Chromium, driven by Playwright, and axe to judge pages with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Route, sync_playwright

from tests import sockets
from tests.testnet.processes import FOLDER, NotInstalledError

AXE = FOLDER / "node_modules" / "axe-core" / "axe.min.js"
# Alone in its container, and silent: nothing of Chromium's own asks the internet.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]


@contextmanager
def running(executable: Path) -> Iterator[Browser]:
    """A browser without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def new_page(
    browser: Browser,
    *,
    javascript: bool = False,
    scheme: Literal["light", "dark"] = "light",
    width: int = 1000,
) -> Page:
    """An empty page without history; a request to another machine counts as a stray connection."""
    context = browser.new_context(
        java_script_enabled=javascript, color_scheme=scheme, viewport={"width": width, "height": 800}
    )
    context.route("**/*", keep_to_loopback)
    return context.new_page()


def keep_to_loopback(route: Route) -> None:
    host = urlsplit(route.request.url).hostname
    if sockets.is_here(host):
        route.continue_()
    else:
        sockets.strays.append(route.request.url)
        route.abort()


def violations(page: Page) -> list[str]:
    """What axe finds against the page as it stands: the rule, and the elements that break it.

    JavaScript must be switched on, since axe waits by timers; a policy against scripts is no hindrance.
    """
    if not AXE.exists():
        raise NotInstalledError("axe is not installed: make test installs it (npm ci in tests/testnet)")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run()")["violations"]
    return [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in found]
