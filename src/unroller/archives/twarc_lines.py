"""One line of twarc → the posts in it, each with all that is needed to read it alone. Pure.

https://docs.x.com/x-api/fundamentals/expansions
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from unroller.archives.x_index import Told
from unroller.archives.x_records import told_by as told_by_v1
from unroller.core.model import Absence
from unroller.core.tolerant import parse_time
from unroller.networks.x import parse, wire
from unroller.networks.x.snowflake import is_id
from unroller.networks.x.v1 import parse_author
from unroller.networks.x.wire import Includes, Wire, listed, thing

PROTECTED = "posts of protected accounts"
WITHHELD = "posts that X withholds"
REPOSTS = "reposts"

_GONE = {"Not Found Error": Absence.NOT_FOUND, "Authorization Error": Absence.NOT_PUBLIC}


@dataclass(frozen=True, slots=True)
class Found:
    """A post of either version. `kept` is what is put aside; `why` it is left out, `""` when it is not."""

    post: Wire
    kept: Wire
    why: str = ""


def found_in(value: object) -> Iterator[Found]:
    """The posts of one line, those that came along with others too; none where it has none."""
    line = thing(value)
    if is_id(line.get("id_str")) and parse_author(line.get("user")):
        yield _of_v1(line)
    elif "data" in line:
        includes = wire.parse_includes(line.get("includes"))
        data = line["data"]
        for post in (*listed(data if isinstance(data, list) else [data]), *includes.posts.values()):
            if str(post.get("author_id")) in includes.users:
                yield _of_page(post, includes)
    elif isinstance(line.get("author"), dict) and is_id(line.get("id")):
        yield from _of_flat(line)


def told_by(found: Found) -> Told | None:
    """What a post tells of its place; `None` where it has no id to rely on."""
    post = found.post
    if "user" in found.kept:
        return told_by_v1(post)
    if not is_id(post.get("id")):
        return None
    return Told(
        id=int(post["id"]),
        versions=tuple(map(int, wire.versions(post))),
        text=str(post.get("text")),
        author=_number(post.get("author_id")),
        parent=_number(wire.referenced(post, "replied_to")),
        answered=_number(post.get("in_reply_to_user_id")),
    )


def absences(value: object) -> dict[int, Absence]:
    """Why posts that others refer to could not be had, by id.

    https://docs.x.com/x-api/fundamentals/response-codes-and-errors
    """
    told = (
        one for one in listed(thing(value).get("errors")) if one.get("resource_type") in ("tweet", "post")
    )
    pairs = ((one.get("resource_id") or one.get("value"), _GONE.get(str(one.get("title")))) for one in told)
    return {int(str(id_)): why for id_, why in pairs if why and is_id(id_)}


def retrieved_at(value: object) -> datetime | None:
    """When X was asked, in UTC; `None` where it is not said."""
    return parse_time(thing(thing(value).get("__twarc")).get("retrieved_at"))


def _of_v1(post: Wire) -> Found:
    user = thing(post.get("user"))
    kept = {"post": post, "user": user}
    if post.get("retweeted_status"):
        return Found(post, kept, REPOSTS)
    if user.get("protected") is True:
        return Found(post, kept, PROTECTED)
    withheld = post.get("withheld_in_countries") or post.get("withheld_copyright")
    return Found(post, kept, WITHHELD if withheld or user.get("withheld_in_countries") else "")


def _of_page(post: Wire, includes: Includes) -> Found:
    """A post with what belongs to it, taken from a page's `includes`."""
    user = includes.users[str(post["author_id"])]
    attached = thing(post.get("attachments"))
    quoted = includes.posts.get(wire.referenced(post, "quoted") or "")
    authors = [user] if quoted is None else [user, includes.users.get(str(quoted.get("author_id")))]
    kept = {
        "users": [author for author in authors if author],
        "media": _picked(includes.media, attached.get("media_keys")),
        "polls": _picked(includes.polls, attached.get("poll_ids")),
        "posts": [quoted] if quoted else [],
    }
    return Found(post, {"post": post, "includes": kept}, _why(post, user, includes))


def _of_flat(post: Wire) -> Iterator[Found]:
    """A post in which all about it stands, and the posts in it, as if they had come in a page."""
    referred = [one for one in listed(post.get("referenced_tweets")) if isinstance(one.get("author"), dict)]
    posts = [post, *referred]
    attached = [thing(one.get("attachments")) for one in posts]
    includes = wire.parse_includes(
        {
            "users": [one["author"] for one in posts],
            "posts": referred,
            "media": [item for one in attached for item in listed(one.get("media"))],
            "polls": [poll for one in attached for poll in _polls(one.get("poll"))],
        }
    )
    for one in posts:
        yield _of_page(_without_others(one), includes)


def _without_others(post: Wire) -> Wire:
    """A flat post without what stands in it of other posts and accounts."""
    refs = [{"type": one.get("type"), "id": one.get("id")} for one in listed(post.get("referenced_tweets"))]
    left_out = ("author", "in_reply_to_user", "__twarc", "referenced_tweets")
    kept = {key: value for key, value in post.items() if key not in left_out}
    kept["author_id"] = thing(post.get("author")).get("id")
    return kept | ({"referenced_tweets": refs} if refs else {})


def _why(post: Wire, user: Wire, includes: Includes) -> str:
    if wire.referenced(post, "retweeted"):
        return REPOSTS
    if user.get("protected") is True:
        return PROTECTED
    return WITHHELD if parse.withheld_why(post, includes) else ""


def _picked(known: Any, keys: object) -> list[Wire]:
    told = keys if isinstance(keys, list) else []
    return [known[key] for key in told if isinstance(key, str) and key in known]


def _polls(value: object) -> list[Wire]:
    return [value] if isinstance(value, dict) else listed(value)


def _number(id_: object) -> int:
    return int(id_) if isinstance(id_, str) and is_id(id_) else 0
