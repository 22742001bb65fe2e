"""Activities of an outbox → the posts that they hold, and who may read those. Pure.

https://www.w3.org/TR/activitystreams-vocabulary/#activity-types
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from unroller.core.model import Audience
from unroller.core.tolerant import parse_time
from unroller.networks.mastodon.notes import parse_audience
from unroller.networks.mastodon.properties import id_of

NOT_PUBLIC = "posts that are not public"
BOOSTS = "boosts"
ODD = "activities that hold no post"
DELETED = "posts that were deleted"
OTHERS = "posts by another account"

Wire = dict[str, Any]

_POSTS = ("Note", "Question", "Article", "Page", "Image", "Video", "Audio", "Event")
_PUBLIC = (Audience.PUBLIC, Audience.UNLISTED)


def note_of(activity: Wire, author: str) -> tuple[Wire | None, str]:
    """The post that `author` wrote with this activity; without one, why there is none."""
    note = activity.get("object")
    if activity.get("type") == "Announce":
        return None, BOOSTS
    if activity.get("type") != "Create" or not isinstance(note, dict) or not isinstance(note.get("id"), str):
        return None, ODD
    if note.get("type") == "Tombstone":
        return None, DELETED
    if note.get("type") not in _POSTS:
        return None, ODD
    if id_of(note.get("attributedTo") or activity.get("actor")) != author:
        return None, OTHERS
    return note, ""


def is_public(activity: Wire, note: Wire) -> bool:
    """Whether anybody may read the post: both say so, where both say anything; what says nothing does not."""
    says = [one for one in (activity, note) if "to" in one or "cc" in one]
    return bool(says) and all(parse_audience(one) in _PUBLIC for one in says)


def is_by(author: str, post: str) -> bool:
    """Whether the id of a post is below its author's, as Mastodon makes them."""
    return post.startswith(f"{author}/")


def guessed_actor(actor: str, note: Wire) -> Wire:
    """An account of which nothing is known but its id and the address of one of its posts."""
    path = urlsplit(id_of(note.get("url"))).path.split("/")
    named = [part.removeprefix("@") for part in path if part.startswith("@")]
    name = named[0] if named else actor.rstrip("/").rpartition("/")[2].removeprefix("@")
    return {"id": actor, "type": "Person", "preferredUsername": name, "url": actor}


def time_of(value: object) -> datetime:
    """A time in UTC; the beginning of all times where it is none."""
    return parse_time(value) or datetime.min.replace(tzinfo=UTC)
