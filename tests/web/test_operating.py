"""The operator's page says how the site is doing, and nobody else sees it."""

from __future__ import annotations

from datetime import date

import pytest
from starlette.testclient import TestClient

from tests.web.conftest import Desk
from unroller.core.ports import Balance
from unroller.web import figures


@pytest.fixture
def here(client: TestClient) -> TestClient:
    """A browser on the machine itself."""
    return TestClient(client.app, "http://localhost", client=("127.0.0.1", 5000))


def test_only_this_machine_is_shown_it(client: TestClient, here: TestClient) -> None:
    assert client.get("/operator").status_code == 404
    assert here.get("/operator", headers={"x-forwarded-for": "8.8.8.8"}).status_code == 404
    assert here.get("/operator", headers={"host": "rebound.example"}).status_code == 404
    answer = here.get("/operator")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert "noindex" in answer.headers["x-robots-tag"]


def test_a_new_site_has_nothing_to_tell(here: TestClient) -> None:
    text = here.get("/operator").text
    assert "0 pages are published" in text
    assert "No network here costs money" in text
    assert "Nobody has called the bot yet" in text
    assert "Nothing waits to be done" in text


def test_what_is_published_spent_waiting_and_given_up_is_told(
    desk: Desk, here: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.publish()
    balance = Balance(spent=1_234_000, left=18_766_000, renews=date(2026, 12, 1))
    monkeypatch.setattr(figures, "balances", lambda _: (("bluesky", balance),))
    desk.library.store.tasks.put("card", "<b>slug</b>")
    task = desk.library.store.tasks.claim("worker", kinds={"card"})
    assert task
    assert desk.library.store.tasks.drop(task, "worker", "No room.")
    text = here.get("/operator").text
    assert "One page is published" in text
    title = desk.library.networks["bluesky"].rules.title
    row = f'<th scope="row">{title}</th><td>$1.234</td><td>$18.766</td><td>2026-12-01</td>'
    assert row in text.replace("\n", "")
    assert '<th scope="row">revisit</th><td>1</td><td>0</td><td>no</td>' in text.replace("\n", "")
    assert "&lt;b&gt;slug&lt;/b&gt;</bdi>, after one try: No room." in text
