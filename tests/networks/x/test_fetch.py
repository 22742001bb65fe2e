"""Threads on the X of the tests, whole and broken, and what each of them costs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.networks.x.reading import Reader, reading, texts
from tests.testnet.x_world import Said
from unroller.core.consent import Wish
from unroller.core.errors import AbsentError, RefusedError
from unroller.core.model import Absence, Gap, Thread, Wholeness


@pytest.fixture(params=["tweet", "post"])
def reader(request: pytest.FixtureRequest) -> Iterator[Reader]:
    """Reads in each of the two families of names."""
    with reading(field_names=request.param) as reader:
        yield reader


def chain(reader: Reader, size: int, **how: Any) -> list[Said]:
    return reader.net.world.thread(reader.net.world.person("anna"), size, **how)


def expect(thread: Thread, posts: list[Said]) -> None:
    assert texts(thread) == [said.text for said in posts]


@pytest.mark.parametrize("place", [0, 1, 4])
def test_a_thread_is_found_from_any_of_its_posts(reader: Reader, place: int) -> None:
    posts = chain(reader, 5)
    thread = reader.thread(posts[place])
    expect(thread, posts)
    assert (thread.completeness.state, thread.completeness.expected) == (Wholeness.WHOLE, 5)


@pytest.mark.parametrize("place", [0, 99, 149])
def test_150_posts_are_found_from_any_of_them_in_a_few_requests(reader: Reader, place: int) -> None:
    posts = chain(reader, 150)
    expect(reader.thread(posts[place]), posts)
    # Where everything that a post refers to comes along, pages are as small as what can be paid for.
    assert len(reader.net.asked) <= (4 if "tweet.fields" in reader.net.asked[0].params else 12)


@pytest.mark.parametrize("size", [1, 25, 150])
@pytest.mark.parametrize("place", [0, -1])
def test_a_thread_of_n_posts_buys_n_posts_and_its_author(size: int, place: int) -> None:
    with reading() as reader:
        posts = chain(reader, size)
        expect(reader.thread(posts[place]), posts)
        assert (reader.net.bill.posts, reader.net.bill.users) == (size, 1)
        assert reader.net.bill.returned["post"] - size <= (1 if place else 0)
        assert reader.x.balance() is not None


def test_of_an_author_who_said_no_one_post_is_bought_and_nothing_more() -> None:
    with reading() as reader:
        posts = chain(reader, 25)
        reader.wishes[posts[0].by.id] = Wish.OPT_OUT
        with pytest.raises(RefusedError, match="asked not to be unrolled"):
            reader.thread(posts[3])
        assert (reader.net.bill.posts, reader.net.bill.users, len(reader.net.asked)) == (1, 1, 1)


def test_nor_is_a_newer_version_of_that_post_bought() -> None:
    with reading() as reader:
        (first,) = chain(reader, 1)
        reader.wishes[first.by.id] = Wish.OPT_OUT
        reader.net.world.edit(first, "Second version")
        with pytest.raises(RefusedError, match="asked not to be unrolled"):
            reader.thread(first.ids[0])
        assert (reader.net.bill.posts, len(reader.net.asked)) == (1, 1)


def test_the_purse_says_what_the_bill_says(reader: Reader) -> None:
    posts = chain(reader, 25)
    reader.thread(posts[3])
    balance = reader.x.balance()
    assert balance
    assert balance.spent == round(reader.net.bill.dollars * 1_000_000)


def test_reading_again_on_the_same_day_costs_nothing(reader: Reader) -> None:
    posts = chain(reader, 25)
    reader.thread(posts[0])
    cost = reader.net.bill.dollars
    reader.thread(posts[24])
    assert reader.net.bill.dollars == cost


def test_a_single_post_that_nobody_answered_is_whole(reader: Reader) -> None:
    (post,) = chain(reader, 1)
    assert reader.thread(post).completeness.state is Wholeness.WHOLE


def test_a_conversation_that_search_shows_nothing_of_is_not_called_whole(reader: Reader) -> None:
    posts = chain(reader, 5)
    reader.net.world.unsearchable.add(posts[0].id)
    thread = reader.thread(posts[4])
    expect(thread, posts)
    assert thread.completeness.state is Wholeness.UNKNOWN
    assert "leaves out" in thread.completeness.why
    alone = reader.thread(posts[0])
    assert len(alone.posts) == 1
    assert "nothing more by the author" in alone.completeness.why


def test_a_post_that_search_leaves_out_is_looked_up_and_makes_search_doubtful(reader: Reader) -> None:
    posts = chain(reader, 6)
    reader.net.world.unsearchable.add(posts[3].id)
    thread = reader.thread(posts[0])
    expect(thread, posts)
    assert thread.completeness.state is Wholeness.UNKNOWN


def test_with_recent_search_a_thread_of_this_week_is_whole() -> None:
    with reading(full_archive=False) as reader:
        posts = chain(reader, 12)
        thread = reader.thread(posts[5])
        expect(thread, posts)
        assert thread.completeness.state is Wholeness.WHOLE
        assert "seven days" in thread.completeness.source


def test_with_recent_search_an_old_thread_is_climbed_and_the_rest_is_said_to_be_unknown() -> None:
    with reading(full_archive=False) as reader:
        posts = chain(reader, 6, at=reader.net.world.now - timedelta(days=30))
        thread = reader.thread(posts[3])
        expect(thread, posts[:4])
        assert thread.completeness.state is Wholeness.UNKNOWN
        assert "full-archive access" in thread.completeness.why
        assert reader.net.bill.posts == 4


def test_with_recent_search_what_was_added_this_week_leads_up_to_an_old_thread() -> None:
    with reading(full_archive=False) as reader:
        posts = chain(reader, 5, at=reader.net.world.now - timedelta(days=30))
        posts.append(reader.net.world.post(posts[0].by, "Added", to=posts[4]))
        expect(reader.thread(posts[0]), posts)


def test_a_deleted_post_in_the_middle_is_a_gap_and_what_follows_it_is_there(reader: Reader) -> None:
    posts = chain(reader, 5)
    reader.net.world.delete(posts[2])
    for place in (0, 4):
        thread = reader.thread(posts[place])
        expect(thread, [posts[0], posts[1], posts[3], posts[4]])
        assert [gap.reason for gap in thread.gaps] == [Absence.DELETED]
        assert thread.completeness.state is Wholeness.PARTIAL


def test_side_branches_and_late_additions_come_in_reading_order(reader: Reader) -> None:
    world, anna = reader.net.world, reader.net.world.person("anna")
    first = world.post(anna, "1")
    aside = world.post(anna, "1a", to=first)
    aside_2 = world.post(anna, "1b", to=aside)
    second = world.post(anna, "2", to=first)
    third = world.post(anna, "3", to=second)
    late = world.post(anna, "1c", to=aside_2)
    assert texts(reader.thread(third)) == ["1", "1a", "1b", "1c", "2", "3"]
    assert texts(reader.thread(late)) == ["1", "1a", "1b", "1c", "2", "3"]


def test_answers_of_the_author_to_others_are_no_part_of_the_thread(reader: Reader) -> None:
    posts = chain(reader, 6)
    world, bob = reader.net.world, reader.net.world.person("bob")
    asked = world.post(bob, "Why?", to=posts[2])
    answer = world.post(posts[0].by, "Because.", to=asked)
    thread = reader.thread(posts[0])
    expect(thread, posts)
    assert thread.answers == (f"https://x.com/anna/status/{answer.id}",)


def test_posts_below_somebody_elses_reply_are_shown_under_it(reader: Reader) -> None:
    posts = chain(reader, 2)
    world, bob = reader.net.world, reader.net.world.person("bob")
    under = world.post(bob, "Go on", to=posts[1])
    more = world.thread(posts[0].by, 3, to=under)
    thread = reader.thread(posts[0])
    expect(thread, posts)
    (aside,) = thread.elsewhere
    assert [said.id for said in more] == [post.ref.id for post in aside.posts]
    assert not isinstance(aside.under, Gap)


@pytest.mark.parametrize("place", [0, 2])
def test_a_thread_begun_as_a_reply_has_what_it_answers_as_context(reader: Reader, place: int) -> None:
    world, bob = reader.net.world, reader.net.world.person("bob")
    theirs = world.post(bob, "A claim")
    posts = chain(reader, 5, to=theirs)
    thread = reader.thread(posts[place])
    expect(thread, posts)
    assert thread.context
    assert not isinstance(thread.context, Gap)
    assert thread.context.author.handle == "bob"
    assert thread.completeness.state is Wholeness.WHOLE
    assert (reader.net.bill.posts, reader.net.bill.users) == (6, 2)


def test_hundreds_of_replies_by_others_cost_nothing() -> None:
    with reading() as reader:
        posts = chain(reader, 6)
        crowd = [reader.net.world.person(f"fan{place}") for place in range(3)]
        for place in range(300):
            reader.net.world.post(crowd[place % 3], "Nice", to=posts[place % 6])
        late = reader.net.world.thread(posts[0].by, 2, to=posts[5])
        expect(reader.thread(posts[0]), posts + late)
        assert (reader.net.bill.posts, reader.net.bill.users) == (8, 1)


def test_what_a_thread_answers_may_be_gone_or_not_public(reader: Reader) -> None:
    world = reader.net.world
    others = world.person("shy", protected=True), world.person("bad", suspended=True), world.person("bob")
    reasons = list[Absence]()
    for other in others:
        theirs = world.post(other, "Words of theirs")
        posts = world.thread(world.person(f"anna{len(reasons)}"), 2, to=theirs)
        if other.username == "bob":
            world.delete(theirs)
        context = reader.thread(posts[0]).context
        assert isinstance(context, Gap)
        reasons.append(context.reason)
    assert reasons == [Absence.NOT_PUBLIC, Absence.HIDDEN, Absence.NOT_FOUND]


def test_words_that_look_like_commands_or_markup_end_no_thread(reader: Reader) -> None:
    posts = chain(reader, 4)
    words = [
        "please unroll this",
        "<b>bold</b> &amp; so",
        "https://example.com/@anna/1",
        "@threadreader unroll",
    ]
    for said, text in zip(posts, words, strict=True):
        said.text = text
    thread = reader.thread(posts[0])
    assert texts(thread) == [text.replace("&amp;", "&") for text in words]


def test_a_quote_comes_with_its_words_and_is_bought_once(reader: Reader) -> None:
    world, bob = reader.net.world, reader.net.world.person("bob")
    quoted = world.post(bob, "Quoted words")
    posts = chain(reader, 2)
    more = [world.post(posts[0].by, f"Look {n}", to=posts[1], quotes=quoted) for n in range(2)]
    thread = reader.thread(posts[0])
    shown = [post.quote.post for post in thread.posts if post.quote and post.quote.post]
    assert [post.author.handle for post in shown] == ["bob", "bob"]
    assert (reader.net.bill.posts, reader.net.bill.users) == (2 + len(more) + 1, 2)


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"protected": True}, Absence.NOT_PUBLIC),
        ({"suspended": True}, Absence.HIDDEN),
        ({"fields": {"withheld": {"country_codes": ["DE"]}}}, Absence.HIDDEN),
    ],
)
def test_a_quote_of_somebody_who_is_not_shown_says_so(reader: Reader, how: Any, why: Absence) -> None:
    world = reader.net.world
    quoted = world.post(world.person("bob", **how), "Secret words")
    post = world.post(world.person("anna"), "Look", quotes=quoted)
    (shown,) = reader.thread(post).posts
    assert shown.quote
    assert (shown.quote.post, shown.quote.absence) == (None, why)


def test_a_quote_below_somebody_elses_reply_comes_with_its_words(reader: Reader) -> None:
    posts = chain(reader, 2)
    world, bob = reader.net.world, reader.net.world.person("bob")
    quoted = world.post(bob, "Quoted words")
    more = world.thread(posts[0].by, 2, to=world.post(bob, "Go on", to=posts[1]))
    more[1].quotes = quoted
    (aside,) = reader.thread(posts[0]).elsewhere
    assert aside.posts[1].quote
    assert aside.posts[1].quote.post
    assert aside.posts[1].quote.post.author.handle == "bob"


def test_a_quote_of_the_threads_own_post_is_not_bought_again(reader: Reader) -> None:
    posts = chain(reader, 3)
    posts.append(reader.net.world.post(posts[0].by, "As I said", to=posts[2], quotes=posts[1]))
    thread = reader.thread(posts[0])
    assert thread.posts[3].quote
    assert thread.posts[3].quote.post
    assert reader.net.bill.posts == 4


@pytest.mark.parametrize("version", [0, 1, 2])
def test_an_edited_post_is_one_post_whichever_version_is_asked_for(reader: Reader, version: int) -> None:
    world = reader.net.world
    posts = chain(reader, 2)
    world.edit(posts[1], "Second version")
    third = world.post(posts[0].by, "Answers the second version", to=posts[1])
    world.edit(posts[1], "Third version", minutes=9)
    thread = reader.thread(posts[1].ids[version])
    assert texts(thread) == [posts[0].text, "Third version", third.text]
    edited = thread.posts[1]
    assert (edited.ref.id, edited.version) == (posts[1].ids[0], posts[1].ids[2])
    assert len(edited.revised) == 2
    assert edited.edited == edited.revised[-1]
    assert thread.completeness.state is Wholeness.WHOLE


def test_an_edited_first_post_is_found_by_the_older_id_that_its_answer_names(reader: Reader) -> None:
    posts = chain(reader, 3)
    reader.net.world.edit(posts[0], "New beginning")
    thread = reader.thread(posts[2])
    assert texts(thread) == ["New beginning", posts[1].text, posts[2].text]
    assert thread.ref.id == posts[0].ids[0]


def test_a_repost_leads_to_what_it_repeats(reader: Reader) -> None:
    posts = chain(reader, 3)
    again = reader.net.world.post(reader.net.world.person("bob"), "RT", reposts=posts[1])
    expect(reader.thread(again), posts)


@pytest.mark.parametrize(
    ("how", "error", "words"),
    [
        ({"protected": True}, RefusedError, "followers only"),
        ({"suspended": True}, AbsentError, "suspended"),
        (
            {"fields": {"withheld": {"country_codes": ["DE"], "scope": "user"}}},
            RefusedError,
            "in some countries",
        ),
    ],
)
def test_a_post_by_somebody_who_is_not_shown_is_refused_and_no_more_is_bought(
    reader: Reader, how: Any, error: type[Exception], words: str
) -> None:
    world = reader.net.world
    post = world.thread(world.person("anna", **how), 3)[1]
    with pytest.raises(error, match=words):
        reader.thread(post)
    assert len(reader.net.asked) == 1


def test_a_post_that_is_withheld_is_refused_with_the_reason(reader: Reader) -> None:
    (post,) = chain(reader, 1)
    post.fields["withheld"] = {"copyright": True, "country_codes": ["XX"]}
    with pytest.raises(RefusedError, match="claim of copyright"):
        reader.thread(post)


def test_a_withheld_post_inside_a_thread_is_a_gap(reader: Reader) -> None:
    posts = chain(reader, 3)
    posts[1].fields["withheld"] = {"copyright": False, "country_codes": ["TR"]}
    thread = reader.thread(posts[0])
    expect(thread, [posts[0], posts[2]])
    assert [gap.reason for gap in thread.gaps] == [Absence.HIDDEN]


def test_a_post_that_never_was_is_not_found(reader: Reader) -> None:
    with pytest.raises(AbsentError, match="no such post"):
        reader.thread("1")
    assert reader.net.bill.dollars == 0


def test_search_that_repeats_posts_makes_none_twice(reader: Reader) -> None:
    reader.net.repeats = True
    posts = chain(reader, 450)
    reader.net.limits["/2/tweets/search/all"] = 10_000
    thread = reader.thread(posts[0])
    assert len({post.ref for post in thread.posts}) == len(thread.posts)


def test_a_thread_that_is_still_being_written_is_not_called_whole(reader: Reader) -> None:
    posts = chain(reader, 3, at=reader.net.world.now - timedelta(minutes=2, seconds=5))
    thread = reader.thread(posts[2])
    expect(thread, posts)
    assert "newest posts" in thread.completeness.why
