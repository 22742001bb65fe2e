"""Who the site is to other servers: what one asks that wants to check a signature of ours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from starlette.testclient import TestClient

from tests.flows import paper
from unroller.flows.library import open_library
from unroller.web.app import make_app

SITE = "https://unroll.example"
ACTOR = f"{SITE}/actor"


def client(folder: Path, base_url: str) -> Iterator[TestClient]:
    settings = replace(paper.settings(folder), base_url=base_url)
    with open_library(settings, http=paper.network()) as library:
        yield TestClient(make_app(library), "http://site.test", raise_server_exceptions=False)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[TestClient]:
    yield from client(tmp_path, SITE)


@pytest.fixture
def at_home(tmp_path: Path) -> Iterator[TestClient]:
    yield from client(tmp_path, "http://localhost:8000")


def test_the_actor_shows_the_key_that_signs(site: TestClient) -> None:
    answer = site.get("/actor", headers={"accept": "application/activity+json"})
    assert answer.headers["content-type"].startswith("application/activity+json")
    actor = answer.json()
    assert (actor["id"], actor["type"], actor["preferredUsername"]) == (ACTOR, "Application", "unroller")
    assert actor["inbox"].startswith(SITE)
    assert actor["publicKey"]["id"] == f"{ACTOR}#main-key"
    assert actor["publicKey"]["owner"] == ACTOR
    load_pem_public_key(actor["publicKey"]["publicKeyPem"].encode())
    assert site.get(actor["outbox"].removeprefix(SITE)).json()["totalItems"] == 0
    assert "PRIVATE" not in answer.text


@pytest.mark.parametrize("resource", ["acct:unroller@unroll.example", ACTOR])
def test_its_name_leads_to_it(site: TestClient, resource: str) -> None:
    found = site.get("/.well-known/webfinger", params={"resource": resource})
    assert found.headers["content-type"].startswith("application/jrd+json")
    assert found.json()["subject"] == "acct:unroller@unroll.example"
    assert found.json()["links"] == [
        {"rel": "self", "type": "application/activity+json", "href": ACTOR},
    ]


@pytest.mark.parametrize("resource", ["", "acct:anna@unroll.example", "acct:unroller@else.example"])
def test_there_is_nobody_else(site: TestClient, resource: str) -> None:
    assert site.get("/.well-known/webfinger", params={"resource": resource}).status_code == 404


def test_the_key_outlives_the_process(tmp_path: Path) -> None:
    keys = [one.get("/actor").json()["publicKey"] for _ in range(2) for one in client(tmp_path, SITE)]
    assert keys[0] == keys[1]


def test_nothing_is_sent_to_it(site: TestClient) -> None:
    assert site.post("/actor/inbox", json={"type": "Follow"}).status_code == 404
    assert site.post("/actor").status_code == 405


def test_a_site_that_nobody_else_reaches_has_no_actor(at_home: TestClient) -> None:
    assert at_home.get("/actor").status_code == 404
    assert at_home.get("/.well-known/webfinger", params={"resource": ACTOR}).status_code == 404
