"""Who calls the API, and how often they may: anybody by address, key holders by their key.

https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from unroller.web.api.problems import TOO_MANY, UNKNOWN_KEY, ProblemError
from unroller.web.desk import Desk, client, retry_after
from unroller.web.turnstile import WINDOW

REQUESTS = 120
"""Calls in a minute without a key. How many of them may paste links, the turnstile says."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who calls. `links` is how many they may paste in a minute; `None`: as many as anybody."""

    name: str
    requests: int = REQUESTS
    links: int | None = None


def admit(desk: Desk, request: Request) -> Visitor:
    """Who calls. The headers that say how often they still may are noted in the request's state.

    Raises:
        ProblemError: there is no such key, or they have called often enough for now.
    """
    visitor = _visitor(desk, request)
    _count(desk, request, visitor)
    return visitor


def _count(desk: Desk, request: Request, visitor: Visitor) -> None:
    left, wait = desk.meter.take(visitor.name, visitor.requests)
    policy = "key" if visitor.links else "anybody"
    request.state.quota = {
        "ratelimit-policy": f'"{policy}";q={visitor.requests};w={WINDOW:.0f}',
        "ratelimit": f'"{policy}";r={max(0, left)};t={wait:.0f}',
    }
    if left < 0:
        words = f"You may call {visitor.requests} times in a minute, and have; a key allows more."
        raise ProblemError(TOO_MANY, words, headers=retry_after(wait))


def _visitor(desk: Desk, request: Request) -> Visitor:
    given = request.headers.get("authorization")
    if given is None:
        return Visitor(client(request))
    scheme, _, token = given.partition(" ")
    key = desk.library.store.keys.find(token.strip()) if scheme.lower() == "bearer" else None
    if key is None:
        _count(desk, request, Visitor(client(request)))  # so that nobody tries keys by the thousand
        challenge = ("www-authenticate", 'Bearer error="invalid_token"')
        raise ProblemError(UNKNOWN_KEY, "This site knows no such key.", headers=(challenge,))
    return Visitor(f"key {key.name}", key.per_minute, key.per_minute)
