"""What the bot says → the whole request that says it, fixed. Pure.

https://docs.joinmastodon.org/methods/statuses/#create
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, replace
from typing import Any

from unroller.core.calls import Mention
from unroller.core.model import Audience
from unroller.core.ports import Answer
from unroller.core.summary import shorten
from unroller.core.tolerant import clean, web_link

_HANDLE = re.compile(r"(?<![\w/@])@(\w[\w.-]*(?:@[\w.-]+(?::\d+)?)?)")
_LONGEST_WARNING = 100
_OPEN = frozenset({Audience.PUBLIC, Audience.UNLISTED})


@dataclass(frozen=True, slots=True)
class Room:
    """How much fits into a status: characters in all, and those that a short link counts as."""

    characters: int = 500
    link: int = 23


def parse_room(instance: object) -> Room:
    """How much fits, as a server tells it of itself; what every server takes where it does not.

    https://docs.joinmastodon.org/entities/Instance/#max_characters
    """
    told = instance.get("configuration") if isinstance(instance, dict) else None
    told = told.get("statuses") if isinstance(told, dict) else None
    told = told if isinstance(told, dict) else {}
    characters, link = told.get("max_characters"), told.get("characters_reserved_per_url")
    return Room(
        characters if type(characters) is int and characters > 0 else Room().characters,
        link if type(link) is int and link > 0 else Room().link,
    )


def reply(mention: Mention, answer: Answer, bot: str, room: Room, warning: str = "") -> bytes:
    """The status that answers `mention`, with the key under which it is sent; the same for the same values.

    It mentions who called, and whoever the answer says has to hear of it. `bot` is its own handle.
    `warning` is the content warning of the call, which the answer takes over.
    """
    token = json.loads(mention.token)
    warning = shorten(clean(warning).strip(), _LONGEST_WARNING)
    left = replace(room, characters=room.characters - len(warning))  # both count
    status = {
        "status": said(answer, token["acct"], bot, left),
        "in_reply_to_id": token["call"],
        "visibility": "unlisted" if mention.audience in _OPEN else "direct",
    }
    if mention.languages:
        status["language"] = mention.languages[0]
    if warning:
        status["spoiler_text"] = warning
    return canonical({"key": key_of(mention), "status": status})


def key_of(mention: Mention) -> str:
    """The Idempotency-Key of the answer to `mention`: always the same one."""
    return hashlib.sha256(f"answer to {mention.ref.id}".encode()).hexdigest()[:32]


def canonical(body: dict[str, Any]) -> bytes:
    """The same bytes for the same values."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def said(answer: Answer, acct: str, bot: str, room: Room) -> str:
    """The text: who called, the words, cut short if they must be, and the link, which never is."""
    link = web_link(answer.link)
    told = {bot.lower()} | ({answer.notify.handle.lower()} if answer.notify else set())
    words = f"@{acct} {_without_mentions(clean(answer.text).strip(), told)}"
    if not link:
        return shorten(words, room.characters)
    # Mastodon counts a long link as a short one, others do not.
    return f"{shorten(words, room.characters - max(room.link, len(link)) - 1)}\n{link}"


def _without_mentions(words: str, told: set[str]) -> str:
    """`words` in which a handle calls nobody but those who shall be `told`."""

    def quiet(found: re.Match[str]) -> str:
        return found[0] if found[1].rstrip(".-").lower() in told else found[1]

    return _HANDLE.sub(quiet, words)
