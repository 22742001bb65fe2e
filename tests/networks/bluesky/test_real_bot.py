"""The bot on the real network: who calls it, what it answers, and that it answers once."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.networks.bluesky.conftest import now
from tests.networks.bluesky.reader import ref
from tests.networks.bluesky.sessions import Kept
from tests.networks.bluesky.tokens import outdated
from tests.operators import Settled
from tests.testnet import records
from tests.testnet.bluesky import Account, Network, Sent
from unroller.config import Secret
from unroller.core.calls import Command, Mention
from unroller.core.errors import NetworkError, SetupError
from unroller.core.ports import Answer, Messenger, Reply
from unroller.http import Polite
from unroller.networks.bluesky import Bluesky, BlueskySettings

ANSWER = Answer(
    text="The thread by @anna, 3 posts on one page:",
    link="https://unroll.example/t/some-thread-abc",
    title="Some thread",
    description="By Anna, 3 posts",
    picture=records.png(),
)


@pytest.fixture
def author(bluesky_net: Network) -> Account:
    return bluesky_net.account("anna", display_name="Anna")


@pytest.fixture
def reader_who_calls(bluesky_net: Network) -> Account:
    return bluesky_net.account("caller", display_name="Carl Caller")


def calls(bot: Bluesky, net: Network, since: datetime | None = None) -> list[Mention]:
    net.settle()
    return list(bot.mentions(since))


def the_call(bot: Bluesky, net: Network) -> Mention:
    (mention,) = calls(bot, net)
    return mention


def test_a_call_below_a_thread_is_answered_once_however_often_the_answer_is_sent(
    bluesky_net: Network, bot: Bluesky, owner: Account, author: Account, reader_who_calls: Account
) -> None:
    thread = author.thread(["One", "Two", "Three"])
    call = reader_who_calls.call_bot(owner, "unroll", reply_to=thread[2])
    mention = the_call(bot, bluesky_net)
    assert (mention.command, mention.about, mention.by.id) == (
        Command.UNROLL,
        ref(thread[2]),
        reader_who_calls.did,
    )
    reply = bot.compose(mention, ANSWER)
    sent = {bot.send(reply), bot.send(reply), bot.send(bot.compose(mention, replace(ANSWER, text="Other")))}
    (record,) = owner.replies_to(call)
    assert sent == {ref(Sent(record["uri"], record["cid"]))}
    value = record["value"]
    assert value["reply"] == {"root": thread[0].strong, "parent": call.strong}
    assert value["text"] == f"{ANSWER.text}\nunroll.example/t/some-thread-abc"
    assert value["embed"]["external"]["title"] == "Some thread"
    assert value["embed"]["external"]["thumb"]["mimeType"] == "image/png"
    bluesky_net.settle()
    view = bluesky_net.view("app.bsky.feed.getPosts", uris=[record["uri"]])["posts"][0]
    assert view["embed"]["external"]["uri"] == ANSWER.link


def test_another_process_reads_its_answer_from_the_same_key(
    bluesky_net: Network, bot: Bluesky, owner: Account, reader_who_calls: Account
) -> None:
    call = reader_who_calls.call_bot(owner, "help")
    mention = the_call(bot, bluesky_net)
    first = json.loads(bot.compose(mention, Answer("Hello")))
    again = json.loads(bot.compose(mention, Answer("Hello")))
    assert first["rkey"] == again["rkey"]
    assert first["swapRecord"] is None
    assert mention.about is None
    bot.send(json.dumps(first).encode())
    assert len(owner.replies_to(call)) == 1


def test_a_quote_that_calls_the_bot_is_about_the_quoted_thread(
    bluesky_net: Network, bot: Bluesky, owner: Account, author: Account, reader_who_calls: Account
) -> None:
    thread = author.thread(["One", "Two"])
    text = f"look @{owner.handle} unroll"
    facets = [records.mention(text, f"@{owner.handle}", owner.did)]
    reader_who_calls.quote(thread[1], text, facets=facets)
    mention = the_call(bot, bluesky_net)
    assert (mention.command, mention.about) == (Command.UNROLL, ref(thread[1]))


def test_only_a_mention_facet_with_a_command_or_nothing_else_is_a_call(
    bluesky_net: Network, bot: Bluesky, owner: Account, reader_who_calls: Account
) -> None:
    post = reader_who_calls.post("My own thread")
    reader_who_calls.call_bot(owner, "thanks", reply_to=post)
    reader_who_calls.post(f"@{owner.handle} unroll")
    reader_who_calls.reply(post, "unroll")
    answer = owner.reply(post, "The bot's own answer")
    reader_who_calls.call_bot(owner, "", reply_to=answer)
    bare = reader_who_calls.call_bot(owner, "", reply_to=post)
    polite = reader_who_calls.call_bot(owner, "please Refresh it", reply_to=answer)
    found = {mention.ref: mention.command for mention in calls(bot, bluesky_net)}
    assert found == {ref(bare): Command.BARE, ref(polite): Command.REFRESH}


def test_a_call_that_is_dated_back_is_heard_at_the_first_look(
    bluesky_net: Network, bot: Bluesky, owner: Account, reader_who_calls: Account
) -> None:
    reader_who_calls.call_bot(owner, createdAt="2024-01-01T00:00:00.000Z")
    mention = the_call(bot, bluesky_net)
    assert datetime.now(UTC) - mention.at < timedelta(minutes=10)


def test_the_bot_label_of_the_caller_is_heard(bluesky_net: Network, bot: Bluesky, owner: Account) -> None:
    robot = bluesky_net.account("robot", display_name="Robot", labels=["bot"])
    robot.call_bot(owner)
    assert the_call(bot, bluesky_net).by.bot


def test_one_log_in_serves_several_processes(
    bluesky_net: Network, client: Polite, real_settings: BlueskySettings, owner: Account
) -> None:
    kept = Kept()
    settings = replace(real_settings, handle=owner.handle, password=Secret(owner.app_password()))
    counting = Counting(client)
    one, two = (Bluesky(settings, counting, clock=now, sessions=kept) for _ in range(2))
    assert one.identity() == ("", owner.handle)
    assert list(one.mentions(None)) == list(two.mentions(None)) == []
    assert two.identity() == (owner.did, owner.handle)
    assert counting.asked.count("com.atproto.server.createSession") == 1


def test_a_log_in_that_ran_out_is_renewed_and_the_call_repeated(
    bluesky_net: Network, client: Polite, real_settings: BlueskySettings, owner: Account
) -> None:
    kept = Kept()
    settings = replace(real_settings, handle=owner.handle, password=Secret(owner.app_password()))
    bot = Bluesky(settings, client, clock=now, sessions=kept)
    list(bot.mentions(None))
    assert kept.session is not None
    kept.session["access"] = outdated(kept.session["access"])
    counting = Counting(client)
    earlier = Bluesky(settings, counting, clock=lambda: datetime(2020, 1, 1, tzinfo=UTC), sessions=kept)
    assert list(earlier.mentions(None)) == []
    names = ["app.bsky.notification.listNotifications", "com.atproto.server.refreshSession"]
    assert counting.asked == [*names, names[0]]
    kept.session |= {"access": "no.such.token", "refresh": "no.such.token"}
    assert list(bot.mentions(None)) == []
    assert kept.session["refresh"] != "no.such.token"


def test_a_wrong_password_is_for_the_operator_and_not_tried_again_at_once(
    client: Polite, real_settings: BlueskySettings, owner: Account
) -> None:
    counting = Counting(client)
    settings = replace(real_settings, handle=owner.handle, password=Secret("wrong"))
    bot = Bluesky(settings, counting, clock=now, sessions=Kept())
    for _ in range(3):
        with pytest.raises(SetupError, match="app password"):
            list(bot.mentions(None))
    assert len(counting.asked) == 1


def test_connect_marks_the_bot_and_keeps_what_the_profile_says(
    bluesky_net: Network, client: Polite, real_settings: BlueskySettings, owner: Account
) -> None:
    owner.write_profile(display_name="Unroll", description="Hello.", labels=["something"])
    bot = Bluesky(real_settings, client, clock=now, sessions=Kept())
    assert bot.identity() is None
    assert bot.check()[1] == "no account is set for the bot"
    words = bot.connect(f"@{owner.handle}", Settled({"password": owner.app_password()}))
    assert owner.handle in words
    assert bot.identity() == (owner.did, owner.handle)
    (profile,) = owner.list_records(records.PROFILE)
    assert profile["value"]["displayName"] == "Unroll"
    assert profile["value"]["description"].startswith("Hello.\n\nBot. ")
    assert [label["val"] for label in profile["value"]["labels"]["values"]] == ["something", "bot"]
    assert bot.check() == (f"{bluesky_net.appview} answers", f"the bot is logged in as @{owner.handle}")


@dataclass(slots=True)
class Counting:
    """A client that writes down what it is asked, and may lose what it is told to lose."""

    client: Polite
    lose: frozenset[str] = frozenset()
    asked: list[str] = field(default_factory=list)

    def request(self, method: str, url: str, **how: Any) -> Reply:
        name = url.rpartition("/")[2]
        self.asked.append(name)
        reply = self.client.request(method, url, **how)
        if name in self.lose:
            raise NetworkError("The line broke after the server had heard.")
        return reply


def test_an_answer_whose_outcome_is_unclear_is_looked_for(
    bluesky_net: Network,
    client: Polite,
    real_settings: BlueskySettings,
    bot: Bluesky,
    owner: Account,
    reader_who_calls: Account,
) -> None:
    call = reader_who_calls.call_bot(owner, "help")
    mention = the_call(bot, bluesky_net)
    settings = replace(real_settings, handle=owner.handle, password=Secret(owner.app_password()))
    losing = Counting(client, lose=frozenset({"com.atproto.repo.putRecord", "com.atproto.repo.uploadBlob"}))
    unlucky = Bluesky(settings, losing, clock=now, sessions=Kept())
    reply = unlucky.compose(mention, ANSWER)
    assert "thumb" not in json.loads(reply)["record"]["embed"]["external"]
    assert unlucky.send(reply) == bot.send(reply)
    assert len(owner.replies_to(call)) == 1


def test_an_answer_that_is_taken_back_is_gone_and_taking_it_back_again_does_no_harm(
    bluesky_net: Network, bot: Bluesky, owner: Account, reader_who_calls: Account
) -> None:
    call = reader_who_calls.call_bot(owner, "help")
    sent = bot.send(bot.compose(the_call(bot, bluesky_net), Answer("Hello")))
    assert len(owner.replies_to(call)) == 1
    for _ in range(2):
        bot.retract(sent)
        assert owner.replies_to(call) == []
    with pytest.raises(ValueError, match="no post of the bot"):
        bot.retract(ref(call))
    bluesky_net.settle()
    assert bluesky_net.view("app.bsky.feed.getPosts", uris=[call.uri, sent.id])["posts"][0]["uri"] == call.uri


def test_the_bot_is_a_messenger(bot: Bluesky) -> None:
    assert isinstance(bot, Messenger)
