"""Who may call the API, how often, and from where."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from tests.web.api.conftest import problem
from tests.web.conftest import Desk, link_to
from unroller.web.api.access import REQUESTS

THREADS, UNROLL = "/api/v1/threads", "/api/v1/unroll"


def key(desk: Desk, per_minute: int = 1000) -> dict[str, str]:
    made = desk.library.store.keys.add("a reader", per_minute)
    return {"authorization": f"Bearer {made}"}


def test_each_answer_says_how_often_one_may_still_call(client: TestClient) -> None:
    answer = client.get(THREADS)
    assert answer.headers["ratelimit-policy"] == f'"anybody";q={REQUESTS};w=60'
    assert answer.headers["ratelimit"] == f'"anybody";r={REQUESTS - 1};t=60'
    assert client.get(f"{THREADS}?page=0").headers["ratelimit"] == f'"anybody";r={REQUESTS - 2};t=60'


@pytest.mark.slow
def test_whoever_calls_too_often_waits_and_nobody_else_does(desk: Desk, client: TestClient) -> None:
    for _ in range(REQUESTS):
        assert client.get(THREADS).status_code == 200
    answer = client.get(THREADS)
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (
        429,
        "too-many",
        "60",
    )
    other = {"x-forwarded-for": "203.0.113.77"}
    near = TestClient(client.app, client=("127.0.0.1", 1))
    assert near.get(THREADS, headers=other).status_code == 200
    assert client.get(THREADS, headers=key(desk)).status_code == 200
    desk.seconds.now += 60
    assert client.get(THREADS).status_code == 200


def test_a_key_allows_what_the_operator_said(desk: Desk, client: TestClient) -> None:
    headers = key(desk, per_minute=25)
    links = [link_to(desk.write("One.")[0]) for _ in range(26)]
    codes = [client.post(UNROLL, json={"url": link}, headers=headers).status_code for link in links]
    assert codes == [202] * 25 + [429]


@pytest.mark.parametrize(
    "given", ["Bearer unroll_wrong", "Bearer", "", "Basic YTpi", "Bearer \x00", "x" * 5000]
)
def test_a_wrong_key_is_refused_at_once(desk: Desk, client: TestClient, given: str) -> None:
    status, code, _ = problem(client, "GET", THREADS, headers={"authorization": given})
    assert (status, code) == (401, "unknown-key")


def test_a_key_that_was_removed_opens_nothing(desk: Desk, client: TestClient) -> None:
    headers = key(desk)
    assert client.get(THREADS, headers=headers).status_code == 200
    desk.library.store.keys.remove("a reader")
    answer = client.get(THREADS, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_any_page_may_read_and_only_one_with_a_key_may_paste(client: TestClient) -> None:
    assert (
        client.get(THREADS, headers={"origin": "https://a.example"}).headers["access-control-allow-origin"]
        == "*"
    )
    asking = {"origin": "https://a.example", "access-control-request-method": "POST"}
    plain = client.options(UNROLL, headers={**asking, "access-control-request-headers": "content-type"})
    assert plain.status_code == 204
    assert plain.headers["access-control-allow-methods"] == "GET"
    keyed = client.options(
        UNROLL, headers={**asking, "access-control-request-headers": "authorization, content-type"}
    )
    assert keyed.headers["access-control-allow-methods"] == "POST, GET"
    assert "access-control-allow-credentials" not in keyed.headers


def test_what_a_page_may_send_without_asking_pastes_nothing(desk: Desk, client: TestClient) -> None:
    body = f'{{"url": "{link_to(desk.write()[0])}"}}'
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        answer = client.post(UNROLL, content=body, headers={"content-type": kind})
        assert answer.status_code == 415
    assert desk.library.store.tasks.waiting() == ()


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("DELETE", THREADS, 405, "wrong-method"),
        ("PUT", UNROLL, 405, "wrong-method"),
        ("TRACE", THREADS, 405, "wrong-method"),
        ("GET", "/api/v2/threads", 404, "not-found"),
        ("GET", "/api/v1/", 404, "not-found"),
        ("GET", "/api/v1/threads/", 404, "not-found"),
        ("GET", f"{THREADS}?q={'x' * 9000}", 414, "too-long"),
    ],
)
def test_every_error_has_one_form(client: TestClient, method: str, path: str, status: int, code: str) -> None:
    assert problem(client, method, path)[:2] == (status, code)


def test_a_bug_is_a_problem_and_tells_nothing(
    desk: Desk, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr(desk.library.store.catalogue, "find", broken)
    status, code, body = problem(client, "GET", THREADS)
    assert (status, code) == (500, "broken")
    assert "secret" not in str(body)
