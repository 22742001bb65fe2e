"""Whose export it is, and of which day: nothing else is read of the files about the account.

Those also hold an e-mail address and a telephone number; neither is ever put into a value of ours.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from unroller.archives.javascript import LiteralError, literal
from unroller.archives.x_archive.layout import Layout, open_named
from unroller.core.model import Author
from unroller.core.ports import Files
from unroller.core.tolerant import parse_time, web_link
from unroller.networks.x.links import NETWORK, is_handle, profile_url
from unroller.networks.x.richtext import parse_line
from unroller.networks.x.snowflake import is_id
from unroller.networks.x.v1 import FIRST_DAY
from unroller.networks.x.v1 import parse_time as parse_old_time
from unroller.networks.x.wire import Wire, listed, thing

_MOST = 8 << 20
_BEGIN = re.compile(r"[\[{]")
_COUNT = re.compile(r"[0-9]{1,9}")
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class About:
    """What an export says about itself.

    `author` is `None` where it does not say whose it is, `made` where it does not say when it was made.
    `count`: so many posts it says that it has, if it is all of an account. `listed` are its files of posts.
    `communities`: so many posts in communities it says that it has, beside those.
    """

    author: Author | None = None
    made: datetime | None = None
    count: int | None = None
    protected: bool = False
    listed: tuple[str, ...] = ()
    communities: int = 0


def about(files: Files, layout: Layout) -> About:
    """What `files` say of the account and of themselves."""
    manifest = thing(_value(files, layout.named("manifest.js")))
    info, user = thing(manifest.get("archiveInfo")), thing(manifest.get("userInfo"))
    early, payload = (
        thing(_value(files, layout.named(name))) for name in ("user_details.js", "payload_details.js")
    )
    account = _first(_value(files, layout.named("account.js")), "account")
    profile = _first(_value(files, layout.named("profile.js")), "profile")
    return About(
        author=_author(account, user, early, profile),
        made=parse_time(info.get("generationDate")) or parse_old_time(payload.get("created_at")),
        count=None if info.get("isPartialArchive") is True else _count(manifest, payload),
        protected=_is_protected(_value(files, layout.named("protected-history.js"))),
        listed=_listed(manifest),
        communities=_sum(one.get("count") for one in _lists(manifest, "communityTweet")) or 0,
    )


def _author(account: Wire, user: Wire, early: Wire, profile: Wire) -> Author | None:
    id_ = _one(is_id, account.get("accountId"), user.get("accountId"), early.get("id"))
    handle = _one(is_handle, account.get("username"), user.get("userName"), early.get("screen_name"))
    if id_ is None or handle is None:
        return None
    names = (account.get("accountDisplayName"), user.get("displayName"), early.get("full_name"))
    return Author(
        network=NETWORK,
        id=id_,
        handle=handle,
        display_name=next(filter(None, (parse_line(name, _LONGEST_NAME) for name in names)), ""),
        url=profile_url(handle),
        avatar=web_link(profile.get("avatarMediaUrl")),
    )


def _one(fits: Any, *found: object) -> str | None:
    return next((value for value in found if isinstance(value, str) and fits(value)), None)


def _is_protected(history: object) -> bool:
    """Whether the account was for followers only when the export was made, as far as it tells."""
    told = [thing(one.get("protectedHistory")) for one in listed(history)]
    times = [(parse_time(one.get("protectedAt")) or FIRST_DAY, one.get("action")) for one in told]
    return bool(times) and max(times, key=lambda one: one[0])[1] == "Protect"


def _listed(manifest: Wire) -> tuple[str, ...]:
    return tuple(name for one in _lists(manifest) if isinstance(name := one.get("fileName"), str))


def _lists(manifest: Wire, *of: str) -> list[Wire]:
    """The files that a manifest names, by default those of posts."""
    kinds = thing(manifest.get("dataTypes"))
    return [one for kind in of or ("tweets", "tweet") for one in listed(thing(kinds.get(kind)).get("files"))]


def _count(manifest: Wire, payload: Wire) -> int | None:
    return _sum([payload.get("tweets")] if payload else [one.get("count") for one in _lists(manifest)])


def _sum(told: Iterable[object]) -> int | None:
    """The sum of what is told; `None` where nothing is, or something that is no number."""
    counts = [int(str(one)) if _COUNT.fullmatch(str(one)) else None for one in told]
    known = [count for count in counts if count is not None]
    return sum(known) if known and len(known) == len(counts) else None


def _first(value: object, key: str) -> Wire:
    return next((thing(one.get(key)) for one in listed(value)), {})


def _value(files: Files, name: str | None) -> object:
    """What is assigned in a short file; `None` where there is none, or it cannot be read."""
    if name is None:
        return None
    with open_named(files, name) as opened:
        text = opened.read(_MOST).decode("utf-8", "replace")
    begin = _BEGIN.search(text)
    written = text[begin.start() :].rstrip().rstrip(";") if begin else ""
    try:
        return json.loads(written)
    except (ValueError, RecursionError):
        pass
    try:
        return literal(written)
    except LiteralError:
        return None
