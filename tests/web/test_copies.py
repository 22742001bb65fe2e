"""A thread in other formats: made when somebody asks, kept, made anew after a change, gone with the page."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs
from starlette.testclient import TestClient

from tests.web.conftest import Desk
from unroller.core.errors import SetupError
from unroller.core.model import Thread, Verdict
from unroller.core.ports import Export, Frame
from unroller.flows.page import make_copy, make_page, offered
from unroller.flows.remove import operator_removes
from unroller.store import Saved
from unroller.web.queues import LONGEST, BusyError, Queues

TYPES = {
    ".epub": "application/epub+zip",
    ".pdf": "application/pdf",
    ".zip": "application/zip",
    ".md": "text/markdown; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".bib": "text/x-bibtex; charset=utf-8",
    ".csl.json": "application/vnd.citationstyles.csl+json",
    ".json": "application/json",
}


@pytest.mark.parametrize("suffix", TYPES)
def test_each_format_is_answered_with_its_type_and_kept_from_search_engines(
    desk: Desk, client: TestClient, suffix: str
) -> None:
    saved = desk.publish()
    found = client.get(f"/t/{saved.slug}{suffix}")
    assert found.status_code == 200
    assert found.headers["content-type"] == TYPES[suffix]
    assert found.headers["x-robots-tag"] == "noindex"
    assert found.headers["cache-control"] == "no-cache"
    again = client.get(f"/t/{saved.slug}{suffix}", headers={"if-none-match": found.headers["etag"]})
    assert again.status_code == 304


def test_the_page_links_each_format_and_each_link_works(desk: Desk, client: TestClient) -> None:
    saved = desk.publish()
    html = client.get(f"/t/{saved.slug}").text
    for suffix in TYPES:
        address = f"{desk.library.page_url(saved.slug)}{suffix}"
        assert f'<a href="{address}">' in html
        assert client.head(f"/t/{saved.slug}{suffix}").status_code == 200


def test_a_copy_is_rendered_once(desk: Desk, client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    saved = desk.publish()
    first = client.get(f"/t/{saved.slug}.md")
    monkeypatch.setattr("unroller.web.thread_pages.make_copy", None)
    assert client.get(f"/t/{saved.slug}.md").content == first.content


def test_a_copy_is_made_anew_after_the_thread_changed(desk: Desk, client: TestClient) -> None:
    saved = desk.publish()
    first = client.get(f"/t/{saved.slug}.md").text
    library = desk.library
    assert saved.thread is not None
    assert saved.verdict is not None
    shorter = structs.replace(saved.thread, posts=saved.thread.posts[:1])
    library.store.threads.save(shorter, saved.verdict, {}, title="x", expires=None, sample=False)
    make_page(library, saved.slug)
    assert "thread.md" not in library.store.pages.names(saved.slug)
    second = client.get(f"/t/{saved.slug}.md").text
    assert "the clock was wrong" in first
    assert "the clock was wrong" not in second


@pytest.mark.parametrize("suffix", TYPES)
def test_a_copy_goes_with_the_page_at_once(desk: Desk, client: TestClient, suffix: str) -> None:
    saved = desk.publish()
    assert client.get(f"/t/{saved.slug}{suffix}").status_code == 200
    operator_removes(desk.library, saved.ref)
    gone = client.get(f"/t/{saved.slug}{suffix}")
    assert gone.status_code == 410
    assert "lighthouse" not in gone.text
    assert desk.library.store.pages.names(saved.slug) == ()


def test_a_format_that_nobody_has_is_not_found_and_the_others_are_named(
    desk: Desk, client: TestClient
) -> None:
    saved = desk.publish()
    for suffix in (".docx", ".html", ".png", ".tar.gz", "..", ".pdf.pdf"):
        found = client.get(f"/t/{saved.slug}{suffix}")
        assert found.status_code == 404
        assert ".bib, .csl.json, .epub, .json, .md, .pdf, .txt, .zip" in found.text
    assert client.get("/t/abcdefghijkl.pdf").status_code == 404


def rendering(desk: Desk, meanwhile: Any) -> Export:
    """The Markdown export, during whose work something happens."""
    real = desk.library.exports["markdown"]

    class Slow:
        name, title, media_type, suffix = real.name, real.title, real.media_type, real.suffix

        def render(self, thread: Thread, verdict: Verdict, frame: Frame) -> bytes:
            data = real.render(thread, verdict, frame)
            meanwhile()
            return data

    return Slow()


def with_export(desk: Desk, export: Export) -> Any:
    return replace(desk.library, exports={**desk.library.exports, "markdown": export})


def test_a_page_that_is_removed_while_a_copy_is_made_does_not_come_back(desk: Desk) -> None:
    saved = desk.publish()
    library = with_export(desk, rendering(desk, lambda: operator_removes(desk.library, saved.ref)))
    assert not make_copy(library, saved.slug, ".md")
    assert desk.library.store.pages.names(saved.slug) == ()


def test_a_copy_of_a_thread_that_changed_meanwhile_is_made_again(desk: Desk) -> None:
    saved = desk.publish()
    times: list[int] = []

    def change() -> None:
        times.append(1)
        if len(times) == 1:
            assert saved.thread is not None
            assert saved.verdict is not None
            shorter = structs.replace(saved.thread, posts=saved.thread.posts[:1])
            save = desk.library.store.threads.save
            save(shorter, saved.verdict, {}, title="x", expires=None, sample=False)

    assert make_copy(with_export(desk, rendering(desk, change)), saved.slug, ".md")
    made = desk.library.store.pages.load(saved.slug, "thread.md")
    assert made is not None
    assert b"the clock was wrong" not in made.forms[""]
    assert len(times) == 2


def test_a_copy_of_a_page_whose_files_were_lost_brings_the_page_back(desk: Desk, client: TestClient) -> None:
    saved = desk.publish()
    desk.library.store.pages.drop(saved.slug)
    assert client.get(f"/t/{saved.slug}.txt").status_code == 200
    assert client.get(f"/t/{saved.slug}").status_code == 200


def test_a_format_that_cannot_be_loaded_is_left_out_and_takes_nothing_with_it(desk: Desk) -> None:
    class Broken(dict[str, Export]):
        def __getitem__(self, name: str) -> Export:
            if name == "pdf":
                raise SetupError("The plug-in pdf does not work.")
            return super().__getitem__(name)

    exports = Broken({name: desk.library.exports[name] for name in desk.library.exports})
    found = offered(replace(desk.library, exports=exports))
    assert ".pdf" not in found
    assert ".epub" in found


def test_what_cannot_be_rendered_is_a_plain_page_and_told_to_the_operator(
    desk: Desk, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved: Saved = desk.publish()

    def fail(*_: object) -> bytes:
        raise SetupError("typst is not installed, so nothing can be drawn: pip install typst")

    monkeypatch.setattr("unroller.exports.pdf._made", fail)
    found = client.get(f"/t/{saved.slug}.pdf")
    assert found.status_code == 500
    assert "pip" not in found.text
    assert client.get(f"/t/{saved.slug}").status_code == 200


def test_robots_are_kept_from_copies(client: TestClient) -> None:
    lines = client.get("/robots.txt").text.splitlines()
    assert {f"Disallow: /t/*{suffix}$" for suffix in TYPES} <= set(lines)


def test_one_waits_for_another_and_too_many_are_sent_away() -> None:
    async def visit() -> list[str]:
        queues, said = Queues(), list[str]()
        done, refused = asyncio.Event(), asyncio.Event()

        async def wait(name: str) -> None:
            try:
                async with queues.place(".pdf"):
                    said.append(f"{name} in")
                    await done.wait()
                    said.append(f"{name} out")
            except BusyError:
                said.append(f"{name} sent away")
                refused.set()

        waiting = [asyncio.create_task(wait(str(number))) for number in range(LONGEST + 1)]
        await refused.wait()
        async with queues.place(".epub"):
            said.append("another")
        done.set()
        await asyncio.gather(*waiting)
        assert not queues._locks
        return said

    with ThreadPoolExecutor(1) as thread:  # in this one a browser's loop may be running
        said = thread.submit(lambda: asyncio.run(visit())).result()
    assert said[:5] == ["0 in", f"{LONGEST} sent away", "another", "0 out", "1 in"]
    assert len(said) == 2 * LONGEST + 2


def test_the_copies_are_those_of_the_page_and_not_the_page_itself(desk: Desk) -> None:
    assert set(offered(desk.library)) == set(TYPES)
