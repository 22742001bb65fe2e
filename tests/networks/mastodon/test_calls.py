"""Which posts call the bot, whatever server wrote them, and what the bot's answer to each is made of."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from unroller.core.calls import Command, Mention
from unroller.core.conversation import Conversation, Evidence
from unroller.core.model import Audience, Author, PostRef
from unroller.core.ports import Answer
from unroller.core.tidy import is_own_call
from unroller.networks.mastodon.calls import parse_call, settled
from unroller.networks.mastodon.connect import introduced
from unroller.networks.mastodon.naming import name_bot
from unroller.networks.mastodon.parse import parse_status
from unroller.networks.mastodon.replies import Room, parse_room, reply, said
from unroller.networks.mastodon.ring import streaming_server
from unroller.networks.mastodon.session import Session

Wire = dict[str, Any]

HOME = "https://home.example"
BOT = Session(HOME, "token", "7", f"{HOME}/users/unroll", "unroll@home.example", f"{HOME}/@unroll")
LINKED = (
    '<p><span class="h-card"><a href="https://home.example/@unroll" class="u-url mention">'
    "@<span>unroll</span></a></span> {}</p>"
)


def account(name: str = "bob", **more: Any) -> Wire:
    where = "far.example"
    return {
        "id": "8",
        "acct": f"{name}@{where}",
        "uri": f"https://{where}/users/{name}",
        "url": f"https://{where}/@{name}",
        **more,
    }


def note(content: str, /, **more: Any) -> Wire:
    status = {
        "id": "100",
        "uri": "https://far.example/users/bob/statuses/1",
        "account": account(),
        "content": content,
        "visibility": "public",
        "language": "de",
        "mentions": [{"id": "7", "username": "unroll", "acct": "unroll", "url": BOT.url}],
        **more,
    }
    return {
        "id": "5",
        "created_at": "2026-03-01T12:00:00.000Z",
        "account": status["account"],
        "status": status,
    }


def asked(content: str, **more: Any) -> Command | None:
    call = parse_call(note(content, **more), BOT)
    return call.mention.command if call else None


@pytest.mark.parametrize(
    ("content", "command"),
    [
        (LINKED.format("unroll"), Command.UNROLL),
        (LINKED.format("please Unroll!"), Command.UNROLL),
        (LINKED.format("opt out"), Command.OPT_OUT),
        (LINKED.format(""), Command.BARE),
        (
            LINKED.format("").replace("</p>", '<a href="https://a.example/1">a.example/1</a></p>'),
            Command.BARE,
        ),
        (LINKED.format("thanks"), None),
        (LINKED.format("I love unroll"), None),
        (LINKED.format("#unroll"), None),
        ("<p>unroll</p>", None),
        ("<p>unroll " + LINKED.format("")[3:], None),
        (LINKED.format("what?") + LINKED.format("unroll"), Command.UNROLL),
        ('<p><a href="https://other.example/@unroll" class="mention">@unroll</a> unroll</p>', None),
        ('<p><a href="https://home.example/users/unroll">@unroll@home.example</a> help</p>', Command.HELP),
        ('<p><a href="https://home.example/users/unroll">@unroll</a> help</p>', Command.HELP),
        ("<p>@unroll unroll</p>", Command.UNROLL),
        ("<p>@Unroll@HOME.example unroll</p>", Command.UNROLL),
        ("<p>@unroll@other.example unroll</p>", None),
        ("<p>@unrollers unroll</p>", None),
        ("<p>mail@unroll unroll</p>", None),
        ("<p>@anna @unroll</p>", Command.BARE),
        ("<p>@unroll @anna unroll</p>", None),
        ("@unroll<br>refresh", Command.REFRESH),
    ],
)
def test_the_command_is_the_first_word_after_the_bots_own_handle(
    content: str, command: Command | None
) -> None:
    assert asked(content) is command


def test_a_call_says_who_when_in_which_language_for_whom_and_with_which_link() -> None:
    content = LINKED.format(
        'unroll <a href="https://far.example/tags/x" class="hashtag">#<span>x</span></a> '
    )
    content += '<p><a href="https://far.example/@anna/9"><span class="invisible">https://</span>far.example/…</a></p>'
    call = parse_call(note(content, spoiler_text="Secret words", in_reply_to_id="99"), BOT)
    assert call is not None
    found = call.mention
    assert found.ref == PostRef("mastodon", "https://far.example/users/bob/statuses/1")
    assert (found.by.id, found.by.handle) == ("https://far.example/users/bob", "bob@far.example")
    assert found.at.isoformat() == "2026-03-01T12:00:00+00:00"
    assert (found.languages, found.audience) == (("de",), Audience.PUBLIC)
    assert found.link == "https://far.example/@anna/9"
    assert json.loads(found.token) == {"call": "100", "acct": "bob@far.example", "warned": True}
    assert call.about == "99"


@pytest.mark.parametrize(
    ("visibility", "audience"),
    [
        ("public", Audience.PUBLIC),
        ("unlisted", Audience.UNLISTED),
        ("private", Audience.FOLLOWERS),
        ("mutuals_only", Audience.FOLLOWERS),
        ("direct", Audience.DIRECT),
        ("local", Audience.DIRECT),
        (None, Audience.DIRECT),
    ],
)
def test_what_is_not_known_to_be_public_is_private(visibility: object, audience: Audience) -> None:
    call = parse_call(note(LINKED.format("help"), visibility=visibility), BOT)
    assert call is not None
    assert call.mention.audience is audience


@pytest.mark.parametrize(
    "broken",
    [
        {"account": account(id="7", uri=BOT.id)},
        {"account": None},
        {"account": account(acct="bob \n@everybody")},
        {"account": account(acct=None)},
        {"id": "../../oauth"},
        {"id": None},
        {"uri": "javascript:alert(1)"},
        {"uri": 7},
        {"content": None},
        {"content": ["@unroll unroll"]},
    ],
    ids=str,
)
def test_what_lacks_what_an_answer_needs_is_no_call(broken: Wire) -> None:
    assert parse_call(note(LINKED.format("help"), **broken), BOT) is None


def test_a_note_by_somebody_else_than_the_posts_author_is_no_call() -> None:
    told = note(LINKED.format("help"))
    assert parse_call(told | {"account": account("eve")}, BOT) is None
    assert parse_call(told | {"created_at": "soon"}, BOT) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(note("")["status"])), JSON), JSON)
def test_nothing_that_a_server_sends_breaks_the_listening(status: Wire, about: object) -> None:
    parse_call(status, BOT)
    call = parse_call(note(LINKED.format("unroll"), **status), BOT)
    if call:
        settled(call, about, BOT)


def test_what_a_call_is_about_is_the_post_under_its_own_name_or_the_place_where_it_is_said_to_be() -> None:
    call = parse_call(note(LINKED.format(""), in_reply_to_id="99"), BOT)
    assert call is not None
    above = {"uri": "https://far.example/objects/1", "account": {"id": "3"}}
    found = settled(call, above, BOT)
    assert found is not None
    assert found.about == PostRef("mastodon", "https://far.example/objects/1")
    lost = settled(call, None, BOT)
    assert lost is not None
    assert lost.about == PostRef("mastodon", f"{HOME}/api/v1/statuses/99")
    assert settled(call, above | {"account": {"id": BOT.key}}, BOT) is None


@pytest.mark.parametrize(
    "quote",
    [
        {"state": "accepted", "quoted_status": {"id": "55"}},
        {"state": "pending", "quoted_status_id": "55"},
        {"id": "55", "uri": "https://far.example/objects/1"},
    ],
    ids=["Mastodon", "shallow", "Pleroma"],
)
def test_a_quote_says_what_is_meant(quote: Wire) -> None:
    call = parse_call(note(LINKED.format("unroll"), quote=quote), BOT)
    assert call is not None
    assert call.about == "55"


def test_an_authors_own_call_at_the_end_of_a_thread_is_known_by_the_bots_profile() -> None:
    status = note(LINKED.format("unroll"), created_at="2026-03-01T12:00:00Z")["status"]
    post = parse_status(status, "home.example", {})
    assert post is not None
    assert not is_own_call(post, frozenset({BOT.id}))
    conversation = Conversation(post.ref, Evidence("a server", post.published), {post.ref: post})
    name_bot(conversation, BOT)
    assert is_own_call(conversation.posts[post.ref], frozenset({BOT.id}))


# ------------------------------------------------------------------------------ what is answered

CALL = parse_call(note(LINKED.format("unroll")), BOT)
assert CALL
MENTION: Mention = CALL.mention
LINK = "https://unroll.example/t/abcdefghijkl"


def test_an_answer_is_the_same_request_however_often_it_is_made() -> None:
    answer = Answer("Hello", link=LINK)
    made = reply(MENTION, answer, BOT.handle, Room())
    assert made == reply(MENTION, answer, BOT.handle, Room())
    body = json.loads(made)
    assert body["status"] == {
        "status": f"@bob@far.example Hello\n{LINK}",
        "in_reply_to_id": "100",
        "visibility": "unlisted",
        "language": "de",
    }
    other = json.loads(
        reply(replace(MENTION, ref=PostRef("mastodon", "https://x.example/1")), answer, "", Room())
    )
    assert other["key"] != body["key"]


@given(st.text(max_size=900), st.integers(300, 1_000), st.text("abc/", max_size=90), st.text(max_size=200))
def test_an_answer_fits_and_its_link_is_never_cut_off(words: str, most: int, path: str, warning: str) -> None:
    link = f"https://unroll.example/{path}"
    status = json.loads(reply(MENTION, Answer(words, link=link), BOT.handle, Room(most), warning))["status"]
    assert len(status["status"]) + len(status.get("spoiler_text", "")) <= most
    assert status["status"].endswith(f"\n{link}")


@given(
    st.lists(st.sampled_from(["@anna", "@anna@far.example", "x@y.example", "(@eve)", "“@dora”", "word", "@"]))
)
def test_no_handle_in_the_words_calls_anybody_but_those_who_shall_hear_of_it(words: list[str]) -> None:
    told = said(Answer(" ".join(words)), "bob", BOT.handle, Room(10_000)).removeprefix("@bob ")
    assert "@anna" not in told
    assert "@eve" not in told
    assert "@dora" not in told


def test_the_author_who_is_asked_and_the_bot_itself_are_called_by_their_handles() -> None:
    anna = Author("mastodon", "https://far.example/users/anna", "anna@far.example")
    words = "@anna@far.example, may this? Answer “@unroll@home.example yes”."
    assert said(Answer(words, notify=anna), "bob", BOT.handle, Room()) == f"@bob {words}"


@pytest.mark.parametrize(
    ("instance", "room"),
    [
        ({"configuration": {"statuses": {"max_characters": 5000}}}, Room(5000)),
        (
            {"configuration": {"statuses": {"max_characters": True, "characters_reserved_per_url": "23"}}},
            Room(),
        ),
        ({"configuration": {"statuses": {"characters_reserved_per_url": 25}}}, Room(500, 25)),
        ({"configuration": []}, Room()),
        (None, Room()),
    ],
)
def test_how_much_fits_is_what_the_server_says(instance: object, room: Room) -> None:
    assert parse_room(instance) == room


@pytest.mark.parametrize("told", ["https://a.example", "javascript:x", None, 7, "a.example"])
def test_only_an_address_of_web_sockets_is_one(told: object) -> None:
    assert streaming_server({"configuration": {"urls": {"streaming": told}}}) == ""
    assert (
        streaming_server({"configuration": {"urls": {"streaming": "wss://a.example/"}}}) == "wss://a.example"
    )


def test_a_profile_that_says_much_already_is_only_marked() -> None:
    much = "x" * 450
    note, words = introduced(much, BOT.handle)
    assert note == much
    assert "please say there" in words
    once, _ = introduced("Hello.", BOT.handle)
    assert introduced(once, BOT.handle)[0] == once
