"""The description of the API says what the API does, and leaves nothing out."""

from __future__ import annotations

import re
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from tests.docs.pages import read, rows
from tests.web.conftest import Desk
from unroller.web.api.operations import OPERATIONS
from unroller.web.api.problems import KINDS
from unroller.web.app import make_app


@pytest.fixture
def told(client: TestClient) -> dict[str, Any]:
    answer = client.get("/api/v1/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    found: dict[str, Any] = answer.json()
    return found


def test_every_address_that_answers_is_described(desk: Desk, told: dict[str, Any]) -> None:
    (mount,) = (route for route in make_app(desk.library).routes if isinstance(route, Mount))
    routes = [route for route in mount.routes if isinstance(route, Route)]
    answered = {
        (f"/api{route.path}".replace(":path", ""), method.lower())
        for route in routes
        for method in (route.methods or set()) - {"HEAD", "OPTIONS"}
    }
    described = {(path, method) for path, methods in told["paths"].items() for method in methods}
    assert answered - described == {("/api/", "get"), ("/api/v1/openapi.json", "get")}
    assert described <= answered


def test_every_schema_is_one_and_leads_somewhere(told: dict[str, Any]) -> None:
    for schema in told["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    named = set(re.findall(r"#/components/schemas/(\w+)", str(told)))
    assert named <= set(told["components"]["schemas"])


def test_what_has_to_be_given_has_an_example() -> None:
    from unroller.web.api.document import parameters

    for one in OPERATIONS:
        asked = [] if one.in_body else parameters(one)
        assert {parameter["name"] for parameter in asked if parameter["required"]} <= set(one.needs)


def test_every_operation_and_problem_is_documented() -> None:
    page = read("docs/http-api.md")
    said = {tuple(row[0].strip("`").split(" ")) for row in rows(page, "| call | what it does |")}
    assert said == {(one.method, one.path) for one in OPERATIONS}
    codes = {row[0].strip("`"): int(row[1]) for row in rows(page, "| code | status | what to do |")}
    assert codes == {kind.code: kind.status for kind in KINDS}


def test_the_page_has_a_form_for_each_question_and_a_place_for_each_problem(client: TestClient) -> None:
    html = client.get("/api").text
    for one in OPERATIONS:
        assert f'id="{one.name}"' in html
        assert one.in_body or f'name="operation" value="{one.name}"' in html
    for kind in KINDS:
        assert f'<dt id="{kind.code}">' in html
    assert "<script" not in html
    assert client.get("/api/").text == html


def test_a_form_leads_to_the_address_that_answers_it(client: TestClient) -> None:
    def led(query: str) -> str:
        return client.get(f"/api?{query}").headers["location"]

    assert led("operation=findThreads&q=a+b&page=&since=") == "/api/v1/threads?q=a+b"
    assert led("operation=showAuthor&network=x/y&handle=..%2F%3Fz") == "/api/v1/authors/x%2Fy/..%2F%3Fz"
    assert led("operation=showThread&slug=") == "/api/v1/threads/"
    assert client.get("/api?operation=unroll").status_code == 200
    assert client.get("/api?operation=https://evil.example").status_code == 200
