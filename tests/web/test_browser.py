"""The site in a real browser: without a script, with one, in light and dark, on a phone."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from tests import browser
from tests.web.conftest import Desk, Running, link_to
from unroller.flows.remove import operator_removes

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


@pytest.fixture
def addresses(desk: Desk, site: Running) -> dict[str, str]:
    """One address of each kind of page that the site makes by itself."""
    for title in (
        "How to read a tide table",
        "منارة بلا حارس",
        "A_very_long_title_without_a_single_space_" * 2,
    ):
        desk.publish(f"{title}.", "And so on.")
    gone = desk.publish("Nothing stays.")
    operator_removes(desk.library, gone.ref)
    waiting = link_to(desk.write()[0])
    return {
        "home": f"{site.address}/",
        "working": f"{site.address}/unroll?" + urlencode({"url": waiting}),
        "wrong": f"{site.address}/unroll?" + urlencode({"url": "https://example.com/" + "x" * 300}),
        "gone": f"{site.address}/t/{gone.slug}",
        "absent": f"{site.address}/t/abcdefghijkl",
        "for programs": f"{site.address}/api",
    }


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
