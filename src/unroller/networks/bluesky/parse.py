"""What the AppView shows of posts and accounts → ours. Pure, and tolerant of whatever it is given.

https://docs.bsky.app/docs/api/app-bsky-feed-get-posts
"""

from __future__ import annotations

import json
import re
from typing import Any

from msgspec.structs import replace

from unroller.core.body import Block, BlockKind, Run
from unroller.core.model import Absence, Author, Media, Post, PostRef, Quote
from unroller.core.tolerant import web_link
from unroller.networks.bluesky import labels
from unroller.networks.bluesky.embeds import Attached, line, named, parse_embed, type_of
from unroller.networks.bluesky.labels import Scope
from unroller.networks.bluesky.links import (
    INVALID_HANDLE,
    NETWORK,
    POSTS,
    AtUri,
    is_did,
    is_handle,
    known_as,
    parse_at_uri,
    post_ref,
    post_uri,
    post_url,
    profile_url,
)
from unroller.networks.bluesky.richtext import parse_text
from unroller.networks.bluesky.times import published

_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{2,8}){0,4}")
_LONGEST_NAME = 640
_ABSENT = {
    "app.bsky.embed.record#viewNotFound": Absence.NOT_FOUND,
    "app.bsky.embed.record#viewBlocked": Absence.BLOCKED,
    "app.bsky.embed.record#viewDetached": Absence.DETACHED,
}
# What can be quoted besides posts, and where the app shows it.
_THINGS = {
    "app.bsky.feed.generator": ("feed", "feed"),
    "app.bsky.graph.list": ("list", "lists"),
    "app.bsky.graph.starterpack": ("starter pack", ""),
    "app.bsky.labeler.service": ("labeler", ""),
}


def parse_post(view: object, scope: Scope) -> Post | None:
    """One post; `None` when its name, its author or its record cannot be understood.

    https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/feed/defs.json (postView)
    """
    return _post(view, "record", scope)


def _post(view: object, field: str, scope: Scope) -> Post | None:
    """A post whose record stands in `field`, without what it quotes if it is itself quoted."""
    if not isinstance(view, dict) or not isinstance(record := view.get(field), dict):
        return None
    uri, author = post_uri(view.get("uri")), parse_author(view.get("author"), scope)
    if uri is None or author is None or author.id != uri.repo:
        return None
    attached, marks = _attached(view, record), labels.of_post(view, record, author.id, scope)
    parent, root = _reply(record)
    return Post(
        ref=PostRef(NETWORK, str(uri)),
        author=author,
        published=published(record.get("createdAt"), view.get("indexedAt"), uri.key),
        body=parse_text(record.get("text"), record.get("facets"), scope.web) + _unknown(attached),
        url=post_url(scope.web, known_as(author.id, author.handle), uri.key),
        order=uri.key,
        version=line(view.get("cid")),
        parent=_ref(parent),
        parent_author=parent.repo if parent else None,
        root=_ref(root),
        quote=_quote(attached, scope, deeper=field == "record"),
        media=_judged(attached.media, sensitive=bool(marks & labels.SENSITIVE)),
        card=attached.card,
        labels=marks,
        languages=parse_languages(record.get("langs")),
    )


def parse_author(view: object, scope: Scope) -> Author | None:
    """An account as it stands beside a post; `None` when it has no permanent id.

    https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/actor/defs.json
    """
    did = view.get("did") if isinstance(view, dict) else None
    if not isinstance(view, dict) or not isinstance(did, str) or not is_did(did):
        return None
    handle = view.get("handle")
    handle = handle.lower() if isinstance(handle, str) and is_handle(handle) else INVALID_HANDLE
    signals, bot = labels.of_author(view, did, scope)
    return Author(
        network=NETWORK,
        id=did,
        handle=handle,
        display_name=line(view.get("displayName"), _LONGEST_NAME),
        url=profile_url(scope.web, known_as(did, handle)),
        avatar=web_link(view.get("avatar")),
        bot=bot,
        signals=signals,
    )


def parse_reply(record: dict[str, Any]) -> tuple[PostRef | None, str | None, PostRef | None]:
    """What a record says that it answers: the parent, the parent's author, and the root.

    https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/feed/post.json (replyRef)
    """
    parent, root = _reply(record)
    return _ref(parent), parent.repo if parent else None, _ref(root)


def parse_original(view: dict[str, Any]) -> bytes:
    """What is kept of a post as the network told it: its own record, and nothing of what others wrote."""
    kept = {key: view.get(key) for key in ("uri", "cid", "indexedAt", "labels", "record")}
    return json.dumps(kept, ensure_ascii=True, separators=(",", ":")).encode()


def _reply(record: dict[str, Any]) -> tuple[AtUri | None, AtUri | None]:
    reply = record.get("reply")
    parent, root = (reply.get("parent"), reply.get("root")) if isinstance(reply, dict) else (None, None)
    return _strong(parent), _strong(root)


def _strong(ref: object) -> AtUri | None:
    return post_uri(ref.get("uri")) if isinstance(ref, dict) else None


def _ref(uri: AtUri | None) -> PostRef | None:
    return PostRef(NETWORK, str(uri)) if uri else None


def _attached(view: dict[str, Any], record: dict[str, Any]) -> Attached:
    """What the view shows as attached; where it shows nothing, the type of what the record holds."""
    embeds = view.get("embeds") if "value" in view else [view.get("embed")]
    whole = Attached()
    for embed in embeds[:4] if isinstance(embeds, list) else ():
        whole += parse_embed(embed)
    told = record.get("embed")
    hidden = isinstance(told, dict) and whole == Attached() and embeds is not None
    return Attached(unknown=(named(type_of(told)),)) if hidden and isinstance(told, dict) else whole


def _unknown(attached: Attached) -> tuple[Block, ...]:
    return tuple(Block(BlockKind.UNKNOWN, (Run(kind),)) for kind in attached.unknown)


def _judged(media: tuple[Media, ...], *, sensitive: bool) -> tuple[Media, ...]:
    return tuple(replace(item, sensitive=True) for item in media) if sensitive else media


def parse_languages(tags: object) -> tuple[str, ...]:
    """The languages that an author says a post is in, as BCP 47 tags."""
    listed = tags[:8] if isinstance(tags, list) else []
    return tuple(tag for tag in listed if isinstance(tag, str) and _LANGUAGE.fullmatch(tag))


def _quote(attached: Attached, scope: Scope, *, deeper: bool) -> Quote | None:
    """What a post quotes. A quote within a quote is only named, never read."""
    view = attached.quote
    if view is None:
        return None
    if not deeper:
        return _named_quote(view, scope)
    kind = type_of(view)
    if kind in _ABSENT:
        return Quote(post_ref(view.get("uri")), absence=_ABSENT[kind])
    if kind == "app.bsky.embed.record#viewRecord" and (post := _post(view, "value", scope)):
        return Quote(post.ref, post=post)
    return _named_quote(view, scope)


def _named_quote(view: dict[str, Any], scope: Scope) -> Quote:
    """A quoted feed, list or the like, or what nobody here knows: its kind and its address, no words."""
    uri = parse_at_uri(view.get("uri"))
    if uri is None:
        return Quote(None, what=named(type_of(view)))
    if uri.collection == POSTS:
        return Quote(post_ref(str(uri)), what="post", url=post_url(scope.web, uri.repo, uri.key))
    what, place = _THINGS.get(uri.collection, (named(uri.collection), None))
    return Quote(None, what=what, url=_address(uri, place, scope.web))


def _address(uri: AtUri, place: str | None, web: str) -> str:
    if place:
        return f"{profile_url(web, uri.repo)}/{place}/{uri.key}"
    if uri.collection == "app.bsky.graph.starterpack":
        return f"{web}/starter-pack/{uri.repo}/{uri.key}"
    return "" if place is None else profile_url(web, uri.repo)
