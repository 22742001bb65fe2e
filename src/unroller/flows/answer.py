"""An accepted mention in, exactly one reply out, whatever happens in between.

Decide (which does the work), fix the whole reply in the ledger, note that it is being sent, send it, note
that it was sent. Each step may be run twice: what is decided again finds the page there, what is fixed
stays as it is, what is sent again is the same reply.
"""

from __future__ import annotations

from datetime import timedelta

from unroller.core.errors import AbsentError, NetworkError, RefusedError, SetupError, UnrollerError
from unroller.core.model import PostRef
from unroller.core.ports import Answer, Messenger
from unroller.core.summary import slug
from unroller.flows.decide import Decision, decide
from unroller.flows.library import Library
from unroller.flows.log import log
from unroller.flows.remove import RETRACT
from unroller.flows.words import LINKING, Outcome, say
from unroller.store import Call, CallState, Status

PATIENCE = timedelta(days=3)
"""How long a network may stay unreadable before the caller is told so."""

TRIES = 10
"""How often an answer that is not the network's fault is tried before the caller is told so."""


def answer(library: Library, ref: PostRef, *, attempts: int = 1) -> None:
    """Answer the call `ref`, if it was not answered before.

    Raises:
        RefusedError: the network will never take an answer to this call; it is left without one.
        NetworkError, WireError, SetupError: not yet; try again later.
    """
    call = library.store.ledger.load(ref)
    if call is None or call.state in (CallState.ANSWERED, CallState.SILENT):
        return
    bot = _messenger(library, ref.network)
    settled = call.state in (CallState.FIXED, CallState.SENDING)
    reply = call.reply if settled else _fixed(library, bot, call, attempts)
    if reply is not None:
        _send(library, bot, ref, reply)


def _send(library: Library, bot: Messenger, ref: PostRef, reply: bytes) -> None:
    try:
        sent = bot.send(reply, again=library.store.ledger.sending(ref))
    except AbsentError as error:
        log.info("not answered", call=ref.id, why=error.words)
        library.store.ledger.silent(ref, Outcome.SILENT)
        return
    except RefusedError:
        library.store.ledger.silent(ref, Outcome.FAILED)
        raise  # the operator has to hear of it
    library.store.ledger.answered(ref, sent)
    _check_sent(library, ref, sent)


def _check_sent(library: Library, ref: PostRef, sent: PostRef) -> None:
    """Take the reply back if the page that it leads to was taken down while it was on its way."""
    call = library.store.ledger.load(ref)
    if call and call.outcome in LINKING and call.thread and library.store.threads.is_removed(call.thread):
        library.store.tasks.put(RETRACT, sent.id, payload={"network": sent.network})


def _messenger(library: Library, network: str) -> Messenger:
    if bot := library.messenger(network):
        return bot
    raise SetupError(f"The bot has no account on {network}; run: unroll connect {network}")


def _fixed(library: Library, bot: Messenger, call: Call, attempts: int) -> bytes | None:
    """The reply as it will be sent, settled in the ledger; `None` where nothing is said."""
    identity = bot.identity()
    handle = identity[1] if identity else ""
    decision = _decided(library, call, handle, attempts)
    log.info("decided", call=call.mention.ref.id, outcome=decision.outcome.value)
    if decision.answer is None or call.mention.by.bot:
        library.store.ledger.silent(call.mention.ref, decision.outcome)
        return None
    reply = bot.compose(call.mention, decision.answer)
    with library.store.transaction():
        if decision.outcome in LINKING and not _is_published(library, decision.thread):
            raise NetworkError("The page was taken down just now; the answer is made anew.", retry_after=1)
        return library.store.ledger.fix(call.mention.ref, reply, decision.outcome, decision.thread)


def _is_published(library: Library, thread: PostRef | None) -> bool:
    return thread is not None and library.store.threads.status(slug(thread)) is Status.PUBLISHED


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
