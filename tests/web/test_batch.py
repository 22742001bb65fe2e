"""Several links pasted at once: a page shows how far each one is."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect
from starlette.testclient import TestClient

from tests import browser
from tests.web.conftest import Desk, Running, link_to
from tests.web.test_browser import look
from unroller.flows.remove import operator_removes
from unroller.web import batch, pasting
from unroller.web.pages import BATCH_SCRIPT

ABSENT = "https://bsky.app/profile/did:plc:anna/post/3kabcdefghijk"


def unroll(*links: str, **more: object) -> str:
    return "/unroll?" + urlencode({"url": "\n".join(links), **more})


def test_every_link_is_begun_and_shown_until_all_are_done(desk: Desk, client: TestClient) -> None:
    links = [link_to(desk.write(f"Thread {number}.", "More.")[1]) for number in range(3)]
    first = client.get(unroll(*links, ABSENT))
    assert first.status_code == 202
    assert "0 threads of 4 links can be read." in first.text
    desk.work()
    done = client.get(unroll(*links, ABSENT, wait=1))
    assert done.status_code == 200
    assert "3 threads of 4 links can be read, 1 cannot be shown." in done.text
    assert [f">Thread {number}.</a>" in done.text for number in range(3)] == [True] * 3
    assert 'http-equiv="refresh"' not in done.text
    assert "<script" not in done.text


def test_the_box_takes_links_set_apart_by_spaces_and_one_link_among_words(
    desk: Desk, client: TestClient
) -> None:
    links = [link_to(desk.publish(text).ref) for text in ("One.", "Two.")]
    assert "2 threads of 2 links" in client.get(unroll(" ".join([*links, links[0]]))).text
    assert client.get(unroll(f"this one: {links[0]}, please")).status_code == 303


def test_the_page_is_loaded_anew_where_no_script_runs(desk: Desk, client: TestClient) -> None:
    links = [link_to(desk.write()[0]) for _ in range(2)]
    answer = client.get(unroll(*links))
    again = pasting.waiting_address("\n".join(links)).replace("&", "&amp;")
    assert f'<noscript><meta http-equiv="refresh" content="3; url={again}">' in answer.text
    assert f"<script>{BATCH_SCRIPT}</script>" in answer.text
    assert answer.headers["content-security-policy"].count("script-src 'sha256-") == 1
    assert answer.headers["x-robots-tag"] == "noindex"


def test_a_bad_link_spoils_no_other(desk: Desk, client: TestClient) -> None:
    good, gone = desk.publish("Good."), desk.publish("Gone.")
    operator_removes(desk.library, gone.ref)
    bad = "https://bsky.app/profile/anna.test"
    answer = client.get(
        unroll(link_to(good.ref), link_to(gone.ref), bad, "https://www.youtube.com/watch?v=3k")
    )
    assert answer.status_code == 200
    assert "1 thread of 4 links can be read, 3 cannot be shown." in answer.text
    assert "The operator of this site removed this page." in answer.text
    assert "Try again" not in answer.text


def test_what_failed_may_be_tried_again(desk: Desk, client: TestClient) -> None:
    client.get(unroll(ABSENT, link_to(desk.write()[0])))
    desk.work()
    html = client.get(unroll(ABSENT, link_to(desk.write()[0]), wait=1)).text
    assert f'<a href="/unroll?url={ABSENT.replace(":", "%3A")}">Try again</a>' in html


def test_more_links_than_one_may_paste_at_once_are_refused_before_any_is_begun(
    desk: Desk, client: TestClient
) -> None:
    links = [f"https://bsky.app/profile/anna.test/post/3kaaaaaaaa{number}" for number in range(100, 121)]
    answer = client.get(unroll(*links))
    assert answer.status_code == 400
    assert "21 links are too many at once: paste 20 of them, then the others." in answer.text
    assert client.get(unroll(*links[:20])).status_code == 202


@pytest.mark.slow
def test_links_beyond_what_one_may_paste_in_a_minute_wait_for_their_turn(
    desk: Desk, client: TestClient
) -> None:
    links = [f"https://bsky.app/profile/anna.test/post/3kaaaaaaaa{number}" for number in range(100, 121)]
    client.get(unroll(*links[:19]))
    assert client.get(unroll(*links[19:])).text.count(batch.HASTY) == 1
    desk.seconds.now += 60
    assert batch.HASTY not in client.get(unroll(*links[19:], wait=1)).text


@pytest.mark.parametrize("javascript", [True, False])
def test_the_page_keeps_itself_up_to_date(
    live: tuple[Desk, Running], new_page: Callable[..., Page], javascript: bool
) -> None:
    desk, site = live
    links = [link_to(desk.write(f"Light number {number}.", "It turns.")[0]) for number in range(2)]
    page = new_page(javascript=javascript)
    loads: list[str] = []
    page.on("framenavigated", lambda frame: loads.append(frame.url))
    page.goto(f"{site.address}/tools")
    page.get_by_label("Up to 20 links").focus()
    page.keyboard.insert_text("\n".join([*links, ABSENT]))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Working on them")
    desk.work()
    expect(page.get_by_role("heading", level=1)).to_have_text("What came of your links", timeout=15_000)
    expect(page.get_by_role("status")).to_have_text("2 threads of 3 links can be read, 1 cannot be shown.")
    assert (len(loads) == 2) == javascript, "with the script, nothing is loaded anew"
    page.get_by_role("link", name="Light number 1.").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Light number 1.")


@pytest.mark.parametrize("width", [320, 1000])
def test_the_pages_about_links_are_readable_for_everybody(
    live: tuple[Desk, Running], new_page: Callable[..., Page], width: int
) -> None:
    desk, site = live
    links = [link_to(desk.publish("منارة بلا حارس.").ref), ABSENT, link_to(desk.write()[0])]
    for name, address in (("batch", unroll(*links)), ("tools", "/tools")):
        page = new_page(javascript=True, scheme="dark" if width == 320 else "light", width=width)
        complaints: list[str] = []
        page.on("console", partial(lambda said, message: said.append(message.text), complaints))
        page.goto(site.address + address)
        look(page, f"{name}-{width}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert browser.violations(page) == [], name
        assert [one for one in complaints if "Content Security Policy" in one] == [], name
