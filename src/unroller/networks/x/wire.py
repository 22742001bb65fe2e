"""Answers of the API in one vocabulary: where X says both “tweet” and “post”, ours is “post”. Pure.

The OpenAPI document (2.167) has `note_post`, `includes.posts`…; older answers and the prose
documentation have `note_tweet`, `includes.tweets`…. https://api.x.com/2/openapi.json
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from unroller.networks.x.snowflake import is_id

Wire = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Includes:
    """What came along with posts, by id or key, as X sent it."""

    users: Mapping[str, Wire] = field(default_factory=dict)
    posts: Mapping[str, Wire] = field(default_factory=dict)
    media: Mapping[str, Wire] = field(default_factory=dict)
    polls: Mapping[str, Wire] = field(default_factory=dict)


def parse_includes(includes: object) -> Includes:
    """The `includes` of an answer; parts that are malformed are left out."""
    told = includes if isinstance(includes, dict) else {}
    return Includes(
        users=_keyed(told.get("users"), "id"),
        posts=_keyed(told.get("posts"), "id") | _keyed(told.get("tweets"), "id"),
        media=_keyed(told.get("media"), "media_key"),
        polls=_keyed(told.get("polls"), "id"),
    )


def note_of(post: Wire) -> Wire | None:
    """The whole of a long post, of which `text` is only the beginning."""
    note = post.get("note_post") or post.get("note_tweet")
    return note if isinstance(note, dict) and isinstance(note.get("text"), str) else None


def referenced(post: Wire, kind: str) -> str | None:
    """The id of the post that `post` refers to as `kind`: replied_to, quoted or retweeted."""
    told = post.get("referenced_posts") or post.get("referenced_tweets")
    listed = told[:20] if isinstance(told, list) else []
    ids = (one.get("id") for one in listed if isinstance(one, dict) and one.get("type") == kind)
    return next(filter(is_id, ids), None)


def versions(post: Wire) -> tuple[str, ...]:
    """The ids of all versions of a post, oldest first; its own id alone where it was never edited."""
    told = post.get("edit_history_post_ids") or post.get("edit_history_tweet_ids")
    ids = {id_ for id_ in told[:20] if is_id(id_)} if isinstance(told, list) else set()
    if is_id(post.get("id")):
        ids.add(post["id"])
    return tuple(sorted(ids, key=int))


def listed(value: object) -> list[Wire]:
    """The objects in what should be a list of objects."""
    return [one for one in value if isinstance(one, dict)] if value and isinstance(value, list) else []


def thing(value: object) -> Wire:
    """The object that should be here; an empty one where something else is."""
    return value if isinstance(value, dict) else {}


def _keyed(value: object, key: str) -> dict[str, Wire]:
    return {one[key]: one for one in listed(value) if isinstance(one.get(key), str)}
