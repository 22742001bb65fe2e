"""The site in a real browser: without a script, with one, in light and dark, on a phone."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import pytest
from msgspec.structs import replace
from playwright.sync_api import ConsoleMessage, Page, expect

from tests import browser
from tests.flows.pictured import gallery
from tests.http.servers import answer
from tests.web.conftest import Desk, Running, link_to
from tests.web.kinds import furnish

NewPage = Callable[..., Page]
LONG = "https://bsky.app/profile/did:plc:anna/post/3kabcdefghijk?" + "x" * 400


@pytest.fixture
def desk(live: tuple[Desk, Running]) -> Desk:
    return live[0]


@pytest.fixture
def site(live: tuple[Desk, Running]) -> Running:
    return live[1]


def look(page: Page, name: str) -> None:
    """Keep a picture, where somebody wants to look at it."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.fixture(scope="module")
def addresses(live: tuple[Desk, Running]) -> dict[str, str]:
    """One address of each kind of page that the site has."""
    desk, site = live
    return {name: f"{site.address}{path}" for name, path in furnish(desk).items()}


def _note(complaints: list[str], message: ConsoleMessage) -> None:
    complaints.append(message.text)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1000])
def test_every_page_is_readable_for_everybody(
    addresses: dict[str, str], new_page: NewPage, scheme: str, width: int
) -> None:
    for name, address in addresses.items():
        page = new_page(javascript=True, scheme=scheme, width=width)
        complaints: list[str] = []
        page.on("console", partial(_note, complaints))
        page.goto(address)
        look(page, f"{name}-{scheme}-{width}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert browser.violations(page) == [], name
        refused = [one for one in complaints if "Content Security Policy" in one]
        assert refused == [], name


def test_a_form_for_programs_shows_people_the_address_and_its_answer(
    desk: Desk, site: Running, new_page: NewPage
) -> None:
    desk.publish("Only kites stay up here.", "And so on.")
    page = new_page()
    page.goto(f"{site.address}/api")
    form = page.get_by_role("form", name="List threads, or search them")
    form.get_by_label("q Words").fill("kites")
    form.get_by_role("button", name="Ask").click()
    page.wait_for_url("**/api/v1/threads?q=kites")
    assert '"title":"Only kites stay up here."' in page.content()


@pytest.mark.parametrize("javascript", [True, False])
def test_the_page_that_waits_turns_into_the_thread(
    desk: Desk, site: Running, new_page: NewPage, javascript: bool
) -> None:
    posts = desk.write()
    page = new_page(javascript=javascript)
    page.goto(site.address)
    page.get_by_label("Paste the link of any post").fill(link_to(posts[-1]))
    page.get_by_role("button", name="Unroll").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Working on it")
    desk.work()
    expect(page.get_by_role("heading", level=1)).to_have_text("The lighthouse had no keeper.")
    assert "/t/" in page.url


@pytest.mark.parametrize("javascript", [True, False])
def test_the_page_that_waits_turns_into_words_when_there_is_no_thread(
    desk: Desk, site: Running, new_page: NewPage, javascript: bool
) -> None:
    page = new_page(javascript=javascript)
    page.goto(f"{site.address}/unroll?" + urlencode({"url": LONG.partition("?")[0]}))
    desk.work()
    expect(page.get_by_role("heading", level=1)).to_have_text("There is nothing here")
    expect(page.get_by_role("textbox")).to_have_value(LONG.partition("?")[0])


@pytest.mark.parametrize("javascript", [True, False])
def test_somebody_without_a_mouse_finds_a_thread_and_more_by_its_author(
    desk: Desk, site: Running, new_page: NewPage, javascript: bool
) -> None:
    title = f"A {'loud' if javascript else 'quiet'} bell buoy rings by itself."
    desk.publish(title, "The waves do it.")
    page = new_page(javascript=javascript)
    page.goto(site.address)
    press(page, "Search")
    page.get_by_role("searchbox").press_sequentially(f'"{title[2:12]}" -lighthouse')
    page.keyboard.press("Enter")
    expect(page.locator("mark")).to_have_text(title[2:12].split())
    press(page, "anna.test")
    expect(page.get_by_role("heading", level=1)).to_have_text("anna.test")
    press(page, title)
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def press(page: Page, name: str) -> None:
    """Walk to a link by the keyboard, and open it."""
    link = page.get_by_role("link", name=name, exact=True).first
    for _ in range(40):
        page.keyboard.press("Tab")
        if link.evaluate("link => link === document.activeElement"):
            break
    expect(link).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_load_state()


def test_pages_ask_for_nothing_but_themselves(
    desk: Desk, addresses: dict[str, str], new_page: NewPage
) -> None:
    page = new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(addresses["home"])
    page.wait_for_load_state("networkidle")
    assert [url for url in asked if not url.startswith("data:")] == [addresses["home"]]


def test_a_sample_is_marked_as_one(desk: Desk, site: Running, new_page: NewPage) -> None:
    saved = desk.publish()
    assert saved.thread
    assert saved.verdict
    title = "A lamp that is a sample"
    desk.library.store.threads.save(
        replace(saved.thread, answers=("https://bsky.app/x",)), saved.verdict, {}, title=title, sample=True
    )
    page = new_page()
    page.goto(site.address)
    expect(page.get_by_role("listitem").filter(has_text=title)).to_contain_text("· a sample")


def test_a_page_with_pictures_asks_nobody_but_its_site_until_its_reader_plays_the_film(
    desk: Desk, site: Running, new_page: NewPage
) -> None:
    page, asked = new_page(javascript=True), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    with gallery(desk.library.settings.data, site.address) as shop:
        shop.network.accounts["did:plc:anna"]["avatar"] = shop.url("/avatar.jpg")
        shop.at["/b.jpg"] = answer(b"", 404)
        film = {"playlist": shop.url("/film.mp4"), "thumbnail": shop.url("/poster.jpg"), "alt": "A film"}
        filmed = shop.publish(**film, **{"$type": "app.bsky.embed.video#view"})
        pictured = shop.publish("/a.jpg", "/b.jpg")
        shop.work()
        fetched = len(shop.asked)
        for name, saved in {"pictures": pictured, "film": filmed}.items():
            page.goto(f"{site.address}/t/{saved.slug}", wait_until="networkidle")
            look(page, name)
            assert page.evaluate("[...document.images].every(one => one.naturalWidth > 0)")
            assert browser.violations(page) == []
        assert len(asked) == 6  # a page, the avatar, a picture or poster
        assert all(url.startswith(f"{site.address}/t/") for url in asked)
        assert len(shop.asked) == fetched
        page.evaluate("() => { document.querySelector('video').play().catch(() => null) }")
        page.wait_for_timeout(500)
        assert shop.asked[fetched:].count("/film.mp4") >= 1
