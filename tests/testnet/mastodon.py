"""A server with Mastodon's API on loopback (mastodon-mock), and the people on it.

with mastodon.running() as server:
    anna = server.account("anna")
    first, *_ = anna.thread(["One", "Two", "Three"])

What it gets wrong is mended here where a bot needs it: its WebSockets know neither the stream of
notifications nor the header that lets somebody in, it makes no links of mentions, does not know its own
people by their whole handles, and takes answers to what is gone. It shows every post to everybody and has
no ActivityPub; that is tested elsewhere.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import re
import socket
import sys
import threading
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx2

from tests.testnet.processes import NotInstalledError
from tests.testnet.processes import running as running_process

Wire = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sent:
    """A post that was written: what its server calls it, and what everybody does."""

    id: str
    uri: str


@dataclass(frozen=True, slots=True)
class Server:
    """The server's address, and what no client has a call for."""

    base: str
    pid: int
    http: httpx2.Client = field(repr=False)

    @classmethod
    @contextmanager
    def at(cls, known: Wire) -> Iterator[Self]:
        """The server that wrote `known` about itself."""
        with httpx2.Client(base_url=known["base"], timeout=60, trust_env=False) as http:
            yield cls(**known, http=http)

    @property
    def pair(self) -> str:
        return self.base.partition("://")[2]

    def request(self, method: str, path: str, *, token: str = "", **how: Any) -> Any:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        response = self.http.request(method, path, headers=headers, **how)
        response.raise_for_status()
        return response.json()

    def account(
        self, name: str = "someone", *, display_name: str = "", bot: bool = False, note: str = ""
    ) -> Person:
        """A new account whose name begins with `name` and is nobody else's."""
        wanted = {"username": f"{name}_{uuid.uuid4().hex[:8]}", "display_name": display_name or name.title()}
        made = self.request("POST", "/api/v1/_mock/dev_user", json=wanted)
        person = Person(self, made["username"], made["id"], made["access_token"])
        if bot or note:
            person.call("PATCH", "/api/v1/accounts/update_credentials", data={"bot": str(bot), "note": note})
        return person

    def fault(self, path: str, methods: Iterable[str] = ("GET",), count: int = 1, **effect: Any) -> None:
        """Answer the next requests to `path` so, instead of as it should be. For a server of one's own."""
        rule = {"match": {"methods": list(methods), "path": path}, "effect": effect, "count": count}
        self.request("POST", "/api/v1/_mock/faults", json=rule)


@dataclass(slots=True)
class Person:
    """Somebody on the server, logged in."""

    server: Server = field(repr=False)
    name: str
    id: str
    token: str = field(repr=False)

    @property
    def handle(self) -> str:
        return f"{self.name}@{self.server.pair}"

    @property
    def url(self) -> str:
        return f"{self.server.base}/@{self.name}"

    def call(self, method: str, path: str, **how: Any) -> Any:
        return self.server.request(method, path, token=self.token, **how)

    def post(
        self, text: str, *, reply_to: Sent | None = None, visibility: str = "public", **more: Any
    ) -> Sent:
        """Write one post. `more` are further fields, such as `language` or `spoiler_text`."""
        body = {"status": text, "visibility": visibility, **more}
        made = self.call(
            "POST", "/api/v1/statuses", json=body | ({"in_reply_to_id": reply_to.id} if reply_to else {})
        )
        return Sent(made["id"], made["uri"])

    def reply(self, to: Sent, text: str, **more: Any) -> Sent:
        return self.post(text, reply_to=to, **more)

    def thread(self, texts: Iterable[str], *, reply_to: Sent | None = None, **more: Any) -> list[Sent]:
        """Write a chain of posts, each an answer to the one before."""
        written: list[Sent] = []
        for text in texts:
            written.append(self.post(text, reply_to=written[-1] if written else reply_to, **more))
        return written

    def call_bot(self, bot: Person, words: str = "unroll", **more: Any) -> Sent:
        return self.post(f"@{bot.name} {words}".rstrip(), **more)

    def edit(self, what: Sent, text: str) -> None:
        self.call("PUT", f"/api/v1/statuses/{what.id}", json={"status": text})

    def delete(self, what: Sent) -> None:
        self.call("DELETE", f"/api/v1/statuses/{what.id}")

    def replies_to(self, what: Sent) -> list[Wire]:
        """This account's answers to one post: for a bot, one and no more."""
        return [status for status in self.statuses() if status["in_reply_to_id"] == what.id]

    def statuses(self) -> list[Wire]:
        """All that this account wrote, newest first, as it sees it itself."""
        found: list[Wire] = []
        while True:
            params = {"limit": "40"} | ({"max_id": found[-1]["id"]} if found else {})
            page = self.call("GET", f"/api/v1/accounts/{self.id}/statuses", params=params)
            found += page
            if not page:
                return found


def command(*, forgetful: bool = False, streaming: bool = True) -> list[str | Path]:
    """How the server is started. A `forgetful` one knows no Idempotency-Key."""
    if importlib.util.find_spec("mastodon_mock") is None:
        raise NotInstalledError("mastodon-mock is missing: make test installs it")
    options = [*(["--forgetful"] if forgetful else []), *([] if streaming else ["--no-streaming"])]
    return [sys.executable, "-m", "tests.testnet.mastodon", *options]


@contextmanager
def running(*, forgetful: bool = False, streaming: bool = True) -> Iterator[Server]:
    """A server of one's own."""
    with (
        running_process(command(forgetful=forgetful, streaming=streaming)) as known,
        Server.at(known) as server,
    ):
        yield server


# ------------------------------------------------------------------------------ the server's own process


def main() -> None:
    import uvicorn

    options = argparse.ArgumentParser()
    options.add_argument("--port-file", type=Path, required=True)
    options.add_argument("--stdin", action="store_true")
    options.add_argument("--forgetful", action="store_true")
    options.add_argument("--no-streaming", action="store_true")
    wanted = options.parse_args()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        pair = f"127.0.0.1:{listener.getsockname()[1]}"
        app = _app(pair, wanted.port_file.with_suffix(".media"), streaming=not wanted.no_streaming)
        # It never notices that whoever followed has gone, so it is not waited for.
        config = uvicorn.Config(
            _forgetting(app) if wanted.forgetful else app, log_level="warning", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        threading.Thread(target=_watch, args=(server, wanted.port_file, pair), daemon=True).start()
        server.run(sockets=[listener])


def _app(pair: str, media: Path, *, streaming: bool) -> Any:
    from mastodon_mock.app import create_app
    from mastodon_mock.config import MastodonMockConfig, SeedConfig, StreamingConfig

    _mend_streaming()
    _mend_mentions(pair)
    _mend_replies()
    return create_app(
        MastodonMockConfig(
            domain=pair,
            url_scheme="http",
            media_storage_path=str(media),
            streaming=StreamingConfig(enabled=streaming, heartbeat_seconds=1.0),
            seed=SeedConfig(),
        )
    )


def _mend_streaming() -> None:
    """https://docs.joinmastodon.org/methods/streaming/#websocket ."""
    from mastodon_mock.routers import streaming
    from starlette.datastructures import QueryParams

    account_from, channel_of = streaming._account_from_query_token, streaming._resolve_legacy_channel

    class Admitted:
        def __init__(self, request: Any) -> None:
            self.query_params = {
                "access_token": request.headers.get("authorization", "").removeprefix("Bearer ")
            }

    def mended_account(db: Any, request: Any) -> Any:
        return account_from(db, request) or account_from(db, Admitted(request))  # type: ignore[arg-type]

    def mended_channel(params: QueryParams, account: Any) -> str:
        notes = params.get("stream") == "user:notification"
        return channel_of(QueryParams({"stream": "user"}) if notes else params, account)

    streaming._account_from_query_token = mended_account
    streaming._resolve_legacy_channel = mended_channel  # type: ignore[assignment]


def _mend_mentions(pair: str) -> None:
    """https://docs.joinmastodon.org/spec/activitypub/#properties-used ."""
    from mastodon_mock import services
    from mastodon_mock.content_format import render_status_html
    from mastodon_mock.routers import statuses
    from mastodon_mock.serializers import statuses as serializers

    found_in, made_of = services.parse_mentions, render_status_html
    person = re.compile(rf"(?<![/\w])@([a-z]+_[0-9a-f]{{8}})(@{re.escape(pair)})?(?!\w)")
    link = (
        rf'<span class="h-card"><a href="http://{pair}/@\1" class="u-url mention">@<span>\1</span></a></span>'
    )

    def mended_mentions(session: Any, text: str, exclude_account_id: int) -> Any:
        return found_in(session, person.sub(r"@\1", text), exclude_account_id)

    services.parse_mentions = mended_mentions
    statuses.render_status_html = lambda text: person.sub(link, made_of(text))  # type: ignore[attr-defined]
    serializers._preview_card = lambda status: None  # it would make one of a mention


def _mend_replies() -> None:
    """https://docs.joinmastodon.org/methods/statuses/#404-response ."""
    from fastapi import HTTPException
    from mastodon_mock.db.models import Status
    from mastodon_mock.routers import statuses

    create = statuses._create_status_from_params

    def mended_create(session: Any, account: Any, params: Wire) -> Any:
        parent = params.get("in_reply_to_id")
        if parent and session.get(Status, int(parent)) is None:
            raise HTTPException(404, "The post you are trying to reply to does not appear to exist")
        return create(session, account, params)

    statuses._create_status_from_params = mended_create  # type: ignore[assignment]


def _forgetting(app: Any) -> Any:
    """`app` as a server that ignores the key, as GoToSocial does."""

    async def forgetful(scope: Any, receive: Any, send: Any) -> None:
        kept = [(name, value) for name, value in scope.get("headers", ()) if name != b"idempotency-key"]
        await app({**scope, **({"headers": kept} if "headers" in scope else {})}, receive, send)

    return forgetful


def _watch(server: Any, port_file: Path, pair: str) -> None:
    """Say that the server is there, and end it when nobody needs it."""
    import os

    while not server.started:
        time.sleep(0.02)
    known = {"base": f"http://{pair}", "pid": os.getpid()}
    begun = port_file.with_suffix(".begun")
    begun.write_text(json.dumps(known))
    begun.replace(port_file)
    sys.stdin.read()
    server.should_exit = True


if __name__ == "__main__":
    main()
