"""The ledger of mentions: each is accepted once, and answered once.

It keeps who called, when, about which thread, and the reply until it is sent; no text of anybody's post.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, select, update

from unroller.core.calls import Mention
from unroller.core.codec import mention_from_json, mention_to_json
from unroller.core.errors import NetworkError
from unroller.core.model import PostRef
from unroller.store import schema
from unroller.store.db import Database, insert_new
from unroller.store.tasks import Tasks

ANSWER = "answer"
"""The kind of the task that every accepted mention brings; its key is the mention's ref."""

_table = schema.calls
_row = _table.c


class CallState(StrEnum):
    """How far a call is: accepted, its reply fixed, perhaps sent, answered, or left without an answer.

    `UNSURE`: perhaps sent, but its words had to be forgotten, so it is decided again.
    """

    NEW = "new"
    FIXED = "fixed"
    SENDING = "sending"
    UNSURE = "unsure"
    ANSWERED = "answered"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Call:
    """A mention and what became of it.

    `reply` is there only while it is fixed and not known to be sent. `thread` is the topmost post of the
    thread that the answer is about, `outcome` the line of the table of answers.
    """

    mention: Mention
    state: CallState
    reply: bytes | None
    reply_ref: PostRef | None
    outcome: str
    thread: PostRef | None
    accepted_at: datetime


class Ledger:
    """Every mention that was accepted."""

    def __init__(self, database: Database, tasks: Tasks) -> None:
        self._database = database
        self._tasks = tasks

    def unknown(self, mentions: Iterable[Mention]) -> list[Mention]:
        """Those that were not taken in yet. Networks repeat themselves, and reads are cheap."""
        wanted = {mention.ref: mention for mention in mentions}
        networks = {ref.network for ref in wanted}
        query = select(_row.network, _row.ref).where(_row.network.in_(sorted(networks)))
        query = query.where(_row.ref.in_(sorted(ref.id for ref in wanted)))
        with self._database.reading() as connection:
            known = {PostRef(*row) for row in connection.execute(query)}
        return [mention for ref, mention in wanted.items() if ref not in known]

    def accept(self, mention: Mention) -> bool:
        """Take the mention in, with the task that answers it; `False` when it was taken in before."""
        now = self._database.now()
        row = {
            "network": mention.ref.network,
            "ref": mention.ref.id,
            "state": CallState.NEW,
            "mention": mention_to_json(mention),
            "called_by": mention.by.id,
            # A caller's clock may be wrong, and the next look begins at the newest call.
            "called_at": min(mention.at, now),
            "accepted_at": now,
            "outcome": "",
        }
        with self._database.transaction() as connection:
            new = insert_new(connection, _table, row)
            if new:
                payload = {"network": mention.ref.network, "id": mention.ref.id}
                self._tasks.put(ANSWER, mention.ref.id, payload=payload)
            return new

    def load(self, ref: PostRef) -> Call | None:
        """The call by the mention's ref; `None` when it was never accepted."""
        with self._database.reading() as connection:
            row = connection.execute(select(_table).where(_is(ref))).one_or_none()
        return None if row is None else _call(row)

    def fix(self, ref: PostRef, reply: bytes, outcome: str, thread: PostRef | None = None) -> bytes:
        """Settle the whole reply before it is sent; returns the one that stands, the first to be fixed."""
        values = {"reply": reply, "outcome": outcome} | _about(thread)
        with self._database.transaction() as connection:
            for before, after in ((CallState.NEW, CallState.FIXED), (CallState.UNSURE, CallState.SENDING)):
                first = update(_table).where(_is(ref), _row.state == before)
                connection.execute(first.values(values | {"state": after}))
            return bytes(connection.scalar(select(_row.reply).where(_is(ref))) or reply)

    def sending(self, ref: PostRef) -> bool:
        """Note, before the fixed reply is sent, that it may have been; whether that was noted before.

        Raises:
            NetworkError: the reply is fixed no longer, since its page went meanwhile.
        """
        with self._database.transaction() as connection:
            state = connection.scalar(select(_row.state).where(_is(ref)).with_for_update())
            if state not in (CallState.FIXED, CallState.SENDING):
                raise NetworkError("The answer is made anew.", retry_after=1)
            connection.execute(update(_table).where(_is(ref)).values(state=CallState.SENDING))
            return CallState(state) is CallState.SENDING

    def answered(self, ref: PostRef, reply_ref: PostRef) -> None:
        """The network has the reply. Its bytes are kept no longer: they may name words that go one day."""
        self._change(ref, state=CallState.ANSWERED, reply=None, reply_ref=reply_ref.id)

    def silent(self, ref: PostRef, outcome: str) -> None:
        """The call gets no answer."""
        self._change(ref, state=CallState.SILENT, reply=None, outcome=outcome)

    def answer_about(self, reply_ref: PostRef) -> PostRef | None:
        """The thread that one of the bot's own answers was about; `None` when it is no answer of ours."""
        query = select(_row.thread_network, _row.thread_ref)
        which = and_(_row.network == reply_ref.network, _row.reply_ref == reply_ref.id)
        with self._database.reading() as connection:
            row = connection.execute(query.where(which)).first()
        return None if row is None or row.thread_ref is None else PostRef(*row)

    def replies_about(self, thread: PostRef, outcomes: Collection[str]) -> tuple[PostRef, ...]:
        """The bot's own replies about `thread` that ended in one of `outcomes`, oldest first."""
        about = and_(_row.thread_network == thread.network, _row.thread_ref == thread.id)
        sent = and_(_row.state == CallState.ANSWERED, _row.outcome.in_(outcomes))
        query = select(_row.network, _row.reply_ref).where(about, sent)
        with self._database.reading() as connection:
            return tuple(PostRef(*row) for row in connection.execute(query.order_by(_row.accepted_at)))

    def newest(self, network: str) -> datetime | None:
        """When the newest call was made, as the network tells it, but never later than we took it in."""
        query = select(func.max(_row.called_at)).where(_row.network == network)
        with self._database.reading() as connection:
            found: datetime | None = connection.scalar(query)
        return found

    def count(
        self,
        *,
        since: datetime,
        until: datetime | None = None,
        by: str | None = None,
        thread: PostRef | None = None,
    ) -> int:
        """How many calls were accepted in that time, by one account or about one thread where given."""
        query = select(func.count()).select_from(_table).where(_row.accepted_at >= since)
        if until is not None:
            query = query.where(_row.accepted_at <= until)
        if by is not None:
            query = query.where(_row.called_by == by)
        if thread is not None:
            query = query.where(_row.thread_network == thread.network, _row.thread_ref == thread.id)
        with self._database.reading() as connection:
            return connection.scalar(query) or 0

    def outcomes(self) -> dict[str, int]:
        """How many calls ended in which way, ever; `""` counts those that are not decided yet."""
        query = select(_row.outcome, func.count()).group_by(_row.outcome)
        with self._database.reading() as connection:
            return {row.outcome: row[1] for row in connection.execute(query)}

    def _change(self, ref: PostRef, **values: Any) -> None:
        with self._database.transaction() as connection:
            connection.execute(update(_table).where(_is(ref)).values(**values))


def forget_replies(connection: Connection, thread: PostRef) -> None:
    """Replies about `thread` that are not sent yet hold its title: have them worked out anew."""
    about = and_(_row.thread_network == thread.network, _row.thread_ref == thread.id)
    for before, after in ((CallState.FIXED, CallState.NEW), (CallState.SENDING, CallState.UNSURE)):
        unsent = update(_table).where(about, _row.state == before)
        connection.execute(unsent.values(state=after, reply=None, outcome=""))


def _is(ref: PostRef) -> ColumnElement[bool]:
    return and_(_row.network == ref.network, _row.ref == ref.id)


def _about(thread: PostRef | None) -> dict[str, str]:
    return {} if thread is None else {"thread_network": thread.network, "thread_ref": thread.id}


def _call(row: Row[Any]) -> Call:
    thread = row.thread_ref and PostRef(row.thread_network, row.thread_ref)
    return Call(
        mention=mention_from_json(row.mention),
        state=CallState(row.state),
        reply=row.reply and bytes(row.reply),
        reply_ref=row.reply_ref and PostRef(row.network, row.reply_ref),
        outcome=row.outcome,
        thread=thread,
        accepted_at=row.accepted_at,
    )
