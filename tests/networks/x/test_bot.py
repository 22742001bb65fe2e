"""The bot on X: who calls it, what it answers, once, and its log-in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.networks.x.desk import ANSWER, Desk, heard, opened
from tests.operators import Settled
from tests.testnet import x_writing
from unroller.config import Secret
from unroller.core.calls import Command, Mention
from unroller.core.errors import (
    AbsentError,
    InputError,
    NetworkError,
    RefusedError,
    SetupError,
    UnrollerError,
    WireError,
)
from unroller.core.model import Author, PostRef
from unroller.core.ports import Answer, Bookmarking, Connectable, Costly, Messenger
from unroller.networks.x import X
from unroller.networks.x.replies import LONGEST, compose, weight
from unroller.networks.x.session import Session


@pytest.fixture
def desk() -> Iterator[Desk]:
    with opened() as desk:
        yield desk


@pytest.fixture
def bot(desk: Desk) -> X:
    return desk.process()


def answers(desk: Desk, call: str) -> list[str]:
    return x_writing.answers_to(desk.net, desk.net.world.posts[call])


def test_it_is_all_that_a_bot_may_be(bot: X) -> None:
    assert all(isinstance(bot, kind) for kind in (Messenger, Bookmarking, Connectable, Costly))


# ------------------------------------------------------------------------------ calls


def test_a_call_below_a_thread_is_heard_with_whom_and_what_it_is_about(desk: Desk, bot: X) -> None:
    posts = desk.thread()
    call = desk.call("ben", to=posts[1])
    (mention,) = heard(bot)
    assert (mention.ref.id, mention.by.handle, mention.command) == (call.id, "ben", Command.UNROLL)
    assert (mention.about, mention.whose) == (PostRef("x", posts[1].id), posts[1].by.id)
    assert abs(mention.at - call.at) < timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ("@unroller please unroll!", Command.UNROLL),
        ("@Unroller UNROLL", Command.UNROLL),
        ("@unroller", Command.BARE),
        ("look @unroller remove", Command.REMOVE),
        ("@unroller opt-out", Command.OPT_OUT),
        ("@unroller thanks a lot", None),
        ("nice, @unroller", None),
    ],
)
def test_the_word_after_the_typed_name_is_the_command(
    desk: Desk, bot: X, words: str, command: Command | None
) -> None:
    desk.call("ben", words, to=desk.thread()[0])
    assert [mention.command for mention in heard(bot)] == ([command] if command else [])


def test_a_name_that_x_put_before_an_answer_calls_nobody(desk: Desk, bot: X) -> None:
    call = desk.call("ben", to=desk.thread()[0])
    heard(bot)
    sent = bot.send(bot.compose(_mention(call.id), ANSWER))
    own = desk.net.world.posts[sent.id]
    desk.call("ben", "thanks", to=own)
    desk.call("ben", "help me", to=own)
    desk.call("carol", "", to=own)
    assert [mention.ref.id for mention in heard(bot) if mention.ref.id != call.id] == []


def test_below_its_own_answer_a_typed_command_counts_and_a_bare_name_does_not(desk: Desk, bot: X) -> None:
    call = desk.call("ben", to=desk.thread()[0])
    own = desk.net.world.posts[bot.send(bot.compose(_mention(call.id), ANSWER)).id]
    typed = desk.call("ben", "@unroller remove", to=own)
    desk.call("ben", "@unroller", to=own)
    assert [mention.ref.id for mention in heard(bot)] == [typed.id, call.id]


def test_a_quote_and_a_link_say_which_thread(desk: Desk, bot: X) -> None:
    posts = desk.thread()
    desk.call("ben", "@unroller unroll", quotes=posts[0])
    url = {"start": 17, "end": 40, "url": "https://t.co/abcdefghij", "display_url": "x.com/anna/status/1",
           "expanded_url": f"https://x.com/anna/status/{posts[0].id}"}  # fmt: skip
    linked = desk.call("ben", "@unroller unroll https://t.co/abcdefghij")
    linked.fields["entities"]["urls"] = [url]
    with_link, quoting = heard(bot)
    assert quoting.about == PostRef("x", posts[0].id)
    assert with_link.about is None
    assert with_link.link == f"https://x.com/anna/status/{posts[0].id}"


def test_a_repost_of_a_call_is_no_call(desk: Desk, bot: X) -> None:
    call = desk.call("ben", to=desk.thread()[0])
    desk.call("carol", f"RT @ben: {call.text}", reposts=call)
    assert [mention.ref.id for mention in heard(bot)] == [call.id]


def test_calls_of_many_pages_are_all_heard_newest_first(desk: Desk, bot: X) -> None:
    posts = desk.thread()
    calls = [desk.call(f"p{number}", to=posts[0]).id for number in range(37)]
    assert [mention.ref.id for mention in heard(bot)] == calls[::-1]


def test_what_was_taken_in_is_not_asked_for_again(desk: Desk, bot: X) -> None:
    posts = desk.thread()
    first = desk.call("ben", to=posts[0])
    heard(bot)
    desk.on(minutes=10)
    assert heard(bot) == []
    late = desk.call("carol", to=posts[0])
    assert [mention.ref.id for mention in heard(desk.process())] == [late.id]
    asked = [one.params["since_id"][0] for one in desk.net.asked if "since_id" in one.params]
    assert asked == [first.id, first.id]
    assert desk.net.bill.returned["owned"] == 2


def test_what_was_read_and_not_taken_in_is_read_again(desk: Desk, bot: X) -> None:
    call = desk.call("ben", to=desk.thread()[0])
    for _ in range(2):
        assert [mention.ref.id for mention in bot.mentions(None)] == [call.id]


def test_a_call_that_x_lists_late_is_not_lost(desk: Desk, bot: X) -> None:
    posts = desk.thread()
    desk.on(minutes=-1)
    late = desk.call("ben", to=posts[0])
    late.deleted = True
    desk.on(seconds=60)
    desk.call("carol", to=posts[0])
    heard(bot)
    late.deleted = False
    assert late.id in [mention.ref.id for mention in heard(bot)]


_NAMES = ("id", "text", "author_id", "entities", "mentions", "start", "end", "username", "data")
_WIRE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(_NAMES), inner),
)


@given(_WIRE)
def test_whatever_x_sends_as_a_mention_nothing_breaks(sent: object) -> None:
    from unroller.networks.x.calls import parse_mention
    from unroller.networks.x.wire import parse_includes

    assert parse_mention(sent, parse_includes(sent), "1") is None


# ------------------------------------------------------------------------------ answers


def test_an_answer_names_who_asked_and_goes_to_the_call(desk: Desk, bot: X) -> None:
    call = desk.call("ben", to=desk.thread()[0])
    (mention,) = heard(bot)
    sent = bot.send(bot.compose(mention, ANSWER))
    assert answers(desk, call.id) == [
        "@ben The thread by anna, 3 posts on one page:\nhttps://unroll.example/t/abcdefghijkl"
    ]
    assert desk.net.world.posts[sent.id].answers is call
    (asked,) = [one for one in desk.net.asked if (one.method, one.route) == ("POST", "/2/tweets")]
    assert json.loads(asked.body)["reply"]["exclude_reply_user_ids"] == [desk.person("anna").id]


def test_two_who_ask_for_one_thread_never_get_the_same_text(desk: Desk, bot: X) -> None:
    posts = desk.thread()
    for name in ("ben", "carol"):
        desk.call(name, to=posts[0])
    for mention in heard(bot):
        bot.send(bot.compose(mention, ANSWER))
    texts = [one.text for one in desk.net.world.posts.values() if one.by is desk.bot]
    assert len(set(texts)) == 2


def test_one_who_asks_twice_is_answered_twice_in_other_words(desk: Desk, bot: X) -> None:
    posts = desk.thread()
    calls = [desk.call("ben", to=posts[0]), desk.call("ben", to=posts[1])]
    for mention in reversed(heard(bot)):
        bot.send(bot.compose(mention, ANSWER))
    assert [len(answers(desk, call.id)) for call in calls] == [1, 1]
    assert " UTC)" in answers(desk, calls[1].id)[0]


def test_an_answer_whose_receipt_was_lost_is_found_and_not_sent_again(desk: Desk, bot: X) -> None:
    call = desk.call("ben", to=desk.thread()[0])
    (mention,) = heard(bot)
    reply = bot.compose(mention, ANSWER)
    desk.net.fail("lost")
    with pytest.raises(NetworkError) as caught:
        bot.send(reply)
    assert (caught.value.retry_after or 0) >= 60
    found = desk.process().send(reply, again=True)
    assert desk.net.world.posts[found.id].answers is call
    assert len(answers(desk, call.id)) == 1


def test_an_answer_that_never_arrived_is_sent_again(desk: Desk, bot: X) -> None:
    call = desk.call("ben", to=desk.thread()[0])
    (mention,) = heard(bot)
    reply = bot.compose(mention, ANSWER)
    desk.net.fail(503)
    with pytest.raises(NetworkError):
        bot.send(reply)
    bot.send(reply, again=True)
    assert len(answers(desk, call.id)) == 1


def test_duplicate_content_is_done_only_where_this_very_call_was_answered(desk: Desk, bot: X) -> None:
    posts = desk.thread()
    call = desk.call("ben", to=posts[0])
    (mention,) = heard(bot)
    reply = bot.compose(mention, ANSWER)
    first = bot.send(reply)
    assert bot.send(reply) == first  # X says "duplicate", and the bot's own posts hold the answer
    assert len(answers(desk, call.id)) == 1


def test_an_answer_is_found_behind_many_others(desk: Desk, bot: X) -> None:
    posts = desk.thread()
    call = desk.call("ben", to=posts[0])
    (mention,) = heard(bot)
    reply = bot.compose(mention, ANSWER)
    first = bot.send(reply)
    for number in range(60):
        desk.on(seconds=1)
        desk.net.world.post(desk.bot, f"Something else {number}", at=desk.net.world.now)
    assert bot.send(reply, again=True) == first
    assert len(answers(desk, call.id)) == 1


def test_where_nobody_called_x_refuses_for_good(desk: Desk, bot: X) -> None:
    call = desk.call("ben", to=desk.thread()[0])
    (mention,) = heard(bot)
    call.text = call.text.replace("@unroller", "nobody")  # edited meanwhile
    with pytest.raises(RefusedError, match="does not let the bot answer this call"):
        bot.send(bot.compose(mention, ANSWER))


def test_a_call_that_is_gone_needs_no_answer(desk: Desk, bot: X) -> None:
    call = desk.call("ben", to=desk.thread()[0])
    (mention,) = heard(bot)
    call.deleted = True
    with pytest.raises(AbsentError):
        bot.send(bot.compose(mention, ANSWER))


def test_an_answer_is_taken_back_once(desk: Desk, bot: X) -> None:
    call = desk.call("ben", to=desk.thread()[0])
    (mention,) = heard(bot)
    sent = bot.send(bot.compose(mention, ANSWER))
    for _ in range(2):
        bot.retract(sent)
    assert answers(desk, call.id) == []


def test_nobody_elses_post_is_taken_back(desk: Desk, bot: X) -> None:
    with pytest.raises(ValueError, match="no post of the bot's"):
        bot.retract(PostRef("x", desk.thread()[0].id))


def _mention(id_: str = "1800000000000000001", handle: str = "ben", token: str = "[]") -> Mention:
    by = Author("x", "7", handle)
    from tests.testnet.x_world import NOON

    return Mention(PostRef("x", id_), by, NOON, Command.UNROLL, token=token)


@given(
    st.text(max_size=400),
    st.none() | st.just("https://unroll.example/t/abcdefghijkl"),
    st.from_regex(r"[A-Za-z0-9_]{1,15}", fullmatch=True),
)
def test_every_answer_fits_and_is_always_the_same_bytes(words: str, link: str | None, handle: str) -> None:
    mention, answer = _mention(handle=handle), Answer(words, link=link)
    made = compose(mention, answer, "unroller")
    assert made == compose(mention, answer, "unroller")
    for text in json.loads(made)["texts"]:
        assert weight(text) <= LONGEST
        assert text.startswith(f"@{handle}")
        assert x_writing._weight(text) <= 280
        assert link is None or text.endswith(link)


def test_only_who_asked_and_who_has_to_hear_are_called_by_name() -> None:
    notify = Author("x", "9", "anna")
    answer = Answer("@anna, may this of @carol go up? Answer “@unroller yes”.", notify=notify)
    text = json.loads(compose(_mention(), answer, "unroller"))["texts"][0]
    assert text == "@ben @anna, may this of carol go up? Answer “@unroller yes”."


# ------------------------------------------------------------------------------ the log-in


def test_connecting_says_who_is_logged_in_and_what_is_left_to_do(desk: Desk) -> None:
    said = desk.connect(desk.process())
    assert "Logged in as @unroller" in said
    assert "automated" in said
    assert desk.process().identity() == (desk.bot.id, "unroller")


def test_an_address_of_another_log_in_is_refused(desk: Desk) -> None:
    for said in ("http://127.0.0.1:8000/?code=x&state=y", "http://127.0.0.1:8000/", "nonsense", "http://[::"):
        with pytest.raises(InputError):
            desk.process().connect("", Settled({"redirected": said}))


def test_without_a_terminal_it_is_said_that_one_is_needed(desk: Desk) -> None:
    with pytest.raises(SetupError, match="needs a terminal"):
        desk.process().connect("", Settled())


def test_a_no_on_x_is_said(desk: Desk) -> None:
    with pytest.raises(SetupError, match="not allowed"):
        desk.process().connect("", Settled({"redirected": "http://127.0.0.1:8000/?error=access_denied"}))


def test_a_wrong_secret_is_named_and_not_shown() -> None:
    with opened() as desk:
        object.__setattr__(desk.settings, "client_secret", Secret("wrong-secret"))
        desk.on(hours=2)
        with pytest.raises(SetupError, match="client_id and client_secret") as caught:
            desk.process().retract(PostRef("x", "1"))
        assert "wrong-secret" not in caught.value.words
        assert not Session(**desk.session()).lost


def test_a_log_in_is_renewed_before_it_ends_and_each_token_used_once(desk: Desk, bot: X) -> None:
    before = desk.session()
    desk.on(hours=1, minutes=55)
    bot.retract(PostRef("x", "1"))
    after = desk.session()
    assert before["refresh"] != after["refresh"]
    assert after["renewing"] == 0
    desk.on(hours=1)
    desk.process().retract(PostRef("x", "1"))
    assert desk.session() == after


def test_a_log_in_that_x_forgot_early_is_renewed(desk: Desk, bot: X) -> None:
    desk.net.users.clear()
    bot.retract(PostRef("x", "1"))
    assert desk.net.paths().count("/2/oauth2/token") == 2  # one to connect, one to renew


def test_while_one_process_renews_the_others_go_on_with_what_they_have(desk: Desk) -> None:
    kept = desk.session()
    desk.on(hours=1, minutes=55)
    busy = kept | {"renewing": desk.net.world.now.timestamp()}
    assert desk.sessions.save("x", busy, unless_changed_from=kept)
    desk.process().retract(PostRef("x", "1"))
    assert desk.net.paths().count("/2/oauth2/token") == 1
    desk.on(minutes=2)  # whoever renewed is dead
    desk.process().retract(PostRef("x", "1"))
    assert desk.session()["renewing"] == 0


def test_a_lost_answer_to_a_renewal_that_x_did_is_told_to_the_operator(desk: Desk, bot: X) -> None:
    desk.on(hours=1, minutes=55)
    desk.net.fail("lost")
    bot.retract(PostRef("x", "1"))  # the old one lasts a little longer
    desk.on(minutes=2)
    with pytest.raises(SetupError, match="no longer knows the bot's log-in"):
        bot.retract(PostRef("x", "1"))
    asked = desk.net.paths().count("/2/oauth2/token")
    for process in (bot, desk.process()):
        with pytest.raises(SetupError, match="unroll connect x"):
            process.retract(PostRef("x", "1"))
    assert desk.net.paths().count("/2/oauth2/token") == asked  # X is not asked again and again
    assert [finding for finding in bot.check() if isinstance(finding, UnrollerError)]
    desk.connect(desk.process())
    bot.retract(PostRef("x", "1"))


def test_a_lost_renewal_that_x_never_saw_costs_nothing(desk: Desk, bot: X) -> None:
    desk.on(hours=1, minutes=55)
    desk.net.fail(503)
    bot.retract(PostRef("x", "1"))
    desk.on(minutes=2)
    bot.retract(PostRef("x", "1"))
    assert not desk.session()["lost"]


def test_a_bookmark_does_not_undo_a_renewal(desk: Desk) -> None:
    listener, worker = desk.process(), desk.process()
    desk.call("ben", to=desk.thread()[0])
    list(listener.mentions(None))
    desk.on(hours=1, minutes=55)
    worker.retract(PostRef("x", "1"))
    renewed = desk.session()
    listener.took_in()
    after = desk.session()
    assert after["since_id"]
    assert after == renewed | {"since_id": after["since_id"]}


def test_without_a_log_in_there_is_no_bot_and_x_is_read_all_the_same() -> None:
    with opened() as desk:
        desk.sessions._kept.clear()
        bot = desk.process()
        assert bot.identity() is None
        with pytest.raises(SetupError, match="unroll connect x"):
            bot.retract(PostRef("x", "1"))
        assert "no account is connected for the bot" in bot.check()


def test_tokens_stand_in_no_words(desk: Desk, bot: X) -> None:
    kept = desk.session()
    desk.net.users.clear()
    desk.net.logins.deaf = True
    with pytest.raises(SetupError) as caught:
        bot.retract(PostRef("x", "1"))
    assert kept["access"] not in caught.value.words
    assert kept["refresh"] not in str(caught.value)


def test_nonsense_from_x_is_an_error_of_ours(desk: Desk, bot: X) -> None:
    call = desk.call("ben", to=desk.thread()[0])
    reply = bot.compose(_mention(call.id), ANSWER)
    for fault in ("html", "malformed", "half"):
        desk.net.fail(fault)
        with pytest.raises((WireError, NetworkError)):
            bot.send(reply)
