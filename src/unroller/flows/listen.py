"""Mentions in, accepted calls out. The ledger, not the network, knows which are new."""

from __future__ import annotations

from datetime import datetime, timedelta

from unroller.core.calls import Command
from unroller.core.ports import Bookmarking, Messenger
from unroller.flows.library import Library
from unroller.flows.log import log

HEAD_START = timedelta(days=1)


def listen(library: Library, name: str, bot: Messenger) -> int:
    """Accept what is new on the network `name`, oldest first; the number of calls accepted.

    Bots, and the bot itself, are never answered; but whoever wrote a thread can have it taken down.
    Oldest first, because the next look begins at the newest call that was accepted: nothing may be left
    behind when this is cut short.

    Raises:
        NetworkError, WireError, SetupError: as `Messenger.mentions`.
    """
    own, begun, accepted = library.bots(name), _begun(library, name), 0
    since = library.store.ledger.newest(name) or begun
    for mention in reversed(library.store.ledger.unknown(bot.mentions(since))):
        from_bot = mention.by.bot and mention.command not in (Command.REMOVE, Command.OPT_OUT)
        if from_bot or mention.by.id in own or mention.at < begun:
            continue
        if library.store.ledger.accept(mention):
            accepted += 1
            log.info("accepted", call=mention.ref.id, command=mention.command.value)
    if isinstance(bot, Bookmarking):
        bot.took_in()
    return accepted


def _begun(library: Library, name: str) -> datetime:
    """From when on calls count: a day before this library first listened there.

    An account may have been called for years before it became the bot.
    """
    sessions, key = library.store.sessions, f"listening on {name}"
    sessions.save(key, {"since": (library.clock() - HEAD_START).isoformat()}, unless_changed_from=None)
    kept = sessions.load(key) or {}
    return datetime.fromisoformat(kept["since"])
