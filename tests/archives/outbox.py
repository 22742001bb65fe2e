"""Outboxes as Mastodon's exports have them, made up."""

from __future__ import annotations

import json
from typing import Any

from unroller.core.ports import Gathering

Wire = dict[str, Any]

ME = "https://social.example/users/ada"
BOB = "https://other.example/users/bob"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
FOLLOWERS = f"{ME}/followers"

ACTOR: Wire = {
    "@context": "https://www.w3.org/ns/activitystreams",
    "id": ME,
    "type": "Person",
    "preferredUsername": "ada",
    "name": "Ada",
    "url": "https://social.example/@ada",
    "outbox": "outbox.json",
}


def post_id(number: int) -> str:
    return f"{ME}/statuses/{109_000_000_000_000_000 + number}"


def note(number: int, text: str = "", parent: int | str | None = None, **more: Any) -> Wire:
    """A post of Ada's, written `number` minutes into the year; it answers one of hers, or an address."""
    day, minute = divmod(number, 1440)
    return {
        "id": post_id(number),
        "type": "Note",
        "summary": None,
        "inReplyTo": post_id(parent) if isinstance(parent, int) else parent,
        "published": f"2024-01-{1 + day:02}T{minute // 60:02}:{minute % 60:02}:00Z",
        "url": f"https://social.example/@ada/{109_000_000_000_000_000 + number}",
        "attributedTo": ME,
        "to": [PUBLIC],
        "cc": [FOLLOWERS],
        "content": f"<p>{text or f'post {number}'}</p>",
        "attachment": [],
        "tag": [],
        **more,
    }


def create(one: Wire) -> Wire:
    addressed: Wire = {name: one[name] for name in ("to", "cc") if name in one}
    return {"id": f"{one['id']}/activity", "type": "Create", "actor": ME, "object": one, **addressed}


def outbox(*activities: Any) -> bytes:
    """An outbox of notes, which are wrapped, and of activities as they are."""
    items = [
        create(one) if isinstance(one, dict) and one.get("type") in ("Note", "Question") else one
        for one in activities
    ]
    found = {"@context": "https://www.w3.org/ns/activitystreams", "type": "OrderedCollection"}
    return json.dumps(found | {"totalItems": len(items), "orderedItems": items}).encode()


def export(*activities: Any, **files: bytes) -> dict[str, bytes]:
    return {"actor.json": json.dumps(ACTOR).encode(), "outbox.json": outbox(*activities), **files}


def picture(path: str, alt: str | None = None) -> Wire:
    return {"type": "Document", "mediaType": "image/png", "url": path, "name": alt}


def texts(found: Gathering) -> set[str]:
    return {post.body[0].text for post in found.conversation.posts.values()}
