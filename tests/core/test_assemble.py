"""What belongs to a thread, in which order, and what is said of the rest."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.build import WHOLE, author, chain, conversation, post, ref
from unroller.core.assemble import assemble, wanted
from unroller.core.body import Block, BlockKind, Run
from unroller.core.conversation import Conversation, Sketch
from unroller.core.model import Absence, Gap, Post, PostRef, Wholeness


def numbers(posts: tuple[Post, ...]) -> list[int]:
    return [int(found.order) for found in posts]


@pytest.mark.parametrize("focus", [1, 3, 5])
def test_a_chain_is_whole_from_any_of_its_posts(focus: int) -> None:
    thread = assemble(conversation(chain(5), ref(focus)))
    assert numbers(thread.posts) == [1, 2, 3, 4, 5]
    assert thread.ref == ref(1)
    assert thread.completeness.state is Wholeness.WHOLE
    assert thread.completeness.expected == 5


def test_a_fork_is_read_oldest_child_first_and_loses_nothing() -> None:
    posts = [*chain(6), post(7, ref(2))]
    assert numbers(assemble(conversation(posts)).posts) == [1, 2, 3, 4, 5, 6, 7]
    early = [post(1), post(2, ref(1)), post(3, ref(2)), post(4, ref(1)), post(5, ref(4))]
    assert numbers(assemble(conversation(early)).posts) == [1, 2, 3, 4, 5]


def test_answers_to_others_are_not_in_the_chain_but_are_linked() -> None:
    posts = [*chain(3), post("r", ref(2), by="bob"), post(9, ref("r", "bob"), root=ref(1))]
    thread = assemble(conversation(posts))
    assert numbers(thread.posts) == [1, 2, 3]
    assert thread.answers == (posts[-1].url,)
    assert thread.elsewhere == ()


def test_a_run_below_somebody_elses_reply_is_shown_under_it() -> None:
    reply = post("r", ref(2), by="bob")
    run = [post(8, reply.ref, root=ref(1)), post(9, ref(8), root=ref(1))]
    thread = assemble(conversation([*chain(2), reply, *run]))
    assert numbers(thread.posts) == [1, 2]
    assert [(aside.under, numbers(aside.posts)) for aside in thread.elsewhere] == [(reply, [8, 9])]


def test_a_run_that_only_claims_the_same_root_is_no_part_of_the_thread() -> None:
    stray = post("s", ref("x", "eve"), by="bob")
    run = [post(8, stray.ref, root=ref(1)), post(9, ref(8), root=ref(1))]
    made = conversation([*chain(2), stray, *run], absent={ref("x", "eve"): Absence.NOT_FOUND})
    assert assemble(made).elsewhere == ()


def test_a_thread_begun_as_an_answer_has_that_post_as_context() -> None:
    asked = post("q", by="bob")
    posts = [asked, *chain(4, parent=asked.ref, root=asked.ref)]
    thread = assemble(conversation(posts, ref(3)))
    assert thread.context == asked
    assert thread.ref == ref(1)
    assert numbers(thread.posts) == [1, 2, 3, 4]


def test_an_answered_post_that_cannot_be_had_is_a_gap_with_its_reason() -> None:
    gone = ref("q", "bob")
    thread = assemble(conversation(chain(2, parent=gone), absent={gone: Absence.BLOCKED}))
    assert thread.context == Gap(gone, Absence.BLOCKED)


@pytest.mark.parametrize("focus", [1, 5])
def test_a_deleted_middle_post_is_a_gap_from_above_and_from_below(focus: int) -> None:
    posts = [found for found in chain(5) if found.ref != ref(3)]
    thread = assemble(conversation(posts, ref(focus), absent={ref(3): Absence.DELETED}))
    assert numbers(thread.posts) == [1, 2, 4, 5]
    assert thread.gaps == (Gap(ref(3), Absence.DELETED, after=ref(2)),)
    assert thread.completeness.state is Wholeness.PARTIAL
    assert (thread.completeness.found, thread.completeness.expected) == (4, 5)
    assert thread.completeness.why == "one deleted"


def test_two_deleted_posts_are_two_gaps_in_their_places() -> None:
    posts = [found for found in chain(7) if found.ref not in (ref(3), ref(6))]
    missing = {ref(3): Absence.DELETED, ref(6): Absence.NOT_PUBLIC}
    thread = assemble(conversation(posts, ref(7), absent=missing))
    assert numbers(thread.posts) == [1, 2, 4, 5, 7]
    assert [gap.after for gap in thread.gaps] == [ref(2), ref(5)]
    assert thread.completeness.why == "one deleted, one not public"


def test_in_somebody_elses_conversation_the_place_below_a_deleted_post_is_not_guessed() -> None:
    asked = post("q", by="bob")
    posts = [asked, *(p for p in chain(5, parent=asked.ref, root=asked.ref) if p.ref != ref(3))]
    above = assemble(conversation(posts, ref(1), absent={ref(3): Absence.DELETED}))
    assert numbers(above.posts) == [1, 2]
    assert [(aside.under, numbers(aside.posts)) for aside in above.elsewhere] == [
        (Gap(ref(3), Absence.DELETED), [4, 5])
    ]
    assert above.completeness.state is Wholeness.PARTIAL
    assert above.completeness.expected is None
    assert above.completeness.why == "2 posts below a missing one, whose place is not known"
    below = assemble(conversation(posts, ref(5), absent={ref(3): Absence.DELETED}))
    assert numbers(below.posts) == [4, 5]
    assert below.ref == ref(3)
    assert below.completeness.state is Wholeness.PARTIAL


def test_a_deleted_first_post_leaves_a_gap_at_the_top_and_keeps_the_address() -> None:
    thread = assemble(conversation(chain(4)[1:], ref(3), absent={ref(1): Absence.DELETED}))
    assert thread.ref == ref(1)
    assert thread.gaps == (Gap(ref(1), Absence.DELETED, after=None),)
    assert numbers(thread.posts) == [2, 3, 4]


def test_the_bots_own_call_at_the_end_is_left_out_and_a_post_about_it_is_not() -> None:
    call = replace(
        post(4, ref(3)), body=(Block(BlockKind.PARAGRAPH, (Run("@bot", mention="bot"), Run(" unroll"))),)
    )
    thread = assemble(conversation([*chain(3), call]), bots=frozenset({"bot"}))
    assert numbers(thread.posts) == [1, 2, 3]
    assert thread.completeness.expected == 3
    thanks = Block(BlockKind.PARAGRAPH, (Run("@bot", mention="bot"), Run(" is nice, try unroll")))
    kept = assemble(conversation([*chain(3), replace(call, body=(thanks,))]), bots=frozenset({"bot"}))
    assert numbers(kept.posts) == [1, 2, 3, 4]


def test_a_call_in_the_middle_is_never_dropped() -> None:
    call = replace(chain(3)[1], body=(Block(BlockKind.PARAGRAPH, (Run("@bot", mention="bot"),)),))
    first, _, last = chain(3)
    assert numbers(assemble(conversation([first, call, last]), bots=frozenset({"bot"})).posts) == [1, 2, 3]


def test_what_nobody_proved_is_not_called_whole() -> None:
    until = replace(WHOLE, exhaustive=False, until=datetime(2026, 3, 4, tzinfo=UTC))
    thread = assemble(conversation(chain(2), evidence=until))
    assert thread.completeness.state is Wholeness.UNKNOWN
    assert thread.completeness.why == "not known to be complete after 2026-03-04"
    erased = assemble(conversation(chain(2), evidence=replace(WHOLE, tells_deleted=False))).completeness
    assert erased.state is Wholeness.UNKNOWN
    assert erased.expected is None
    assert erased.why == "this server does not tell of deleted posts"
    doubts = replace(WHOLE, tells_deleted=False, why="two posts may belong here")
    said = assemble(conversation(chain(2), evidence=doubts)).completeness.why
    assert said == "this server does not tell of deleted posts; two posts may belong here"
    cut = replace(until, tells_deleted=False)
    assert assemble(conversation(chain(2), evidence=cut)).completeness.why == (
        "this server does not tell of deleted posts; not known to be complete after 2026-03-04"
    )


def sketched(count: int) -> Conversation:
    """The first post is here; the others are known from the author's list alone."""
    posts = chain(count)
    made = conversation(posts[:1])
    for found in posts[1:]:
        made.sketches[found.ref] = Sketch(
            found.ref, "anna", found.order, "", found.parent, "anna", found.root
        )
    return made


def test_sketched_posts_are_wanted_in_reading_order_until_they_are_read() -> None:
    made = sketched(4)
    assert wanted(made) == (ref(2), ref(3), ref(4))
    made.add(chain(4)[1:3], absent={ref(4): Absence.NOT_PUBLIC})
    assert wanted(made) == ()
    assert assemble(made).completeness.why == "one not public"


def test_a_missing_parent_and_the_post_that_is_answered_are_wanted() -> None:
    made = conversation([post(5, ref(4), root=ref(1)), post(1, ref("q", "bob"))], ref(5))
    assert set(wanted(made)) == {ref(4), ref("q", "bob")}


def test_a_run_elsewhere_is_read_only_once_it_is_known_to_hang_from_the_thread() -> None:
    made = conversation(chain(2))
    for number, above in ((8, ref("r", "bob")), (9, ref(8))):
        made.sketches[ref(number)] = Sketch(
            ref(number), "anna", f"{number:06}", "", above, above.id.split("/")[0], ref(1)
        )
    assert wanted(made) == (ref("r", "bob"),)
    made.add([post("r", ref("s", "eve"), by="bob")])
    assert wanted(made) == (ref("s", "eve"),)
    made.add([post("s", ref(2), by="eve")])
    assert wanted(made) == (ref(8), ref(9))


def test_a_run_below_a_missing_reply_is_shown_where_it_is_known_what_that_answered() -> None:
    run = [post(8, ref("r", "bob"), root=ref(1)), post(9, ref(8), root=ref(1))]
    made = conversation([*chain(2), *run], absent={ref("r", "bob"): Absence.DECLINED})
    assert assemble(made).elsewhere == ()
    made.links[ref("r", "bob")] = ref(2)
    (aside,) = assemble(made).elsewhere
    assert aside.under == Gap(ref("r", "bob"), Absence.DECLINED)
    assert numbers(aside.posts) == [8, 9]


def test_posts_that_answer_each_other_in_a_ring_end_in_a_thread() -> None:
    ring = [post(1, ref(3)), post(2, ref(1)), post(3, ref(2)), post(4, ref(4))]
    for focus in (1, 2, 3):
        assert numbers(assemble(conversation(ring[:3], ref(focus))).posts) == [1, 2, 3]
    assert numbers(assemble(conversation(ring[3:], ref(4))).posts) == [4]


@pytest.mark.slow
def test_ten_thousand_posts_deep_needs_no_recursion() -> None:
    limit = sys.getrecursionlimit()
    assert limit <= 2000
    assert len(assemble(conversation(chain(10_000), ref(9_999))).posts) == 10_000


@st.composite
def tangles(draw: st.DrawFn) -> tuple[list[Post], set[PostRef], PostRef]:
    """Any links whatever between posts of two people: forks, rings, holes, wrong roots."""
    count = draw(st.integers(1, 14))
    names = [ref(n, draw(st.sampled_from(["anna", "anna", "bob"]))) for n in range(1, count + 1)]
    parents = st.one_of(st.none(), st.sampled_from([*names, ref(99), ref(98, "bob")]))
    posts = [
        post(n, draw(parents), by=name.id.split("/")[0], root=draw(parents))
        for n, name in enumerate(names, 1)
    ]
    focus = draw(st.sampled_from(names))
    gone = {found.ref for found in posts if found.ref != focus and draw(st.integers(0, 4)) == 0}
    return posts, gone, focus


@given(tangles(), st.randoms(use_true_random=False))
def test_whatever_the_links_a_thread_comes_out_and_the_order_of_arrival_never_matters(
    tangle: tuple[list[Post], set[PostRef], PostRef], random: object
) -> None:
    posts, gone, focus = tangle
    here = [found for found in posts if found.ref not in gone]
    missing = dict.fromkeys(gone, Absence.DELETED)
    thread = assemble(conversation(here, focus, absent=missing))
    random.shuffle(here)  # type: ignore[attr-defined]
    assert assemble(conversation(here, focus, absent=missing)) == thread
    shown = [found.ref for found in thread.posts]
    everywhere = shown + [found.ref for aside in thread.elsewhere for found in aside.posts]
    assert focus in shown
    assert len(everywhere) == len(set(everywhere))
    assert {found.author.id for found in thread.posts} == {thread.author.id}
    seen: set[PostRef] = {gap.ref for gap in thread.gaps}
    for found in thread.posts:
        assert (
            found.ref == thread.ref
            or found.parent in seen
            or found.parent_author == "anna"
            or thread.author.id == "bob"
        )
        seen.add(found.ref)


@given(st.permutations(range(2, 13)), st.data())
def test_in_a_tree_each_post_follows_its_parent(names: list[int], data: st.DataObject) -> None:
    posts = [post(1)]
    for name in names:
        posts.append(post(name, data.draw(st.sampled_from(posts)).ref, root=ref(1)))
    thread = assemble(conversation(posts, data.draw(st.sampled_from(posts)).ref))
    at = {found.ref: index for index, found in enumerate(thread.posts)}
    assert len(at) == len(posts)
    assert all(found.parent is None or at[found.parent] < at[found.ref] for found in thread.posts)


def test_the_author_is_the_focus_author() -> None:
    posts = [*chain(2), post("r", ref(2), by="bob"), post("s", ref("r", "bob"), by="bob")]
    assert assemble(conversation(posts, ref("s", "bob"))).author == author("bob")


def test_a_gap_in_a_run_elsewhere_is_named_there() -> None:
    reply = post("r", ref(2), by="bob")
    run = [post(7, reply.ref, root=ref(1)), post(9, ref(8), root=ref(1))]
    made = conversation([*chain(2), reply, run[0]])
    made.sketches[ref(8)] = Sketch(ref(8), "anna", "000008", "", ref(7), "anna", ref(1))
    made.add(run[1:], absent={ref(8): Absence.NOT_PUBLIC})
    thread = assemble(made)
    (aside,) = thread.elsewhere
    assert thread.completeness.state is Wholeness.PARTIAL
    assert thread.completeness.why == "below other people's replies one not public"
    assert numbers(aside.posts) == [7, 9]
    assert [(gap.reason, gap.after) for gap in aside.gaps] == [(Absence.NOT_PUBLIC, ref(7))]
