"""Mention → thread → page → reply, on a server with Mastodon's API."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from tests.flows.desk import BotDesk, Clock
from tests.testnet.mastodon import Person, Sent, Server
from unroller.config import Limits, Settings
from unroller.core.body import plain
from unroller.core.model import PostRef, Wholeness
from unroller.core.search import Wanted
from unroller.flows.library import Library, open_library
from unroller.flows.publish import publish
from unroller.store import CallState, Status

LINK = re.compile(r"https://unroll\.example/t/[a-z2-7]{12}")


@dataclass(slots=True)
class Desk(BotDesk[Sent]):
    """The bot at work on a server with Mastodon's API."""

    server: Server
    bot: Person
    library: Library
    clock: Clock
    people: dict[str, Person] = field(default_factory=dict)

    def person(self, name: str, **how: Any) -> Person:
        if name not in self.people:
            self.people[name] = self.server.account(name, **how)
        return self.people[name]

    def ref(self, sent: Sent) -> PostRef:
        return ref(sent)

    def replies(self, call: Sent) -> list[str]:
        return [words(status) for status in self.bot.replies_to(call)]

    def reply_of(self, call: Sent) -> Sent:
        (status,) = self.bot.replies_to(call)
        return Sent(status["id"], status["uri"])


def words(status: dict[str, Any]) -> str:
    return re.sub("<[^>]*>", "", status["content"].replace("<br />", "\n"))


def ref(sent: Sent) -> PostRef:
    return PostRef("mastodon", sent.uri)


def settings_for(bot: Person, data: Path, **more: Any) -> Settings:
    made = Settings(
        data=data,
        base_url="https://unroll.example",
        allow_addresses=(bot.server.pair,),
        limits=Limits(per_person_day=50, per_thread_day=50),
        networks={"mastodon": {"server": bot.server.base, "token": bot.token}},
    )
    return replace(made, **more)


@pytest.fixture
def open_desk(mastodon_net: Server, tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """Opens a desk with settings of the test's own."""
    with ExitStack() as stack:

        def make(**more: Any) -> Desk:
            clock, bot = Clock(), mastodon_net.account("unroll", bot=True)
            library = stack.enter_context(open_library(settings_for(bot, tmp_path, **more), clock=clock))
            return Desk(mastodon_net, bot, library, clock)

        yield make


@pytest.fixture
def desk(open_desk: Callable[..., Desk]) -> Desk:
    return open_desk()


def called(desk: Desk, by: str, about: Sent, words: str = "unroll", **more: Any) -> str:
    return desk.answer(desk.person(by).call_bot(desk.bot, words, reply_to=about, **more))


@pytest.mark.parametrize("position", [0, 3, 6])
def test_a_call_from_any_post_is_answered_with_the_whole_thread(desk: Desk, position: int) -> None:
    anna, bob = desk.person("anna"), desk.person("bob")
    posts = [anna.post("Post 1 about tides.")]
    for number in range(2, 8):
        bob.reply(posts[-1], f"Bob answers {number - 1}")
        posts.append(anna.reply(posts[-1], f"Post {number}."))
    call = desk.person("carol").call_bot(desk.bot, reply_to=posts[position])
    answer = desk.answer(call)
    assert f"by {anna.name}@" in answer
    assert ", 7 posts on one page:" in answer
    assert LINK.search(answer)
    saved = desk.saved(posts[0])
    assert saved.thread is not None
    assert [post.ref for post in saved.thread.posts] == [ref(post) for post in posts]
    assert saved.thread.completeness.state is not Wholeness.PARTIAL
    assert "Bob answers" not in desk.page(posts[0])
    (status,) = desk.bot.replies_to(call)
    assert [one["id"] for one in status["mentions"]] == [desk.person("carol").id]
    assert desk.library.store.catalogue.find(Wanted(), 10) == ()  # its author does not ask to be found


def test_a_thread_of_a_hundred_and_twenty_posts_is_whole(desk: Desk) -> None:
    posts = desk.person("anna").thread(f"Post {n}" for n in range(1, 121))
    assert "120 posts" in called(desk, "bob", posts[60])
    thread = desk.saved(posts[0]).thread
    assert thread is not None
    assert [plain(post.body) for post in thread.posts] == [f"Post {n}" for n in range(1, 121)]


def test_a_call_by_quote_or_with_a_link_means_that_thread_and_without_either_gets_help(desk: Desk) -> None:
    posts, carol = desk.person("anna").thread(["One", "Two"]), desk.person("carol")
    assert "2 posts" in desk.answer(carol.call_bot(desk.bot, quoted_status_id=posts[1].id))
    assert "2 posts" in desk.answer(carol.call_bot(desk.bot, f"unroll {posts[0].uri}"))
    assert "Answer any post" in desk.answer(carol.call_bot(desk.bot))


def test_a_call_under_a_comment_or_the_bots_own_answer_means_the_thread_above(desk: Desk) -> None:
    posts = desk.person("anna").thread(["One", "Two"])
    comment = desk.person("bob").reply(posts[1], "Well said!")
    first = desk.person("carol").call_bot(desk.bot, reply_to=comment)
    assert "2 posts" in desk.answer(first)
    second = desk.person("bob").call_bot(desk.bot, reply_to=desk.reply_of(first))
    assert "2 posts" in desk.answer(second)
    assert desk.ledger(second).thread == desk.ledger(first).thread == ref(posts[0])


def test_a_call_that_is_heard_again_is_answered_once(desk: Desk) -> None:
    posts = desk.person("anna").thread(["One", "Two"])
    call = desk.person("bob").call_bot(desk.bot, reply_to=posts[1])
    for _ in range(3):
        assert len(desk.answers(call)) == 1
    assert desk.hear() == 0


def test_a_second_call_gets_the_same_link_and_a_refresh_adds_what_came_later(desk: Desk) -> None:
    posts = desk.person("anna").thread(["One", "Two"])
    first = called(desk, "bob", posts[1])
    late = desk.person("anna").reply(posts[1], "Three")
    second = called(desk, "carol", posts[0])
    assert "already" in second
    third = called(desk, "bob", posts[0], "please refresh")
    assert "3 posts" in third
    assert LINK.findall(first) == LINK.findall(second) == LINK.findall(third)
    assert desk.saved(late).version == 2


@pytest.mark.parametrize("words", ["thanks", "I love unroll", "👍"])
def test_other_words_start_nothing(desk: Desk, words: str) -> None:
    posts = desk.person("anna").thread(["One", "Two"])
    call = desk.person("bob").call_bot(desk.bot, words, reply_to=posts[1])
    assert desk.answers(call) == []
    assert desk.library.store.ledger.load(ref(call)) is None


def test_the_bot_answers_neither_bots_nor_itself(desk: Desk) -> None:
    posts = desk.person("anna").thread(["One", "Two"])
    robot = desk.person("robot", bot=True)
    assert desk.answers(robot.call_bot(desk.bot, reply_to=posts[1])) == []
    assert desk.answers(desk.bot.call_bot(desk.bot, reply_to=posts[1])) == []


@pytest.mark.parametrize("visibility", ["private", "direct"])
def test_a_call_in_private_is_answered_in_private_and_publishes_nothing(desk: Desk, visibility: str) -> None:
    posts = desk.person("anna").thread(["One", "Two"])
    call = desk.person("bob").call_bot(desk.bot, reply_to=posts[1], visibility=visibility)
    assert "I publish nothing" in desk.answer(call)
    (status,) = desk.bot.replies_to(call)
    assert status["visibility"] == "direct"
    assert desk.library.store.threads.find(ref(posts[0])) is None
    first = called(desk, "carol", posts[0])
    desk.person("anna").reply(posts[1], "Three")
    again = called(desk, "bob", posts[1], "refresh", visibility=visibility)
    assert LINK.findall(first) == LINK.findall(again)
    assert desk.saved(posts[0]).version == 1


def test_a_post_that_is_not_public_reaches_no_page_and_no_store(desk: Desk, tmp_path: Path) -> None:
    anna = desk.person("anna")
    first = anna.post("Everybody may read this.")
    hidden = anna.reply(first, "Canary words for followers.", visibility="private")
    anna.reply(hidden, "And everybody this.")
    called(desk, "bob", first)
    assert "No page" in called(desk, "bob", hidden)
    assert "Canary" not in desk.page(first)
    kept = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert b"Canary" not in kept


# ------------------------------------------------------------------------------ authors who say no


def test_an_author_removes_the_page_by_a_reply_and_nobody_else_brings_it_back(desk: Desk) -> None:
    posts = desk.person("anna").thread(["Canary words", "Two"])
    called(desk, "bob", posts[1])
    assert "Only the author" in called(desk, "bob", posts[1], "remove")
    assert "Done" in called(desk, "anna", posts[1], "remove", visibility="direct")
    assert desk.saved(posts[0]).status is Status.REMOVED
    assert "No page" in called(desk, "bob", posts[0])
    assert "2 posts" in called(desk, "anna", posts[1])
    assert "2 posts" in called(desk, "bob", posts[1])


def test_opting_out_takes_down_own_pages_and_own_words_on_other_pages(desk: Desk) -> None:
    anna, bob = desk.person("anna"), desk.person("bob")
    quoted = bob.post("Words of Bob that will go.")
    first = anna.post("I quote Bob.", quoted_status_id=quoted.id)
    anna.reply(first, "And go on.")
    own = bob.thread(["Bob's own", "thread"])
    called(desk, "carol", first)
    called(desk, "carol", own[1])
    assert "Words of Bob" in desk.page(first)
    assert "Done" in called(desk, "bob", own[1], "optout")
    assert "Words of Bob" not in desk.page(first)
    assert desk.library.store.pages.load(desk.saved(own[0]).slug, "page.html") is None
    assert "asked not to be unrolled" in called(desk, "carol", own[1])
    assert "Welcome" in called(desk, "bob", own[1], "optin")
    assert "2 posts" in called(desk, "carol", own[1])


def test_an_author_who_keeps_bots_away_is_obeyed_unless_it_is_the_author_who_asks(desk: Desk) -> None:
    posts = desk.person("shy", note="I like the sea. #nobot").thread(["One", "Two"])
    assert "stay away" in called(desk, "bob", posts[1])
    assert "2 posts" in called(desk, "shy", posts[1])


def test_with_ask_first_the_author_is_called_and_says_yes(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(ask_first=True)
    posts = desk.person("anna").thread(["Canary words", "Two"])
    call = desk.person("bob").call_bot(desk.bot, reply_to=posts[1])
    assert f"@{desk.person('anna').name}, may this thread" in desk.answer(call)
    (status,) = desk.bot.replies_to(call)
    assert {one["id"] for one in status["mentions"]} == {desk.person(name).id for name in ("anna", "bob")}
    assert desk.saved(posts[0]).status is Status.PENDING
    question = desk.reply_of(call)
    assert "Only the author" in called(desk, "bob", question, "yes")
    assert "2 posts" in called(desk, "anna", question, "yes")
    assert desk.saved(posts[0]).status is Status.PUBLISHED


# ------------------------------------------------------------------------------ upkeep


def test_a_visit_after_an_hour_finds_edits_deletions_and_new_posts(desk: Desk) -> None:
    anna = desk.person("anna")
    posts = anna.thread(["One", "Two", "Three"])
    called(desk, "bob", posts[1])
    anna.edit(posts[0], "One, edited")
    anna.delete(posts[2])
    anna.reply(posts[1], "Four")
    desk.clock.on(hours=1, minutes=1)
    desk.work()
    page = desk.page(posts[0])
    assert "One, edited" in page
    assert "Four" in page
    assert "Three" not in page


def test_an_answer_is_taken_back_when_its_page_is_removed_while_it_is_on_its_way(desk: Desk) -> None:
    posts = desk.person("anna").thread(["One", "Two"])
    call = desk.person("bob").call_bot(desk.bot, reply_to=posts[1])
    assert LINK.search(desk.answer(call))
    assert "Done" in called(desk, "anna", posts[1], "remove")
    assert desk.bot.replies_to(call) == []


def test_a_call_that_was_deleted_before_its_answer_gets_none_and_is_not_tried_for_ever(desk: Desk) -> None:
    posts = desk.person("anna").thread(["One", "Two"])
    call = desk.person("bob").call_bot(desk.bot, reply_to=posts[1])
    desk.hear()
    desk.person("bob").delete(call)
    desk.work()
    assert desk.ledger(call).state is CallState.SILENT
    assert desk.library.store.tasks.get("answer", ref(call).id) is None


def test_a_pasted_link_gives_the_same_thread(desk: Desk) -> None:
    posts = desk.person("anna").thread(["One", "Two"])
    saved = publish(desk.library, desk.library.match(f"{posts[1].uri}?utm_source=x#y"))
    assert saved.thread is not None
    assert [post.ref for post in saved.thread.posts] == [ref(post) for post in posts]
