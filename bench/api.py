"""A list of 20 threads by the API, and the same list by FastAPI beside it: from entries at hand to bytes."""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any
from unittest import mock

from starlette.types import ASGIApp, Message

from bench.figures import Figure, LeftOutError, at_most, plain
from bench.networks import Networks
from unroller.config import load_settings
from unroller.core.search import Wanted
from unroller.flows.browse import PAGE, Found, Listing, browse
from unroller.flows.library import open_library
from unroller.flows.sample import load_sample, sample_settings
from unroller.web.app import make_app

CALLS = 300
ROUNDS = 5
SCOPE = {
    "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
    "path": "/api/v1/threads", "raw_path": b"/api/v1/threads", "query_string": b"page=1", "root_path": "",
    "headers": [], "client": ("203.0.113.9", 1), "server": ("localhost", 80),
}  # fmt: skip


def measure(_: Networks, quick: bool) -> Iterable[Figure]:  # noqa: FBT001
    with listing() as (ours, answer):
        theirs = by_fastapi(json.loads(answer))
        took = {name: [] for name in ("ours", "theirs")}  # type: dict[str, list[float]]
        for _round in range(2 if quick else ROUNDS):
            took["ours"].append(each(ours))
            took["theirs"].append(each(theirs))
    mine, other = min(took["ours"]), min(took["theirs"])
    yield plain("a list by FastAPI, CPU", other * 1e3, "ms")
    yield at_most(
        "a list by the API, CPU", mine * 1e3, other * 1e3, "ms", f"{other / mine:.1f} times as fast"
    )
    yield plain("what FastAPI adds to importing the site, CPU", added_by("fastapi"), "s")


@contextmanager
def listing() -> Iterator[tuple[ASGIApp, bytes]]:
    """The site, on which a list needs no database; and what it answers."""
    with tempfile.TemporaryDirectory() as folder:
        settings = sample_settings(load_settings({"UNROLLER_DATA": folder}, Path(folder)))
        with open_library(settings, sample=True) as library:
            load_sample(library)
            entries = [found.entry for found in browse(library, Wanted()).found] * PAGE
            found = Listing(tuple(map(Found, entries[:PAGE])), 1, more=False)
            app = make_app(library, clock=map(float, count(0, 61)).__next__)
            with mock.patch("unroller.web.api.threads.browse", return_value=found):
                yield app, asyncio.run(call(app))


def by_fastapi(answer: dict[str, Any]) -> ASGIApp:
    """The same answer from the same values, as one would write it with FastAPI."""
    try:
        from fastapi import FastAPI
        from pydantic import BaseModel
    except ImportError as missing:
        raise LeftOutError("FastAPI is not installed") from missing

    class Author(BaseModel):
        network: str
        id: str
        handle: str
        name: str
        url: str

    class Thread(BaseModel):
        slug: str
        url: str
        network: str
        ref: str
        title: str
        language: str
        author: Author
        posts: int
        gaps: int
        complete: bool
        written: datetime
        appeared: datetime
        sample: bool
        passage: list[dict[str, Any]]

    class Threads(BaseModel):
        threads: list[Thread]
        page: int
        next: str | None

    rows = [
        one | {key: datetime.fromisoformat(one[key]) for key in ("written", "appeared")}
        for one in answer["threads"]
    ]
    app = FastAPI()

    def threads(page: int = 1) -> Threads:
        made = [Thread(**row | {"author": Author(**row["author"])}) for row in rows]
        return Threads(threads=made, page=page, next=None)

    app.get("/api/v1/threads")(threads)
    assert json.loads(asyncio.run(call(app))) == answer
    return app


def each(app: ASGIApp) -> float:
    """Seconds of CPU for one call."""

    async def many() -> None:
        for _ in range(CALLS):
            await call(app)

    begun = time.process_time()
    asyncio.run(many())
    return (time.process_time() - begun) / CALLS


async def call(app: ASGIApp) -> bytes:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(dict(SCOPE), receive, send)
    assert sent[0]["status"] == 200
    body: bytes = sent[1]["body"]
    return body


def added_by(package: str) -> float:
    """Seconds of CPU that importing `package` takes after the site, the smallest of a few."""
    program = f"import time, unroller.web.app as _; a = time.process_time(); import {package}"
    program += "; print(time.process_time() - a)"
    runs: Callable[[], float] = lambda: float(subprocess.check_output([sys.executable, "-c", program]))  # noqa: E731
    return min(runs() for _ in range(ROUNDS))
