"""Whole threads from the real network, whose AppView shows ten levels of replies and no more."""

from __future__ import annotations

import pytest

from tests.networks.bluesky.reader import Reader, ref, texts
from tests.testnet import records
from tests.testnet.bluesky import Account, Network, Sent
from unroller.core.assemble import assemble
from unroller.core.errors import AbsentError
from unroller.core.model import Absence, Gap, Label, Post, Signal, Wholeness
from unroller.networks.bluesky import listing


def numbered(count: int) -> list[str]:
    return [f"Post {number} of {count}" for number in range(1, count + 1)]


@pytest.fixture(scope="module")
def long_thread(bluesky_net: Network) -> tuple[Account, list[Sent]]:
    author, other = bluesky_net.account("long"), bluesky_net.account("other")
    sent = author.thread(numbered(150))
    for place in (0, 3, 70, 149):
        other.reply(sent[place], "Well said")
    bluesky_net.settle()
    return author, sent


@pytest.mark.parametrize("place", [0, 99, 149])
def test_150_posts_come_whole_from_any_of_them_in_16_requests(
    long_thread: tuple[Account, list[Sent]], reader: Reader, place: int
) -> None:
    author, sent = long_thread
    thread = reader.thread(f"https://bsky.app/profile/{author.handle}/post/{sent[place].rkey}")
    assert texts(thread) == numbered(150)
    assert thread.completeness.state is Wholeness.WHOLE
    assert reader.requests <= 16
    assert reader.received <= 500_000


@pytest.fixture(scope="module")
def author(bluesky_net: Network) -> Account:
    return bluesky_net.account("author", display_name="Anna Author")


@pytest.fixture(scope="module")
def other(bluesky_net: Network) -> Account:
    return bluesky_net.account("bob", display_name="Bob")


@pytest.fixture(scope="module")
def rich_thread(bluesky_net: Network, author: Account, other: Account) -> list[Sent]:
    """Twelve posts with everything in them, and other people's replies in between."""
    remark = other.post("A remark that the author will quote")
    first_text = "1/ About #tests, see example.com/a with @bob"
    facets = [
        records.tag(first_text, "#tests"),
        records.link(first_text, "example.com/a", "https://example.com/a?x=1"),
        records.mention(first_text, "@bob", other.did),
    ]
    sent = [author.post(first_text, facets=facets)]
    embeds = {
        3: author.images("A red rectangle", ""),
        5: {"$type": "app.bsky.embed.record", "record": remark.strong},
        7: {"$type": "app.bsky.embed.external", "external": _card()},
    }
    for number in range(2, 13):
        other.reply(sent[-1], f"A reply to {number - 1}")
        sent.append(author.reply(sent[-1], f"{number}/ and so on", embed=embeds.get(number)))
    bluesky_net.settle()
    return sent


def _card() -> dict[str, str]:
    return {"uri": "https://example.com/page", "title": "A page", "description": "About things"}


@pytest.mark.parametrize("place", [0, 6, 11])
def test_a_rich_thread_is_whole_from_its_first_middle_and_last_post(
    rich_thread: list[Sent], reader: Reader, other: Account, place: int
) -> None:
    thread = reader.thread(rich_thread[place])
    assert len(thread.posts) == 12
    assert thread.completeness.state is Wholeness.WHOLE
    first, _, third, _, fifth, _, seventh, *_ = thread.posts
    assert [run.text for run in first.body[0].runs if run.link] == ["#tests", "example.com/a", "@bob"]
    assert [run.mention for run in first.body[0].runs if run.mention] == [other.did]
    assert [media.alt for media in third.media] == ["A red rectangle", None]
    assert third.media[0].width == 4
    assert fifth.quote is not None
    assert fifth.quote.post is not None
    assert fifth.quote.post.author.display_name == "Bob"
    assert seventh.card is not None
    assert seventh.card.title == "A page"
    assert first.languages == ("en",)


def test_the_original_record_is_kept_without_the_words_of_others(
    rich_thread: list[Sent], reader: Reader
) -> None:
    conversation = reader.conversation(rich_thread[4])
    assert b"and so on" in conversation.records[ref(rich_thread[4])]
    assert b"A remark" not in conversation.records[ref(rich_thread[4])]


def test_a_deleted_post_is_a_gap_whichever_side_the_thread_is_seen_from(
    bluesky_net: Network, author: Account, reader: Reader
) -> None:
    sent = author.thread(numbered(5))
    bluesky_net.settle()
    author.delete(sent[2])
    bluesky_net.settle()
    for place in (0, 1, 3, 4):
        thread = reader.thread(sent[place])
        assert texts(thread) == [text for text in numbered(5) if not text.startswith("Post 3")]
        assert [(gap.ref, gap.reason) for gap in thread.gaps] == [(ref(sent[2]), Absence.DELETED)]
        assert thread.completeness.expected == 5


def test_a_post_that_moderators_took_down_is_a_gap_that_says_not_public(
    bluesky_net: Network, author: Account, reader: Reader
) -> None:
    sent = author.thread(numbered(4))
    bluesky_net.settle()
    _take_down_in_view(bluesky_net, sent[1])
    thread = reader.thread(sent[3])
    assert [gap.reason for gap in thread.gaps] == [Absence.NOT_PUBLIC]
    assert len(thread.posts) == 3


def _take_down_in_view(net: Network, sent: Sent) -> None:
    """Only the AppView hides the post: the author's own list goes on naming it."""
    about = {"$type": "com.atproto.repo.strongRef", **sent.strong}
    url = f"{net.appview}/xrpc/com.atproto.admin.updateSubjectStatus"
    body = {"subject": about, "takedown": {"applied": True, "ref": "test"}}
    net.request("POST", url, json=body, auth=("admin", net.admin_password))


def test_a_thread_begun_as_a_reply_is_whole_and_shows_what_it_answers(
    bluesky_net: Network, author: Account, other: Account, reader: Reader
) -> None:
    question = other.post("A question")
    sent = author.thread(numbered(5), reply_to=question)
    bluesky_net.settle()
    for place in (0, 2, 4):
        thread = reader.thread(sent[place])
        assert texts(thread) == numbered(5)
        assert thread.completeness.state is Wholeness.WHOLE
        assert isinstance(thread.context, Post)
        assert thread.context.ref == ref(question)


def test_a_blocked_parent_is_named_and_the_thread_is_there(
    bluesky_net: Network, author: Account, reader: Reader
) -> None:
    blocked = bluesky_net.account("blocked")
    question = blocked.post("A question")
    sent = author.thread(numbered(4), reply_to=question)
    author.block(blocked)
    bluesky_net.settle()
    thread = reader.thread(sent[2])
    assert texts(thread) == numbered(4)
    assert isinstance(thread.context, Gap)
    assert thread.context.reason is Absence.BLOCKED


def test_late_additions_after_100_replies_by_others_are_found(
    bluesky_net: Network, author: Account, other: Account, reader: Reader
) -> None:
    first = author.post("Post 1 of 6")
    other.write([other.plan(f"Reply {number}", reply_to=first) for number in range(100)])
    author_says = author.thread(numbered(6)[1:], reply_to=first)
    bluesky_net.settle()
    for sent in (first, author_says[-1]):
        assert texts(reader.thread(sent)) == numbered(6)


def test_side_branches_and_runs_below_replies_by_others_are_found(
    bluesky_net: Network, author: Account, other: Account, reader: Reader
) -> None:
    sent = author.thread(numbered(3))
    answer = other.reply(sent[1], "But why?")
    author.thread(["Because of this", "And of that"], reply_to=answer)
    author.reply(sent[0], "A later aside")
    bluesky_net.settle()
    thread = reader.thread(sent[2])
    assert texts(thread) == [*numbered(3), "A later aside"]
    assert [len(aside.posts) for aside in thread.elsewhere] == [2]


def test_without_the_authors_own_server_the_thread_is_climbed_down_and_not_called_whole(
    long_thread: tuple[Account, list[Sent]], reader_without_lists: Reader
) -> None:
    _, sent = long_thread
    thread = reader_without_lists.thread(sent[99])
    assert texts(thread) == numbered(150)
    assert thread.completeness.state is Wholeness.UNKNOWN
    assert thread.completeness.why == "the author's own server did not answer"
    assert reader_without_lists.requests <= 25


def test_a_list_too_long_to_read_is_read_up_to_a_date_and_the_rest_climbed_down(
    long_thread: tuple[Account, list[Sent]], reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, sent = long_thread
    monkeypatch.setattr(listing, "MOST_PAGES", 1)
    conversation = reader.conversation(sent[0])
    thread = assemble(conversation)
    assert texts(thread) == numbered(150)
    assert thread.completeness.state is Wholeness.UNKNOWN
    assert conversation.evidence.until is not None


def test_labels_by_moderators_and_by_the_author_are_heard(
    bluesky_net: Network, author: Account, reader: Reader
) -> None:
    own = author.post("Mine", labels=records.self_labels("nudity"), embed=author.images("x"))
    warned = author.reply(own, "Warned of")
    hidden = author.reply(warned, "Hidden")
    bluesky_net.label(warned.uri, "!warn", cid=warned.cid)
    bluesky_net.label(hidden.uri, "!hide", cid=hidden.cid)
    bluesky_net.settle()
    posts = reader.thread(own).posts
    assert [post.labels for post in posts] == [{Label.NUDITY}, {Label.WARN}, {Label.HIDE}]
    assert posts[0].media[0].sensitive


def test_who_asks_not_to_be_shown_to_logged_out_people_is_read_but_marked(
    bluesky_net: Network, reader: Reader
) -> None:
    shy = bluesky_net.account("shy", display_name="Shy", labels=["!no-unauthenticated"])
    sent = shy.post("For friends")
    bluesky_net.settle()
    assert reader.thread(sent).author.signals == {Signal.NO_UNAUTHENTICATED}


def test_a_deactivated_account_is_told_from_a_deleted_post(bluesky_net: Network, reader: Reader) -> None:
    leaver = bluesky_net.account("leaver")
    sent = leaver.post("I will leave")
    bluesky_net.settle()
    leaver.deactivate()
    bluesky_net.settle()
    with pytest.raises(AbsentError, match="deactivated"):
        reader.thread(sent)


def test_an_account_that_was_taken_down_is_said_to_be(bluesky_net: Network, reader: Reader) -> None:
    banned = bluesky_net.account("banned")
    sent = banned.post("Spam")
    bluesky_net.settle()
    bluesky_net.take_down(banned)
    bluesky_net.settle()
    with pytest.raises(AbsentError, match="taken this account down"):
        reader.thread(sent)


def test_a_post_that_never_was_or_was_deleted_is_absent(
    bluesky_net: Network, author: Account, reader: Reader
) -> None:
    gone = author.post("Gone soon")
    author.delete(gone)
    bluesky_net.settle()
    for uri in (gone.uri, f"at://{author.did}/app.bsky.feed.post/3aaaaaaaaaaaa"):
        with pytest.raises(AbsentError, match="no such post"):
            reader.thread(uri)


def test_an_account_that_never_was_is_absent(reader: Reader) -> None:
    with pytest.raises(AbsentError, match="no such account"):
        reader.thread("https://bsky.app/profile/nobody-at-all.test/post/3aaaaaaaaaaaa")


def test_a_quote_of_a_deleted_post_and_a_detached_quote_say_so(
    bluesky_net: Network, author: Account, other: Account, reader: Reader
) -> None:
    deleted, detached = other.post("Deleted soon"), other.post("Not to be quoted")
    first = author.quote(deleted, "Look")
    second = author.reply(
        first, "And look", embed={"$type": "app.bsky.embed.record", "record": detached.strong}
    )
    other.delete(deleted)
    other.detach_quotes(detached, second)
    bluesky_net.settle()
    quotes = [post.quote for post in reader.thread(first).posts]
    assert [quote and quote.absence for quote in quotes] == [Absence.NOT_FOUND, Absence.DETACHED]


def test_an_account_whose_handle_changed_is_found_by_its_did(bluesky_net: Network, reader: Reader) -> None:
    mover = bluesky_net.account("mover")
    sent = mover.post("I move")
    new = mover.handle.replace("mover", "moved")
    mover.call("com.atproto.identity.updateHandle", handle=new)
    bluesky_net.settle()
    assert reader.thread(sent).author.handle == new
