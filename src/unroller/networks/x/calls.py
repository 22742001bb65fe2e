"""A post that names the bot → a call for it, or none. Pure.

https://docs.x.com/x-api/users/get-mentions
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from unroller.core.body import Run
from unroller.core.calls import Command, Mention, command
from unroller.core.model import PostRef
from unroller.core.tolerant import parse_time
from unroller.networks.x import wire
from unroller.networks.x.links import NETWORK, post_ref
from unroller.networks.x.parse import parse_author, parse_languages
from unroller.networks.x.richtext import parse_body
from unroller.networks.x.snowflake import is_id, time_of
from unroller.networks.x.wire import Includes, Wire

_UNKNOWN = datetime(2006, 3, 21, tzinfo=UTC)
_MOST_PEOPLE = 50
# Tags lead to a search: no link that somebody typed.
_TAGS = ("#", "＃", "$", "＄")


def parse_mention(post: object, includes: Includes, bot: str) -> Mention | None:
    """The call in `post` to `bot`, an account's id.

    `None`: the text names the bot only in passing, or only because it answers somebody who did, or the
    call is the bot's own, or a repost. The token tells whom the call names besides the bot, who need not
    hear the answer.
    """
    if not isinstance(post, dict) or not is_id(post.get("id")) or wire.referenced(post, "retweeted"):
        return None
    by = parse_author(includes.users.get(str(post.get("author_id"))))
    if by is None or by.id == bot:
        return None
    asked, link = _asked(post, bot)
    if asked is None or (asked is Command.BARE and post.get("in_reply_to_user_id") == bot):
        return None
    answered = wire.referenced(post, "replied_to")
    return Mention(
        ref=PostRef(NETWORK, post["id"]),
        by=by,
        at=time_of(post["id"]) or parse_time(post.get("created_at")) or _UNKNOWN,
        command=asked,
        about=post_ref(answered or wire.referenced(post, "quoted")),
        link=link,
        languages=parse_languages(post.get("lang")),
        token=json.dumps(_others(post, {bot, by.id})),
        whose=_answered(post) if answered else "",
    )


def _asked(post: Wire, bot: str) -> tuple[Command | None, str | None]:
    """What the text asks of `bot`, and the first link in it.

    X puts the names of all whom an answer goes to before its text, and says where the text begins: what
    stands before that was typed by nobody. Where X does not say it, only a command counts.
    """
    runs = [run for block in parse_body(post, with_media=False) for run in (*block.runs, Run("\n"))]
    link = next((run.link for run in runs if _is_typed_link(run)), None)
    after = (_text(runs[place + 1 :]) for place, run in enumerate(runs) if run.mention == bot)
    told = [command(words) for words in after]
    asked = next((one for one in told if one), None)
    if asked or not told or not _tells_where_it_begins(post):
        return asked, link
    left = [run.text for run in runs if run.mention is None and (run.link is None or run.link != link)]
    return (None if "".join(left).strip() else Command.BARE), link


def _is_typed_link(run: Run) -> bool:
    return bool(run.link) and run.mention is None and not run.text.startswith((*_TAGS, "@"))


def _text(runs: Sequence[Run]) -> str:
    return "".join(run.text for run in runs)


def _tells_where_it_begins(post: Wire) -> bool:
    return wire.referenced(post, "replied_to") is None or isinstance(post.get("display_text_range"), list)


def _answered(post: Wire) -> str:
    """The id of the account that a post answers; `""` where it does not say."""
    told = post.get("in_reply_to_user_id")
    return told if isinstance(told, str) and is_id(told) else ""


def _others(post: Wire, known: set[str]) -> list[str]:
    """The ids of all who are named in the call, and of whom it answers."""
    named: list[Any] = [
        one.get("id") for one in wire.listed(wire.thing(post.get("entities")).get("mentions"))
    ]
    ids = {one for one in (*named, post.get("in_reply_to_user_id")) if isinstance(one, str) and is_id(one)}
    return sorted(ids - known)[:_MOST_PEOPLE]
