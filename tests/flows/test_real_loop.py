"""Mention → thread → page → reply, on the real network."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.flows.conftest import Desk, ref
from tests.testnet.bluesky import Account, Sent
from tests.testnet.records import link, mention
from unroller.core.body import plain
from unroller.core.model import PostRef, Wholeness
from unroller.core.search import Wanted
from unroller.flows.publish import publish
from unroller.flows.unroll import unroll
from unroller.store import CallState, Status

LINK = re.compile(r"unroll\.example/t/[a-z2-7]{12}")


def rich_thread(desk: Desk) -> list[Sent]:
    """Twelve posts by anna with all that a thread has, and other people's answers in between."""
    anna, bob = desk.person("anna"), desk.person("bob")
    quoted = bob.post("A remark by Bob that Anna will quote.")
    text = f"1/ A thread about tides with @{bob.handle}, example.com/a and more."
    facets = [
        mention(text, f"@{bob.handle}", bob.did),
        link(text, "example.com/a", "https://example.com/a?x=1"),
    ]
    posts = [anna.post(text, facets=facets)]
    posts.append(anna.reply(posts[-1], "2/ Pictures.", embed=anna.images("A blue rectangle", "")))
    quote = {"$type": "app.bsky.embed.record", "record": quoted.strong}
    posts.append(anna.reply(posts[-1], "3/ A quote.", embed=quote))
    for number in range(4, 13):
        answered = bob.reply(posts[-1], f"Bob answers {number - 1}")
        posts.append(anna.reply(posts[-1], f"{number}/ Post number {number}."))
        if number == 6:
            anna.reply(answered, "Anna answers Bob.")
    return posts


@pytest.mark.parametrize("position", [0, 5, 11])
@pytest.mark.parametrize("how", ["reply", "quote"])
def test_a_call_from_any_post_by_reply_or_by_quote_is_answered_with_the_whole_thread(
    desk: Desk, position: int, how: str
) -> None:
    posts, carol = rich_thread(desk), desk.person("carol")
    if how == "reply":
        call = carol.call_bot(desk.bot, reply_to=posts[position])
    else:
        embed = {"$type": "app.bsky.embed.record", "record": posts[position].strong}
        call = carol.call_bot(desk.bot, embed=embed)
    answer = desk.answer(call)
    anna = desk.person("anna")
    assert f"@{anna.handle}" in answer
    assert "12 posts" in answer
    assert LINK.search(answer)
    saved = desk.saved(posts[0])
    assert saved.thread is not None
    assert [post.ref for post in saved.thread.posts] == [ref(post) for post in posts]
    assert saved.thread.completeness.state is Wholeness.WHOLE
    page = desk.page(posts[0])
    for words in ("12 of 12 posts", "A blue rectangle", "A remark by Bob", "https://example.com/a?x=1"):
        assert words in page
    assert "Bob answers" not in page
    assert page.count(f"/t/{saved.slug}/media/") >= 2
    assert desk.network.appview not in page
    assert page.count("Post number 7.") >= 1
    (entry,) = desk.library.store.catalogue.find(Wanted(), 10)
    assert entry.slug == saved.slug


def test_the_answer_is_a_reply_with_a_link_and_a_card_that_leads_to_the_page(desk: Desk) -> None:
    posts = desk.person("anna").thread(f"Post {n}" for n in range(1, 4))
    call = desk.person("bob").call_bot(desk.bot, reply_to=posts[1])
    desk.answer(call)
    (record,) = desk.bot.replies_to(call)
    value = record["value"]
    url = f"https://unroll.example/t/{desk.saved(posts[0]).slug}"
    assert value["reply"]["root"]["uri"] == posts[0].uri
    assert value["reply"]["parent"] == call.strong
    (facet,) = [f for f in value["facets"] if f["features"][0]["$type"].endswith("#link")]
    assert facet["features"][0]["uri"] == url
    external = value["embed"]["external"]
    assert (external["uri"], external["title"]) == (url, "Post 1")
    assert external["thumb"]["mimeType"] == "image/png"


def test_a_thread_of_a_hundred_and_twenty_posts_is_whole(desk: Desk) -> None:
    posts = desk.person("anna").thread(f"Post {n}" for n in range(1, 121))
    answer = desk.answer(desk.person("bob").call_bot(desk.bot, reply_to=posts[60]))
    assert "120 posts" in answer
    thread = desk.saved(posts[0]).thread
    assert thread is not None
    assert [plain(post.body) for post in thread.posts] == [f"Post {n}" for n in range(1, 121)]
    assert thread.completeness.expected == 120


def test_the_pasted_link_and_the_command_line_give_the_same_thread(desk: Desk) -> None:
    anna = desk.person("anna")
    posts = anna.thread(["One", "Two"])
    desk.network.settle()
    shared = f"https://bsky.app/profile/{anna.handle}/post/{posts[1].rkey}?ref_src=embed#x"
    thread, _ = unroll(desk.library, shared)
    saved = publish(desk.library, desk.library.match(shared))
    assert saved.thread is not None
    assert saved.thread.posts == thread.posts
    assert saved.ref == ref(posts[0])


def test_a_call_under_a_comment_means_the_thread_above_it(desk: Desk) -> None:
    posts = desk.person("anna").thread(["One", "Two"])
    comment = desk.person("bob").reply(posts[1], "Well said!")
    call = desk.person("carol").call_bot(desk.bot, reply_to=comment)
    assert "2 posts" in desk.answer(call)
    assert desk.ledger(call).thread == ref(posts[0])


def test_a_call_under_the_bots_own_answer_means_the_same_thread(desk: Desk) -> None:
    posts = desk.person("anna").thread(["One", "Two"])
    first = desk.person("bob").call_bot(desk.bot, reply_to=posts[1])
    desk.answer(first)
    (answer,) = desk.bot.replies_to(first)
    sent = Sent(answer["uri"], answer["cid"], answer["value"]["reply"]["root"])
    second = desk.person("carol").call_bot(desk.bot, reply_to=sent)
    assert LINK.search(desk.answer(second))
    assert desk.ledger(second).thread == ref(posts[0])


def test_a_call_without_a_parent_takes_the_link_in_it_or_gets_help(desk: Desk) -> None:
    anna, carol = desk.person("anna"), desk.person("carol")
    posts = anna.thread(["One", "Two"])
    url = f"https://bsky.app/profile/{anna.handle}/post/{posts[1].rkey}"
    text = f"@{desk.bot.handle} unroll {url}"
    facets = [mention(text, f"@{desk.bot.handle}", desk.bot.did), link(text, url, url)]
    assert "2 posts" in desk.answer(carol.post(text, facets=facets))
    assert "Answer any post" in desk.answer(carol.call_bot(desk.bot))


@pytest.mark.parametrize("words", ["thanks", "I love unroll", "👍"])
def test_other_words_start_nothing(desk: Desk, words: str) -> None:
    posts = desk.person("anna").thread(["One", "Two"])
    call = desk.person("bob").call_bot(desk.bot, words, reply_to=posts[1])
    assert desk.answers(call) == []
    assert desk.library.store.ledger.load(ref(call)) is None


def test_a_bare_mention_is_a_call_under_a_thread_and_none_under_the_bots_own_answer(desk: Desk) -> None:
    posts = desk.person("anna").thread(["One", "Two"])
    call = desk.person("bob").call_bot(desk.bot, "", reply_to=posts[1])
    assert "2 posts" in desk.answer(call)
    (answer,) = desk.bot.replies_to(call)
    sent = Sent(answer["uri"], answer["cid"], answer["value"]["reply"]["root"])
    assert desk.answers(desk.person("bob").call_bot(desk.bot, "", reply_to=sent)) == []


def test_a_mention_that_the_network_repeats_is_answered_once(desk: Desk) -> None:
    posts = desk.person("anna").thread(["One", "Two"])
    call = desk.person("bob").call_bot(desk.bot, reply_to=posts[1])
    for _ in range(3):
        assert len(desk.answers(call)) == 1
    assert desk.hear() == 0


def test_a_second_call_gets_the_same_link_and_a_refresh_adds_what_came_later(desk: Desk) -> None:
    anna, bob = desk.person("anna"), desk.person("bob")
    posts = anna.thread(["One", "Two"])
    first = desk.answer(bob.call_bot(desk.bot, reply_to=posts[1]))
    late = anna.reply(posts[1], "Three")
    second = desk.answer(bob.call_bot(desk.bot, reply_to=posts[0]))
    assert LINK.findall(first) == LINK.findall(second)
    assert "already" in second
    third = desk.answer(bob.call_bot(desk.bot, "please refresh", reply_to=posts[0]))
    assert "3 posts" in third
    assert LINK.findall(first) == LINK.findall(third)
    assert desk.saved(late).version == 2


def test_a_single_post_is_published_as_one_and_said_to_be_one(desk: Desk) -> None:
    post = desk.person("anna").post("All alone.")
    assert "single post" in desk.answer(desk.person("bob").call_bot(desk.bot, reply_to=post))


def test_the_bot_answers_neither_bots_nor_itself(desk: Desk) -> None:
    robot = desk.person("robot", labels=["bot"])
    posts = desk.person("anna").thread(["One", "Two"])
    assert desk.answers(robot.call_bot(desk.bot, reply_to=posts[1])) == []
    assert desk.answers(desk.bot.call_bot(desk.bot, reply_to=posts[1])) == []


def test_the_limit_for_one_person_is_told_once_and_then_kept_in_silence(
    open_desk: Callable[..., Desk],
) -> None:
    from unroller.config import Limits

    desk = open_desk(limits=Limits(per_person_day=2))
    bob = desk.person("bob")
    threads = [desk.person("anna").thread([f"One {n}", "Two"]) for n in range(4)]
    calls = [bob.call_bot(desk.bot, reply_to=posts[1]) for posts in threads]
    desk.answers(calls[0])
    said = [text for call in calls for text in desk.answers(call)]
    assert sum("2 posts" in text for text in said) == 2
    assert sum("tomorrow" in text for text in said) == 1
    assert len(said) == 3


# ------------------------------------------------------------------------------ authors who say no


def called(desk: Desk, by: Account, about: Sent, words: str = "unroll") -> str:
    return desk.answer(by.call_bot(desk.bot, words, reply_to=about))


def test_an_author_removes_the_page_by_a_reply_and_nobody_else_brings_it_back(desk: Desk) -> None:
    anna, bob = desk.person("anna"), desk.person("bob")
    posts = anna.thread(["Canary words", "Two"])
    other = desk.person("dora").thread(["Other", "Thread"])
    called(desk, bob, posts[1])
    called(desk, bob, other[1])
    slug = desk.saved(posts[0]).slug
    assert slug in desk.page(other[0])
    assert "Only the author" in called(desk, bob, posts[1], "remove")
    assert "Done" in called(desk, anna, posts[1], "remove")
    gone = desk.library.store.threads.load(slug)
    assert gone is not None
    assert (gone.status, gone.thread) == (Status.REMOVED, None)
    assert desk.library.store.pages.load(slug, "page.html") is None
    assert slug not in desk.page(other[0])
    assert desk.library.store.catalogue.find(Wanted(), 10)[0].slug == desk.saved(other[0]).slug
    assert "No page" in called(desk, bob, posts[0])
    assert "No page" in called(desk, bob, posts[1])
    assert "2 posts" in called(desk, anna, posts[1])
    assert "2 posts" in called(desk, bob, posts[1])


def test_an_author_removes_by_answering_the_bots_answer(desk: Desk) -> None:
    anna, bob = desk.person("anna"), desk.person("bob")
    posts = anna.thread(["One", "Two"])
    call = bob.call_bot(desk.bot, reply_to=posts[1])
    desk.answer(call)
    (answer,) = desk.bot.replies_to(call)
    sent = Sent(answer["uri"], answer["cid"], answer["value"]["reply"]["root"])
    assert "Done" in called(desk, anna, sent, "remove")
    assert desk.saved(posts[0]).status is Status.REMOVED


def test_opting_out_takes_down_own_pages_and_own_words_on_other_pages(desk: Desk) -> None:
    anna, bob, carol = desk.person("anna"), desk.person("bob"), desk.person("carol")
    quoted = bob.post("Words of Bob that will go.")
    first = anna.quote(quoted, "I quote Bob.")
    anna.reply(first, "And go on.")
    own = bob.thread(["Bob's own", "thread"])
    called(desk, carol, first)
    called(desk, carol, own[1])
    assert "Words of Bob" in desk.page(first)
    assert "Done" in called(desk, bob, own[1], "optout")
    assert "Words of Bob" not in desk.page(first)
    assert desk.library.store.pages.load(desk.saved(own[0]).slug, "page.html") is None
    assert "asked not to be unrolled" in called(desk, carol, own[1])
    assert "Welcome" in called(desk, bob, own[1], "optin")
    assert "2 posts" in called(desk, carol, own[1])


def test_a_quoted_author_who_said_no_is_a_gap_without_text_name_or_picture(desk: Desk) -> None:
    shy = desk.person("shy", labels=["!no-unauthenticated"])
    quoted = shy.post("Words of somebody shy.")
    first = desk.person("anna").quote(quoted, "I quote somebody.")
    desk.person("anna").reply(first, "And go on.")
    called(desk, desk.person("bob"), first)
    page = desk.page(first)
    for secret in ("Words of somebody shy", shy.handle, "Shy"):
        assert secret not in page


def test_an_author_for_logged_in_readers_only_is_refused_in_words(desk: Desk) -> None:
    shy = desk.person("shy", labels=["!no-unauthenticated"])
    posts = shy.thread(["One", "Two"])
    assert "logged-in" in called(desk, desk.person("bob"), posts[1])
    assert desk.library.store.threads.find(ref(posts[0])) is None


def test_with_ask_first_nothing_is_kept_until_the_author_says_yes(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(ask_first=True)
    anna, bob = desk.person("anna"), desk.person("bob")
    posts = anna.thread(["Canary words", "Two"])
    call = bob.call_bot(desk.bot, reply_to=posts[1])
    question = desk.answer(call)
    assert question.startswith(f"@{anna.handle}")
    (record,) = desk.bot.replies_to(call)
    assert any(f["features"][0].get("did") == anna.did for f in record["value"]["facets"])
    assert desk.saved(posts[0]).status is Status.PENDING
    assert desk.saved(posts[0]).thread is None
    sent = Sent(record["uri"], record["cid"], record["value"]["reply"]["root"])
    assert "Only the author" in called(desk, bob, sent, "yes")
    assert "2 posts" in called(desk, anna, sent, "yes")
    assert desk.saved(posts[0]).status is Status.PUBLISHED


def test_pages_expire_when_the_operator_says_so(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(expires=3, recheck=())
    posts = desk.person("anna").thread(["One", "Two"])
    called(desk, desk.person("bob"), posts[1])
    desk.clock.on(days=2)
    desk.work()
    assert desk.saved(posts[0]).status is Status.PUBLISHED
    desk.clock.on(days=2)
    desk.work()
    assert desk.saved(posts[0]).status is Status.EXPIRED


# ------------------------------------------------------------------------------ upkeep


def test_a_visit_after_an_hour_finds_edits_deletions_and_new_posts(desk: Desk) -> None:
    anna = desk.person("anna")
    posts = anna.thread(["One", "Two", "Three"])
    called(desk, desk.person("bob"), posts[1])
    anna.edit(posts[0], "One, edited")
    anna.delete(posts[2])
    anna.reply(posts[1], "Four")
    desk.network.settle()
    desk.work()
    assert "One, edited" not in desk.page(posts[0])
    desk.clock.on(hours=1, minutes=1)
    desk.work()
    page = desk.page(posts[0])
    assert "One, edited" in page
    assert "Four" in page
    assert "Three" not in page
    saved = desk.saved(posts[0])
    assert saved.version == 2
    assert all(b"Three" not in content for _, _, content in desk.library.store.threads.versions(saved.slug))


@pytest.mark.parametrize("change", ["deactivated", "shy", "all deleted", "hidden"])
def test_a_visit_withdraws_what_its_source_no_longer_shows(desk: Desk, change: str) -> None:
    anna = desk.person("anna")
    posts = anna.thread(["One", "Two"])
    called(desk, desk.person("bob"), posts[1])
    slug = desk.saved(posts[0]).slug
    if change == "deactivated":
        anna.deactivate()
    elif change == "shy":
        anna.write_profile(labels=["!no-unauthenticated"])
    elif change == "hidden":
        desk.network.label(anna.did, "!hide")
    else:
        for post in posts:
            anna.delete(post)
    desk.network.settle()
    desk.clock.on(hours=1, minutes=1)
    desk.work()
    gone = desk.library.store.threads.load(slug)
    assert gone is not None
    assert (gone.status, gone.thread) == (Status.WITHDRAWN, None)
    assert desk.library.store.pages.load(slug, "page.html") is None


def test_the_ledger_says_how_each_call_ended(desk: Desk) -> None:
    posts = desk.person("anna").thread(["One", "Two"])
    call = desk.person("bob").call_bot(desk.bot, reply_to=posts[1])
    desk.answer(call)
    kept = desk.ledger(call)
    assert (kept.state, kept.outcome, kept.reply) == (CallState.ANSWERED, "published", None)
    assert kept.thread == PostRef("bluesky", posts[0].uri)
