"""A program has a thread unrolled: it asks once, looks again, and gets the thread or the reason why not."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from tests.web.api.conftest import problem
from tests.web.conftest import Desk, link_to
from unroller.core.errors import NetworkError
from unroller.flows.paste import key_of
from unroller.flows.remove import operator_removes

UNROLL = "/api/v1/unroll"


def state(link: str) -> str:
    return f"{UNROLL}?{urlencode({'url': link})}"


def test_a_link_is_worked_on_until_its_thread_is_there(desk: Desk, client: TestClient) -> None:
    posts = desk.write()
    first = client.post(UNROLL, json={"url": link_to(posts[1])})
    assert (first.status_code, first.json()["state"], first.json()["thread"]) == (202, "waiting", None)
    assert first.headers["retry-after"] == "2"
    look = first.headers["location"].removeprefix("https://unroll.example")
    assert client.get(look).status_code == 202
    desk.work()
    found = client.get(look)
    assert (found.status_code, found.json()["state"]) == (200, "published")
    assert found.json()["thread"]["posts"] == 3


def test_a_thread_that_is_there_is_answered_at_once(desk: Desk, client: TestClient) -> None:
    saved = desk.publish()
    answer = client.post(UNROLL, json={"url": f"  {link_to(saved.ref)} "})
    assert answer.status_code == 200
    assert answer.json()["thread"]["url"] == f"https://unroll.example/t/{saved.slug}"


def test_looking_begins_nothing(desk: Desk, client: TestClient) -> None:
    link = link_to(desk.write()[0])
    assert problem(client, "GET", state(link))[:2] == (404, "not-found")
    desk.work()
    assert problem(client, "GET", state(link))[:2] == (404, "not-found")


@pytest.mark.parametrize("link", ["thread", "https://example.com/", "javascript:alert(1)", "\u202ehttps://x"])
def test_what_is_no_link_to_a_post_is_the_askers_to_mend(client: TestClient, link: str) -> None:
    status, code, body = problem(client, "POST", UNROLL, json={"url": link})
    assert (status, code, body["parameter"]) == (422, "not-a-link", "url")
    assert problem(client, "GET", state(link))[1] == "not-a-link"


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        ({"content": b"{", "headers": {"content-type": "application/json"}}, 400, "malformed"),
        ({"content": b'{"url": "\xff"}', "headers": {"content-type": "application/json"}}, 400, "malformed"),
        ({"content": b"[" * 15_000, "headers": {"content-type": "application/json"}}, 422, "invalid"),
        ({"content": b'{"url": ""}', "headers": {"content-type": "text/plain"}}, 415, "wrong-type"),
        ({"data": {"url": "https://x"}}, 415, "wrong-type"),
        ({"json": {"url": "x" * 20_000}}, 413, "too-large"),
        ({"json": {"url": "x" * 3_000}}, 422, "invalid"),
        ({"json": {}}, 422, "invalid"),
        ({"json": []}, 422, "invalid"),
        ({"json": {"url": 7}}, 422, "invalid"),
        ({"json": {"url": None}}, 422, "invalid"),
        ({"json": {"url": "https://x", "more": 1}}, 422, "invalid"),
    ],
)
def test_a_body_that_is_wrong_is_said_to_be(
    client: TestClient, how: dict[str, object], status: int, code: str
) -> None:
    assert problem(client, "POST", UNROLL, **how)[:2] == (status, code)


def test_a_post_that_never_was_is_absent(desk: Desk, client: TestClient) -> None:
    link = "https://bsky.app/profile/did:plc:anna/post/3kabcdefghijk"
    assert client.post(UNROLL, json={"url": link}).status_code == 202
    desk.work()
    assert problem(client, "GET", state(link))[:2] == (404, "not-found")


def test_a_thread_that_was_removed_is_gone(desk: Desk, client: TestClient) -> None:
    saved = desk.publish()
    operator_removes(desk.library, saved.ref)
    status, code, body = problem(client, "POST", UNROLL, json={"url": link_to(saved.ref)})
    assert (status, code) == (410, "gone")
    assert "removed" in body["detail"]


def test_an_author_who_said_no_is_obeyed(desk: Desk, client: TestClient) -> None:
    desk.network.accounts["did:plc:anna"]["labels"] = ["!no-unauthenticated"]
    link = link_to(desk.write()[0])
    client.post(UNROLL, json={"url": link})
    desk.work()
    assert problem(client, "GET", state(link))[:2] == (403, "refused")


@pytest.mark.parametrize(
    ("code", "told"), [(5, "no-answer"), (6, "odd-network"), (7, "broken"), (1, "broken")]
)
def test_other_ends_are_told_apart(desk: Desk, client: TestClient, code: int, told: str) -> None:
    ref = desk.write()[0]
    desk.library.store.pastes.put(key_of(ref), ref)
    desk.library.store.pastes.settle(key_of(ref), words="It is /a/secret/path.", exit_code=code)
    _, found, body = problem(client, "GET", state(link_to(ref)))
    assert found == told
    assert ("secret" in body["detail"]) is (code != 7), "what names paths is the operator's business"


def test_one_client_has_only_so_many_links_unrolled_in_a_minute(desk: Desk, client: TestClient) -> None:
    links = [link_to(desk.write("One.")[0]) for _ in range(21)]
    codes = [client.post(UNROLL, json={"url": link}).status_code for link in links]
    assert codes == [202] * 20 + [429]
    answer = client.post(UNROLL, json={"url": links[-1]})
    assert 0 < int(answer.headers["retry-after"]) <= 60
    assert answer.json()["code"] == "too-many"
    desk.seconds.now += 60
    assert client.post(UNROLL, json={"url": links[-1]}).status_code == 202


def test_a_database_that_does_not_answer_is_a_problem_too(
    desk: Desk, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise NetworkError("The library is busy.", retry_after=7)

    monkeypatch.setattr(desk.library.store.pastes, "load", busy)
    link = link_to(desk.write()[0])
    answer = client.get(state(link))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "7")
    assert problem(client, "GET", state(link))[1] == "no-answer"
