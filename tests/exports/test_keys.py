"""Keys that go from post to post: where the focus is tells a screen reader where the reader is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import threads
from tests.browser import violations
from tests.exports.pages import source
from tests.exports.visits import serving, visiting


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving() as site:
        site.pages["/"] = source(threads.essay_in_parts()).encode()
        yield f"{site.address}/"


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    with visiting(chromium, address, height=500) as visit:
        yield visit.page
        assert visit.complaints == []


def held(page: Page) -> str:
    """The number beside the post that has the focus."""
    return str(
        page.evaluate("document.activeElement.closest('.post')?.querySelector('.mark').textContent ?? ''")
    )


def test_j_and_k_go_from_post_to_post_and_stop_at_the_ends(page: Page) -> None:
    went = []
    for key in "jjjkkkj":
        page.keyboard.press(key)
        went.append(held(page))
    assert went == ["1", "2", "3", "2", "1", "1", "2"]


def test_keys_go_on_from_where_the_reader_has_scrolled_to(page: Page) -> None:
    page.keyboard.press("j")
    page.get_by_text("That was day 15.").evaluate("post => post.scrollIntoView({behavior: 'instant'})")
    page.keyboard.press("j")
    assert held(page) == "16"


def test_o_opens_the_original_of_the_post(page: Page) -> None:
    for key in "jjo":
        page.keyboard.press(key)
    page.wait_for_url("https://bsky.app/profile/mira.example.social/post/3m00000000002")


def test_c_opens_the_contents(page: Page) -> None:
    page.keyboard.press("c")
    expect(page.get_by_role("link", name="Part 3: Light")).to_be_visible()
    expect(page.locator(".contents summary")).to_be_focused()


@pytest.mark.parametrize("key", ["Control+j", "Alt+j", "Meta+j"])
def test_other_peoples_keys_are_left_alone(page: Page, key: str) -> None:
    page.keyboard.press(key)
    assert held(page) == ""


def test_letters_that_are_typed_into_a_field_go_nowhere(page: Page) -> None:
    page.evaluate("document.body.append(document.createElement('textarea'))")
    page.locator("textarea").press_sequentially("jo?")
    expect(page.locator("textarea")).to_have_value("jo?")
    expect(page.locator("dialog")).to_have_count(0)


def test_help_says_the_keys_and_gives_the_focus_back(page: Page) -> None:
    page.keyboard.press("j")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("j next post")
    assert violations(page) == []
    page.keyboard.press("Escape")
    assert held(page) == "1"


def test_keys_can_be_switched_off_for_good(page: Page) -> None:
    page.get_by_role("button", name="Keys").click()
    page.get_by_role("button", name="Switch keys off").click()
    page.reload()
    page.keyboard.press("j")
    assert held(page) == ""
    page.get_by_role("button", name="Keys").click()
    page.get_by_role("button", name="Switch keys on").click()
    page.keyboard.press("j")
    assert held(page) != ""


def test_without_scripts_nothing_speaks_of_keys(chromium: Browser, address: str) -> None:
    with visiting(chromium, address, scripts=False) as visit:
        expect(visit.page.get_by_role("button")).to_have_count(0)
        visit.page.locator(".contents summary").click()
        visit.page.get_by_role("link", name="Part 3: Light").click()
        expect(visit.page.locator(".post:target")).to_contain_text("That was day 17.")
