"""Threads and authors for programs: listed, searched, and each with all that it can be had as."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs
from starlette.testclient import TestClient

from tests.flows import paper
from tests.web.api.conftest import problem
from tests.web.conftest import Desk
from unroller.core.model import Author
from unroller.flows.browse import PAGE
from unroller.flows.publish import publish
from unroller.flows.remove import operator_removes
from unroller.store import Saved

THREADS, AUTHORS = "/api/v1/threads", "/api/v1/authors"


def slugs(client: TestClient, **asked: Any) -> list[str]:
    answer = client.get(THREADS, params=asked)
    assert answer.status_code == 200, answer.text
    return [thread["slug"] for thread in answer.json()["threads"]]


def by(desk: Desk, who: str, *texts: str, **how: Any) -> Saved:
    return publish(desk.library, paper.thread(desk.network, who, *texts, **how)[0])


def unlisted(desk: Desk, *texts: str) -> Saved:
    """A thread that is shown, and is in no list."""
    saved = desk.publish(*texts)
    assert saved.thread is not None
    assert saved.verdict is not None

    verdict = structs.replace(saved.verdict, list=False)
    return desk.library.store.threads.save(saved.thread, verdict, {}, title="x")


def test_threads_are_listed_and_searched(desk: Desk, client: TestClient) -> None:
    first, second = desk.publish(), by(desk, "bob", "A harbour without ships.", "And without water.")
    assert slugs(client) == [second.slug, first.slug]
    assert slugs(client, q="lighthouse clock") == [first.slug]
    assert slugs(client, q='"without ships" -clock') == [second.slug]
    assert slugs(client, q="lighthouse harbour") == []
    assert slugs(client, author="bob.test") == slugs(client, author="@bob.test") == [second.slug]
    assert slugs(client, author="did:plc:bob", network="bluesky") == [second.slug]
    assert slugs(client, author="nobody.test") == slugs(client, network="nowhere") == []
    assert slugs(client, language="en-GB") == [second.slug, first.slug]
    assert slugs(client, language="de") == []


def test_days_are_those_on_which_threads_were_written(desk: Desk, client: TestClient) -> None:
    saved = by(desk, "bob", "One.", "Two.", at=paper.START - timedelta(days=9))
    day = (paper.START - timedelta(days=9)).date()
    assert slugs(client, since=day, until=day) == [saved.slug]
    assert slugs(client, since=day + timedelta(days=1)) == slugs(client, until=day - timedelta(days=1)) == []
    assert slugs(client, since="0001-01-01", until="9999-12-31") == [saved.slug]


def test_the_place_that_matches_comes_along(desk: Desk, client: TestClient) -> None:
    desk.publish()
    (thread,) = client.get(THREADS, params={"q": "clock"}).json()["threads"]
    assert [piece["text"] for piece in thread["passage"] if piece["match"]] == ["clock"]
    (thread,) = client.get(THREADS).json()["threads"]
    assert thread["passage"] == []


@pytest.mark.slow
def test_long_lists_have_pages_that_lead_on(desk: Desk, client: TestClient) -> None:
    for number in range(PAGE + 1):
        desk.publish(f"Thread {number} of many.", "And more.")
    first = client.get(THREADS, params={"q": "many & more", "language": "en"}).json()
    assert len(first["threads"]) == PAGE
    second = client.get(first["next"].removeprefix("https://unroll.example")).json()
    assert (len(second["threads"]), second["page"], second["next"]) == (1, 2, None)
    assert slugs(client, page=10_000) == []


@pytest.mark.parametrize(
    "asked",
    ["page=0", "page=-1", "page=10001", "page=x", "page=1.5", "page=", "page=1&page=2", "since=yesterday",
     "since=2026-02-30", "until=", "until=null", "nothing=1", "q=a&q=b"],
)  # fmt: skip
def test_what_cannot_be_asked_for_is_said(client: TestClient, asked: str) -> None:
    assert problem(client, "GET", f"{THREADS}?{asked}")[:2] == (422, "invalid")


def test_what_is_not_listed_is_in_no_list_and_has_its_address(desk: Desk, client: TestClient) -> None:
    saved = unlisted(desk)
    assert slugs(client) == slugs(client, q="clock") == slugs(client, author="anna.test") == []
    assert client.get(AUTHORS).json()["authors"] == []
    assert problem(client, "GET", f"{AUTHORS}/bluesky/anna.test")[1] == "not-found"
    answer = client.get(f"{THREADS}/{saved.slug}")
    assert answer.status_code == 200
    assert answer.headers["x-robots-tag"] == "noindex"


def test_a_thread_names_all_that_it_can_be_had_as_and_each_is_there(desk: Desk, client: TestClient) -> None:
    saved = desk.publish()
    thread = client.get(f"{THREADS}/{saved.slug}").json()
    assert thread["author"]["handle"] == "anna.test"
    assert (thread["posts"], thread["gaps"], thread["complete"]) == (3, 0, True)
    assert {"html", "json", "markdown", "epub", "pdf"} <= {one["name"] for one in thread["formats"]}
    for one in thread["formats"]:
        if one["name"] != "pdf":  # takes a second
            found = client.get(one["url"].removeprefix("https://unroll.example"))
            assert found.headers["content-type"].partition(";")[0] == one["media_type"]


@pytest.mark.parametrize(
    ("accept", "suffix"),
    [
        ("application/epub+zip", ".epub"),
        ("text/markdown;charset=utf-8", ".md"),
        ("text/plain;q=0.2, text/markdown;q=0.9, application/json;q=0.1", ".md"),
        ("text/*", ".bib"),
    ],
)
def test_who_accepts_a_format_is_sent_to_it(desk: Desk, client: TestClient, accept: str, suffix: str) -> None:
    saved = desk.publish()
    answer = client.get(f"{THREADS}/{saved.slug}", headers={"accept": accept})
    assert answer.status_code == 303
    location = answer.headers["location"]
    assert location.startswith(f"https://unroll.example/t/{saved.slug}.")
    if suffix != ".bib":
        assert location.endswith(suffix)
    assert answer.headers["vary"] == "accept"


@pytest.mark.parametrize("accept", ["*/*", "", "application/*", ",;q=,", "text/html, */*;q=0.1", "x" * 5000])
def test_everybody_else_gets_json(desk: Desk, client: TestClient, accept: str) -> None:
    saved = desk.publish()
    answer = client.get(f"{THREADS}/{saved.slug}", headers={"accept": accept})
    if accept.startswith("x"):
        assert answer.status_code == 406
    else:
        assert (answer.status_code, answer.json()["slug"]) == (200, saved.slug)


def test_who_accepts_nothing_that_there_is_gets_the_list(desk: Desk, client: TestClient) -> None:
    saved = desk.publish()
    how = {"headers": {"accept": "image/gif, application/json;q=0"}}
    status, code, body = problem(client, "GET", f"{THREADS}/{saved.slug}", **how)
    assert (status, code) == (406, "not-acceptable")
    assert f"https://unroll.example/t/{saved.slug}.epub" in [one["url"] for one in body["formats"]]


def test_a_thread_that_is_not_there_is_told_apart_from_one_that_was(desk: Desk, client: TestClient) -> None:
    saved = desk.publish()
    assert problem(client, "GET", f"{THREADS}/aaaaaaaaaaaa")[:2] == (404, "not-found")
    operator_removes(desk.library, saved.ref)
    assert problem(client, "GET", f"{THREADS}/{saved.slug}")[:2] == (410, "gone")
    assert slugs(client) == []
    assert problem(client, "GET", f"{THREADS}/no-slug")[:2] == (422, "invalid")


def test_a_pending_thread_is_not_shown(desk: Desk) -> None:
    ref = desk.write()[0]
    from dataclasses import replace

    from unroller.flows.publish import Asked

    settings = replace(desk.library.settings, ask_first=True)
    library = replace(desk.library, settings=settings)
    bob = Author("bluesky", "did:plc:bob", "bob.test")
    saved = publish(library, ref, asked=Asked(bob, paper.START))
    assert problem(desk.client(), "GET", f"{THREADS}/{saved.slug}")[:2] == (403, "refused")


def test_authors_are_listed_and_shown(desk: Desk, client: TestClient) -> None:
    desk.publish()
    by(desk, "bob", "A harbour without ships.", "And without water.")
    listed = client.get(AUTHORS).json()
    assert [one["handle"] for one in listed["authors"]] == ["bob.test", "anna.test"]
    author = client.get(f"{AUTHORS}/bluesky/anna.test").json()
    assert (author["id"], author["threads"], author["posts"]) == ("did:plc:anna", 1, 3)
    assert sum(month["threads"] for month in author["months"]) == 1


def test_an_author_is_found_by_id_and_with_an_at_sign(desk: Desk, client: TestClient) -> None:
    desk.publish()
    answer = client.get(f"{AUTHORS}/bluesky/did:plc:anna")
    assert answer.status_code == 303
    assert answer.headers["location"] == "https://unroll.example/api/v1/authors/bluesky/anna.test"
    assert client.get(f"{AUTHORS}/bluesky/@anna.test").status_code == 200
    assert problem(client, "GET", f"{AUTHORS}/bluesky/nobody.test")[:2] == (404, "not-found")
    assert problem(client, "GET", f"{AUTHORS}/bluesky/https://a.example/users/a")[:2] == (404, "not-found")
