"""Take pictures of pages in a real browser: `screenshots.py [--only WORD] [FOLDER]`, and the README's one.

Every kind of page that the site has, a site in a folder, and every canonical thread: in light and dark, on a
phone and on a desk; threads on the narrowest screen and on paper too. Look at them, in FOLDER/index.html: no
test can.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path

from msgspec import structs
from playwright.sync_api import Browser, Page

from tests import browser, threads
from tests.exports.pages import SITE, source
from tests.exports.visits import Scheme, serving, window
from tests.flows.paper import settings
from tests.flows.shelves import built, of_two_years, shelve
from tests.threads.prose import essay
from tests.web.kinds import furnished
from unroller.core.model import Thread
from unroller.exports.card import card
from unroller.flows.library import Library, open_library
from unroller.plugins import load_exports
from unroller.web.pages import Painter
from unroller.web.pasting import HASTY

ROOT = Path(__file__).parent.parent
README = ROOT / "docs" / "images" / "thread.png"
HIGHEST = 4_000
"""Pixels of a page that are shown; what is longer repeats itself."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a page is looked at: the size of the window, the scheme, on a screen or on paper."""

    name: str
    width: int
    height: int
    scheme: Scheme = "light"
    on_paper: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """A page to look at. `first` is a script that is run in it before; `whole`: more than a window shows."""

    name: str
    address: str
    looks: tuple[Look, ...]
    first: str = ""
    whole: bool = True


SCREENS = (
    Look("phone-light", 390, 844),
    Look("phone-dark", 390, 844, "dark"),
    Look("desk-light", 1280, 900),
    Look("desk-dark", 1280, 900, "dark"),
)
NARROW, PAPER = Look("narrow", 320, 640), Look("paper", 794, 1123, on_paper=True)
PRINTED = ("essay", "photos", "code", "right_to_left", "japanese", "every_quote", "every_medium", "gaps")
CARDS = (*threads.TITLES, "essay", "right_to_left", "japanese", "warned_whole")
FORMATS = tuple((export.title, f"/t/abcdefghijkl{export.suffix}") for export in load_exports().values())

OPEN = "for (const one of document.querySelectorAll('details')) one.open = true"
MOMENTS = {
    "contents": ("long", OPEN, True),
    "progress": ("long", "document.querySelectorAll('.post')[60].scrollIntoView()", False),
    "keys": (
        "long",
        "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '?', bubbles: true}))",
        False,
    ),
    "unfolded": ("warned", OPEN, True),
    "described": ("photos", OPEN, True),
}
"""What comes of a thread's page when its reader does something: which thread, what is done, and whether the
whole page shows it."""

SETTLE = """async () => {
  const images = [...document.images];
  for (const image of images) image.loading = "eager";
  await Promise.all(images.map((image) => image.decode().catch(() => null)));
  return document.documentElement.scrollHeight;
}"""


@dataclass(slots=True)
class Album:
    """The pictures taken so far, by subject, and a window for each way of looking, opened when needed."""

    folder: Path
    chromium: Browser
    stack: ExitStack
    windows: dict[Look, Page] = field(default_factory=dict)
    pictures: dict[str, list[str]] = field(default_factory=dict)

    def take(self, subject: Subject) -> None:
        """Each look at `subject` as a picture, and a thread that is looked at on paper as a PDF."""
        for look in subject.looks:
            page = self._window(look)
            page.goto(subject.address)
            height = page.evaluate(SETTLE)
            if subject.first:
                page.evaluate(subject.first)
                height = page.evaluate(SETTLE)
            # A high window: Playwright's full_page takes Chromium half a minute for a long thread.
            if subject.whole:
                page.set_viewport_size({"width": look.width, "height": min(height, HIGHEST)})
            page.screenshot(path=self._at(subject.name, f"{subject.name}-{look.name}.png"))
            page.set_viewport_size({"width": look.width, "height": look.height})
            if look.on_paper:
                page.pdf(path=self.folder / f"{subject.name}.pdf", format="A4", print_background=True)

    def keep(self, subject: str, name: str, data: bytes) -> None:
        """A picture that needs no browser."""
        self._at(subject, name).write_bytes(data)

    def bind(self) -> int:
        """Write a page that shows all pictures; how many there are."""
        (self.folder / "index.html").write_text(sheet(self.pictures), encoding="utf-8")
        return sum(map(len, self.pictures.values()))

    def _at(self, subject: str, name: str) -> Path:
        self.pictures.setdefault(subject, []).append(name)
        return self.folder / name

    def _window(self, look: Look) -> Page:
        if look not in self.windows:
            size = {"width": look.width, "height": look.height, "scheme": look.scheme}
            medium = "print" if look.on_paper else "screen"
            self.windows[look] = self.stack.enter_context(window(self.chromium, media=medium, **size))  # type: ignore[arg-type]
        return self.windows[look]


def main() -> None:
    """Take them all, saying how far it is."""
    parser = ArgumentParser(description="Pictures of every kind of page, in a folder.")
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "build" / "screenshots")
    parser.add_argument("--only", default="", metavar="WORD", help="those whose name has this word")
    given, begun = parser.parse_args(), time.monotonic()
    given.folder.mkdir(parents=True, exist_ok=True)
    with browser.running(chromium_here()) as chromium, ExitStack() as stack:
        album = Album(given.folder, chromium, stack)
        print("Starting a site …", flush=True)
        subjects = [one for one in subjects_on(stack) if given.only in one.name]
        for number, subject in enumerate(subjects, 1):
            print(f"{number:3}/{len(subjects)}  {subject.name}", flush=True)
            album.take(subject)
        for name in filter(lambda name: given.only in name, CARDS):
            album.keep("cards", f"{name}-card.png", card(made(name), "Unroller"))
        if not given.only:
            take_readme(chromium)
    seconds = time.monotonic() - begun
    print(f"{album.bind()} pictures in {seconds:.0f} s: {given.folder / 'index.html'}")


def chromium_here() -> Path:
    """The browser, or the end."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        sys.exit("Chromium is missing: install it (Debian: apt-get install chromium)")
    return Path(found)


def subjects_on(stack: ExitStack) -> list[Subject]:
    """All that is to be looked at, on sites that last as long as `stack`."""
    kinds = stack.enter_context(furnished())
    library, folder = stack.enter_context(a_library())
    site = stack.enter_context(serving())
    on_site = {f"site-{kind.replace(' ', '-')}": address for kind, address in kinds.items()}
    for status, words in (429, HASTY), (503, "Bluesky has had enough of us for now."):
        page = Painter(library).trouble(status, words, link="https://bsky.app/profile/alice.example/post/3k")
        site.pages[f"/{status}"] = bytes(page.body)
        on_site[f"site-error-{status}"] = f"{site.address}/{status}"
    for name in (*threads.ALL, *threads.TITLES):
        site.pages[f"/{name}"] = source(made(name), frame=replace(SITE, formats=FORMATS)).encode()
    return [
        *(Subject(name, address, (*SCREENS, NARROW)) for name, address in on_site.items()),
        *(Subject(f"folder-{name}", address, (*SCREENS, NARROW)) for name, address in pages_in(folder)),
        *of_threads(site.address),
    ]


def of_threads(site: str) -> Iterator[Subject]:
    """The pages of threads, and moments with them."""
    for name in (*threads.ALL, *threads.TITLES):
        yield Subject(name, f"{site}/{name}", (*SCREENS, NARROW, *((PAPER,) if name in PRINTED else ())))
    for name, (thread, script, whole) in MOMENTS.items():
        yield Subject(f"moment-{name}", f"{site}/{thread}", SCREENS, script, whole)


@contextmanager
def a_library() -> Iterator[tuple[Library, Path]]:
    """A library with threads in it, and the same as a site in a folder."""
    with (
        tempfile.TemporaryDirectory(prefix="unroller-screenshots-") as name,
        open_library(settings(Path(name, "data"))) as library,
    ):
        shelve(library, *of_two_years())
        built(library, Path(name, "site"), title="Threads to keep")
        yield library, Path(name, "site")


def pages_in(folder: Path) -> Iterable[tuple[str, str]]:
    """The kinds of pages of a site in a folder."""
    address = folder.as_uri()
    yield "home", f"{address}/index.html"
    yield "author", f"{address}/bluesky/@ada.test/index.html"
    yield "search", f"{address}/search.html?q=lighthouse"
    yield "thread", next(folder.glob("t/*/index.html")).as_uri()


def made(name: str) -> Thread:
    """The canonical thread of this name."""
    return (threads.ALL | threads.TITLES)[name]()


def take_readme(chromium: Browser) -> None:
    """A thread whose author has a face, for whoever opens the project."""
    found = essay()
    found = structs.replace(
        found, author=structs.replace(found.author, avatar="https://media.example/mira.png")
    )
    README.parent.mkdir(parents=True, exist_ok=True)
    with serving() as site, window(chromium, width=880, height=740) as page:
        site.pages["/readme"] = source(found, frame=replace(SITE, latest=())).encode()
        page.goto(f"{site.address}/readme")
        page.evaluate(SETTLE)
        page.screenshot(path=README)


def sheet(pictures: Mapping[str, Sequence[str]]) -> str:
    """A page with all pictures, those of one subject in a row."""
    rows = (
        f"<h2>{escape(subject)}</h2>\n<p>{' '.join(map(_framed, names))}</p>\n"
        for subject, names in pictures.items()
    )
    style = "img { height: 30rem; border: 1px solid #888; vertical-align: top }"
    return f"<!doctype html>\n<title>Screenshots</title>\n<style>{style}</style>\n{''.join(rows)}"


def _framed(name: str) -> str:
    name = escape(name)
    return f'<a href="{name}"><img loading="lazy" alt="{name}" title="{name}" src="{name}"></a>'


if __name__ == "__main__":
    main()
