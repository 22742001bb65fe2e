"""The page as people meet it: in a real browser, light and dark, on a phone, without scripts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests import threads
from tests.browser import violations
from tests.exports.pages import SITE, source
from tests.exports.visits import Site, serving, visiting
from unroller.core.model import Verdict

WARNED = Verdict(warn=True, list=False, index=False)
EVERY = pytest.mark.parametrize("name", threads.ALL)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """Every canonical thread's page at `/<name>`, and one wholly behind a warning at `/guarded`."""
    with serving() as site:
        for name, made in threads.ALL.items():
            site.pages[f"/{name}"] = source(made(), frame=SITE).encode()
        site.pages["/guarded"] = source(threads.short(), WARNED).encode()
        yield site


@pytest.mark.parametrize("name", [*threads.ALL, "guarded"])
def test_axe_finds_nothing_in_light_and_dark(chromium: Browser, site: Site, name: str) -> None:
    with visiting(chromium, f"{site.address}/{name}") as visit:
        visit.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert violations(visit.page) == []
        visit.page.emulate_media(color_scheme="dark")
        assert violations(visit.page) == []


@EVERY
def test_the_browser_has_nothing_to_complain_about(chromium: Browser, site: Site, name: str) -> None:
    with visiting(chromium, f"{site.address}/{name}") as visit:
        visit.page.wait_for_load_state("networkidle")
        assert visit.complaints == []


@pytest.mark.parametrize("name", ["one_post", "essay", "long", "right_to_left", "gaps", "forks"])
def test_a_page_of_words_is_one_request(chromium: Browser, site: Site, name: str) -> None:
    with visiting(chromium, f"{site.address}/{name}") as visit:
        assert visit.asked == [f"{site.address}/{name}"]


@EVERY
def test_nothing_reaches_beyond_the_screen(chromium: Browser, site: Site, name: str) -> None:
    with visiting(chromium, f"{site.address}/{name}", scripts=False) as visit:
        for width in (1280, 390, 320):
            visit.page.set_viewport_size({"width": width, "height": 800})
            assert visit.page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_whole_thread_is_read_without_scripts(chromium: Browser, site: Site) -> None:
    with visiting(chromium, f"{site.address}/long", scripts=False) as visit:
        posts = visit.page.locator(".post")
        assert posts.count() == 120
        assert "Later: Bread came on Thursdays" in posts.last.inner_text()


def test_a_warning_is_opened_by_a_click_without_scripts(chromium: Browser, site: Site) -> None:
    with visiting(chromium, f"{site.address}/warned", scripts=False) as visit:
        words = visit.page.get_by_text("The wreck itself.")
        assert not words.is_visible()
        visit.page.get_by_text("Content warning: shipwreck, drowning").click()
        assert words.is_visible()


def test_a_thread_behind_a_warning_is_closed_at_first(chromium: Browser, site: Site) -> None:
    with visiting(chromium, f"{site.address}/guarded", scripts=False) as visit:
        assert not visit.page.locator(".post").first.is_visible()


def test_the_keyboard_reaches_the_text_first(chromium: Browser, site: Site) -> None:
    with visiting(chromium, f"{site.address}/short") as visit:
        visit.page.keyboard.press("Tab")
        assert visit.page.locator(":focus").inner_text() == "Skip to the text"


def test_a_fork_leads_to_the_post_that_it_continues(chromium: Browser, site: Site) -> None:
    with visiting(chromium, f"{site.address}/forks") as visit:
        visit.page.get_by_role("link", name="post 2", exact=True).click()
        assert "First find the port." in visit.page.locator(".post:target").inner_text()


def test_the_marks_of_posts_from_right_to_left_stand_on_the_right(chromium: Browser, site: Site) -> None:
    with visiting(chromium, f"{site.address}/right_to_left") as visit:
        marks = visit.page.locator(".mark")
        first, last = marks.first.bounding_box(), marks.last.bounding_box()
        assert first is not None
        assert last is not None
        assert first["x"] > 640 > last["x"]
