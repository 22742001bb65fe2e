"""What authors said decides what is shown, and what they did not want is not kept."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import pytest
from msgspec.structs import replace

from tests.core.build import chain, conversation, post, ref
from unroller.core.assemble import assemble
from unroller.core.codec import thread_to_json
from unroller.core.consent import Wish, judge, redact, withhold
from unroller.core.model import (
    Absence,
    Aside,
    Audience,
    Author,
    Label,
    PostRef,
    Quote,
    Signal,
    Thread,
    Verdict,
)


def thread(*signals: Signal, label: Label | None = None, audience: Audience = Audience.PUBLIC) -> Thread:
    made = assemble(conversation(chain(2)))
    posts = [
        replace(found, audience=audience, labels=frozenset({label} if label else ())) for found in made.posts
    ]
    return replace(made, posts=tuple(posts), author=replace(made.author, signals=frozenset(signals)))


YES = Verdict()


@pytest.mark.parametrize(
    ("given", "wish", "shown", "listed", "indexed"),
    [
        (thread(), None, True, True, True),
        (thread(), Wish.DENY, False, False, False),
        (thread(), Wish.OPT_OUT, False, False, False),
        (thread(Signal.GONE), Wish.OPT_IN, False, False, False),
        (thread(Signal.NO_UNAUTHENTICATED), None, False, False, False),
        (thread(Signal.NO_UNAUTHENTICATED), Wish.OPT_IN, True, True, True),
        (thread(Signal.PROTECTED), None, False, False, False),
        (thread(Signal.NO_BOT), None, False, False, False),
        (thread(Signal.NO_INDEX), None, True, False, False),
        (thread(Signal.NOT_INDEXABLE), None, True, False, False),
        (thread(Signal.NOT_INDEXABLE), Wish.OPT_IN, True, True, True),
        (thread(Signal.NOT_DISCOVERABLE), None, True, False, True),
        (thread(audience=Audience.UNLISTED), None, True, False, False),
        (thread(label=Label.ADULT), None, True, False, False),
        (thread(label=Label.ADULT), Wish.OPT_IN, True, False, False),
    ],
)
def test_the_table_of_signals(
    given: Thread, wish: Wish | None, shown: bool, listed: bool, indexed: bool
) -> None:
    verdict = judge(given, wish)
    assert (verdict.show, verdict.list, verdict.index) == (shown, listed, indexed)
    assert bool(verdict.why) is not shown


@pytest.mark.parametrize("wish", [None, *Wish])
def test_who_may_be_listed_may_be_indexed(wish: Wish | None) -> None:
    """The sitemap and the pages of authors count on it."""
    given = [thread(*pair) for pair in combinations(Signal, 2)]
    given += [thread(label=label) for label in Label] + [thread(audience=audience) for audience in Audience]
    verdicts = [judge(one, wish, asks=asks) for one in given for asks in (False, True)]
    assert [verdict for verdict in verdicts if verdict.list and not verdict.index] == []


def test_a_bot_is_kept_away_from_everybody_but_the_author() -> None:
    assert judge(thread(Signal.NO_BOT), None, asks=True) == Verdict(list=False, index=False)


def test_labelled_posts_are_shown_behind_a_warning() -> None:
    assert judge(thread(label=Label.GRAPHIC), None).warn
    assert not judge(thread(), None).warn


@dataclass(frozen=True)
class Said:
    """What was told: who opted out, and what was removed."""

    out: str = ""
    removed: PostRef | None = None

    def wish_of(self, author: Author) -> Wish | None:
        return Wish.OPT_OUT if author.id == self.out else None

    def is_removed(self, ref: PostRef) -> bool:
        return ref == self.removed


BOB_IS_OUT = Said("bob")


def test_a_quoted_author_who_said_no_leaves_only_a_reason() -> None:
    first = replace(post(1), quote=Quote(ref("q", "bob"), post("q", by="bob")))
    made = conversation([first])
    withhold(made, BOB_IS_OUT, author=first.author)
    assert made.posts[ref(1)].quote == Quote(ref("q", "bob"), absence=Absence.DECLINED)


def test_a_post_that_is_answered_leaves_only_a_reason_when_its_author_said_no() -> None:
    asked = post("q", by="bob")
    made = conversation([asked, *chain(2, parent=asked.ref)], ref(1))
    made.records[asked.ref] = b"{}"
    withhold(made, BOB_IS_OUT, author=made.posts[ref(1)].author)
    assert assemble(made).context is not None
    assert made.absent == {asked.ref: Absence.DECLINED}
    assert made.records == {}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"audience": Audience.FOLLOWERS}, Absence.NOT_PUBLIC),
        ({"audience": Audience.DIRECT}, Absence.NOT_PUBLIC),
        ({"labels": frozenset({Label.HIDE})}, Absence.HIDDEN),
    ],
)
def test_hidden_and_non_public_posts_become_gaps_in_their_place(
    change: dict[str, object], reason: Absence
) -> None:
    posts = chain(4)
    posts[2] = replace(posts[2], **change)
    made = conversation(posts)
    withhold(made, Said(), author=posts[0].author)
    thread = assemble(made)
    assert [found.order for found in thread.posts] == ["000001", "000002", "000004"]
    assert [(gap.reason, gap.after) for gap in thread.gaps] == [(reason, ref(2))]


def test_a_post_of_a_removed_thread_is_shown_nowhere_else() -> None:
    asked = post("q", by="bob")
    made = conversation([asked, *chain(2, parent=asked.ref)], ref(1))
    withhold(made, Said(removed=asked.ref), author=made.posts[ref(1)].author)
    assert made.absent == {asked.ref: Absence.DECLINED}


def test_a_finished_thread_loses_quotes_wherever_they_stand() -> None:
    quote = Quote(ref("q", "bob"), post("q", by="bob"))
    asked, under = (replace(post(name, by="carol"), quote=quote) for name in ("a", "u"))
    made = assemble(conversation([asked, *chain(2, parent=asked.ref)], ref(1)))
    made = replace(made, elsewhere=(Aside(under, (replace(post(9), quote=quote),)),))
    left = redact(made, BOB_IS_OUT)
    assert "bob" not in thread_to_json(left).decode().replace(quote.ref.id if quote.ref else "", "")


def test_a_quote_inside_a_quote_is_not_kept() -> None:
    inner = replace(post("q", by="carol"), quote=Quote(ref("r", "dan"), post("r", by="dan")))
    made = conversation([replace(post(1), quote=Quote(inner.ref, inner))])
    withhold(made, Said(), author=made.posts[ref(1)].author)
    quote = made.posts[ref(1)].quote
    assert quote is not None
    assert quote.post == replace(inner, quote=None)
