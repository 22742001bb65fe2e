"""How few questions a thread costs, and what becomes of answers that are cut, false or missing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.networks.bluesky.paper import ACCOUNTS, ANNA, BOB, chain, network, post, uri
from tests.networks.bluesky.reading import read, unroll
from unroller.core.assemble import assemble
from unroller.core.errors import AbsentError, NetworkError, RefusedError, WireError
from unroller.core.model import Absence, Post, PostRef, Wholeness
from unroller.core.ports import Reply
from unroller.testing import PaperBluesky


@pytest.mark.parametrize(
    ("count", "place", "requests"),
    [
        (1, 0, 3),
        (12, 0, 5),
        (12, 11, 4),
        (25, 12, 5),
        (150, 0, 6),
        (150, 99, 6),
        (150, 149, 5),
        (1000, 0, 16),
    ],
)
def test_a_thread_costs_one_question_for_what_is_above_one_for_the_server_and_the_list(
    count: int, place: int, requests: int
) -> None:
    posts = chain(ANNA, count)
    paper = PaperBluesky(ACCOUNTS, posts)
    thread = unroll(network(paper), posts[place]["uri"])
    assert len(thread.posts) == count
    assert thread.completeness.state is Wholeness.WHOLE
    assert len(paper.asked) == requests


def test_a_handle_in_the_link_costs_no_question_more() -> None:
    posts = chain(ANNA, 3)
    paper = PaperBluesky(ACCOUNTS, posts)
    bluesky = network(paper)
    ref = bluesky.match(f"https://bsky.app/profile/Anna.example/post/{posts[2]['uri'][-13:]}")
    assert ref is not None
    assert bluesky.fetch(ref).focus.id == posts[2]["uri"]
    assert len(paper.asked) == 4


def test_where_an_account_lives_is_asked_once_an_hour() -> None:
    posts = chain(ANNA, 2)
    paper = PaperBluesky(ACCOUNTS, posts)
    bluesky = network(paper)
    for _ in range(3):
        bluesky.fetch(PostRef("bluesky", posts[0]["uri"]))
    assert paper.asked.count(ANNA) == 1


def test_replies_by_others_cost_nothing() -> None:
    posts = chain(ANNA, 5)
    noise = [post(BOB, 10 + number / 100, parent=posts[0]["uri"]) for number in range(2000)]
    paper = PaperBluesky(ACCOUNTS, [*posts, *noise])
    thread = unroll(network(paper), posts[0]["uri"])
    assert len(thread.posts) == 5
    assert len(paper.asked) == 5
    assert paper.received < 20_000


def test_a_server_that_shows_few_parents_is_asked_again_further_up() -> None:
    posts = chain(ANNA, 120)
    paper = PaperBluesky(ACCOUNTS, posts, parents=50)
    conversation = network(paper).fetch(PostRef("bluesky", posts[119]["uri"]))
    assert len(conversation.posts) == 120
    assert paper.asked.count("app.bsky.feed.getPostThread") == 3


def test_posts_that_answer_each_other_in_a_ring_end() -> None:
    a, b = uri(ANNA, 1), uri(ANNA, 2)
    paper = PaperBluesky(ACCOUNTS, [post(ANNA, 1, parent=b), post(ANNA, 2, parent=a)])
    assert len(unroll(network(paper), a).posts) == 2


def test_a_post_that_answers_itself_is_one_post() -> None:
    alone = uri(ANNA, 1)
    paper = PaperBluesky(ACCOUNTS, [post(ANNA, 1, parent=alone)])
    assert len(unroll(network(paper), alone).posts) == 1


def test_a_parent_in_another_conversation_is_climbed_to() -> None:
    posts = chain(ANNA, 3)
    odd = post(ANNA, 9, parent=posts[2]["uri"], root=uri(BOB, 0))
    paper = PaperBluesky(ACCOUNTS, [*posts, odd], parents=1)
    assert len(unroll(network(paper), odd["uri"]).posts) == 4


@pytest.mark.parametrize("place", [0, 1, 3, 4])
def test_what_stands_on_the_other_side_of_a_deleted_post_is_found(place: int) -> None:
    posts = chain(ANNA, 5)
    paper = PaperBluesky(ACCOUNTS, posts)
    paper.delete(posts[2]["uri"])
    thread = unroll(network(paper), posts[place]["uri"])
    assert len(thread.posts) == 4
    assert [gap.reason for gap in thread.gaps] == [Absence.DELETED]


def test_what_only_the_authors_own_list_names_is_not_public_and_its_words_stay_there() -> None:
    posts = chain(ANNA, 4)
    posts[1]["record"]["text"] = "Taken down"
    paper = PaperBluesky(ACCOUNTS, posts)
    paper.hidden.add(posts[1]["uri"])
    conversation = read(network(paper), posts[3]["uri"])
    assert [gap.reason for gap in assemble(conversation).gaps] == [Absence.NOT_PUBLIC]
    assert "Taken down" not in repr(conversation)


@pytest.mark.parametrize("down", ["plc", "com.atproto.repo.listRecords"])
def test_without_the_list_the_thread_is_climbed_down_ten_levels_at_a_time(down: str) -> None:
    posts = chain(ANNA, 45)
    branch = post(ANNA, 50, parent=posts[2]["uri"], root=posts[0]["uri"])
    paper = PaperBluesky(ACCOUNTS, [*posts, branch])
    paper.down.add(down)
    thread = unroll(network(paper), posts[0]["uri"])
    assert len(thread.posts) == 46
    assert thread.completeness.state is Wholeness.UNKNOWN
    assert "did not answer" in thread.completeness.why
    assert paper.asked.count("app.bsky.feed.getPostThread") == 6


def test_a_missing_parent_without_the_list_is_not_found_rather_than_deleted() -> None:
    posts = chain(ANNA, 3)
    paper = PaperBluesky(ACCOUNTS, posts)
    paper.delete(posts[1]["uri"])
    paper.down.add("plc")
    conversation = network(paper).fetch(PostRef("bluesky", posts[2]["uri"]))
    assert conversation.absent == {PostRef("bluesky", posts[1]["uri"]): Absence.NOT_FOUND}


def test_a_long_list_is_read_in_ten_pages_and_its_last_date_is_told() -> None:
    posts = chain(ANNA, 30)
    later = [post(ANNA, 40 + number) for number in range(1100)]
    last = post(ANNA, 5000, "A late addition", parent=posts[29]["uri"], root=posts[0]["uri"])
    paper = PaperBluesky(ACCOUNTS, [*posts, *later, last])
    conversation = read(network(paper), posts[0]["uri"])
    assert len(assemble(conversation).posts) == 31
    assert paper.asked.count("app.bsky.feed.getPostThread") == 3
    assert conversation.evidence.until is not None
    assert not conversation.evidence.exhaustive
    assert paper.asked.count("com.atproto.repo.listRecords") == 10


def test_the_post_that_a_thread_answers_comes_along_and_no_other() -> None:
    question = [*chain(BOB, 3)]
    posts = chain(ANNA, 3, start=10, parent=question[2]["uri"], root=question[0]["uri"])
    conversation = read(network(PaperBluesky(ACCOUNTS, [*question, *posts])), posts[2]["uri"])
    assert len(conversation.posts) == 4
    context = assemble(conversation).context
    assert isinstance(context, Post)
    assert context.author.handle == "bob.example"


def test_posts_that_make_no_line_are_read_25_at_a_time_and_each_is_accounted_for() -> None:
    posts = chain(ANNA, 1)
    root = posts[0]["uri"]
    posts += [chain(ANNA, 1, start=n, parent=root, root=root)[0] for n in range(1, 60)]
    paper = PaperBluesky(ACCOUNTS, posts)
    bluesky = network(paper)
    conversation = bluesky.fetch(PostRef("bluesky", root))
    odd = [
        PostRef("bluesky", "at://bob.example/app.bsky.feed.post/x"),
        PostRef("mastodon", "https://a.example/1"),
    ]
    bluesky.read([*(PostRef("bluesky", one["uri"]) for one in posts), *odd], conversation)
    assert paper.asked.count("app.bsky.feed.getPosts") == 3
    assert [conversation.absent[ref] for ref in odd] == [Absence.NOT_FOUND] * 2


class Says:
    """A client that answers every question with the same thing."""

    def __init__(self, status: int, body: bytes) -> None:
        self.reply = Reply(status, {}, body)

    def request(self, method: str, url: str, **_: Any) -> Reply:
        return self.reply


FIRST = PostRef("bluesky", uri(ANNA, 0))


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"[]",
        b"{}",
        b'{"thread":null}',
        b'{"thread":{"post":7}}',
        b'{"thread":{"post":{}}}',
        b"[" * 100_000,
        b'{"thread":' + b'{"parent":' * 5000 + b"0" + b"}" * 5001,
    ],
)
def test_an_answer_of_another_shape_is_an_error_of_ours_to_put_right(body: bytes) -> None:
    with pytest.raises(WireError):
        network(Says(200, body)).fetch(FIRST)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "words"),
    [("AccountDeactivated", "deactivated"), ("AccountTakedown", "taken this account down")],
)
def test_a_lost_account_is_named_as_what_it_is(name: str, words: str) -> None:
    class Lost(PaperBluesky):
        def request(self, method: str, url: str, **how: Any) -> Reply:
            if url.endswith("getProfile"):
                return Reply(400, {}, b'{"error":"%s"}' % name.encode())
            return super().request(method, url, **how)

    with pytest.raises(AbsentError, match=words):
        network(Lost(ACCOUNTS, [])).fetch(FIRST)


def test_a_post_behind_a_block_is_refused() -> None:
    blocked = b'{"thread":{"$type":"app.bsky.feed.defs#blockedPost","blocked":true}}'
    with pytest.raises(RefusedError, match="block"):
        network(Says(200, blocked)).fetch(FIRST)  # type: ignore[arg-type]


def test_a_network_that_is_down_is_worth_another_try() -> None:
    paper = PaperBluesky(ACCOUNTS, chain(ANNA, 2))
    paper.down.add("app.bsky.feed.getPostThread")
    with pytest.raises(NetworkError):
        network(paper).fetch(FIRST)
