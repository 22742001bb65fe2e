"""Take pictures of pages in a real browser: `screenshots.py [FOLDER]`, and the README's one.

Every kind of page that the site has, and every canonical thread, in light and dark, on a phone and on a desk;
threads on paper as well. Look at them: no test can.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests import browser, threads
from tests.exports.pages import SITE, source
from tests.exports.visits import Scheme, serving, visiting
from tests.threads.prose import essay
from tests.web.kinds import furnished
from unroller.core.model import Thread
from unroller.plugins import load_exports

ROOT = Path(__file__).parent.parent
README = ROOT / "docs" / "images" / "thread.png"
DEVICES = {"phone": 390, "desk": 1280}
PATIENCE = 120_000
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
FORMATS = tuple((export.title, f"/t/abcdefghijkl{export.suffix}") for export in load_exports().values())


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build" / "screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    README.parent.mkdir(parents=True, exist_ok=True)
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    if executable is None:
        sys.exit("Chromium is missing: install it (Debian: apt-get install chromium)")
    with browser.running(Path(executable)) as chromium:
        take_site(chromium, folder)
        take_threads(chromium, folder)
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}, and {README.relative_to(ROOT)}")


def take_site(chromium: Browser, folder: Path) -> None:
    """Every kind of page, from a site with threads on it."""
    with furnished() as pages:
        for kind, address in pages.items():
            take_all(chromium, address, folder / f"site-{kind}")


def take_threads(chromium: Browser, folder: Path) -> None:
    """Every canonical thread's page, on a screen and on paper, and the picture of the README."""
    with serving() as site:
        for name, made in {**threads.ALL, **threads.TITLES}.items():
            site.pages[f"/{name}"] = source(made(), frame=replace(SITE, formats=FORMATS)).encode()
            take_all(chromium, f"{site.address}/{name}", folder / name)
            print_out(chromium, f"{site.address}/{name}", folder / f"{name}.pdf")
        site.pages["/readme"] = source(for_readme(), frame=replace(SITE, latest=())).encode()
        with opened_page(chromium, f"{site.address}/readme", width=880, height=740) as page:
            page.screenshot(path=README)


def for_readme() -> Thread:
    """A thread whose author has a face."""
    found = essay()
    return replace(found, author=replace(found.author, avatar="https://media.example/mira.png"))


def take_all(chromium: Browser, url: str, path: Path) -> None:
    """Four pictures of all of a page, however long, whose names begin with `path`."""
    for device, width in DEVICES.items():
        for scheme in SCHEMES:
            with opened_page(chromium, url, width=width, scheme=scheme) as page:
                shot = path.with_name(f"{path.name}-{device}-{scheme}.png")
                page.screenshot(path=shot, full_page=True, timeout=PATIENCE)


def print_out(chromium: Browser, url: str, path: Path) -> None:
    with opened_page(chromium, url) as page:
        page.pdf(path=path, format="A4", print_background=True)


@contextmanager
def opened_page(
    chromium: Browser, url: str, *, width: int = 1280, height: int = 900, scheme: Scheme = "light"
) -> Iterator[Page]:
    """A page with all its pictures, also those that wait to be scrolled to."""
    with visiting(chromium, url, width=width, height=height, scheme=scheme) as visit:
        visit.page.evaluate("document.querySelectorAll('img').forEach(image => image.loading = 'eager')")
        visit.page.wait_for_load_state("networkidle")
        yield visit.page


if __name__ == "__main__":
    main()
