"""A notification → a call for the bot, or none. Pure.

https://docs.bsky.app/docs/api/app-bsky-notification-list-notifications
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from unroller.core.calls import Command, Mention, command
from unroller.core.model import PostRef
from unroller.core.tolerant import clean, web_link
from unroller.networks.bluesky import tid
from unroller.networks.bluesky.labels import Scope
from unroller.networks.bluesky.links import is_cid, key_of, owner, post_ref
from unroller.networks.bluesky.parse import parse_author, parse_languages, parse_reply
from unroller.networks.bluesky.richtext import Facet, parse_facets
from unroller.networks.bluesky.times import published

Strong = dict[str, str]


def parse_mention(note: object, bot: str, scope: Scope) -> Mention | None:
    """The call in a notification to `bot`, a DID.

    `None`: the text names the bot only in passing, or not in a facet, or the call is the bot's own, or
    it is not told which version of it an answer would be to.
    """
    if not isinstance(note, dict) or not isinstance(record := note.get("record"), dict):
        return None
    ref, by = post_ref(note.get("uri")), parse_author(note.get("author"), scope)
    call = strong(note)
    if ref is None or call is None or by is None or by.id == bot or by.id != owner(ref):
        return None
    about = _about(record)
    asked, link = _asked(record, bot, scope)
    if asked is None or (asked is Command.BARE and about and owner(about) == bot):
        return None
    return Mention(
        ref=ref,
        by=by,
        at=_at(note, ref, scope),
        command=asked,
        about=about,
        link=link or _card(record.get("embed")),
        languages=parse_languages(record.get("langs")),
        token=_token(call, record),
    )


def _at(note: dict[str, Any], ref: PostRef, scope: Scope) -> datetime:
    """When the call was made. Where its author dated it back, its key tells better than its dates."""
    told = published(note.get("indexedAt"), None, key_of(ref))
    keyed = tid.decode(key_of(ref))
    return keyed if keyed and told < keyed <= scope.now else told


def _asked(record: dict[str, Any], bot: str, scope: Scope) -> tuple[Command | None, str | None]:
    """What the text asks of `bot`, and the first link in it."""
    text = record.get("text")
    data = text[:4000].encode("utf-8", "surrogatepass") if isinstance(text, str) else b""
    facets = parse_facets(record.get("facets"), data, scope.web)
    links = [facet for facet in facets if facet.mention is None and web_link(facet.link)]
    calls = [facet for facet in facets if facet.mention == bot]
    if not calls:
        return None, None
    link = links[0].link if links else None
    told = (command(_text(data[call.end :])) for call in calls)
    asked = next((one for one in told if one), None)
    alone = [facet for facet in facets if facet.mention] + links[:1]
    return asked or (Command.BARE if not _left(data, alone) else None), link


def _left(data: bytes, facets: list[Facet]) -> str:
    """What is left of a text without `facets`."""
    kept, place = [], 0
    for facet in sorted(facets):
        kept.append(_text(data[place : facet.start]))
        place = facet.end
    return " ".join([*kept, _text(data[place:])]).strip()


def _text(data: bytes) -> str:
    return clean(data.decode("utf-8", "surrogatepass"))


def _about(record: dict[str, Any]) -> PostRef | None:
    """The post that the call answers, or else the one that it quotes."""
    parent, _, _ = parse_reply(record)
    return parent or _quoted(record.get("embed"))


def _quoted(embed: object) -> PostRef | None:
    for _ in range(2):  # a quote with media holds its quote one step deeper
        embed = embed.get("record") if isinstance(embed, dict) else None
        if isinstance(embed, dict) and (ref := post_ref(embed.get("uri"))):
            return ref
    return None


def _card(embed: object) -> str | None:
    """The page that a card leads to: the app takes a link out of the text when it makes a card of it."""
    page = embed.get("external") if isinstance(embed, dict) else None
    return web_link(page.get("uri")) if isinstance(page, dict) else None


def _token(call: Strong, record: dict[str, Any]) -> str:
    """What an answer must name: the call, and the root of the conversation that it is in.

    Where the call names no root that makes sense, it is the root itself.
    """
    reply = record.get("reply")
    root = strong(reply.get("root")) if isinstance(reply, dict) else None
    return json.dumps({"parent": call, "root": root or call})


def strong(ref: object) -> Strong | None:
    """A reference to one version of a post; `None` when it is none."""
    if not isinstance(ref, dict) or post_ref(ref.get("uri")) is None or not is_cid(ref.get("cid")):
        return None
    return {"uri": ref["uri"], "cid": ref["cid"]}
