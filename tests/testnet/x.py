"""An X for the tests: a small server that reads its world and answers as X's documentation says.

    with x.serving(World()) as net:
        net.url, net.token     # where it is, and what opens it
        net.bill.posts         # what was bought
        net.fail(503)          # the next request fails so

It refuses parameters and fields that are not documented. `x_world.py` is what there is, `x_words.py` how
it is written in X's two vocabularies, `x_answers.py` what is answered, `x_state.py` what is counted.
https://api.x.com/2/openapi.json (2.167), https://docs.x.com/x-api
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.testnet import loopback
from tests.testnet.x_answers import ROUTES
from tests.testnet.x_state import Asked, Fault, Refusal, Request, Route, X, invalid, plain
from tests.testnet.x_world import Wire, World
from tests.testnet.x_writing import WRITING


def respond(
    net: X, method: str, target: str, headers: Mapping[str, str], body: bytes
) -> tuple[int, dict[str, str], Wire]:
    """The status, the headers and the body that answer a request."""
    parts = urlsplit(target)
    params = parse_qs(parts.query, keep_blank_values=True)
    route, places = _route(net, method, parts.path)
    if route is None:
        return 404, {}, plain(404, "Not Found")
    try:
        who = _who(net, route, headers.get("authorization", ""))
        limits = net.spend(route.path)
        _check(net, route, params, limits)
        told = route.answer(
            net, Request(method, route.path, places, params, body, who, headers.get("authorization", ""))
        )
        net.charge(told, "owned" if net.owner and places.get("id") == net.owner else route.sells)
    except Refusal as refusal:
        told = dict(refusal.body)
        return refusal.status, told.pop("headers", {}), told
    net.told.append((f"{method} {route.path}", told))
    return route.status, limits, told


def _check(net: X, route: Route, params: Mapping[str, list[str]], limits: Mapping[str, str]) -> None:
    """Refuse what X would not even look at."""
    if net.capped:
        raise Refusal(429, _capped() | {"headers": dict(limits)})
    if not net.credits:
        raise Refusal(402, _without_credits())
    for name in params:
        if name not in route.known:
            raise invalid(name, params[name][0], f"The query parameter [{name}] is not known here.")


def _route(net: X, method: str, path: str) -> tuple[Route | None, dict[str, str]]:
    for route in net.routes:
        if route.method == method and (found := route.pattern.fullmatch(path)):
            return route, found.groupdict()
    return None, {}


def _who(net: X, route: Route, authorization: str) -> str:
    token = authorization.removeprefix("Bearer ")
    if route.open:
        return ""
    who = net.users.get(token)
    if net.logins.ends.get(token, net.world.now) < net.world.now:
        raise Refusal(401, plain(401, "Unauthorized"))
    if who is None and (token != net.token or not authorization.startswith("Bearer ")):
        raise Refusal(401, plain(401, "Unauthorized"))
    if who is not None and route.app_only:
        raise Refusal(403, _unsupported("OAuth 2.0 User Context"))
    if who is None and route.for_users:
        raise Refusal(403, _unsupported("OAuth 2.0 Application-Only"))
    return who or ""


def _unsupported(kind: str) -> Wire:
    return {
        "title": "Unsupported Authentication",
        "type": "https://api.x.com/2/problems/unsupported-authentication",
        "status": 403,
        "detail": f"Authenticating with {kind} is forbidden for this endpoint.",
    }


def _capped() -> Wire:
    """As seen in https://github.com/xdevplatform/xdk/issues/25 ."""
    return {
        "account_id": 1,
        "product_name": "standard-basic",
        "title": "UsageCapExceeded",
        "period": "Monthly",
        "scope": "Product",
        "detail": "Usage cap exceeded: Monthly product cap",
        "type": "https://api.twitter.com/2/problems/usage-capped",
    }


def _without_credits() -> Wire:
    return {
        "title": "CreditsDepleted",
        "type": "https://api.x.com/2/problems/credits",
        "detail": "Your enrolled account does not have any credits to fulfill this request.",
    }


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two packets: the second would wait 40 ms
    net: X

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""

    def _serve(self) -> None:
        sent = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        with self.net.lock:
            fault = self.net.fault()
            if fault in (None, "lost", "half"):
                status, more, told = respond(self.net, self.command, self.path, headers, sent)
            else:
                status, more, told = (fault if isinstance(fault, int) else 200), {}, {}
            self._note(status, sent)
        self._say(status, more, _body(fault, told), fault)

    def _note(self, status: int, sent: bytes) -> None:
        parts = urlsplit(self.path)
        route, _ = _route(self.net, self.command, parts.path)
        params = parse_qs(parts.query, keep_blank_values=True)
        path = route.path if route else parts.path
        self.net.asked.append(Asked(self.command, path, parts.path, params, status, sent))

    def _say(self, status: int, headers: Mapping[str, str], body: bytes, fault: Fault) -> None:
        if fault == "lost":
            self.close_connection = True
            return
        self.send_response(status)
        kind = "text/html" if fault == "html" or isinstance(fault, int) else "application/json; charset=utf-8"
        told = {"content-type": kind, "content-length": str(len(body)), **headers}
        for name, value in told.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if fault == "half" else body)
        self.close_connection = self.close_connection or fault is not None


def _body(fault: Fault, told: Wire) -> bytes:
    if fault == "html" or isinstance(fault, int):
        return b"<!doctype html><title>Something is technically wrong</title>"
    if fault == "malformed":
        return b'{"data": [{"id": '
    return json.dumps(told, ensure_ascii=False).encode()


@contextmanager
def serving(world: World | None = None, **how: Any) -> Iterator[X]:
    """The server, on a free port of loopback, until the block is left."""
    net = X(world or World(), routes=[*WRITING, *ROUTES], **how)
    handler = type("Handler", (_Handler,), {"net": net})
    with loopback.serving(handler) as net.url:
        yield net
