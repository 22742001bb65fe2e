"""Calls of the bot: a mention, and the command in the words after its handle. The same on every network."""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum

from unroller.core.model import Audience, Author, PostRef
from unroller.core.value import Value


class Command(StrEnum):
    """What somebody asked the bot to do. `BARE` is a mention with nothing else in it."""

    UNROLL = "unroll"
    BARE = "bare"
    REFRESH = "refresh"
    HELP = "help"
    REMOVE = "remove"
    OPT_OUT = "optout"
    OPT_IN = "optin"
    YES = "yes"


class Mention(Value, frozen=True):
    """Somebody called the bot. `about` is the post that the call answers or quotes.

    `whose` is the id of the account that wrote `about`; `""` where the call does not tell.
    `link` is the first link in the call's text, for calls without a parent.
    `languages` are those of the call. `token` is whatever the network needs to answer, opaque.
    """

    ref: PostRef
    by: Author
    at: datetime
    command: Command
    about: PostRef | None = None
    link: str | None = None
    audience: Audience = Audience.PUBLIC
    languages: tuple[str, ...] = ()
    token: str = ""
    whose: str = ""


_COMMANDS = {
    "unroll": Command.UNROLL,
    "compile": Command.UNROLL,
    "refresh": Command.REFRESH,
    "help": Command.HELP,
    "remove": Command.REMOVE,
    "optout": Command.OPT_OUT,
    "optin": Command.OPT_IN,
    "yes": Command.YES,
}
_TWO_WORDS = re.compile(r"^opt[-\s]+(?=(?:in|out)\b)")
_POLITE = re.compile(r"^please\b[\s,]*")
_BETWEEN = " \t\n\r,:;.!?—–-"
_WORD = re.compile(r"\w+")
_LONGEST_LOOK = 64


def command(words: str) -> Command | None:
    """The command that `words`, which follow the bot's handle, begin with; `None` when it is none.

    Any case will do, "please" may stand before it, and punctuation around it: "Please unroll!".
    """
    opening = words.lstrip(_BETWEEN)[:_LONGEST_LOOK].casefold()
    opening = _TWO_WORDS.sub("opt", _POLITE.sub("", opening))
    word = _WORD.match(opening)
    return _COMMANDS.get(word[0]) if word else None


def is_only_command(words: str) -> bool:
    """Whether `words` hold a command and nothing else, or nothing at all.

    >>> is_only_command(" please unroll!"), is_only_command("Remove the dam, and the salmon return.")
    (True, False)
    """
    said = [word for word in _WORD.findall(words) if word.lower() != "please"]
    return command(words) is not None and len(said) <= 1
