"""Take pictures of pages in a real browser: `screenshots.py [FOLDER]`, and the README's one.

Each canonical thread, in light and dark, on a phone and on a desk. Look at them: no test can.
"""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Browser

from tests import browser, threads
from tests.exports.pages import SITE, source
from tests.exports.visits import Scheme, Site, serving, visiting
from tests.threads.prose import essay
from unroller.core.model import Thread

ROOT = Path(__file__).parent.parent
README = ROOT / "docs" / "images" / "thread.png"
DEVICES = {"phone": 390, "desk": 1280}
SCHEMES: tuple[Scheme, ...] = ("light", "dark")


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build" / "screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    README.parent.mkdir(parents=True, exist_ok=True)
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    if executable is None:
        sys.exit("Chromium is missing: install it (Debian: apt-get install chromium)")
    with browser.running(Path(executable)) as chromium, serving() as site:
        for name, made in threads.ALL.items():
            site.pages[f"/{name}"] = source(made()).encode()
            take_all(chromium, site, name, folder)
        site.pages["/readme"] = source(for_readme(), frame=replace(SITE, latest=())).encode()
        take(chromium, f"{site.address}/readme", README, width=880, height=740, whole=False)
    print(f"{len(threads.ALL) * 4} pictures in {folder}, and {README.relative_to(ROOT)}")


def for_readme() -> Thread:
    """A thread whose author has a face."""
    found = essay()
    return replace(found, author=replace(found.author, avatar="https://media.example/mira.png"))


def take_all(chromium: Browser, site: Site, name: str, folder: Path) -> None:
    for device, width in DEVICES.items():
        for scheme in SCHEMES:
            path = folder / f"{name}-{device}-{scheme}.png"
            take(chromium, f"{site.address}/{name}", path, width=width, scheme=scheme)


def take(
    chromium: Browser,
    url: str,
    path: Path,
    *,
    width: int,
    height: int = 900,
    scheme: Scheme = "light",
    whole: bool = True,
) -> None:
    """A picture of `url` as a file; `whole`: all of the page, however long."""
    with visiting(chromium, url, width=width, height=height, scheme=scheme, scripts=False) as visit:
        visit.page.wait_for_load_state("networkidle")
        visit.page.screenshot(path=path, full_page=whole)


if __name__ == "__main__":
    main()
