"""Mentions in, accepted calls out. The ledger, not the network, knows which are new."""

from __future__ import annotations

from unroller.core.ports import Messenger
from unroller.flows.library import Library
from unroller.flows.log import log


def listen(library: Library, name: str, bot: Messenger) -> int:
    """Accept what is new on the network `name`, oldest first; the number of calls accepted.

    Bots, and the bot itself, are never answered. Oldest first, because the next look begins at the
    newest call that was accepted: nothing may be left behind when this is cut short.

    Raises:
        NetworkError, WireError, SetupError: as `Messenger.mentions`.
    """
    own, accepted = library.bots(), 0
    for mention in reversed(list(bot.mentions(library.store.ledger.newest(name)))):
        if mention.by.bot or mention.by.id in own:
            continue
        if library.store.ledger.accept(mention):
            accepted += 1
            log.info("accepted", call=mention.ref.id, command=mention.command.value)
    return accepted
