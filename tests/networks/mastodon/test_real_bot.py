"""The bot on a server with Mastodon's API: who calls it, what it answers, and that it answers once."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.networks.bluesky.sessions import Kept
from tests.networks.mastodon.reader import now
from tests.operators import Settled
from tests.testnet.mastodon import Person, Sent, Server
from unroller.config import Secret
from unroller.core.calls import Command, Mention
from unroller.core.errors import AbsentError, InputError, NetworkError, SetupError, WireError
from unroller.core.model import Audience, PostRef
from unroller.core.ports import Answer, Bookmarking, Checkable, Connectable, Messenger, Reply, Ringing
from unroller.http import Polite
from unroller.networks.mastodon import Mastodon, MastodonSettings

ANSWER = Answer(
    text="The thread by @anna, 3 posts on one page:", link="https://unroll.example/t/some-thread-abc"
)


@pytest.fixture(scope="module")
def mastodon_net(own_mastodon: Callable[..., AbstractContextManager[Server]]) -> Iterator[Server]:
    """One for these tests alone, since they make it fail."""
    with own_mastodon() as server:
        yield server


@pytest.fixture
def client(mastodon_net: Server) -> Iterator[Polite]:
    with closing(Polite(allow_addresses=(mastodon_net.pair,))) as client:
        yield client


@pytest.fixture
def owner(mastodon_net: Server) -> Person:
    """Whose account the bot is."""
    return mastodon_net.account("unroll", bot=True)


@pytest.fixture
def anna(mastodon_net: Server) -> Person:
    return mastodon_net.account("anna")


@pytest.fixture
def bob(mastodon_net: Server) -> Person:
    return mastodon_net.account("bob")


def bot_of(owner: Person, http: Any, kept: Kept | None = None) -> Mastodon:
    settings = MastodonSettings(server=owner.server.base, token=Secret(owner.token))
    return Mastodon(settings, http, clock=now, sessions=kept or Kept())


@pytest.fixture
def bot(owner: Person, client: Polite) -> Mastodon:
    return bot_of(owner, client)


def ref(sent: Sent) -> PostRef:
    return PostRef("mastodon", sent.uri)


def the_call(bot: Mastodon) -> Mention:
    (mention,) = bot.mentions(None)
    return mention


def test_the_bot_has_all_that_a_bot_may_have(bot: Mastodon) -> None:
    for port in (Messenger, Connectable, Checkable, Bookmarking, Ringing):
        assert isinstance(bot, port)


def test_a_call_below_a_thread_is_answered_once_however_often_the_answer_is_sent(
    bot: Mastodon, owner: Person, anna: Person, bob: Person
) -> None:
    thread = anna.thread(["One", "Two", "Three"])
    call = bob.call_bot(owner, reply_to=thread[2], language="de")
    mention = the_call(bot)
    assert (mention.ref, mention.command, mention.about) == (ref(call), Command.UNROLL, ref(thread[2]))
    assert (mention.by.id, mention.by.handle, mention.languages) == (bob.url, bob.handle, ("de",))
    reply = bot.compose(mention, ANSWER)
    assert reply == bot.compose(mention, ANSWER)
    sent = {bot.send(reply), bot.send(reply), bot.send(reply, again=True)}
    (status,) = owner.replies_to(call)
    assert sent == {PostRef("mastodon", status["uri"])}
    assert status["visibility"] == "unlisted"
    assert status["language"] == "de"
    assert [one["id"] for one in status["mentions"]] == [bob.id]
    assert "The thread by anna, 3 posts on one page:" in status["content"]
    assert ANSWER.link is not None
    assert f'href="{ANSWER.link}"' in status["content"]


def test_only_a_command_after_the_typed_handle_or_nothing_else_is_a_call(
    bot: Mastodon, owner: Person, bob: Person
) -> None:
    post = bob.post("My own thread")
    for words in ("thanks", "I love unroll", "@somebody unroll this"):
        bob.call_bot(owner, words, reply_to=post)
    bob.post(f"unroll @{owner.name}", reply_to=post)
    answer = owner.reply(post, f"@{bob.name} The bot's own answer")
    bob.call_bot(owner, "", reply_to=answer)
    bare = bob.call_bot(owner, "", reply_to=post)
    polite = bob.post(f"@{owner.handle} please Refresh it", reply_to=answer)
    found = {mention.ref: mention.command for mention in bot.mentions(None)}
    assert found == {ref(bare): Command.BARE, ref(polite): Command.REFRESH}


def test_a_quote_or_a_link_says_which_thread_is_meant(
    bot: Mastodon, owner: Person, anna: Person, bob: Person
) -> None:
    thread = anna.thread(["One", "Two"])
    quoting = bob.call_bot(owner, quoted_status_id=thread[1].id)
    linking = bob.post(f"#threads @{owner.name} unroll {thread[0].uri}")
    found = {mention.ref: mention for mention in bot.mentions(None)}
    assert found[ref(quoting)].about == ref(thread[1])
    assert (found[ref(linking)].about, found[ref(linking)].link) == (None, thread[0].uri)


def test_whoever_says_that_they_are_a_bot_is_known_as_one(
    bot: Mastodon, mastodon_net: Server, owner: Person
) -> None:
    mastodon_net.account("robot", bot=True).call_bot(owner)
    assert the_call(bot).by.bot


@pytest.mark.parametrize(
    ("visibility", "audience", "answered"),
    [
        ("public", Audience.PUBLIC, "unlisted"),
        ("unlisted", Audience.UNLISTED, "unlisted"),
        ("private", Audience.FOLLOWERS, "direct"),
        ("direct", Audience.DIRECT, "direct"),
    ],
)
def test_a_call_is_answered_as_quietly_as_it_was_made(
    bot: Mastodon, owner: Person, bob: Person, visibility: str, audience: Audience, answered: str
) -> None:
    call = bob.call_bot(owner, "help", visibility=visibility, spoiler_text="Threads")
    mention = the_call(bot)
    assert mention.audience is audience
    assert "Threads" not in mention.token
    bot.send(bot.compose(mention, Answer("Hello")))
    (status,) = owner.replies_to(call)
    assert (status["visibility"], status["spoiler_text"]) == (answered, "Threads")


def test_nobody_is_called_by_an_answer_but_the_asker_and_who_has_to_hear_of_it(
    bot: Mastodon, owner: Person, anna: Person, bob: Person
) -> None:
    call = bob.call_bot(owner, "help")
    mention = the_call(bot)
    words = f"@{anna.handle}, a thread by @{anna.name}; answer “@{owner.handle} yes”."
    thread = anna.post("One")
    quiet = json.loads(bot.compose(mention, Answer(words)))["status"]["status"]
    assert quiet == f"@{bob.name} {anna.handle}, a thread by {anna.name}; answer “@{owner.handle} yes”."
    anna.call_bot(owner, reply_to=thread)
    author = next(one.by for one in bot.mentions(None) if one.by.id == anna.url)
    bot.send(
        bot.compose(mention, Answer(words.replace(f"@{anna.handle}", f"@{author.handle}"), notify=author))
    )
    assert len(owner.replies_to(call)) == 1


def test_a_thousand_characters_are_cut_and_the_link_is_not(bot: Mastodon, owner: Person, bob: Person) -> None:
    call = bob.call_bot(owner, "help")
    bot.send(bot.compose(the_call(bot), replace(ANSWER, text="word " * 200)))
    (status,) = owner.replies_to(call)
    assert "…" in status["content"]
    assert f'href="{ANSWER.link}"' in status["content"]


# ------------------------------------------------------------------------------ what was taken in


def test_each_look_begins_behind_what_was_taken_in_and_skips_nothing(
    client: Polite, owner: Person, bob: Person
) -> None:
    kept = Kept()
    bot = bot_of(owner, client, kept)
    bob.call_bot(owner, "help")
    assert len(list(bot.mentions(None))) == 1
    assert len(list(bot.mentions(None))) == 1
    bot.took_in()
    calls = [ref(bob.call_bot(owner, "help")) for _ in range(90)]  # more than two pages
    another = bot_of(owner, client, kept)
    assert [mention.ref for mention in another.mentions(None)] == calls[::-1]
    another.took_in()
    assert list(bot.mentions(None)) == []


def test_the_first_look_goes_back_until_an_hour_before_what_is_known(
    client: Polite, owner: Person, bob: Person
) -> None:
    bot = bot_of(owner, client)
    calls = [ref(bob.call_bot(owner, "help")) for _ in range(45)]
    assert [mention.ref for mention in bot.mentions(datetime.now(UTC))] == calls[::-1]
    counting = Counting(client)
    assert len(list(bot_of(owner, counting).mentions(datetime.now(UTC) + timedelta(hours=2)))) == 40
    assert counting.asked.count("notifications") == 1


def test_an_answer_without_notifications_is_not_taken_for_silence(
    bot: Mastodon, mastodon_net: Server, owner: Person
) -> None:
    list(bot.mentions(None))
    bodies: list[object] = [{}, "null"]
    for body in bodies:
        mastodon_net.fault("/api/v1/notifications", type="status", status=200, body=body, count=4)
        with pytest.raises(WireError):
            list(bot.mentions(None))


def test_a_post_that_the_server_cannot_give_hides_no_call(
    bot: Mastodon, mastodon_net: Server, owner: Person, anna: Person, bob: Person
) -> None:
    post = anna.post("One")
    calls = [bob.call_bot(owner, reply_to=post), anna.call_bot(owner, "help")]
    mastodon_net.fault(f"/api/v1/statuses/{post.id}", type="status", status=500, count=4)
    found = {mention.ref: mention.about for mention in bot.mentions(None)}
    assert found.keys() == {ref(call) for call in calls}
    about = found[ref(calls[0])]
    assert about is not None
    assert bot.fetch(about).focus == ref(post)


# ------------------------------------------------------------------------------ answers that may be lost


@dataclass(slots=True)
class Counting:
    """A client that writes down what it is asked, and may lose the answers that it is told to lose."""

    client: Polite
    lose: frozenset[str] = frozenset()
    asked: list[str] = field(default_factory=list)

    def request(self, method: str, url: str, **how: Any) -> Reply:
        name = urlsplit(url).path.rpartition("/")[2]
        self.asked.append(name)
        reply = self.client.request(method, url, **how)
        if f"{method} {name}" in self.lose:
            raise NetworkError("The line broke after the server had heard.")
        return reply


def test_an_answer_whose_outcome_is_unclear_is_looked_for(
    client: Polite, bot: Mastodon, owner: Person, bob: Person
) -> None:
    call = bob.call_bot(owner, "help")
    reply = bot.compose(the_call(bot), ANSWER)
    unlucky = bot_of(owner, Counting(client, frozenset({"POST statuses"})))
    assert unlucky.send(reply) == bot.send(reply, again=True)
    assert len(owner.replies_to(call)) == 1


@pytest.mark.parametrize("forgetful", [False, True], ids=["with keys", "without keys"])
def test_an_answer_is_sent_once_even_where_nobody_remembers_its_key(
    own_mastodon: Callable[..., AbstractContextManager[Server]], forgetful: bool
) -> None:
    with (
        own_mastodon(forgetful=forgetful) as server,
        closing(Polite(allow_addresses=(server.pair,))) as client,
    ):
        owner, bob = server.account("unroll", bot=True), server.account("bob")
        bot = bot_of(owner, client)
        call = bob.call_bot(owner, "help")
        reply = bot.compose(the_call(bot), ANSWER)
        blind = Counting(client, frozenset({"POST statuses", "GET context"}))
        with pytest.raises(NetworkError):
            bot_of(owner, blind).send(reply)
        assert bot.send(reply, again=True) == bot.send(reply, again=True)
        assert len(owner.replies_to(call)) == 1


def test_nothing_is_sent_again_by_somebody_who_cannot_look(
    client: Polite, bot: Mastodon, owner: Person, bob: Person
) -> None:
    call = bob.call_bot(owner, "help")
    reply = bot.compose(the_call(bot), ANSWER)
    with pytest.raises(NetworkError):
        bot_of(owner, Counting(client, frozenset({"GET context"}))).send(reply, again=True)
    assert owner.replies_to(call) == []


def test_a_call_that_is_gone_has_no_answer(
    bot: Mastodon, mastodon_net: Server, owner: Person, bob: Person
) -> None:
    call = bob.call_bot(owner, "help")
    reply = bot.compose(the_call(bot), ANSWER)
    bob.delete(call)
    with pytest.raises(AbsentError, match="gone"):
        bot.send(reply)
    assert list(bot.mentions(None)) == []


def test_a_refusal_of_the_server_is_no_answer(
    bot: Mastodon, mastodon_net: Server, owner: Person, bob: Person
) -> None:
    call = bob.call_bot(owner, "help")
    reply = bot.compose(the_call(bot), ANSWER)
    mastodon_net.fault("/api/v1/statuses", ["POST"], type="status", status=403)
    with pytest.raises(WireError, match="403"):
        bot.send(reply)
    mastodon_net.fault("/api/v1/statuses", ["POST"], type="status", status=401)
    with pytest.raises(SetupError, match="unroll connect mastodon"):
        bot.send(reply)
    assert owner.replies_to(call) == []


def test_an_answer_is_taken_back_once_and_nothing_else_is(bot: Mastodon, owner: Person, bob: Person) -> None:
    call = bob.call_bot(owner, "help")
    sent = bot.send(bot.compose(the_call(bot), Answer("Hello")))
    for _ in range(2):
        bot.retract(sent)
        assert owner.replies_to(call) == []
    for other in (ref(call), PostRef("bluesky", sent.id), PostRef("mastodon", "https://other.example/@a/1")):
        with pytest.raises(ValueError, match="no post of the bot"):
            bot.retract(other)
    assert bob.statuses()[0]["id"] == call.id


# ------------------------------------------------------------------------------ the log-in


def test_connect_goes_through_the_browser_marks_the_bot_and_keeps_what_the_profile_says(
    client: Polite, mastodon_net: Server
) -> None:
    owner = mastodon_net.account("unroll", note="Hello.")
    kept = Kept()
    bot = Mastodon(MastodonSettings(), client, clock=now, sessions=kept)
    assert bot.identity() is None
    assert bot.check()[-1] == "no account is set for the bot"
    operator = Settled({"token": f"mockcode_{owner.name}"})
    words = bot.connect(mastodon_net.base, operator)
    assert f"@{owner.handle}" in words
    asked = parse_qs(urlsplit(operator.sent_to[0]).query)
    assert asked["response_type"] == ["code"]
    assert not {"read", "write", "follow"} & set(asked["scope"][0].split())
    assert bot.identity() == (owner.url, owner.handle)
    assert bot.check()[-1] == f"the bot is logged in as @{owner.handle}"
    profile = owner.call("GET", "/api/v1/accounts/verify_credentials")
    assert profile["bot"] is True
    assert profile["source"]["note"].startswith("Hello.\n\nBot. ")
    policy = owner.call("GET", "/api/v2/notifications/policy")
    assert {value for key, value in policy.items() if key.startswith("for_")} == {"accept"}
    assert bot.connect(mastodon_net.base, operator).endswith("it is marked as a bot.")
    assert profile["source"] == owner.call("GET", "/api/v1/accounts/verify_credentials")["source"]


def test_a_token_of_the_settings_needs_no_browser(client: Polite, mastodon_net: Server) -> None:
    owner = mastodon_net.account("unroll")
    bot = bot_of(owner, client)
    assert bot.identity() == ("", mastodon_net.pair)
    operator = Settled({"server": mastodon_net.base})
    assert f"@{owner.handle}" in bot.connect("", operator)
    assert operator.sent_to == []


def test_a_server_that_has_no_policy_for_notifications_is_no_hindrance(
    client: Polite, mastodon_net: Server
) -> None:
    owner = mastodon_net.account("unroll")
    mastodon_net.fault("/api/v2/notifications/policy", ["PATCH"], type="status", status=404)
    assert f"@{owner.handle}" in bot_of(owner, client).connect(mastodon_net.base, Settled())


def test_what_cannot_be_logged_in_is_said_without_the_secret(client: Polite, mastodon_net: Server) -> None:
    bot = Mastodon(MastodonSettings(), client, clock=now, sessions=Kept())
    with pytest.raises(SetupError, match="codes work once") as refused:
        bot.connect(mastodon_net.base, Settled({"token": "mockcode_nobody_at_all"}))
    assert "nobody_at_all" not in refused.value.words
    with pytest.raises(InputError, match="no server"):
        bot.connect("not a server", Settled())
    with pytest.raises(SetupError, match="unroll connect mastodon"):
        list(bot.mentions(None))
    settings = MastodonSettings(server=mastodon_net.base, token=Secret("wrong-token"))
    refused_bot = Mastodon(settings, client, clock=now, sessions=Kept())
    error = refused_bot.check()[-1]
    assert isinstance(error, SetupError)
    assert "wrong-token" not in error.words


def test_another_token_in_the_settings_replaces_the_log_in_that_was_kept(
    client: Polite, mastodon_net: Server
) -> None:
    kept = Kept()
    first, second = mastodon_net.account("first"), mastodon_net.account("second")
    list(bot_of(first, client, kept).mentions(None))
    other = bot_of(second, client, kept)
    assert other.identity() == ("", mastodon_net.pair)
    list(other.mentions(None))
    assert other.identity() == (second.url, second.handle)


# ------------------------------------------------------------------------------ the bell


@pytest.mark.parametrize("web_sockets", [True, False], ids=["WebSocket", "server-sent events"])
def test_a_call_rings_at_once(
    client: Polite, mastodon_net: Server, owner: Person, bob: Person, web_sockets: bool
) -> None:
    told = mastodon_net.request("GET", "/api/v2/instance")
    if not web_sockets:
        told["configuration"]["urls"]["streaming"] = None
        mastodon_net.fault("/api/v2/instance", type="status", status=200, body=told, count=1)
    lines = Lines(client)
    bot = bot_of(owner, lines)
    bot.wait(60)  # for the line to stand
    assert lines.followed[0].startswith("ws://" if web_sockets else "http://")
    assert owner.token not in lines.followed[0]
    rung = threading.Event()

    def wait() -> None:
        bot.wait(60)
        rung.set()

    waiter = threading.Thread(target=wait)
    waiter.start()
    bob.call_bot(owner)
    assert rung.wait(10)
    waiter.join()
    bot._bell.close()


@dataclass(slots=True)
class Lines:
    """A client that writes down which lines it opens."""

    client: Polite
    followed: list[str] = field(default_factory=list)

    def request(self, method: str, url: str, **how: Any) -> Reply:
        return self.client.request(method, url, **how)

    def follow(self, url: str, **how: Any) -> AbstractContextManager[Iterator[str]]:
        self.followed.append(url)
        return self.client.follow(url, **how)


def test_a_server_without_streams_is_looked_at_every_few_seconds(
    own_mastodon: Callable[..., AbstractContextManager[Server]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("unroller.networks.mastodon.ring.SILENT", 0.01)
    with own_mastodon(streaming=False) as server, closing(Polite(allow_addresses=(server.pair,))) as client:
        bot = bot_of(server.account("unroll"), client)
        for _ in range(3):
            bot.wait(600)
        bot._bell.close()
