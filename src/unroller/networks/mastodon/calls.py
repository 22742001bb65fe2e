"""A notification → a call for the bot, or none. Pure.

https://docs.joinmastodon.org/entities/Notification/, https://docs.joinmastodon.org/entities/Status/
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from unroller.core.body import Body, Run
from unroller.core.calls import Command, Mention, command
from unroller.core.model import Audience, Author
from unroller.core.tolerant import parse_time
from unroller.networks.mastodon import links, wire
from unroller.networks.mastodon.html import parse_html
from unroller.networks.mastodon.parse import parse_account
from unroller.networks.mastodon.session import Session

# What stands in the text for a mention of the bot, of somebody else, and for a link. No text holds them.
_BOT, _OTHER, _LINK = "\x00", "\x01", "\x02"
_TYPED = re.compile(r"(?<![\w/@.])@(\w(?:[\w.-]{0,200}\w)?)(?:@([\w.-]{1,253}(?::\d{1,5})?))?(?!\w)")
_KEY = re.compile(r"[\w-]{1,64}")
_ACCT = re.compile(r"[\w.-]{1,200}(?:@[\w.-]{1,253}(?::\d{1,5})?)?")
_AUDIENCES = {
    "public": Audience.PUBLIC,
    "unlisted": Audience.UNLISTED,
    "private": Audience.FOLLOWERS,
    "mutuals_only": Audience.FOLLOWERS,
}

Wire = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """A call whose `mention` does not say yet what it is about.

    That is the post that the bot's server calls `about`; `""` when it answers and quotes none.
    """

    mention: Mention
    about: str = ""


def parse_call(note: object, bot: Session) -> Call | None:
    """The call in a notification to `bot`.

    `None`: the text names the bot only in passing, or the call is the bot's own, or lacks what an answer
    needs.
    """
    said = wire.mapping(note)
    status = wire.mapping(said.get("status"))
    ref, by = links.post_ref(status.get("uri")), _caller(said, status, bot)
    at, token = parse_time(said.get("created_at")), _token(status)
    if ref is None or by is None or at is None or token is None:
        return None
    asked, link = _asked(status, bot)
    if asked is None:
        return None
    mention = Mention(
        ref=ref,
        by=by,
        at=at,
        command=asked,
        link=link,
        audience=parse_audience(status.get("visibility")),
        languages=wire.parse_languages(status.get("language")),
        token=token,
    )
    return Call(mention, _key(status.get("in_reply_to_id")) or _quoted(status.get("quote")))


def settled(call: Call, about: object, bot: Session) -> Mention | None:
    """The call, now that the bot's server has told what it is about; `about` is a status, or `None`.

    `None` is returned for a call that says nothing, below a post of the bot's.
    """
    above = wire.mapping(about)
    ref = links.post_ref(above.get("uri"))
    if ref is None:
        # Gone, or not for the bot's eyes, or not to be had now: whoever reads it finds out, and says so.
        return replace(call.mention, about=links.local_ref(bot.server, call.about))
    if call.mention.command is Command.BARE and account_key(above) == bot.key:
        return None
    return replace(call.mention, about=ref)


def account_key(status: Wire) -> str:
    """What the bot's server calls the author of a status; `""` where it does not say."""
    return _key(wire.mapping(status.get("account")).get("id"))


def _caller(note: Wire, status: Wire, bot: Session) -> Author | None:
    """Who calls: whoever wrote the post, unless that is the bot."""
    home = links.host(bot.server)
    by = parse_account(status.get("account"), home)
    told = parse_account(note.get("account"), home)
    return by if by and told and by.id == told.id != bot.id else None


def _asked(status: Wire, bot: Session) -> tuple[Command | None, str | None]:
    """What the text asks of the bot, and the first link in it."""
    body = parse_html(status.get("content"), mentions=_mentioned(status, bot), emojis=())
    runs = list(_runs(body))
    link = next((run.link for run in runs if run.link and _kind(run, bot) == _LINK), None)
    text = "".join(_kind(run, bot) or run.text for run in runs)
    if _BOT not in text:  # a server that does not make links of mentions
        text = _TYPED.sub(lambda typed: _BOT if _is_bot(typed[1], typed[2] or "", bot) else _OTHER, text)
    after = (text[place + 1 :] for place, letter in enumerate(text) if letter == _BOT)
    asked = next((found for words in after if (found := command(words))), None)
    if asked or _BOT not in text:
        return asked, link
    left = text.replace(_BOT, "").replace(_OTHER, "").replace(_LINK, "", 1).strip()
    return (None if left else Command.BARE), link


def _runs(body: Body) -> Iterator[Run]:
    for block in body:
        yield from block.runs
        yield Run("\n")


def _kind(run: Run, bot: Session) -> str:
    """The mark of a run that is a mention or a link, `""` for words and hashtags."""
    text = run.text.strip()
    if run.mention:
        return _BOT if run.mention == bot.id else _OTHER
    if not run.link or text.startswith("#"):
        return ""
    if typed := _TYPED.fullmatch(text):  # as other servers write what they do not list as a mention
        return _BOT if _is_bot(typed[1], typed[2] or links.host(run.link), bot) else _OTHER
    return _LINK


def _is_bot(name: str, host: str, bot: Session) -> bool:
    own, _, home = bot.handle.lower().partition("@")
    return name.lower() == own and host.lower() in ("", home, links.host(bot.server))


def _mentioned(status: Wire, bot: Session) -> dict[str, str]:
    """The ids of the accounts that are mentioned, by the addresses that may stand in the text."""
    found = {bot.id: bot.id, bot.url: bot.id}
    for one in wire.objects(status.get("mentions")):
        if isinstance(url := one.get("url"), str):
            found[url] = bot.id if one.get("id") == bot.key else url
    return found


def _quoted(quote: object) -> str:
    """What the bot's server calls the quoted post; Pleroma and its kin give the post in place of a quote.

    https://docs.joinmastodon.org/entities/Quote/, https://docs.joinmastodon.org/entities/ShallowQuote/
    """
    said = wire.mapping(quote)
    whole = wire.mapping(said.get("quoted_status")) or said
    return _key(said.get("quoted_status_id")) or _key(whole.get("id"))


def _token(status: Wire) -> str | None:
    """What an answer needs; `None` where the call does not tell it. No words of the call are kept."""
    key, acct = _key(status.get("id")), wire.mapping(status.get("account")).get("acct")
    if not key or not isinstance(acct, str) or not _ACCT.fullmatch(acct):
        return None
    return json.dumps({"call": key, "acct": acct, "warned": bool(wire.line(status.get("spoiler_text")))})


def _key(key: object) -> str:
    """What a server calls a post or an account, if it can stand in an address; else `""`."""
    return key if isinstance(key, str) and _KEY.fullmatch(key) else ""


def parse_audience(visibility: object) -> Audience:
    """For whom a status is. What is not known counts as for nobody else."""
    return _AUDIENCES.get(visibility, Audience.DIRECT) if isinstance(visibility, str) else Audience.DIRECT
