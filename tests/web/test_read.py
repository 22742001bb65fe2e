"""`/read`: a thread for tools that ask once and keep what they get."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from tests.web.conftest import Desk, link_to
from unroller.core.summary import slug
from unroller.flows.library import Library
from unroller.flows.remove import operator_removes
from unroller.web import paste_pages, pasting


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paste_pages, "PAUSES", (0.0, 0.0))


def read(link: str) -> str:
    return "/read?" + urlencode({"url": link})


def test_a_thread_that_is_here_is_where_its_page_is(desk: Desk, client: TestClient) -> None:
    saved = desk.publish()
    answer = client.get(read(link_to(saved.ref)))
    assert (answer.status_code, answer.headers["location"]) == (303, f"/t/{saved.slug}")
    assert client.head(read(link_to(saved.ref))).status_code == 303
    raw = f"/read?url={link_to(saved.ref)}?ref_src=app"
    assert client.get(raw).headers["location"] == f"/t/{saved.slug}", "the link need not be encoded"


@pytest.fixture
def at_work(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker is done before somebody looks for the first time."""
    looked = pasting.look

    def work_first(library: Library, link: str) -> pasting.State | None:
        desk.work()
        return looked(library, link)

    monkeypatch.setattr(pasting, "look", work_first)


@pytest.mark.usefixtures("at_work")
def test_a_thread_that_is_quickly_made_is_waited_for(desk: Desk, client: TestClient) -> None:
    posts = desk.write()
    answer = client.get(read(link_to(posts[1])))
    assert (answer.status_code, answer.headers["location"]) == (303, f"/t/{slug(posts[0])}")


def test_a_tool_is_told_when_to_come_again_and_a_person_is_led_on(desk: Desk, client: TestClient) -> None:
    link = link_to(desk.write()[0])
    answer = client.get(read(link))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert pasting.waiting_address(link).replace("&", "&amp;") in answer.text
    assert answer.headers["x-robots-tag"] == "noindex"
    desk.work()
    assert client.get(read(link)).status_code == 303


@pytest.mark.usefixtures("at_work")
def test_errors_are_told_by_their_status(desk: Desk, client: TestClient) -> None:
    gone = desk.publish()
    operator_removes(desk.library, gone.ref)
    absent = "https://bsky.app/profile/did:plc:anna/post/3kabcdefghijk"
    links = ("", "nothing", absent, link_to(gone.ref))
    assert [client.get(read(link)).status_code for link in links] == [400, 400, 404, 410]


def test_tools_pass_the_same_turnstile(client: TestClient) -> None:
    links = [f"https://bsky.app/profile/anna.test/post/3kaaaaaaaa{number}" for number in range(100, 121)]
    statuses = [client.get(read(link)).status_code for link in links]
    assert statuses == [503] * 20 + [429]
