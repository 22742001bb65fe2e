"""What a reader of 25 posts of text downloads: the published bytes, as the site sends them."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path

from playwright.sync_api import Browser

from bench.figures import Figure, at_most, plain
from bench.networks import Networks
from bench.publishing import publish_all
from bench.server import Site, running
from bench.world import World
from tests import browser
from unroller.config import Settings
from unroller.flows.library import open_library
from unroller.testing import PaperBluesky

MOST, MOST_SCRIPT = 14 * 1024, 3 * 1024
KEYS = "keys to go from post to post; it asks for nothing"
OTHER = "the best open reader: 34 KB of HTML and 59 KB of JavaScript, before compression"
SIZE = 25


def measure(_: Networks, quick: bool) -> Iterable[Figure]:  # noqa: ARG001, FBT001
    with tempfile.TemporaryDirectory(prefix="unroller-bench-") as folder:
        settings = Settings(data=Path(folder))
        slug = published(settings)
        with open_library(settings) as library:
            page = library.store.pages.load(slug, "page.html")
        assert page is not None
        plain_form = page.forms[""].decode()
        for form in ("zstd", "br", "gzip"):
            yield at_most(
                f"HTML and CSS, {form}", len(page.forms[form]), MOST, "B", OTHER if form == "zstd" else ""
            )
        yield plain(
            "HTML and CSS, not compressed", len(page.forms[""]), "B", f"of it CSS {style_size(plain_form)} B"
        )
        yield at_most("script, which the page works without", script_size(plain_form), MOST_SCRIPT, "B", KEYS)
        yield at_most("resources that the page names besides media", len(resources(plain_form)), 0)
        yield requests_in_browser(settings, slug)


def published(settings: Settings) -> str:
    world = World(threads=1, length=SIZE, callers=0, calls=0, until=1_780_000_000)
    with open_library(settings, http=PaperBluesky(world.accounts(), world.posts())) as library:
        (saved,) = publish_all(library, world)
        assert saved.thread is not None
        assert len(saved.thread.posts) == SIZE
        return saved.slug


def style_size(page: str) -> int:
    return sum(len(style.encode()) for style in re.findall(r"<style[^>]*>(.*?)</style>", page, re.DOTALL))


def script_size(page: str) -> int:
    return sum(len(script.encode()) for script in re.findall(r"<script>(.*?)</script>", page, re.DOTALL))


class Reader(HTMLParser):
    """Notes what a browser would fetch for the page."""

    FETCHED = frozenset({"stylesheet", "icon", "preload", "modulepreload", "prefetch", "manifest"})

    def __init__(self) -> None:
        super().__init__()
        self.resources: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "link" and self.FETCHED & set(found.get("rel", "").split()):
            self.resources += [found["href"]] if not found["href"].startswith("data:") else []
        if tag in ("script", "iframe", "embed", "object") and (found.get("src") or found.get("data")):
            self.resources.append(found.get("src") or found["data"])


def resources(page: str) -> list[str]:
    reader = Reader()
    reader.feed(page)
    return reader.resources


def requests_in_browser(settings: Settings, slug: str) -> Figure:
    """What Chromium really asks for."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    if executable is None:
        return Figure("requests of a real browser", "not measured", note="Chromium is not installed")
    with running(settings) as site, browser.running(Path(executable)) as chromium:
        asked = asked_by(chromium, site, slug)
    return at_most(
        "requests of a real browser", len(asked), 1, note=json.dumps(asked[1:]) if asked[1:] else ""
    )


def asked_by(chromium: Browser, site: Site, slug: str) -> list[str]:
    page = browser.new_page(chromium)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{site.address}/t/{slug}", wait_until="networkidle")
    page.context.close()
    return asked
