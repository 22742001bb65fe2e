"""Every address of the site answers, whatever is asked of it."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs
from starlette.testclient import TestClient

from tests.examples import at_most
from tests.flows import paper
from tests.web.conftest import Desk
from unroller.core.errors import NetworkError
from unroller.exports.page import POLICY
from unroller.flows.listen import listen
from unroller.flows.remove import operator_removes
from unroller.store import Status

ADDRESSES = [
    "/",
    "/unroll",
    "/unroll/state",
    "/read",
    "/share",
    "/tools",
    "/latest.atom",
    "/search.json?q=lamp",
    "/authors.opml",
    "/manifest.webmanifest",
    "/icon-192.png",
    "/health",
    "/robots.txt",
    "/favicon.svg",
    "/favicon.ico",
    "/nope",
]


def test_home_lists_the_latest_threads_and_says_how_to_call_the_bot(desk: Desk, client: TestClient) -> None:
    saved = desk.publish()
    html = client.get("/").text
    assert f'<a href="/t/{saved.slug}" lang="en">The lighthouse had no keeper.</a>' in html
    assert "3 posts" in html
    assert "@unroll.test</bdi> unroll" in html
    assert "@unroll.test</bdi> remove" in html


def test_home_says_plainly_that_there_is_no_bot(desk: Desk, client: TestClient) -> None:
    for network in desk.library.networks.values():
        network.identity = lambda: None  # type: ignore[attr-defined]
    html = client.get("/").text
    assert "No bot is switched on here" in html
    assert "Posts that you delete leave their page" in html


def test_no_more_is_promised_to_authors_than_the_site_does(desk: Desk, client: TestClient) -> None:
    html = client.get("/").text
    assert "for good" not in html
    assert "leave their page by themselves." in html
    assert "leave their page when the thread is next unrolled." in desk.client(recheck=()).get("/").text


@pytest.mark.parametrize(
    ("contact", "shown"),
    [
        (
            "mailto:you@unroll.example",
            '<a href="mailto:you@unroll.example" rel="nofollow">you@unroll.example</a>',
        ),
        ("you@unroll.example", '<a href="mailto:you@unroll.example" rel="nofollow">you@unroll.example</a>'),
        ("https://unroll.example/me", '<a href="https://unroll.example/me" rel="nofollow">'),
        ("ask at the desk", "remove a page: ask at the desk."),
        ("javascript:alert(1)", "remove a page: javascript:alert(1)."),
        ("", "left no address"),
    ],
)
def test_whoever_runs_the_site_can_be_reached(desk: Desk, contact: str, shown: str) -> None:
    assert shown in desk.client(contact=contact).get("/").text


def test_links_stay_on_the_site_wherever_it_is_opened(desk: Desk, client: TestClient) -> None:
    desk.publish()
    html = client.get("/").text
    assert desk.library.settings.base_url not in html
    assert "site.test" not in html


def test_threads_that_their_author_does_not_want_listed_are_not(desk: Desk, client: TestClient) -> None:
    saved = desk.publish()
    assert saved.thread
    assert saved.verdict
    verdict = structs.replace(saved.verdict, list=False)
    desk.library.store.threads.save(saved.thread, verdict, {}, title="The lighthouse")
    assert saved.slug not in client.get("/").text


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_has_the_headers_that_keep_it_tame(client: TestClient, address: str) -> None:
    headers = client.get(address).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "camera=()" in headers["permissions-policy"]
    if headers["content-type"].startswith("text/html"):
        assert headers["content-security-policy"] == POLICY


@pytest.mark.parametrize(
    "address", [address for address in ADDRESSES if "unroll" in address or address == "/nope"]
)
def test_search_engines_are_kept_from_what_is_no_page(client: TestClient, address: str) -> None:
    assert client.get(address).headers["x-robots-tag"] == "noindex"


@pytest.mark.parametrize("address", ADDRESSES)
def test_head_answers_as_get_does(client: TestClient, address: str) -> None:
    got, head = client.get(address), client.head(address)
    assert (head.status_code, head.content) == (got.status_code, b"")
    assert dict(head.headers) == dict(got.headers)


def test_pages_can_only_be_read(client: TestClient) -> None:
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        answer = client.request(method, "/", content=b"x" * 100)
        assert (answer.status_code, sorted(answer.headers["allow"].split(", "))) == (405, ["GET", "HEAD"])


def test_an_address_that_is_too_long_is_refused(client: TestClient) -> None:
    assert client.get("/" + "a" * 9000).status_code == 414
    assert client.get("/unroll?url=" + "a" * 9000).status_code == 414


def test_a_bug_is_a_plain_page_and_a_loud_log(
    desk: Desk, client: TestClient, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(desk.library.store.catalogue, "find", lambda *_: 1 / 0)
    answer = client.get("/")
    assert answer.status_code == 500
    assert "Something broke here" in answer.text
    assert answer.headers["content-security-policy"] == POLICY


def test_health_tells_what_waits(desk: Desk, client: TestClient) -> None:
    assert client.get("/health").json() == {"store": "ok", "waiting": 0, "failed": 0, "oldest_seconds": 0.0}
    desk.library.store.tasks.put("paste", "x")
    assert client.get("/health").json()["waiting"] == 1


def test_health_is_bad_when_the_store_does_not_answer(
    desk: Desk, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down() -> None:
        raise NetworkError("The database does not answer.")

    monkeypatch.setattr(desk.library.store.tasks, "waiting", down)
    answer = client.get("/health")
    assert (answer.status_code, answer.json()) == (503, {"store": "The database does not answer."})


def test_figures_are_for_this_machine_only(desk: Desk, client: TestClient) -> None:
    desk.publish()
    assert client.get("/metrics").status_code == 404
    here = TestClient(client.app, "http://localhost", client=("127.0.0.1", 5000))
    assert here.get("/metrics", headers={"x-forwarded-for": "8.8.8.8"}).status_code == 404
    text = here.get("/metrics").text
    assert "unroller_pages 1\n" in text
    assert 'unroller_tasks_waiting{kind="revisit"} 1\n' in text


def test_figures_count_calls_by_how_they_ended(desk: Desk, client: TestClient) -> None:
    for words in ("unroll", "help", "help"):
        paper.call(desk.network, "bob", desk.write()[0], words)
    (name, _, bot), *_ = desk.library.messengers()
    listen(desk.library, name, bot)
    desk.work()
    text = TestClient(client.app, "http://localhost", client=("127.0.0.1", 5000)).get("/metrics").text
    assert 'unroller_calls{outcome="help"} 2\n' in text
    assert 'unroller_calls{outcome="published"} 1\n' in text


def test_a_page_whose_file_was_lost_is_made_again(desk: Desk, client: TestClient) -> None:
    saved = desk.publish()
    before = client.get(f"/t/{saved.slug}")
    desk.library.store.pages.drop(saved.slug)
    after = client.get(f"/t/{saved.slug}")
    assert (after.status_code, after.content) == (200, before.content)


def test_a_page_whose_file_was_damaged_is_made_again(desk: Desk, client: TestClient) -> None:
    saved = desk.publish()
    before = client.get(f"/t/{saved.slug}")
    for damaged in (b"", b"{}\n", desk.library.store.pages.file(saved.slug, "page.html").read_bytes()[:-5]):
        desk.library.store.pages.file(saved.slug, "page.html").write_bytes(damaged)
        after = client.get(f"/t/{saved.slug}")
        assert (after.status_code, after.content) == (200, before.content)


@pytest.mark.parametrize("form", ["", ".json", "/card.png"])
def test_a_page_that_was_removed_says_why_at_all_its_addresses(
    desk: Desk, client: TestClient, form: str
) -> None:
    saved = desk.publish()
    assert client.get(f"/t/{saved.slug}{form}").status_code == 200
    operator_removes(desk.library, saved.ref)
    answer = client.get(f"/t/{saved.slug}{form}")
    assert answer.status_code == 410
    assert "The operator of this site removed this page." in answer.text


@pytest.mark.parametrize(
    ("status", "code"), [(Status.WITHDRAWN, 410), (Status.EXPIRED, 410), (Status.PENDING, 403)]
)
def test_what_became_of_a_page_is_told(desk: Desk, client: TestClient, status: Status, code: int) -> None:
    saved = desk.publish()
    desk.library.store.threads.drop(saved.slug, status, "That is why.")
    desk.library.store.pages.drop(saved.slug)
    answer = client.get(f"/t/{saved.slug}")
    assert (answer.status_code, "That is why." in answer.text) == (code, True)


@pytest.mark.parametrize("slug", ["abcdefghijkl", "x", "ABC", "a%00b", "%2e%2e", "%2e%2e%2f", "é"])
def test_a_page_that_never_was_is_not_found(client: TestClient, slug: str) -> None:
    assert client.get(f"/t/{slug}").status_code == 404
    assert client.get(f"/t/{slug}.json").status_code == 404


def test_an_address_with_a_slash_at_its_end_leads_to_the_page(client: TestClient) -> None:
    answer = client.get("/t/abcdefghijkl/")
    assert (answer.status_code, answer.headers["location"]) == (308, "/t/abcdefghijkl")


@pytest.mark.parametrize(
    "address", ["/unroll/", "/health/", "/t/abcdefghijkl/card.png/", "//elsewhere.example/t"]
)
def test_no_answer_leads_to_a_host_that_the_request_names(client: TestClient, address: str) -> None:
    answer = client.get("http://site.test" + address, headers={"host": "elsewhere.example"})
    assert (answer.status_code, "location" in answer.headers) == (404, False)


def test_the_json_says_what_the_page_does(desk: Desk, client: TestClient) -> None:
    saved = desk.publish()
    answer = client.get(f"/t/{saved.slug}.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert len(json.loads(answer.content)["thread"]["posts"]) == 3


def test_robots_are_kept_from_pasting(client: TestClient) -> None:
    assert "Disallow: /unroll\n" in client.get("/robots.txt").text


ANY = st.text(max_size=60) | st.binary(max_size=60).map(lambda data: data.decode("latin-1"))
PLACES = st.sampled_from(["", "t/", "t/abcdefghijkl", "unroll", "unroll/state", "health", "metrics"])


@settings(at_most(100), suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(
    place=PLACES,
    path=ANY,
    names=st.lists(st.tuples(st.sampled_from(["url", "wait", "x", ""]), ANY), max_size=3),
)
def test_whatever_is_asked_is_answered_without_breaking(
    client: TestClient, place: str, path: str, names: list[tuple[str, str]]
) -> None:
    from urllib.parse import quote, urlencode

    for query in (
        urlencode(names, errors="replace"),
        "&".join(f"{name}={quote(text)}" for name, text in names),
    ):
        for tail in ("", quote(path, safe="/%")):
            assert client.get(f"/{place}{tail}?{query}").status_code < 500
