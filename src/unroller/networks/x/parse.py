"""What the API shows of posts and accounts → ours. Pure, and tolerant of whatever it is given.

https://docs.x.com/x-api/fundamentals/data-dictionary
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from unroller.core.model import (
    Absence,
    Author,
    Card,
    Choice,
    Label,
    Media,
    Poll,
    Post,
    PostRef,
    Quote,
    Signal,
)
from unroller.core.tolerant import parse_time, web_link
from unroller.networks.x import wire
from unroller.networks.x.links import NETWORK, is_handle, post_id, post_ref, post_url, profile_url
from unroller.networks.x.media import parse_media
from unroller.networks.x.richtext import parse_body, parse_line
from unroller.networks.x.snowflake import is_id, order_of, time_of
from unroller.networks.x.wire import Includes, Wire

_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-zA-Z0-9]{2,8}){0,3}")
# Not languages: undetermined, no words, and X's own q… for posts of media, tags, links or names alone.
_NO_LANGUAGE = re.compile(r"und|zxx|mis|mul|art|q[a-t][a-z]")
_LONGEST_TAG = 30
_OLD_NAMES = {"in": "id", "iw": "he", "ji": "yi"}
_UNKNOWN_TIME = datetime(2006, 3, 21, tzinfo=UTC)  # the day of the first post
_LONGEST_NAME = 200
_MOST_MEDIA = 20
_KEPT = (
    *("id", "text", "author_id", "created_at", "conversation_id", "in_reply_to_user_id", "lang"),
    *("referenced_posts", "referenced_tweets", "edit_history_post_ids", "edit_history_tweet_ids"),
    *("note_post", "note_tweet", "article", "entities", "attachments", "display_text_range"),
    *("possibly_sensitive", "withheld", "community_id", "paid_partnership", "edit_controls"),
)


def parse_post(post: object, includes: Includes) -> Post | None:
    """One post; `None` when its id or its author is not known, and for a repost, which says nothing itself.

    Its ref is the id of its first version, so that it is one post however often it is edited.
    """
    return _post(post, includes, deeper=True)


def parse_quoted(post: object, includes: Includes) -> Post | None:
    """One post as another quotes it: what it quotes itself is only named."""
    return _post(post, includes, deeper=False)


def _post(post: object, includes: Includes, *, deeper: bool) -> Post | None:
    if not isinstance(post, dict) or not is_id(post.get("id")) or wire.referenced(post, "retweeted"):
        return None
    author = parse_author(includes.users.get(str(post.get("author_id"))))
    if author is None:
        return None
    ids, media = wire.versions(post), _media(post, includes)
    revised = tuple(time for id_ in ids[1:] if (time := time_of(id_)))
    parent = wire.referenced(post, "replied_to")
    return Post(
        ref=PostRef(NETWORK, ids[0]),
        author=author,
        published=time_of(ids[0]) or parse_time(post.get("created_at")) or _UNKNOWN_TIME,
        body=parse_body(post, with_media=bool(media)),
        url=post_url(author.handle, ids[-1]),
        order=order_of(ids[0]),
        version=post["id"],
        edited=revised[-1] if revised else None,
        parent=post_ref(parent),
        parent_author=_id(post.get("in_reply_to_user_id")) if parent else None,
        root=_root(post, ids),
        quote=_quote(post, includes, deeper=deeper),
        media=media,
        card=_card(post) if not media else None,
        poll=_poll(post, includes),
        labels=_labels(post, includes, media),
        languages=parse_languages(post.get("lang")),
        revised=revised,
    )


def parse_author(user: object) -> Author | None:
    """An account; `None` when it has no id or no handle.

    https://docs.x.com/x-api/fundamentals/data-dictionary#user
    """
    if not isinstance(user, dict) or not is_id(user.get("id")) or not is_handle(user.get("username")):
        return None
    avatar = web_link(user.get("profile_image_url"))
    return Author(
        network=NETWORK,
        id=user["id"],
        handle=user["username"],
        display_name=parse_line(user.get("name"), _LONGEST_NAME),
        url=profile_url(user["username"]),
        avatar=avatar.replace("_normal.", "_bigger.") if avatar else None,
        signals=frozenset({Signal.PROTECTED} if user.get("protected") is True else ()),
    )


def parse_original(post: Wire) -> bytes:
    """What is kept of a post as X told it: its own fields, and nothing of what others wrote.

    Some tools put the whole of another post, or account, into the place of its id.
    """
    kept = {key: post[key] for key in _KEPT if key in post}
    for key in ("referenced_posts", "referenced_tweets"):
        if key in kept:
            kept[key] = [_only(one, ("type", "id")) for one in wire.listed(kept[key])]
    if mentions := wire.listed(wire.thing(kept.get("entities")).get("mentions")):
        own = [_only(one, ("start", "end", "username", "id")) for one in mentions]
        kept["entities"] = {**kept["entities"], "mentions": own}
    return json.dumps(kept, ensure_ascii=True, separators=(",", ":")).encode()


def _only(thing: Wire, keys: tuple[str, ...]) -> Wire:
    return {key: thing[key] for key in keys if key in thing}


def parse_languages(tag: object) -> tuple[str, ...]:
    """The language that X found a post to be in, as a BCP 47 tag; none where it found none."""
    return _languages(tag) if isinstance(tag, str) and len(tag) <= _LONGEST_TAG else ()


@lru_cache(maxsize=256)
def _languages(tag: str) -> tuple[str, ...]:
    if not _LANGUAGE.fullmatch(tag) or _NO_LANGUAGE.fullmatch(tag):
        return ()
    return (_OLD_NAMES.get(tag, tag),)


def withheld_why(post: Wire, includes: Includes) -> str:
    """Why X withholds a post somewhere, in words; `""` when it does not.

    https://docs.x.com/x-api/fundamentals/data-dictionary#tweet
    """
    user = includes.users.get(str(post.get("author_id"))) or {}
    for told in (post.get("withheld"), user.get("withheld")):
        if isinstance(told, dict):
            return "after a claim of copyright" if told.get("copyright") is True else "in some countries"
    return ""


def _media(post: Wire, includes: Includes) -> tuple[Media, ...]:
    sensitive = post.get("possibly_sensitive") is True
    items = (includes.media.get(key) for key in _media_keys(post))
    return tuple(media for item in items if (media := parse_media(item, sensitive=sensitive)))


def _media_keys(post: Wire) -> Iterator[str]:
    """What is attached, and what an article shows: its cover first."""
    attachments, article = wire.thing(post.get("attachments")), wire.thing(post.get("article"))
    keys = [article.get("cover_media"), *_list(article.get("media_entities"))]
    keys += _list(attachments.get("media_keys"))
    yield from dict.fromkeys(key for key in keys[:_MOST_MEDIA] if isinstance(key, str))


def _poll(post: Wire, includes: Includes) -> Poll | None:
    ids = _list(wire.thing(post.get("attachments")).get("poll_ids"))
    told = includes.polls.get(str(ids[0])) if ids else None
    choices = tuple(_choices(told.get("options"))) if told else ()
    return Poll(choices, parse_time(told.get("end_datetime"))) if told and choices else None


def _choices(options: object) -> Iterator[Choice]:
    listed = sorted(wire.listed(options)[:10], key=lambda one: _whole(one.get("position")) or 0)
    for one in listed:
        if label := parse_line(one.get("label")):
            yield Choice(label, _whole(one.get("votes")))


def _card(post: Wire) -> Card | None:
    """The page that the last link leads to, where X tells of it."""
    urls = wire.listed(wire.thing(post.get("entities")).get("urls"))
    for one in reversed(urls):
        url, title = web_link(one.get("expanded_url")) or web_link(one.get("unwound_url")), one.get("title")
        if url and post_id(url) is None and (words := parse_line(title)):
            images = (web_link(image.get("url")) for image in wire.listed(one.get("images")))
            return Card(url, words, parse_line(one.get("description")), next(filter(None, images), None))
    return None


def _quote(post: Wire, includes: Includes, *, deeper: bool) -> Quote | None:
    """What a post quotes; not fetched where it did not come along. A quote within a quote is only named."""
    id_ = wire.referenced(post, "quoted")
    ref = post_ref(id_)
    if id_ is None or ref is None:
        return None
    if not deeper:
        return Quote(ref, what="post", url=post_url("", id_))
    quoted = _post(includes.posts.get(id_), includes, deeper=False)
    return Quote(quoted.ref, post=quoted) if quoted else Quote(ref, absence=Absence.NOT_FETCHED)


def _labels(post: Wire, includes: Includes, media: tuple[Media, ...]) -> frozenset[Label]:
    """Withheld anywhere is shown nowhere: a page cannot tell where its readers are."""
    marks = {Label.HIDE} if withheld_why(post, includes) else set()
    if media and post.get("possibly_sensitive") is True:
        marks.add(Label.WARN)
    return frozenset(marks)


def _root(post: Wire, ids: tuple[str, ...]) -> PostRef | None:
    root = post.get("conversation_id")
    return post_ref(root) if root not in ids else None


def _id(value: object) -> str | None:
    return value if isinstance(value, str) and is_id(value) else None


def _whole(count: Any) -> int | None:
    return count if type(count) is int and 0 <= count < 10**15 else None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
