"""What the bot hears and says, on the paper network."""

from __future__ import annotations

import base64
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from tests.networks.bluesky.paper import ACCOUNTS, ANNA, BOB, BOT, NOON, chain, clock, network, post, strong
from tests.networks.bluesky.sessions import Kept
from unroller.config import Secret
from unroller.core.calls import Command, Mention
from unroller.core.errors import SetupError, WireError
from unroller.core.model import Author, PostRef
from unroller.core.ports import Answer, Reply
from unroller.networks.bluesky import Bluesky, BlueskySettings, messenger, tid
from unroller.networks.bluesky.calls import parse_mention
from unroller.networks.bluesky.labels import Scope
from unroller.networks.bluesky.profile import introduced
from unroller.networks.bluesky.replies import LONGEST_TEXT, parse_blob, put_record, shorten, shown_link
from unroller.networks.bluesky.session import Session
from unroller.testing import PaperBluesky

FACET = "app.bsky.richtext.facet#"


def call(minute: float, words: str = "unroll", **more: Any) -> dict[str, Any]:
    """Bob mentions the bot."""
    text = f"@bot.example {words}"
    return post(BOB, minute, text, facets=[_facet(text, "@bot.example", did=BOT)], **more)


def _facet(text: str, part: str, **feature: str) -> dict[str, Any]:
    start = text.encode().index(part.encode())
    kind = FACET + ("mention" if "did" in feature else "link")
    index = {"byteStart": start, "byteEnd": start + len(part.encode())}
    return {"index": index, "features": [{"$type": kind, **feature}]}


def bot(paper: PaperBluesky) -> Bluesky:
    return network(paper, handle="bot.example", password=Secret("paper"))


def heard(*posts: dict[str, Any]) -> list[Mention]:
    return list(bot(PaperBluesky(ACCOUNTS, posts)).mentions(None))


def command_of(said: dict[str, Any]) -> Command | None:
    found = heard(said)
    return found[0].command if found else None


def test_a_call_without_a_parent_brings_its_first_link() -> None:
    text = "@bot.example unroll this one"
    facets = [_facet(text, "@bot.example", did=BOT), _facet(text, "this one", uri="https://bsky.app/x")]
    (mention,) = heard(post(BOB, 1, text, facets=facets))
    assert (mention.about, mention.link) == (None, "https://bsky.app/x")


def test_a_card_in_place_of_a_link_counts_as_the_link() -> None:
    card = {"$type": "app.bsky.embed.external", "external": {"uri": "https://bsky.app/x"}}
    (mention,) = heard(call(1, embed=card))
    assert mention.link == "https://bsky.app/x"


def test_a_lone_link_beside_the_mention_is_a_bare_call() -> None:
    text = "@bot.example bsky.app/x"
    facets = [_facet(text, "@bot.example", did=BOT), _facet(text, "bsky.app/x", uri="https://bsky.app/x")]
    assert command_of(post(BOB, 1, text, facets=facets)) is Command.BARE


def test_a_quote_with_pictures_is_a_call_for_the_quoted_thread() -> None:
    quoted = {"record": {"record": strong(chain(ANNA, 1)[0]["uri"])}}
    embed = {"$type": "app.bsky.embed.recordWithMedia", **quoted}
    (mention,) = heard(call(1, embed=embed))
    assert mention.about == PostRef("bluesky", chain(ANNA, 1)[0]["uri"])


@pytest.mark.parametrize("words", ["thanks!", "is great, unroll", "unrolled this"])
def test_any_other_words_are_no_call(words: str) -> None:
    assert command_of(call(1, words)) is None


def test_the_second_of_two_mentions_may_carry_the_command() -> None:
    text = "@bot.example and @bot.example unroll"
    first = _facet(text, "@bot.example", did=BOT)
    second = {**first, "index": {"byteStart": 17, "byteEnd": 29}}
    assert command_of(post(BOB, 1, text, facets=[first, second])) is Command.UNROLL


def test_the_bot_does_not_hear_itself() -> None:
    text = "@bot.example unroll"
    assert heard(post(BOT, 1, text, facets=[_facet(text, "@bot.example", did=BOT)])) == []


def test_pages_are_read_until_an_hour_before_the_last_look() -> None:
    paper = PaperBluesky(ACCOUNTS, [call(minute) for minute in range(600)])
    bluesky = bot(paper)
    assert len(list(bluesky.mentions(NOON + timedelta(minutes=590)))) == 600
    paper.asked.clear()
    assert len(list(bluesky.mentions(NOON + timedelta(minutes=590)))) == 100
    assert paper.asked == ["app.bsky.notification.listNotifications"]
    assert len(list(bluesky.mentions(NOON + timedelta(minutes=70)))) == 600


def each_ten_minutes(count: int) -> list[dict[str, Any]]:
    """The last so many calls until now."""
    return [call(24 * 60 - 10 * place) for place in reversed(range(count))]


@pytest.mark.slow
def test_now_and_then_three_days_are_read_for_calls_that_are_dated_back() -> None:
    bluesky = bot(PaperBluesky(ACCOUNTS, each_ten_minutes(600)))
    counts = [len(list(bluesky.mentions(clock()))) for _ in range(messenger.DEEP_EVERY + 1)]
    assert counts[0] == counts[-1] == 500
    assert set(counts[1:-1]) == {100}


def test_a_first_look_goes_three_days_back() -> None:
    assert len(list(bot(PaperBluesky(ACCOUNTS, each_ten_minutes(600))).mentions(None))) == 500


@pytest.mark.slow
def test_after_a_long_silence_everything_since_is_read_however_much_it_is() -> None:
    bluesky = bot(PaperBluesky(ACCOUNTS, [call(minute / 10) for minute in range(5_100)]))
    assert len(list(bluesky.mentions(NOON))) == 5_100


class Poisoned(PaperBluesky):
    """Where Bob's call of minute 40 is among the notifications, the answer cannot be read."""

    poison = b"no JSON at all"

    def request(self, method: str, url: str, **how: Any) -> Reply:
        reply = super().request(method, url, **how)
        bad = url.endswith("listNotifications") and b"Minute 40" in reply.body
        return Reply(200, {}, self.poison) if bad else reply


def test_a_notification_that_cannot_be_read_hides_none_that_came_after_it() -> None:
    """Newest first: 60 of 101 calls are newer than the one that cannot be read."""
    bad = call(40)
    bad["record"]["note"] = "Minute 40"
    posts = [call(minute) for minute in range(40)] + [bad] + [call(minute) for minute in range(41, 101)]
    found: list[Mention] = []
    with pytest.raises(WireError):
        found.extend(bot(Poisoned(ACCOUNTS, posts)).mentions(None))
    assert len(found) == 60


def test_a_notification_that_is_nested_too_deeply_hides_no_other() -> None:
    class Deep(PaperBluesky):
        def request(self, method: str, url: str, **how: Any) -> Reply:
            reply = super().request(method, url, **how)
            deep = b'{"a":' * 50_000 + b"1" + b"}" * 50_000
            return Reply(200, {}, reply.body.replace(b'"DEEP"', deep))

    bad = call(2)
    bad["record"]["extra"] = "DEEP"
    found = list(bot(Deep(ACCOUNTS, [call(1), bad, call(3)])).mentions(None))
    assert len(found) == 3


def test_an_answer_without_notifications_is_not_taken_for_silence() -> None:
    class Mute(PaperBluesky):
        def request(self, method: str, url: str, **how: Any) -> Reply:
            reply = super().request(method, url, **how)
            return Reply(200, {}, b"{}") if url.endswith("listNotifications") else reply

    with pytest.raises(WireError):
        list(bot(Mute(ACCOUNTS, [call(1)])).mentions(None))


def test_without_an_account_there_is_no_identity_and_whoever_asks_is_told_what_to_do() -> None:
    bluesky = network(PaperBluesky(ACCOUNTS, []))
    assert bluesky.identity() is None
    with pytest.raises(SetupError, match="unroll connect bluesky"):
        list(bluesky.mentions(None))


@dataclass(slots=True)
class Overtaken(Kept):
    """Another process always saves a moment earlier, once."""

    theirs: dict[str, Any] | None = None

    def save(self, data: Mapping[str, Any], *, unless_changed_from: Mapping[str, Any] | None) -> bool:
        if self.theirs:
            self.session, self.theirs = self.theirs, None
        return Kept.save(self, data, unless_changed_from=unless_changed_from)


def test_whoever_saves_a_log_in_too_late_uses_the_one_that_is_there() -> None:
    settings = BlueskySettings(handle="bot.example", password=Secret("paper"))
    paper = PaperBluesky(ACCOUNTS, [])
    other, late = Kept(), Overtaken()
    list(Bluesky(settings, paper, clock=clock, sessions=other).mentions(None))
    assert other.session is not None
    late.theirs = other.session | {"access": "theirs"}
    list(Bluesky(settings, paper, clock=clock, sessions=late).mentions(None))
    assert late.session is not None
    assert late.session["access"] == "theirs"
    assert late.saved == 0


MENTION = Mention(
    ref=PostRef("bluesky", chain(BOB, 1)[0]["uri"]),
    by=Author("bluesky", BOB, "bob.example"),
    at=NOON,
    command=Command.UNROLL,
    languages=("de",),
    token=json.dumps({"parent": strong("p"), "root": strong("r")}),
)


def record(answer: Answer, mention: Mention = MENTION) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(put_record(mention, answer, None, BOT, clock()))
    return found


VIEW = PaperBluesky(ACCOUNTS, [call(1)])._view(call(1)["uri"])
SCOPE = Scope("", clock(), "https://bsky.app")


def answered(**hostile: Any) -> bytes:
    """The answer to Bob's call, where one of its parts is what an attacker wrote."""
    handle, langs = hostile.get("handle", "bob.example"), hostile.get("langs", ["en"])
    root = {"uri": chain(ANNA, 1)[0]["uri"], "cid": hostile.get("cid", "bafyreipaper")}
    reply = {"parent": root, "root": root}
    note = VIEW | {"author": {"did": BOB, "handle": handle}}
    note["record"] = VIEW["record"] | {"reply": reply, "langs": langs}
    mention = parse_mention(note, BOT, SCOPE)
    assert mention is not None
    return put_record(mention, Answer(f"Hello @{mention.by.handle}", notify=mention.by), None, BOT, NOON)


hostile = st.text(st.characters(categories=["Cs", "Cc", "Cf"]) | st.sampled_from('abz09 "\\'), max_size=20)


@given(hostile, hostile, st.lists(hostile, max_size=4))
def test_nothing_that_a_caller_wrote_can_break_the_answer(cid: str, handle: str, langs: list[str]) -> None:
    said = answered(cid=cid, handle=handle, langs=langs).decode()
    assert not any(unicodedata.category(letter) in ("Cs", "Cc") for letter in said)
    assert json.loads(said)["record"]["reply"]["parent"] == {"uri": VIEW["uri"], "cid": VIEW["cid"]}


@pytest.mark.parametrize("cid", ["", "bafy\ud800", "bafyrei\n", "ü" * 20, "b" * 129, None, 7, {}], ids=repr)
def test_a_root_whose_version_is_none_is_not_named_and_the_call_stands_for_it(cid: object) -> None:
    reply = json.loads(answered(cid=cid))["record"]["reply"]
    assert reply["root"] == reply["parent"]


def test_a_call_without_a_version_cannot_be_answered_and_is_none() -> None:
    assert parse_mention(VIEW | {"cid": "\ud800"}, BOT, SCOPE) is None


@pytest.mark.parametrize("link", ["\ud800", "", None])
def test_a_picture_that_the_server_does_not_name_is_left_out(link: object) -> None:
    assert parse_blob({"blob": {"ref": {"$link": link}, "size": 1}}, "image/png") is None


def spans(said: dict[str, Any]) -> list[str]:
    data = said["text"].encode()
    places = [facet["index"] for facet in said.get("facets", ())]
    return [data[place["byteStart"] : place["byteEnd"]].decode() for place in places]


def test_an_answer_is_the_same_record_however_often_it_is_made() -> None:
    answer = Answer("Hallo", link="https://unroll.example/t/x")
    assert put_record(MENTION, answer, None, BOT, NOON) == put_record(MENTION, answer, None, BOT, NOON)


def test_each_call_has_a_key_of_its_own_that_holds_its_time() -> None:
    other = structs.replace(MENTION, ref=PostRef("bluesky", chain(ANNA, 1)[0]["uri"]))
    keys = {record(Answer("x"))["rkey"], record(Answer("x"), other)["rkey"]}
    assert len(keys) == 2
    times = [tid.decode(key) for key in keys]
    assert all(time and time.replace(microsecond=0) == NOON for time in times)


def test_words_link_and_whoever_must_hear_of_it_are_found_by_their_bytes() -> None:
    author = Author("bluesky", ANNA, "anna.example")
    answer = Answer("Gern, @anna.example 🧵:", notify=author, link="https://unroll.example/t/größe")
    said = record(answer)["record"]
    assert spans(said) == ["@anna.example", "unroll.example/t/größe"]
    assert said["reply"] == {"parent": strong("p"), "root": strong("r")}
    assert said["langs"] == ["de"]


@given(st.text(max_size=700), st.text("abcdefgh/", max_size=200))
def test_an_answer_fits_and_its_link_is_never_cut_off(words: str, path: str) -> None:
    link = f"https://unroll.example/{path}"
    said = record(Answer(words, link=link))["record"]
    assert len(said["text"]) <= LONGEST_TEXT
    assert said["facets"][-1]["features"][0]["uri"] == link
    assert spans(said)[-1] == shown_link(link)


@given(st.text(max_size=100), st.integers(2, 60))
def test_a_text_is_cut_after_a_word_and_says_so(text: str, longest: int) -> None:
    short = shorten(text, longest)
    assert len(short) <= longest
    assert short == text or short.endswith("…")


def test_a_profile_that_says_much_already_is_only_marked() -> None:
    profile, words = introduced({"description": "x" * 250, "avatar": "a"}, "bot.example")
    assert profile["description"] == "x" * 250
    assert profile["avatar"] == "a"
    assert "please say there" in words


def test_what_is_introduced_twice_is_introduced_once() -> None:
    once, _ = introduced(None, "bot.example")
    assert introduced(once, "bot.example")[0] == once


def token(lasts: int) -> str:
    claims = base64.urlsafe_b64encode(json.dumps({"iat": 1_000, "exp": 1_000 + lasts}).encode()).decode()
    return f"x.{claims.rstrip('=')}.x"


def test_a_log_in_runs_out_by_its_age_whatever_the_clocks_say() -> None:
    session = Session("did", "h", token(7200), "r", "home", "h", "service", received=NOON.timestamp())
    assert not session.runs_out(NOON + timedelta(minutes=110))
    assert session.runs_out(NOON + timedelta(minutes=119))
    assert not session.runs_out(NOON - timedelta(days=3))
    assert not replace(session, access="no token at all").runs_out(NOON + timedelta(days=9))


def test_an_answer_is_taken_back_once_however_often_that_is_asked() -> None:
    paper = PaperBluesky(ACCOUNTS, [call(1)])
    bluesky = bot(paper)
    (mention,) = bluesky.mentions(None)
    sent = bluesky.send(bluesky.compose(mention, Answer("Hello")))
    assert sent.id in paper.posts
    for _ in range(2):
        bluesky.retract(sent)
        assert list(paper.posts) == [call(1)["uri"]]


@pytest.mark.parametrize(
    "ref",
    [
        PostRef("bluesky", chain(BOB, 1)[0]["uri"]),
        PostRef("bluesky", "at://bot.example/app.bsky.feed.post/x"),
        PostRef("bluesky", f"at://{BOT}/app.bsky.actor.profile/self"),
        PostRef("mastodon", chain(BOT, 1)[0]["uri"]),
    ],
    ids=["of somebody else", "by handle", "no post", "on another network"],
)
def test_what_is_not_the_bots_own_post_is_never_taken_back(ref: PostRef) -> None:
    paper = PaperBluesky(ACCOUNTS, [])
    with pytest.raises(ValueError, match="no post of the bot"):
        bot(paper).retract(ref)
    assert "com.atproto.repo.deleteRecord" not in paper.asked
