"""What the bot says → the whole of a reply, fixed, within the length that X allows. Pure.

https://docs.x.com/x-api/posts/create-post, https://docs.x.com/fundamentals/counting-characters
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

from unroller.core.calls import Mention
from unroller.core.ports import Answer
from unroller.core.tolerant import clean, web_link

LONGEST = 280
_LINK = 23
# Code points that count once; all others count twice.
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
# What X turns into a link, if only by its looks: a host counts as much as a link does.
_LINKS = re.compile(r"https?://\S+|\b[\w-]+(?:\.[\w-]+)+(?:/\S*)?")
_NAME = re.compile(r"@(?=(\w+))")


def compose(mention: Mention, answer: Answer, bot: str) -> bytes:
    """The answer to `mention` in two wordings, always the same bytes; `bot` is its own handle.

    X takes no text twice from one account. So the text names whoever asked, and the second wording, for
    when the same person was told the same before, names the time of the call as well.
    """
    return json.dumps(
        {
            "to": mention.ref.id,
            "texts": [_text(mention, answer, bot), _text(mention, answer, bot, dated=True)],
            "quiet": json.loads(mention.token or "[]"),
        },
        sort_keys=True,
        ensure_ascii=False,
    ).encode()


def post_body(text: str, reply: dict[str, Any]) -> dict[str, Any]:
    """The body of the call that sends `text` as what `compose` made: only who called hears of it."""
    told = {"in_reply_to_tweet_id": reply["to"]}
    return {
        "text": text,
        "reply": told | ({"exclude_reply_user_ids": reply["quiet"]} if reply["quiet"] else {}),
    }


def weight(text: str) -> int:
    """How long X finds `text`, or a little more: an emoji of several parts counts as one there.

    >>> weight("Café ☕"), weight("unroll.example")
    (7, 23)
    """
    text = unicodedata.normalize("NFC", text)
    links = sum(
        max(_LINK, len(found[0])) if "://" not in found[0] else _LINK for found in _LINKS.finditer(text)
    )
    return links + sum(_weight(character) for character in _LINKS.sub("", text))


def _weight(character: str) -> int:
    return 1 if any(first <= ord(character) <= last for first, last in _LIGHT) else 2


def _text(mention: Mention, answer: Answer, bot: str, *, dated: bool = False) -> str:
    called = {mention.by.handle.lower(), bot.lower()} | (
        {answer.notify.handle.lower()} if answer.notify else set()
    )
    link = web_link(answer.link)
    tail = (f"\n({mention.at:%Y-%m-%d %H:%M:%S} UTC)" if dated else "") + (f"\n{link}" if link else "")
    words = f"@{mention.by.handle} {_quiet(clean(answer.text).strip(), called)}"
    return _shorten(words, LONGEST - weight(tail)) + tail


def _quiet(words: str, called: set[str]) -> str:
    """`words` without the @ of those who need not hear: naming somebody calls them, whoever it is on X."""
    return _NAME.sub(lambda found: "@" if found[1].lower() in called else "", words)


def _shorten(text: str, longest: int) -> str:
    """`text` as X finds it no longer than `longest`, cut after a word."""
    if weight(text) <= longest:
        return text
    words = text.split(" ")
    while len(words) > 1 and weight(" ".join(words) + " …") > longest:
        words.pop()
    short = " ".join(words)
    while weight(short + "…") > longest:
        short = short[:-1]
    return short + "…"
