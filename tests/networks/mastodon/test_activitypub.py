"""Threads from servers that show objects alone, demand signatures, or lie."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.networks.mastodon.reader import Reader, posts, ref, texts
from tests.testnet.fediverse import Fediverse, Host, Status
from tests.testnet.fediverse_http import ACTIVITY, said
from unroller.core.errors import AbsentError, InputError, NetworkError, RefusedError, WireError
from unroller.core.model import Absence, Gap, Post, Wholeness

pytestmark = pytest.mark.real

SITE = "https://unroll.example"
DELETED = "this server does not tell of deleted posts"


def signing(world: Fediverse) -> Reader:
    """Somebody whose site other servers can reach, and whose key they know."""
    reader = Reader(world, site=SITE)
    for host in world.hosts:
        host.keys = {f"{SITE}/actor#main-key": reader.public_key()}
    return reader


# -------------------------------------------------------------------------------------- kinds of servers


@pytest.mark.parametrize("position", [1, 3, 5])
def test_gotosocial_shows_a_thread_to_those_who_sign(world: Fediverse, position: int) -> None:
    line = world.host("gotosocial").account("anna").thread(posts(5))
    thread = signing(world).thread(line[position - 1])
    assert texts(thread) == posts(5)
    assert thread.completeness.why == DELETED
    assert thread.completeness.source == "the lists of replies on the author's own server"


def test_gotosocial_shows_nothing_to_those_who_do_not_sign(world: Fediverse) -> None:
    line = world.host("gotosocial").account("anna").thread(posts(2))
    with pytest.raises(RefusedError, match="shows its posts only to servers that it knows"):
        Reader(world).thread(line[0])


def test_gotosocial_shows_a_thread_to_its_own_account(world: Fediverse) -> None:
    home = world.host("gotosocial")
    line = home.account("anna").thread(posts(45))
    assert texts(Reader(world, home).thread(line[30])) == posts(45)


def test_a_post_that_is_deleted_empties_no_thread_on_gotosocial(world: Fediverse) -> None:
    """Its contexts are empty below a deleted post, but each post still names its parent."""
    home = world.host("gotosocial")
    line = home.account("anna").thread(posts(6))
    home.delete(line[2])
    thread = Reader(world, home).thread(line[4])
    assert texts(thread) == posts(3, 4)
    assert [gap.ref for gap in thread.gaps] == [thread.ref]
    assert thread.gaps[0].reason is Absence.NOT_FOUND


@pytest.mark.parametrize("ways", [("cavage",), ("rfc9421",)])
def test_each_server_gets_the_signature_that_it_knows(world: Fediverse, ways: tuple[str, ...]) -> None:
    home = world.host(needs_token=True, demands_signatures=True, signatures=ways)
    line = home.account("anna").thread(posts(8))
    reader = signing(world)
    assert texts(reader.thread(line[0])) == posts(8)
    objects = [asked for asked in home.log if "/api/" not in asked.path]
    unsigned = [asked for asked in objects if "signature" not in asked.headers]
    in_vain = [asked for asked in objects if "signature-input" in asked.headers] if "cavage" in ways else []
    assert len(unsigned) == 1, "after the first time it is known that nothing is had unsigned"
    assert in_vain == []


def test_the_collection_of_a_conversation_gives_side_branches_and_runs_below_others(world: Fediverse) -> None:
    home, away = world.host(needs_token=True), world.host()
    anna = home.account("anna")
    line = anna.thread(posts(3))
    anna.thread(["Aside 1", "Aside 2"], line[0])
    anna.thread(["On 1", "On 2"], away.account("bob").post("Go on!", line[1]))
    thread = Reader(world).thread(line[2])
    assert texts(thread) == ["Post 1", "Post 2", "Post 3", "Aside 1", "Aside 2"]
    assert thread.completeness.source == "the conversation as the author's own server lists it"
    (aside,) = thread.elsewhere
    assert isinstance(aside.under, Post)
    assert [post.body[0].text for post in (aside.under, *aside.posts)] == ["Go on!", "On 1", "On 2"]


def test_misskey_is_read_upwards_and_the_page_says_why(world: Fediverse) -> None:
    home = world.host("misskey")
    line = home.account("anna").thread(posts(5))
    thread = Reader(world).thread(line[3])
    assert texts(thread) == posts(4)
    assert thread.completeness.state is Wholeness.UNKNOWN
    assert thread.completeness.why == (
        f"{DELETED}; {home.name} lists no replies, so nothing below this post is known"
    )
    assert thread.completeness.source == "the posts above, one by one"


def test_a_post_that_its_server_does_not_tell_just_now_leaves_a_doubt(world: Fediverse) -> None:
    home = world.host(needs_token=True)
    line = home.account("anna").thread(posts(4))
    home.answers[line[3].uri.removeprefix(home.origin)] = said({"error": "Busy"}, 500)
    thread = Reader(world).thread(line[0])
    assert texts(thread) == posts(3)
    assert thread.completeness.why == f"{DELETED}; {home.name} did not answer for every post"


@pytest.mark.parametrize("address", ["uri", "url"])
def test_pleroma_is_read_by_either_of_its_addresses(world: Fediverse, address: str) -> None:
    home = world.host("pleroma")
    line = home.account("anna").thread(posts(4))
    thread = Reader(world).thread(getattr(line[1], address))
    assert texts(thread) == posts(4)
    assert thread.ref == ref(line[0])
    assert thread.completeness.source == "the author's own list of posts"


def test_any_address_may_be_a_post_and_its_server_is_asked(world: Fediverse) -> None:
    home = world.host("misskey")
    line = home.account("anna").thread(posts(2))
    note = json.loads(answer(home, line[1])[2])
    home.answers["/2026/my-story"] = said(note, 200, ACTIVITY)
    assert texts(Reader(world).thread(f"{home.origin}/2026/my-story")) == posts(2)


def test_a_page_that_only_looks_like_mastodons_is_asked_for_as_it_is(world: Fediverse) -> None:
    home = world.host("misskey")
    line = home.account("anna").thread(posts(2))
    home.answers["/@anna/77"] = said(json.loads(answer(home, line[1])[2]), 200, ACTIVITY)
    assert texts(Reader(world).thread(f"{home.origin}/@anna/77")) == posts(2)


def answer(host: Host, status: Status) -> tuple[int, Any, bytes]:
    from tests.testnet.fediverse_http import activity, note

    return activity(note(host, status))


# --------------------------------------------------------------------------------- what is no post, or gone


def test_a_page_for_people_is_no_post_and_the_words_say_what_to_do(world: Fediverse) -> None:
    home = world.host(html_only=True)
    with pytest.raises(InputError, match="no post of the fediverse: open the post that you mean"):
        Reader(world).thread(f"{home.origin}/2026/a-recipe")
    with pytest.raises(InputError, match="no post of the fediverse"):
        Reader(world).thread(f"{home.origin}/@anna/123")


def test_an_account_is_no_post(world: Fediverse) -> None:
    home = world.host()
    home.account("anna")
    home.answers["/~anna"] = said({"id": f"{home.origin}/~anna", "type": "Person"}, 200, ACTIVITY)
    with pytest.raises(InputError, match="is no post"):
        Reader(world).thread(f"{home.origin}/~anna")


def test_a_tombstone_is_a_deleted_post(world: Fediverse) -> None:
    home = world.host("misskey")
    line = home.account("anna").thread(posts(3))
    tomb = {"id": line[0].uri, "type": "Tombstone"}
    home.answers[f"/notes/{line[0].id}"] = said(tomb, 200, ACTIVITY)
    with pytest.raises(AbsentError, match="was deleted"):
        Reader(world).thread(line[0])
    thread = Reader(world).thread(line[2])
    assert texts(thread) == posts(2, 2)
    assert isinstance(thread.context, Gap)
    assert thread.context.reason is Absence.DELETED


# -------------------------------------------------------------------------------------------------- lies


def lie(host: Host, status: Status, **changes: object) -> None:
    found = json.loads(answer(host, status)[2]) | changes
    host.answers[status.uri.removeprefix(host.origin)] = said(found, 200, ACTIVITY)


def test_a_server_is_not_believed_about_an_author_elsewhere(world: Fediverse) -> None:
    home, away = world.host("misskey"), world.host("misskey")
    post = home.account("eve").post("I am bob")
    lie(home, post, attributedTo=away.account("bob").uri)
    with pytest.raises(WireError, match="says is somebody else's"):
        Reader(world).thread(post)


def test_a_server_is_not_believed_about_a_post_elsewhere(world: Fediverse) -> None:
    """It says that what it shows is somebody else's post; that post's own server tells what it says."""
    home, away = world.host("misskey"), world.host("misskey")
    true = away.account("bob").post("What bob said")
    post = home.account("eve").post("What bob never said")
    lie(home, post, id=true.uri, attributedTo=true.account.uri, content="<p>What bob never said</p>")
    assert texts(Reader(world).thread(post)) == ["What bob said"]


def test_a_file_that_somebody_put_on_a_server_is_no_post_of_that_server(world: Fediverse) -> None:
    """Whoever may upload files to a server does not speak for the others who live there."""
    home = world.host("misskey")
    anna = home.account("anna")
    true = anna.post("What anna said")
    forged = json.loads(answer(home, true)[2]) | {"content": "<p>Forged</p>"}
    home.answers["/media/1.json"] = said(forged, 200, ACTIVITY)
    assert texts(Reader(world).thread(f"{home.origin}/media/1.json")) == ["What anna said"]
    home.answers["/media/2.json"] = said(forged | {"id": f"{home.origin}/media/2.json"}, 200)
    with pytest.raises(InputError):
        Reader(world).thread(f"{home.origin}/media/2.json")
    home.answers["/media/3.json"] = said(forged | {"id": f"{home.origin}/media/2.json"}, 200, ACTIVITY)
    with pytest.raises(InputError):
        Reader(world).thread(f"{home.origin}/media/3.json")


def test_two_servers_that_point_at_each_other_end_in_an_error(world: Fediverse) -> None:
    home, away = world.host("misskey"), world.host("misskey")
    one, other = home.account("eve").post("One"), away.account("bob").post("Other")
    lie(home, one, id=other.uri)
    lie(away, other, id=one.uri)
    with pytest.raises(WireError):
        Reader(world).thread(one)


def test_an_api_is_not_believed_about_an_author_elsewhere(world: Fediverse) -> None:
    """A post of eve's server that claims to be bob's is looked up at bob's, and is not there."""
    home, away = world.host(), world.host()
    bob = away.account("bob")
    post = home.account("eve").post("What bob never said", uri=f"{bob.uri}/statuses/1", url=f"{bob.url}/1")
    with pytest.raises(AbsentError):
        Reader(world).thread(f"{home.origin}/@eve/{post.id}")


def test_posts_that_a_server_embeds_are_fetched_from_their_own_servers(world: Fediverse) -> None:
    home, away = world.host("misskey"), world.host("misskey")
    anna, bob = home.account("anna"), away.account("bob")
    first = anna.post("Post 1")
    said_by_bob = bob.post("What bob said", first)
    forged = json.loads(answer(away, said_by_bob)[2]) | {
        "content": "<p>Forged</p>",
        "attributedTo": anna.uri,
    }
    lie(home, first, replies={"type": "Collection", "items": [forged]})
    thread = Reader(world).thread(first)
    assert texts(thread) == ["Post 1"]
    assert thread.elsewhere == ()


@pytest.mark.parametrize("fate", ["there", "silent", "never was"])
def test_a_quoted_author_is_not_believed_to_have_said_what_only_others_tell(
    world: Fediverse, fate: str
) -> None:
    home, away = world.host(), world.host()
    true = away.account("bob").post("What bob said")
    home.learn(true)
    forged = home.show(true) | {"content": "<p>Forged</p>"}
    post = home.account("eve").post("Look!", quote={"state": "accepted", "quoted_status": forged})
    away.down = fate == "silent"
    if fate == "never was":
        away.forget(true)
    quote = Reader(world).thread(post).posts[0].quote
    assert quote
    if fate == "there":
        assert quote.post
        assert quote.post.body[0].text == "What bob said"
    else:
        assert quote.post is None
        assert quote.absence is (Absence.NOT_FETCHED if fate == "silent" else Absence.NOT_FOUND)


def test_nobody_is_shown_who_cannot_be_asked_what_they_want(world: Fediverse) -> None:
    home, away = world.host("misskey"), world.host("misskey")
    bob = away.account("bob")
    line = home.account("anna").thread(posts(2), bob.post("What do you think?"))
    away.answers["/users/bob"] = said({"error": "Gone"}, 500)
    context = Reader(world).thread(line[1]).context
    assert isinstance(context, Gap)
    assert context.reason is Absence.NOT_FETCHED


# -------------------------------------------------------------------------------------------- collections


@pytest.mark.parametrize(
    ("replies", "why"),
    [
        ("circle", "a list of {} runs in circles"),
        ("endless", "a list of {} does not end"),
        ("elsewhere", "a list of {} cannot be read to its end"),
    ],
)
def test_a_list_that_never_ends_is_left_and_the_page_says_so(
    world: Fediverse, replies: Any, why: str
) -> None:
    home = world.host(needs_token=True, has_contexts=False, replies=replies)
    line = home.account("anna").thread(posts(3))
    thread = Reader(world).thread(line[0])
    assert texts(thread) == posts(3)
    assert thread.completeness.why == f"{DELETED}; {why.format(home.name)}"
    assert world.asked() < 100


def test_a_list_with_nonsense_in_it_gives_what_makes_sense(world: Fediverse) -> None:
    home = world.host("misskey")
    anna = home.account("anna")
    line = anna.thread(posts(2))
    items = [None, 7, {}, {"id": 7}, ["x"], "nonsense", "javascript:x", {"id": "http://["}, line[1].uri]
    lie(home, line[0], replies={"type": "Collection", "orderedItems": items})
    assert texts(Reader(world).thread(line[0])) == posts(2)


# ------------------------------------------------------------------------------------------------- copies


def test_a_copy_leads_to_the_authors_own_server(world: Fediverse) -> None:
    home, away = world.host(), world.host()
    line = home.account("anna").thread(posts(3))
    name = away.learn(line[1])
    link = f"{away.origin}/@anna@{home.name}/{name}"
    assert texts(Reader(world).thread(link)) == posts(3)


def test_a_copy_is_not_believed_while_the_authors_own_server_is_silent(world: Fediverse) -> None:
    home, away = world.host(), world.host()
    name = away.learn(home.account("anna").post("Post 1"))
    home.down = True
    with pytest.raises(NetworkError, match="trouble of its own"):
        Reader(world).thread(f"{away.origin}/@anna@{home.name}/{name}")


@pytest.mark.parametrize("named", ["as a copy", "as the bot's own server"])
def test_a_copy_that_the_operator_trusts_is_shown_and_the_page_says_so(world: Fediverse, named: str) -> None:
    home, away = world.host(), world.host()
    anna = home.account("anna")
    line = anna.thread(posts(3))
    names = [away.learn(post) for post in line]
    home.down = True
    reader = Reader(world, away) if "own" in named else Reader(world, settings={"copies": (away.name,)})
    thread = reader.thread(f"{away.origin}/@anna@{home.name}/{names[0]}")
    assert texts(thread) == posts(3)
    assert thread.ref == ref(line[0])
    assert thread.completeness.source == f"a copy on {away.name}"
    assert "since the author's own server did not answer" in thread.completeness.why


def test_the_bots_own_server_is_asked_for_a_copy_where_none_is_named(world: Fediverse) -> None:
    home, away = world.host(), world.host()
    line = home.account("anna").thread(posts(3))
    for post in line:
        away.learn(post)
    home.down = True
    thread = Reader(world, away).thread(line[0])
    assert texts(thread) == posts(3)
    assert thread.completeness.source == f"a copy on {away.name}"


def test_a_copy_is_given_time_to_become_whole(world: Fediverse) -> None:
    home, away = world.host(), world.host(refreshing=2)
    bob = home.account("bob")
    line = home.account("anna").thread(posts(2), reply_to=bob.post("A question"))
    for post in (*line[0].above(), *line):
        away.learn(post)
    home.down = True
    reader = Reader(world, away)
    assert texts(reader.thread(line[1])) == posts(2)
    assert reader.waited == [3.0, 3.0]


def test_a_post_that_is_deleted_at_home_is_deleted_whatever_copies_there_are(world: Fediverse) -> None:
    home, away = world.host(), world.host()
    post = home.account("anna").post("Post 1")
    name = away.learn(post)
    home.forget(post)
    with pytest.raises(AbsentError):
        Reader(world, away).thread(f"{away.origin}/@anna@{home.name}/{name}")
