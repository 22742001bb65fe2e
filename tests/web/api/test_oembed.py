"""Other sites may show a link with a title and a picture in place of a page's address."""

from __future__ import annotations

from dataclasses import replace
from html import unescape
from re import search
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest
from starlette.testclient import TestClient

from tests.web.api.conftest import problem
from tests.web.conftest import Desk
from unroller.flows.remove import operator_removes
from unroller.store import Saved


def oembed(saved: Saved | str, **more: object) -> str:
    url = saved if isinstance(saved, str) else f"https://unroll.example/t/{saved.slug}"
    return "/api/oembed?" + urlencode({"url": url, **more})


def test_a_page_leads_to_what_may_stand_for_it(desk: Desk, client: TestClient) -> None:
    saved = desk.publish()
    found = search(r'type="application/json\+oembed" href="([^"]+)"', client.get(f"/t/{saved.slug}").text)
    assert found is not None
    answer = client.get(unescape(found[1]).removeprefix("https://unroll.example"))
    assert answer.status_code == 200
    told = answer.json()
    assert (told["type"], told["version"]) == ("link", "1.0")
    assert told["title"] == "The lighthouse had no keeper."
    assert told["author_name"] == "anna.test"
    assert told["thumbnail_url"] == f"https://unroll.example/t/{saved.slug}/card.png"
    assert "clock" not in answer.text, "no words that outlive the page in others"


def test_a_picture_that_would_be_too_large_is_left_out(desk: Desk, client: TestClient) -> None:
    saved = desk.publish()
    for size in ({"maxwidth": 400}, {"maxheight": 629}):
        assert "thumbnail_url" not in client.get(oembed(saved, **size)).json()
    assert "thumbnail_url" in client.get(oembed(saved, maxwidth=1200, maxheight=630)).json()


def test_xml_says_the_same(desk: Desk, client: TestClient) -> None:
    saved = desk.publish("Fish & <chips> cost \x00\x0b nothing.", "More.")
    answer = client.get(oembed(saved, format="xml"))
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    told = {element.tag: element.text for element in ET.fromstring(answer.content)}
    same = client.get(oembed(saved, format="json")).json()
    assert told == {name: str(value) for name, value in same.items()}


@pytest.mark.parametrize("tail", ["/", "#post-2", "?utm_source=x"])
def test_an_address_may_be_written_in_other_ways(desk: Desk, client: TestClient, tail: str) -> None:
    saved = desk.publish()
    assert client.get(oembed(f"https://unroll.example/t/{saved.slug}{tail}")).status_code == 200


def test_what_other_programs_add_to_the_question_does_not_matter(desk: Desk, client: TestClient) -> None:
    assert client.get(oembed(desk.publish(), discover=1, dnt="true")).status_code == 200


@pytest.mark.parametrize(
    "url",
    ["", "https://unroll.example/", "https://evil.example/t/aaaaaaaaaaaa", "https://unroll.example/t/aaaaaaaaaaaa",
     "https://unroll.example/t/aaaaaaaaaaaa.json", "javascript:alert(1)"],
)  # fmt: skip
def test_what_is_no_page_has_nothing_to_show(client: TestClient, url: str) -> None:
    assert problem(client, "GET", oembed(url))[:2] == (404, "not-found")


def test_a_page_that_is_gone_has_nothing_to_show(desk: Desk, client: TestClient) -> None:
    saved = desk.publish()
    operator_removes(desk.library, saved.ref)
    assert problem(client, "GET", oembed(saved))[:2] == (404, "not-found")


def test_other_forms_are_not_implemented(desk: Desk, client: TestClient) -> None:
    assert problem(client, "GET", oembed(desk.publish(), format="yaml"))[:2] == (501, "no-such-form")


def test_a_page_that_stands_alone_leads_nowhere(desk: Desk) -> None:
    saved = desk.publish()
    assert saved.thread is not None
    assert saved.verdict is not None
    from unroller.flows.page import plain_frame

    alone = replace(plain_frame(desk.library, saved), base_url="", page_url="")
    html: Any = desk.library.exports["html"]
    assert b"oembed" not in html.render(saved.thread, saved.verdict, alone)
