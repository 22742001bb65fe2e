"""A link goes in; the page comes out, or words that say why not."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
import structlog.testing
from starlette.testclient import TestClient

from tests.web.conftest import Desk, link_to
from unroller.core.errors import NetworkError, SetupError
from unroller.core.summary import slug
from unroller.flows.paste import key_of
from unroller.flows.remove import operator_removes
from unroller.web import pasting
from unroller.web.pages import SCRIPT


def unroll(link: str, **more: object) -> str:
    return "/unroll?" + urlencode({"url": link, **more})


def state(link: str) -> str:
    return "/unroll/state?" + urlencode({"url": link})


def test_a_link_waits_until_its_thread_is_published(desk: Desk, client: TestClient) -> None:
    posts = desk.write()
    link = link_to(posts[1])
    first = client.get(unroll(link))
    assert first.status_code == 202
    assert client.get(state(link)).json()["state"] == "waiting"
    desk.work()
    page = f"/t/{slug(posts[0])}"
    assert client.get(state(link)).json() == {"state": "published", "url": page, "words": ""}
    after = client.get(unroll(link, wait=1))
    assert (after.status_code, after.headers["location"]) == (303, page)
    assert client.get(page).status_code == 200


def test_the_page_that_waits_turns_into_the_thread_without_a_script(desk: Desk, client: TestClient) -> None:
    link = link_to(desk.write()[0])
    html = client.get(unroll(link)).text
    assert (
        f'<noscript><meta http-equiv="refresh" content="2; url={pasting.waiting_address(link)}">'.replace(
            "&", "&amp;"
        )
        in html
    )


def test_the_only_script_is_the_one_that_the_policy_names(desk: Desk, client: TestClient) -> None:
    answer = client.get(unroll(link_to(desk.write()[0])))
    assert answer.text.count("<script") == 1
    assert f"<script>{SCRIPT}</script>" in answer.text
    policy = answer.headers["content-security-policy"]
    assert policy.count("script-src 'sha256-") == 1
    assert "connect-src 'self'" in policy
    assert "script-src" not in client.get("/").headers["content-security-policy"]


def test_a_link_to_a_page_that_is_there_leads_to_it_at_once(desk: Desk, client: TestClient) -> None:
    saved = desk.publish()
    answer = client.get(unroll(f"  {link_to(saved.ref)} "))
    assert (answer.status_code, answer.headers["location"]) == (303, f"/t/{saved.slug}")


@pytest.mark.parametrize(
    "link",
    [
        "",
        "thread",
        "https://www.youtube.com/watch?v=3kabcdefghijk",
        "https://bsky.app/profile/anna.test",
        "https://bsky.app/profile/anna.test/post/3kabc\0defghij",
        "https://bsky.app/profile/anna.test/post/" + "3" * 3000,
        "javascript:alert(1)",
        "\u202ehttps://bsky.app/profile/anna.test/post/3kabcdefghijk",
    ],
)
def test_what_is_no_link_to_a_post_is_the_askers_to_put_right(client: TestClient, link: str) -> None:
    answer = client.get(unroll(link))
    assert answer.status_code == 400
    assert '<form action="/unroll"' in answer.text


def test_a_post_that_never_was_is_said_to_be_absent(desk: Desk, client: TestClient) -> None:
    link = "https://bsky.app/profile/did:plc:anna/post/3kabcdefghijk"
    assert client.get(unroll(link)).status_code == 202
    desk.work()
    found = client.get(state(link)).json()
    assert found["state"] == "failed"
    answer = client.get(found["url"])
    assert answer.status_code == 404
    assert found["words"].rstrip(".") in answer.text
    assert client.get(unroll(link)).status_code == 202, "pasting it again is another try"


def test_a_page_that_was_removed_is_gone_for_whoever_pastes_its_link(desk: Desk, client: TestClient) -> None:
    saved = desk.publish()
    operator_removes(desk.library, saved.ref)
    answer = client.get(unroll(link_to(saved.ref)))
    assert answer.status_code == 410
    assert "The operator of this site removed this page." in answer.text


def test_an_author_who_said_no_is_obeyed_and_the_asker_is_told(desk: Desk, client: TestClient) -> None:
    desk.network.accounts["did:plc:anna"]["labels"] = ["!no-unauthenticated"]
    link = link_to(desk.write()[0])
    client.get(unroll(link))
    desk.work()
    assert client.get(unroll(link, wait=1)).status_code == 403


@pytest.mark.parametrize(("code", "status"), [(5, 503), (6, 502), (1, 500)])
def test_other_ends_have_a_status_of_their_own(
    desk: Desk, client: TestClient, code: int, status: int
) -> None:
    link = link_to(desk.write()[0])
    client.get(unroll(link))
    key = key_of(desk.library.match(link))
    desk.library.store.pastes.settle(key, words="What happened.", exit_code=code)
    answer = client.get(unroll(link, wait=1))
    assert (answer.status_code, "What happened." in answer.text) == (status, True)
    assert ("retry-after" in answer.headers) == (status == 503)


def test_what_only_the_operator_can_mend_is_not_shown_to_visitors(
    desk: Desk, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise SetupError("The database /srv/secret/unroller.db cannot be opened.")

    link = link_to(desk.write()[0])
    client.get(unroll(link))
    desk.library.store.pastes.settle(key_of(desk.library.match(link)), words="No /srv/secret.", exit_code=7)
    addresses = (unroll(link, wait=1), state(link), "/health")
    said = [client.get(address).text for address in addresses[:2]]
    monkeypatch.setattr(desk.library.store.pastes, "load", broken)
    monkeypatch.setattr(desk.library.store.tasks, "waiting", broken)
    with structlog.testing.capture_logs() as logged:
        said += [client.get(address).text for address in addresses]
    assert all(pasting.OPERATORS in one and "secret" not in one for one in said)
    assert ["/srv/secret" in entry["why"] for entry in logged] == [True] * 3


def test_what_is_tried_again_meanwhile_is_said(desk: Desk, client: TestClient) -> None:
    link = link_to(desk.write()[0])
    desk.network.down.add("app.bsky.feed.getPostThread")
    desk.network.down.add("app.bsky.feed.getPosts")
    client.get(unroll(link))
    desk.work()
    found = client.get(state(link)).json()
    assert found["state"] == "waiting"
    assert found["words"]
    assert found["words"] in client.get(unroll(link, wait=1)).text


@pytest.mark.slow
def test_haste_is_refused_for_a_while_and_waiting_is_not_haste(desk: Desk, client: TestClient) -> None:
    links = [f"https://bsky.app/profile/anna.test/post/3kaaaaaaaa{number}" for number in range(100, 121)]
    assert {client.get(unroll(link)).status_code for link in links[:20]} == {202}
    answer = client.get(unroll(links[20]))
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 60
    assert [client.get(unroll(links[0], wait=1)).status_code for _ in range(50)] == [202] * 50
    desk.seconds.now += 60
    assert client.get(unroll(links[20])).status_code == 202


def test_only_what_the_last_proxy_says_tells_who_is_hasty(client: TestClient) -> None:
    behind = TestClient(client.app, "http://site.test:8080", client=("127.0.0.1", 5000))
    statuses = []
    for number in range(100, 121):
        lines = [("x-forwarded-for", f"9.9.9.{number}"), ("x-forwarded-for", f"1.1.1.{number}, 8.8.8.8")]
        link = f"https://bsky.app/profile/anna.test/post/3kaaaaaaaa{number}"
        statuses.append(behind.get(unroll(link), headers=lines).status_code)
    assert statuses == [202] * 20 + [429]


def test_a_library_that_does_not_answer_is_a_matter_of_time(
    desk: Desk, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object) -> None:
        raise NetworkError("The library is busy.", retry_after=7)

    link = link_to(desk.write()[0])
    monkeypatch.setattr(desk.library.store.threads, "find", locked)
    answer = client.get(unroll(link))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "7")
