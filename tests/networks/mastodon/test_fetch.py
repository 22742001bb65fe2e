"""Threads from servers with the limits and quirks of the real ones."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.networks.mastodon.reader import Reader, posts, ref, texts
from tests.testnet.fediverse import BEGAN, Account, Fediverse, Host, Status
from tests.testnet.fediverse_http import said
from unroller.core.assemble import assemble
from unroller.core.errors import AbsentError, NetworkError, RefusedError, UnrollerError
from unroller.core.model import Absence, Gap, Post

pytestmark = pytest.mark.real

DELETED = "this server does not tell of deleted posts"


def at(home: Host, what: str) -> str:
    """Where the API of `home` has something."""
    return f"/api/v1/{what}"


# ----------------------------------------------------------------------------------------- whole threads


@pytest.mark.parametrize("token", [False, True], ids=["a stranger", "with a token"])
@pytest.mark.parametrize("position", [1, 50, 100])
def test_100_posts_are_whole_from_wherever(
    world: Fediverse,
    home: Host,
    anna: Account,
    position: int,
    token: bool,
) -> None:
    line = anna.thread(posts(100))
    thread = Reader(world, home if token else None).thread(line[position - 1])
    assert texts(thread) == posts(100)
    assert thread.ref == ref(line[0])
    assert thread.author.id == anna.uri


@pytest.mark.parametrize(("position", "most", "with_token"), [(1, 6, 6), (75, 8, 7), (150, 10, 7)])
def test_150_posts_cost_few_requests(
    world: Fediverse, home: Host, anna: Account, position: int, most: int, with_token: int
) -> None:
    line = anna.thread(posts(150))
    for own, allowed in ((None, most), (home, with_token)):
        reader = Reader(world, own)
        assert texts(reader.thread(line[position - 1])) == posts(150)
        assert reader.requests == allowed
        assert reader.received < 500_000


@pytest.mark.parametrize("position", [1, 60, 130])
def test_without_the_authors_list_contexts_are_asked_again_at_their_tips(
    home: Host, anna: Account, reader: Reader, position: int
) -> None:
    line = anna.thread(posts(130))
    anna.thread(["Aside 1", "Aside 2"], line[100])
    home.answers[at(home, f"accounts/{anna.id}/statuses")] = said({"error": "No"}, 403)
    thread = reader.thread(line[position - 1])
    assert texts(thread) == [*posts(130), "Aside 1", "Aside 2"]
    assert thread.completeness.why == f"{DELETED}; the author's own server keeps its lists to itself"


def test_an_author_who_wrote_very_much_is_read_so_far_and_the_page_says_until_when(
    home: Host, anna: Account, reader: Reader
) -> None:
    home.page = 5
    line = anna.thread(posts(80))
    thread = reader.thread(line[0])
    assert texts(thread) == posts(80)
    assert thread.completeness.why == f"{DELETED}; not known to be complete after 2026-03-01"


def test_what_others_wrote_is_told_by_their_own_servers(
    world: Fediverse, anna: Account, reader: Reader
) -> None:
    bob = world.host().account("bob")
    asked = bob.post("What do you think?")
    line = anna.thread(posts(2), asked)
    row = anna.host.row_of(asked)
    assert row
    forged = anna.host.show(asked) | {"content": "<p>Forged</p>"}
    anna.host.answers[at(anna.host, f"statuses/{row.id}")] = said(forged)
    context = reader.thread(line[1]).context
    assert isinstance(context, Post)
    assert context.body[0].text == "What do you think?"


def test_a_run_below_a_reply_whose_server_is_silent_is_shown_all_the_same(
    world: Fediverse, anna: Account, reader: Reader
) -> None:
    away = world.host()
    line = anna.thread(posts(2))
    anna.thread(["On 1", "On 2"], away.account("bob").post("Go on!", line[1]))
    away.down = True
    (aside,) = reader.thread(line[0]).elsewhere
    assert isinstance(aside.under, Gap)
    assert aside.under.reason is Absence.NOT_FETCHED
    assert [post.body[0].text for post in aside.posts] == ["On 1", "On 2"]


def test_a_run_far_below_other_people_is_found(world: Fediverse, anna: Account, reader: Reader) -> None:
    bob, carol = world.host().account("bob"), anna.host.account("carol")
    line = anna.thread(posts(2))
    deep = bob.post("Three", carol.post("Two", bob.post("One", line[1])))
    anna.thread(["On 1", "On 2"], deep)
    anna.thread(["Elsewhere 1", "Elsewhere 2"], bob.post("Another conversation"))
    thread = reader.thread(line[0])
    assert texts(thread) == posts(2)
    assert [[post.body[0].text for post in aside.posts] for aside in thread.elsewhere] == [["On 1", "On 2"]]


def test_array_order_says_nothing(home: Host, anna: Account, reader: Reader) -> None:
    line = anna.thread(posts(6))
    rows = [home.show(post) for post in line]
    home.answers[at(home, f"statuses/{line[5].id}/context")] = said(
        {"ancestors": [rows[1], rows[4], rows[0], rows[3], rows[2]], "descendants": []}
    )
    assert texts(reader.thread(line[5])) == posts(6)


# --------------------------------------------------------------------------------------- deleted parents


def test_two_posts_deleted_leave_two_gaps(home: Host, anna: Account, reader: Reader) -> None:
    line = anna.thread(posts(9))
    home.delete(line[2])
    home.delete(line[5])
    for position in (0, 4, 8):
        thread = reader.thread(line[position])
        assert texts(thread) == ["Post 1", "Post 2", "Post 4", "Post 5", "Post 7", "Post 8", "Post 9"]
        assert [gap.after for gap in thread.gaps] == [ref(line[1]), ref(line[4])]


def test_another_thread_whose_beginning_was_deleted_is_not_mixed_in(
    home: Host, anna: Account, reader: Reader
) -> None:
    line, other = anna.thread(posts(3)), anna.thread(["Other 1", "Other 2", "Other 3"])
    home.delete(other[0])
    thread = reader.thread(line[0])
    assert texts(thread) == posts(3)
    assert thread.gaps == ()
    assert thread.completeness.why == DELETED


def test_a_thread_whose_beginning_was_deleted_begins_with_a_gap(
    home: Host, anna: Account, reader: Reader
) -> None:
    anna.post("Something else")
    line = anna.thread(posts(4))
    home.delete(line[0])
    thread = reader.thread(line[2])
    assert texts(thread) == posts(3, 2)
    assert [(gap.reason, gap.after) for gap in thread.gaps] == [(Absence.DELETED, None)]
    assert reader.thread(line[3]).ref == thread.ref


def test_a_deleted_post_in_a_thread_begun_as_an_answer_leaves_posts_whose_place_is_not_known(
    world: Fediverse, home: Host, anna: Account, reader: Reader
) -> None:
    line = anna.thread(posts(5), world.host().account("bob").post("What do you think?"))
    home.delete(line[2])
    thread = reader.thread(line[0])
    assert texts(thread) == posts(2)
    (stray,) = thread.elsewhere
    assert [post.body[0].text for post in stray.posts] == ["Post 4", "Post 5"]
    assert "2 posts below a missing one, whose place is not known" in thread.completeness.why


def test_an_answer_to_somebodys_deleted_reply_is_no_part_of_the_thread(
    home: Host, anna: Account, reader: Reader
) -> None:
    line = anna.thread(posts(3))
    reply = home.account("carol").post("A reply", line[1])
    anna.post("An answer", reply)
    home.delete(reply)
    thread = reader.thread(line[0])
    assert texts(thread) == posts(3)
    assert thread.gaps == ()


def test_where_conversations_have_no_name_the_page_says_what_it_cannot_know(
    home: Host, anna: Account, reader: Reader
) -> None:
    home.has_objects = False
    line = anna.thread(posts(5))
    home.delete(line[2])
    thread = reader.thread(line[0])
    assert texts(thread) == posts(2)
    assert thread.completeness.why == f"{DELETED}; one post that answered a deleted one may belong here"


def test_signs_of_deletion_are_followed_up_ten_times_at_most(
    home: Host, anna: Account, reader: Reader
) -> None:
    line = anna.thread(posts(2))
    for number in range(30):
        first, _ = anna.thread([f"Other {number}", f"More {number}"])
        home.delete(first)
    thread = reader.thread(line[0])
    assert reader.requests <= 2 + 3 + 10
    assert thread.completeness.why == f"{DELETED}; 21 posts that answered a deleted one may belong here"


# ------------------------------------------------------------------------------------------------- edits


def test_edits_tell_their_times(home: Host, anna: Account, reader: Reader) -> None:
    line = anna.thread(posts(2))
    first, second = BEGAN + timedelta(hours=1), BEGAN + timedelta(hours=2)
    home.edit(line[1], "Post 2, better", first, second)
    thread = reader.thread(line[0])
    assert texts(thread) == ["Post 1", "Post 2, better"]
    assert thread.posts[0].revised == ()
    assert thread.posts[1].revised == (first, second)
    assert thread.posts[1].edited == second


def test_no_more_than_five_histories_are_asked_for(home: Host, anna: Account, reader: Reader) -> None:
    line = anna.thread(posts(9))
    for post in line:
        home.edit(post, "Changed", BEGAN + timedelta(hours=1))
    reader.thread(line[0])
    assert len([path for path in home.paths() if path.endswith("/history")]) == 5


# -------------------------------------------------------------------------------------- what is not public

SECRET = "for friends alone"


@pytest.mark.parametrize("visibility", ["private", "direct"])
def test_a_post_for_some_is_refused_even_where_the_bot_may_see_it(
    world: Fediverse, home: Host, anna: Account, visibility: str, caplog: pytest.LogCaptureFixture
) -> None:
    post = anna.post(SECRET, visibility=visibility)
    with caplog.at_level(logging.DEBUG), pytest.raises(RefusedError, match="is not public") as refused:
        Reader(world, home).thread(post)
    with pytest.raises(AbsentError) as absent:
        Reader(world).thread(post)
    for told in (caplog.text, refused.value.words, absent.value.words):
        assert SECRET not in told


def test_a_post_for_some_in_the_middle_is_a_gap_that_keeps_no_word(
    world: Fediverse, home: Host, anna: Account
) -> None:
    first = anna.post("Post 1")
    hidden = anna.post(SECRET, first, visibility="private")
    anna.post("Post 3", hidden)
    conversation = Reader(world, home).conversation(first)
    thread = assemble(conversation)
    assert texts(thread) == ["Post 1", "Post 3"]
    assert [gap.reason for gap in thread.gaps] == [Absence.NOT_PUBLIC]
    assert SECRET not in repr(conversation)


def test_what_a_post_for_some_quotes_or_answers_shows_none_of_it(
    world: Fediverse, home: Host, anna: Account
) -> None:
    bob = home.account("bob")
    hidden = bob.post(SECRET, visibility="private")
    quote = {"state": "accepted", "quoted_status": home.show(hidden)}
    line = [anna.post("Post 1", hidden, quote=quote)]
    conversation = Reader(world, home).conversation(line[0])
    assert isinstance(context := assemble(conversation).context, Gap)
    assert context.reason is Absence.NOT_PUBLIC
    assert SECRET not in repr(conversation)


# ------------------------------------------------------------------------------------------------- faults


def test_a_post_that_is_gone_is_absent(home: Host, anna: Account, reader: Reader) -> None:
    post = anna.post("Post 1")
    home.delete(post)
    with pytest.raises(AbsentError, match="was deleted, is not public, or never was"):
        reader.thread(post)


@pytest.mark.parametrize("tells_when", [True, False])
def test_a_server_with_enough_of_us_is_left_alone(world: Fediverse, tells_when: bool) -> None:
    home = world.host(requests=0, tells_when=tells_when)
    post = home.account("anna").post("Post 1")
    with pytest.raises(NetworkError) as error:
        Reader(world).thread(post)
    assert error.value.retry_after
    assert 50 < error.value.retry_after <= 300
    assert len(home.log) == 1


def test_the_stricter_limit_for_lists_leaves_a_thread_with_a_doubt(world: Fediverse) -> None:
    home = world.host(paged_requests=2)
    line = home.account("anna").thread(posts(150))
    thread = Reader(world).thread(line[0])
    assert len(thread.posts) >= 80
    assert thread.completeness.why.startswith(f"{DELETED}; not known to be complete after")


def test_a_server_in_trouble_is_a_network_error(home: Host, anna: Account, reader: Reader) -> None:
    post = anna.post("Post 1")
    home.down = True
    with pytest.raises(NetworkError, match="trouble of its own"):
        reader.thread(post)


SPOILT: list[object] = [
    None,
    7,
    "text",
    [],
    {},
    {"id": "1"},
    {"id": "../../etc", "uri": "https://social.example/1"},
    {"id": "1", "uri": "http://[", "account": {}},
    {"id": "1", "uri": 7, "account": [1, 2]},
    [[[]]],
    [None, {"id": None}, {"id": "1", "account": {"id": {}}}],
    {"ancestors": {}, "descendants": None},
    {"ancestors": [None, 3], "descendants": ["x", {"id": "5"}]},
]


@pytest.mark.parametrize("spoilt", SPOILT, ids=repr)
def test_nonsense_is_never_more_than_an_error_of_ours(
    home: Host, anna: Account, reader: Reader, spoilt: object
) -> None:
    line = anna.thread(posts(3))
    for what in (f"statuses/{line[2].id}/context", f"accounts/{anna.id}/statuses"):
        home.answers[at(home, what)] = said(spoilt)
        assert "Post 3" in texts(reader.thread(line[2]))
    home.answers[at(home, f"statuses/{line[2].id}")] = said(spoilt)
    home.has_objects = False
    with pytest.raises(UnrollerError):
        reader.thread(line[2])


@pytest.mark.parametrize("body", [b"", b"{", b"<html>", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_json_is_never_more_than_an_error_of_ours(
    home: Host, anna: Account, reader: Reader, body: bytes
) -> None:
    line = anna.thread(posts(2))
    kind = {"content-type": "application/json"}
    home.answers[at(home, f"accounts/{anna.id}/statuses")] = (200, kind, body)
    assert texts(reader.thread(line[0])) == posts(2)
    home.answers[at(home, f"statuses/{line[0].id}")] = (200, kind, body)
    assert texts(reader.thread(line[0])), "the object tells what the API does not"


def test_posts_in_a_ring_end_in_a_thread(home: Host, anna: Account, reader: Reader) -> None:
    line = anna.thread(posts(3))
    home.rows[line[0].id].parent = line[2].id
    assert sorted(texts(reader.thread(line[1]))) == posts(3)


def test_a_list_that_goes_back_in_time_is_left(home: Host, anna: Account, reader: Reader) -> None:
    early = anna.post("Early")
    line = anna.thread(posts(3))
    home.answers[at(home, f"accounts/{anna.id}/statuses")] = said([home.show(early)])
    thread = reader.thread(line[0])
    assert texts(thread) == posts(3)
    assert "gave a list that makes no sense" in thread.completeness.why


def test_a_list_of_somebody_else_is_not_mixed_in(home: Host, anna: Account, reader: Reader) -> None:
    eve = home.account("eve")
    line = anna.thread(posts(2))
    forged = home.show(eve.post("Post 3", line[1]))
    home.answers[at(home, f"accounts/{anna.id}/statuses")] = said([forged])
    assert texts(reader.thread(line[0])) == posts(2)


def test_a_thread_of_thousands_by_one_author_costs_a_bounded_number_of_requests(
    home: Host, anna: Account, reader: Reader
) -> None:
    line = anna.thread(posts(900))
    thread = reader.thread(line[0])
    assert len(thread.posts) >= 400
    assert reader.requests < 120


def test_a_record_holds_the_post_and_nothing_about_whoever_asked(
    world: Fediverse, home: Host, anna: Account
) -> None:
    extra: dict[str, Any] = {"favourited": True, "bookmarked": False, "quote": {"state": "pending"}}
    post: Status = anna.post("Post 1", created=datetime(2026, 3, 1, tzinfo=UTC), **extra)
    (record,) = Reader(world, home).conversation(post).records.values()
    assert b"Post 1" in record
    for word in (b"favourited", b"bookmarked", b"quote", b"display_name"):
        assert word not in record
