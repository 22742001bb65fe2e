"""An accepted mention in, exactly one reply out, whatever happens in between.

Decide (which does the work), fix the whole reply in the ledger, send it, note that it was sent. Each
step may be run twice: what is decided again finds the page there, what is fixed stays as it is, what
is sent again is the same reply.
"""

from __future__ import annotations

from datetime import timedelta

from unroller.core.errors import NetworkError, SetupError, UnrollerError
from unroller.core.model import PostRef
from unroller.core.ports import Answer, Messenger
from unroller.flows.decide import Decision, decide
from unroller.flows.library import Library
from unroller.flows.log import log
from unroller.flows.words import Outcome, say
from unroller.store import Call, CallState

PATIENCE = timedelta(days=3)
"""How long a network may stay unreadable before the caller is told so."""

TRIES = 10
"""How often an answer that is not the network's fault is tried before the caller is told so."""


def answer(library: Library, ref: PostRef, *, attempts: int = 1) -> None:
    """Answer the call `ref`, if it was not answered before.

    Raises:
        NetworkError, WireError, SetupError: not yet; try again later.
    """
    call = library.store.ledger.load(ref)
    if call is None or call.state in (CallState.ANSWERED, CallState.SILENT):
        return
    bot = _messenger(library, ref.network)
    reply = call.reply if call.state is CallState.FIXED else _fixed(library, bot, call, attempts)
    if reply is not None:
        library.store.ledger.answered(ref, bot.send(reply))


def _messenger(library: Library, network: str) -> Messenger:
    for name, _, bot in library.messengers():
        if name == network:
            return bot
    raise SetupError(f"The bot has no account on {network}; run: unroll connect {network}")


def _fixed(library: Library, bot: Messenger, call: Call, attempts: int) -> bytes | None:
    """The reply as it will be sent, settled in the ledger; `None` where nothing is said."""
    identity = bot.identity()
    handle = identity[1] if identity else ""
    decision = _decided(library, call, handle, attempts)
    log.info("decided", call=call.mention.ref.id, outcome=decision.outcome.value)
    if decision.answer is None:
        library.store.ledger.silent(call.mention.ref, decision.outcome)
        return None
    reply = bot.compose(call.mention, decision.answer)
    return library.store.ledger.fix(call.mention.ref, reply, decision.outcome, decision.thread)


def _decided(library: Library, call: Call, bot: str, attempts: int) -> Decision:
    """What to say; after more tries than anybody would wait for, that it could not be done."""
    try:
        return decide(library, call, bot)
    except UnrollerError as error:
        waited = library.clock() - call.accepted_at
        if waited < PATIENCE and (isinstance(error, NetworkError | SetupError) or attempts < TRIES):
            raise
        log.warning("gave up", call=call.mention.ref.id, why=error.words)
        return Decision(Outcome.FAILED, Answer(say(Outcome.FAILED, call.mention.languages)))
