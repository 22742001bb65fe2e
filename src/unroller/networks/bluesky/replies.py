"""What the bot says → the whole record of a reply, fixed. Pure.

https://docs.bsky.app/docs/advanced-guides/posts
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from unroller.core.calls import Mention
from unroller.core.model import Author
from unroller.core.ports import Answer
from unroller.core.tolerant import clean, web_link
from unroller.networks.bluesky import tid
from unroller.networks.bluesky.links import POSTS, is_cid
from unroller.networks.bluesky.times import write_time

LONGEST_TEXT = 300
_LONGEST_SHOWN_LINK = 60
_LONGEST_TITLE = 300
_LONGEST_DESCRIPTION = 1_000
_FACET = "app.bsky.richtext.facet#"


def key_of(mention: Mention) -> str:
    """The record key of the answer to `mention`: always the same one, so that a repeat writes nothing."""
    digest = hashlib.sha256(mention.ref.id.encode()).digest()
    # The network tells milliseconds: what is below them is free to tell calls of one moment apart.
    below = int.from_bytes(digest[2:6]) % 1000
    at = mention.at.replace(microsecond=mention.at.microsecond // 1000 * 1000 + below)
    return tid.encode(at, int.from_bytes(digest[:2]))


def put_record(mention: Mention, answer: Answer, thumb: object, bot: str, now: datetime) -> bytes:
    """The body of the `putRecord` that answers `mention`, which must not overwrite anything.

    `createdAt` is the time of the answer, not of the call: in the caller's notifications an answer
    that is dated back stands far down, as if it had been read.
    """
    record: dict[str, Any] = {
        "$type": POSTS,
        "reply": json.loads(mention.token),
        "createdAt": write_time(now),
        **_said(answer),
    }
    if mention.languages:
        record["langs"] = list(mention.languages[:3])
    if card := _card(answer, thumb):
        record["embed"] = card
    body = {
        "repo": bot,
        "collection": POSTS,
        "rkey": key_of(mention),
        "record": record,
        "swapRecord": None,
    }
    return canonical(body)


def parse_blob(body: dict[str, Any], mime: str) -> dict[str, Any] | None:
    """How a record names the file that was uploaded; `None` where the server does not say it.

    https://atproto.com/specs/data-model#blob-type
    """
    blob = body.get("blob")
    ref, size = (blob.get("ref"), blob.get("size")) if isinstance(blob, dict) else (None, None)
    link = ref.get("$link") if isinstance(ref, dict) else None
    if not is_cid(link) or type(size) is not int:
        return None
    return {"$type": "blob", "ref": {"$link": link}, "mimeType": mime, "size": size}


def canonical(body: dict[str, Any]) -> bytes:
    """The same bytes for the same values."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _said(answer: Answer) -> dict[str, Any]:
    """Text and facets: the words, cut short if they must be, and the link, which never is."""
    link = web_link(answer.link)
    shown = shown_link(link) if link else ""
    words = shorten(clean(answer.text).strip(), LONGEST_TEXT - len(shown) - 1)
    text = f"{words}\n{shown}" if shown else words
    facets = []
    if answer.notify and (place := _handle_in(words, answer.notify)) >= 0:
        handle, did = f"@{answer.notify.handle}", answer.notify.id
        facets.append(_facet(text[:place], handle, {"$type": _FACET + "mention", "did": did}))
    if link:
        facets.append(_facet(text[: len(words) + 1], shown, {"$type": _FACET + "link", "uri": link}))
    return {"text": text, "facets": facets} if facets else {"text": text}


def _handle_in(words: str, author: Author) -> int:
    return words.find(f"@{author.handle}")


def _facet(before: str, part: str, feature: dict[str, str]) -> dict[str, Any]:
    start = len(before.encode())
    return {"index": {"byteStart": start, "byteEnd": start + len(part.encode())}, "features": [feature]}


def shown_link(link: str) -> str:
    """A link as the app shows it: without its scheme, and short."""
    shown = link.partition("://")[2].rstrip("/")
    return shown if len(shown) <= _LONGEST_SHOWN_LINK else shown[: _LONGEST_SHOWN_LINK - 1] + "…"


def shorten(text: str, longest: int) -> str:
    """`text` in at most `longest` code points (so no more graphemes), cut after a word."""
    if len(text) <= longest:
        return text
    cut = text[: longest - 1]
    at_word = cut.rpartition(" ")[0].rstrip()
    return (at_word if len(at_word) > longest // 2 else cut) + "…"


def _card(answer: Answer, thumb: object) -> dict[str, Any] | None:
    link = web_link(answer.link)
    if not link:
        return None
    card: dict[str, Any] = {
        "uri": link,
        "title": shorten(clean(answer.title), _LONGEST_TITLE),
        "description": shorten(clean(answer.description), _LONGEST_DESCRIPTION),
    }
    if thumb is not None:
        card["thumb"] = thumb
    return {"$type": "app.bsky.embed.external", "external": card}
