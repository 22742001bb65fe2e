"""A bot on a Bluesky of paper, with faults at will, for what needs no real server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.testnet import records
from unroller.config import Settings
from unroller.core.errors import NetworkError
from unroller.core.model import PostRef
from unroller.core.ports import Reply
from unroller.testing import PaperBluesky

BOT = "did:plc:bot"
PEOPLE = {
    BOT: "unroll.test",
    "did:plc:anna": "anna.test",
    "did:plc:bob": "bob.test",
    "did:plc:carol": "carol.test",
}
START = datetime.now(UTC)  # keys of records tell the real time


@dataclass(slots=True)
class Time:
    """Stands still until it is moved on."""

    now: datetime = START + timedelta(hours=1)

    def __call__(self) -> datetime:
        return self.now

    def on(self, **how: float) -> None:
        self.now += timedelta(**how)


@dataclass(slots=True)
class Faulty:
    """A client that fails where a test says so: `fault(name)` is asked before each request."""

    inner: PaperBluesky
    fault: Callable[[str], Exception | None] = lambda name: None
    after: Callable[[str], Exception | None] = lambda name: None
    sent: list[str] = field(default_factory=list)

    def request(self, method: str, url: str, **how: Any) -> Reply:
        name = url.rpartition("/")[2]
        if error := self.fault(name):
            raise error
        reply = self.inner.request(method, url, **how)
        self.sent.append(name)
        if error := self.after(name):
            raise error  # the server did it, and the answer was lost
        return reply


def network() -> PaperBluesky:
    return PaperBluesky([{"did": did, "handle": handle} for did, handle in PEOPLE.items()], [])


def write(
    paper: PaperBluesky,
    by: str,
    text: str,
    *,
    parent: PostRef | None = None,
    at: datetime = START,
    **more: Any,
) -> PostRef:
    """A post by `did:plc:<by>`; an answer to `parent` in the same conversation where one is given."""
    did = f"did:plc:{by}"
    uri = f"at://{did}/app.bsky.feed.post/{records.tid()}"
    record = {
        "$type": "app.bsky.feed.post",
        "text": text,
        "createdAt": at.isoformat(),
        "langs": ["en"],
        **more,
    }
    if parent:
        above = paper.posts[parent.id]
        strong = {"uri": parent.id, "cid": above["cid"]}
        root = above["record"].get("reply", {}).get("root", strong)
        record["reply"] = {"parent": strong, "root": root}
    paper.add({"uri": uri, "record": record, "indexedAt": at.isoformat()})
    return PostRef("bluesky", uri)


def thread(paper: PaperBluesky, by: str, *texts: str, at: datetime = START) -> list[PostRef]:
    posts: list[PostRef] = []
    for text in texts:
        posts.append(write(paper, by, text, parent=posts[-1] if posts else None, at=at))
    return posts


def call(
    paper: PaperBluesky, by: str, parent: PostRef, words: str = "unroll", *, at: datetime = START
) -> PostRef:
    text = f"@{PEOPLE[BOT]} {words}"
    facet = records.mention(text, f"@{PEOPLE[BOT]}", BOT)
    return write(paper, by, text, parent=parent, facets=[facet], at=at)


def answers(paper: PaperBluesky, to: PostRef) -> list[str]:
    own = (post["record"] for uri, post in paper.posts.items() if uri.startswith(f"at://{BOT}/"))
    return [record["text"] for record in own if record["reply"]["parent"]["uri"] == to.id]


def settings(data: Path, **more: Any) -> Settings:
    made = Settings(
        data=data,
        base_url="https://unroll.example",
        networks={"bluesky": {"handle": PEOPLE[BOT], "password": "paper"}},
    )
    return replace(made, **more)


def down() -> NetworkError:
    return NetworkError("The network is down.")
