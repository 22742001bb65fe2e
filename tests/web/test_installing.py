"""The site on a phone's home screen, and in its share sheet."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from starlette.testclient import TestClient

from tests.web.conftest import Desk, Running
from unroller.exports.page import PAPER, STYLE


def test_the_manifest_says_what_a_share_sheet_may_send(client: TestClient) -> None:
    answer = client.get("/manifest.webmanifest")
    assert answer.headers["content-type"] == "application/manifest+json"
    manifest = answer.json()
    assert manifest["share_target"] == {
        "action": "/share",
        "method": "GET",
        "enctype": "application/x-www-form-urlencoded",
        "params": {"title": "title", "text": "text", "url": "url"},
    }
    assert manifest["theme_color"] == PAPER[0]


def test_every_icon_of_the_manifest_is_a_picture_of_the_size_it_says(client: TestClient) -> None:
    icons = client.get("/manifest.webmanifest").json()["icons"]
    assert {(icon["sizes"], icon["purpose"]) for icon in icons} == {
        ("192x192", "any"),
        ("512x512", "any"),
        ("512x512", "maskable"),
    }
    for icon in icons:
        data = client.get(icon["src"]).content
        assert data.startswith(b"\x89PNG")
        width, height = struct.unpack(">II", data[16:24])
        assert f"{width}x{height}" == icon["sizes"]


def test_the_site_has_the_colours_of_its_paper(client: TestClient) -> None:
    light, dark = PAPER
    assert light != dark
    assert all(f"--paper: {colour};" in STYLE for colour in PAPER)
    html = client.get("/").text
    assert f'<meta name="theme-color" content="{dark}" media="(prefers-color-scheme: dark)">' in html


@pytest.mark.parametrize("site", ["Unroller", "Das „Fädchen“ \u202e</script>" * 20])
def test_the_manifest_holds_any_name(desk: Desk, site: str) -> None:
    assert desk.client(site=site).get("/manifest.webmanifest").json()["name"] == site


def test_a_browser_finds_nothing_that_keeps_the_site_from_being_installed(
    live: tuple[Desk, Running], new_page: Callable[..., Page]
) -> None:
    page = new_page(javascript=True)
    page.goto(live[1].address)
    devtools = page.context.new_cdp_session(page)
    found = devtools.send("Page.getAppManifest")
    assert found["errors"] == []
    assert json.loads(found["data"])["share_target"]["action"] == "/share"
    hindrances = devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # A test's profile is a private window, in which nothing can be installed.
    assert {one["errorId"] for one in hindrances} <= {"in-incognito"}
