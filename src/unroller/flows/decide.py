"""A mention in, what the bot says in: the work that was asked for is done on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from unroller.core.calls import Command, Mention
from unroller.core.consent import PUBLIC
from unroller.core.errors import AbsentError, BudgetError, InputError, RefusedError
from unroller.core.model import Author, Post, PostRef, Wholeness
from unroller.core.ports import Answer
from unroller.core.summary import excerpt, title
from unroller.core.summary import slug as slug_of
from unroller.flows.library import Library
from unroller.flows.publish import Asked, ask, keep, settled, standing
from unroller.flows.remove import obey, opt_in, opt_out, take_down
from unroller.flows.target import find_thread, target
from unroller.flows.words import Outcome, say
from unroller.store import Call, Saved, Status

DAY = timedelta(days=1)

IN_PRIVATE = "I was called in private, and so I publish nothing; call me in a public post."


@dataclass(frozen=True, slots=True)
class Decision:
    """How a call ends. Without an `answer` nothing is said. `thread` is what the answer is about."""

    outcome: Outcome
    answer: Answer | None = None
    thread: PostRef | None = None


def decide(library: Library, accepted: Call, bot: str) -> Decision:
    """Do what `accepted` asks for, and say how it went. `bot` is the bot's own handle there.

    Raises:
        NetworkError, WireError, SetupError: it could not be done, and nothing was decided.
    """
    call = _Call(library, accepted.mention, accepted.accepted_at, bot)
    try:
        return _limited(call) or _DO[call.mention.command](call)
    except RefusedError as error:
        return call.says(Outcome.REFUSED, why=error.words)
    except BudgetError as error:
        if error.renews is None:
            return call.says(Outcome.REFUSED, why=error.words)
        return call.says(Outcome.BUDGET, renews=error.renews)
    except (AbsentError, InputError) as error:
        return call.says(Outcome.NOT_FOUND, why=error.words)


@dataclass(frozen=True, slots=True)
class _Call:
    """A call, when it was accepted, and the bot's own handle there."""

    library: Library
    mention: Mention
    at: datetime
    bot: str

    def says(
        self, outcome: Outcome, thread: PostRef | None = None, notify: Author | None = None, **values: object
    ) -> Decision:
        # The reasons for a refusal are in English only, and half a sentence in each language helps nobody.
        languages = () if "why" in values else self.mention.languages
        text = say(outcome, languages, bot=self.bot, **values)
        return Decision(outcome, Answer(text, notify=notify), thread)


def _limited(call: _Call) -> Decision | None:
    """Whether this person had asked for enough by then; told once, then silence. Wishes always count."""
    if call.mention.command in (Command.REMOVE, Command.OPT_OUT):
        return None
    library, at = call.library, call.at
    calls = library.store.ledger.count(since=at - DAY, until=at, by=call.mention.by.id)
    over = calls - library.settings.limits.per_person_day
    if over <= 0:
        return None
    return call.says(Outcome.LIMIT) if over == 1 else Decision(Outcome.SILENT)


def _page(call: _Call) -> Decision:
    library, mention = call.library, call.mention
    ref = target(library, mention)
    if ref is None:
        return _help(call)
    if mention.audience not in PUBLIC:
        return _link(call, _published(library, ref), new=False)
    asked = Asked(mention.by, call.at)
    known = settled(library, ref, asked, force=mention.command is Command.REFRESH)
    if known is None or _is_lone_answer(known):
        try:
            found = find_thread(library, ref, mention)
        except BudgetError:
            if there := standing(library, ref):
                return _link(call, there, new=False)
            raise
        before = library.store.threads.load(slug_of(found.thread.ref))
        saved = keep(library, found, asked=asked)
        if saved.status is Status.PENDING:
            return _ask_author(call, saved, found.thread.author)
        return _link(call, saved, new=before is None or before.status is not Status.PUBLISHED)
    return _link(call, known, new=False)


def _published(library: Library, ref: PostRef) -> Saved:
    """The page that stands already: who calls in private has nothing published, and nothing renewed.

    Raises:
        RefusedError: there is none.
    """
    known = library.store.threads.find(ref)
    if known is None or known.status is not Status.PUBLISHED:
        raise RefusedError(known.why if known and known.status is Status.REMOVED else IN_PRIVATE)
    return known


def _ask_author(call: _Call, saved: Saved, author: Author) -> Decision:
    """Ask the author, once: whoever calls later hears that the question stands."""
    if call.library.store.ledger.replies_about(saved.ref, {Outcome.ASKED}):
        return call.says(Outcome.REFUSED, saved.ref, why=saved.why)
    return call.says(Outcome.ASKED, saved.ref, notify=author, author=author.handle)


def _is_lone_answer(known: Saved) -> bool:
    """A single post that answers another: the thread above it may be what is meant."""
    return bool(known.thread and len(known.thread.posts) == 1 and known.thread.context)


def _link(call: _Call, saved: Saved, *, new: bool) -> Decision:
    library, thread = call.library, saved.thread
    assert thread is not None
    since = library.clock() - DAY
    calls = library.store.ledger.count(since=since, thread=saved.ref)
    if calls >= library.settings.limits.per_thread_day and call.mention.by.id != thread.author.id:
        return Decision(Outcome.SILENT, thread=saved.ref)
    outcome = Outcome.PUBLISHED if new else Outcome.ALREADY
    partial = thread.completeness.state is Wholeness.PARTIAL
    if len(thread.posts) == 1 and not thread.gaps and not partial:
        outcome = Outcome.SINGLE
    elif new and partial:
        outcome = Outcome.PARTLY
    words = say(
        outcome, call.mention.languages, author=thread.author.handle, posts=len(thread.posts), bot=call.bot
    )
    card = library.store.pages.load(saved.slug, "card.png")
    answer = Answer(
        words,
        link=library.page_url(saved.slug),
        title=title(thread),
        description=excerpt(thread),
        picture=card.forms[""] if card else None,
    )
    return Decision(outcome, answer, saved.ref)


def _help(call: _Call) -> Decision:
    return call.says(Outcome.HELP)


def _remove(call: _Call) -> Decision:
    found = _own_thread(call)
    if isinstance(found, Decision):
        return found
    why = "Its author removed this page; only the author can bring it back."
    take_down(call.library, found, status=Status.REMOVED, why=why, by=call.mention.by.id)
    obey(call.library, call.mention.by.network, call.mention.by.id)
    return call.says(Outcome.REMOVED, found)


def _own_thread(call: _Call) -> PostRef | Decision:
    """The thread that the call is about, if the caller wrote it; else what to say."""
    library, mention = call.library, call.mention
    ref = target(library, mention)
    if ref is None:
        return _help(call)
    known = library.store.threads.find(ref)
    if known and known.status is Status.REMOVED and mention.by.id in known.removed_by.split():
        return known.ref
    if known and known.thread:
        return known.ref if known.thread.author.id == mention.by.id else call.says(Outcome.NOT_AUTHOR)
    thread = find_thread(library, ref, mention).thread
    if thread.author.id == mention.by.id:
        return thread.ref
    above = thread.context
    if isinstance(above, Post) and above.author.id == mention.by.id:
        return ask(library, above.ref, mention.by).thread.ref  # an answer to a single post
    return call.says(Outcome.NOT_AUTHOR)


def _opt_out(call: _Call) -> Decision:
    return call.says(Outcome.OPTED_OUT, pages=opt_out(call.library, call.mention.by, call.at))


def _opt_in(call: _Call) -> Decision:
    if opt_in(call.library, call.mention.by, call.at):
        return call.says(Outcome.OPTED_IN)
    return Decision(Outcome.SILENT)  # a later word of the same person stands


def _yes(call: _Call) -> Decision:
    """The author's yes to what the bot asked: the caller is the author, so nobody has to be asked again."""
    found = _own_thread(call)
    return found if isinstance(found, Decision) else _page(call)


_DO: Mapping[Command, Callable[[_Call], Decision]] = {
    Command.UNROLL: _page,
    Command.BARE: _page,
    Command.REFRESH: _page,
    Command.HELP: _help,
    Command.REMOVE: _remove,
    Command.OPT_OUT: _opt_out,
    Command.OPT_IN: _opt_in,
    Command.YES: _yes,
}
