"""The API of a library on a Bluesky of paper."""

from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient

PROBLEM = "application/problem+json"


def problem(client: TestClient, method: str, path: str, **how: Any) -> tuple[int, str, dict[str, Any]]:
    """Status, code and body of an error, which has the form of all errors of the API."""
    answer = client.request(method, path, **how)
    assert answer.headers["content-type"] == PROBLEM, answer.text
    body: dict[str, Any] = answer.json()
    assert body["status"] == answer.status_code
    assert body["type"].endswith(f"/api#{body['code']}")
    assert body["title"]
    assert body["detail"]
    return answer.status_code, body["code"], body
