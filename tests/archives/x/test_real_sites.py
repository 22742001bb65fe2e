"""A static site of every public export, opened from its folder: whole, quiet, and asking nobody."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser

from tests import browser
from tests.archives.x.test_real_exports import EXPORTS, NAMES, path_of
from tests.conftest import leave_out
from tests.flows.paper import settings
from unroller.core.search import tokens
from unroller.flows.build import Order, build
from unroller.flows.import_archive import Import, save_all
from unroller.flows.library import Library, open_library
from unroller.flows.open_archives import opened
from unroller.plugins import load_archives

pytestmark = pytest.mark.real

LOOKED_AT = 3
"""Threads of each export that are opened in the browser."""


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    if not (EXPORTS / request.param).is_dir():
        leave_out("the public exports of X are not beside this folder (data/x-archive)")
    return str(request.param)


def imported(library: Library, path: Path) -> list[str]:
    told = Import()
    with opened(load_archives(), [path]) as chosen:
        for one in chosen:
            save_all(library, one, told)
    return told.slugs


def test_a_site_of_it_is_read_and_searched_from_its_folder(
    chromium: Browser, name: str, tmp_path: Path
) -> None:
    with open_library(settings(tmp_path / "data")) as library:
        slugs = imported(library, path_of(name))
        site = tmp_path / "site"
        assert build(library, site, Order(formats=())).made == len(slugs)
        word = max(tokens(library.store.threads.entries()[-1].title), key=len) if slugs else "nothing"
    page = browser.new_page(chromium, javascript=True)
    complaints, asked = list[str](), list[str]()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{site.as_uri()}/index.html")
    found = page.locator(".threads a").evaluate_all("links => links.map(link => link.href)")
    years = page.locator("#years + ul a").evaluate_all("links => links.map(link => link.href)")
    for address in (*found[:LOOKED_AT], *years):
        page.goto(address)
        assert page.locator("h1").count() == 1
    page.goto(f"{site.as_uri()}/search.html?q={quote(word)}")
    page.wait_for_function("!/^$|…/.test(document.getElementById('status').textContent)")
    assert (page.locator("#results li").count() > 0) == bool(slugs)
    assert complaints == []
    assert [address for address in asked if not address.startswith(f"{site.as_uri()}/")] == []
    page.context.close()
