"""Threads on the paper network, in few words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.networks.bluesky.sessions import Kept
from unroller.networks.bluesky import Bluesky, BlueskySettings, tid
from unroller.testing import PaperBluesky

Wire = dict[str, Any]

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANNA = "did:plc:annaannaannaannaannaanna"
BOB = "did:plc:bobbobbobbobbobbobbobbob"
BOT = "did:plc:botbotbotbotbotbotbotbot"
ACCOUNTS = (
    {"did": ANNA, "handle": "anna.example", "displayName": "Anna"},
    {"did": BOB, "handle": "bob.example", "displayName": "Bob"},
    {"did": BOT, "handle": "bot.example", "displayName": "Unroll", "labels": ["bot"]},
)


def clock() -> datetime:
    return NOON + timedelta(days=1)


def uri(author: str, minute: float) -> str:
    return f"at://{author}/app.bsky.feed.post/{tid.encode(NOON + timedelta(minutes=minute), 7)}"


def post(author: str, minute: float, text: str = "", parent: str = "", root: str = "", **more: Any) -> Wire:
    """A post made so many minutes after noon. `parent` and `root` are uris."""
    record: Wire = {"$type": "app.bsky.feed.post", "text": text or f"Minute {minute}"}
    record["createdAt"] = (NOON + timedelta(minutes=minute)).isoformat()
    if parent:
        record["reply"] = {"root": strong(root or parent), "parent": strong(parent)}
    return {"uri": uri(author, minute), "record": record | more}


def strong(of: str) -> Wire:
    return {"uri": of, "cid": "bafyreipaper"}


def chain(author: str, count: int, *, start: float = 0, parent: str = "", root: str = "") -> list[Wire]:
    """Posts that each answer the one before, a minute apart."""
    posts: list[Wire] = []
    for number in range(count):
        root = root or (posts[0]["uri"] if posts else parent)
        posts.append(post(author, start + number, parent=parent, root=root if parent else ""))
        parent = posts[-1]["uri"]
    return posts


def network(paper: PaperBluesky, **settings: Any) -> Bluesky:
    return Bluesky(BlueskySettings(**settings), paper, clock=clock, sessions=Kept())
