"""The X of the tests is like X: it answers by the document, and refuses what the document does not know."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.networks.x import document
from tests.testnet import x, x_answers, x_words
from tests.testnet.x_state import X
from tests.testnet.x_world import NOON, Wire, World, snowflake

ALL = {
    "post.fields": sorted(x_words.POST.fields),
    "expansions": sorted(x_words.POST.expansions),
    "user.fields": sorted(x_words.USER_FIELDS),
    "media.fields": sorted(x_words.MEDIA_FIELDS),
    "poll.fields": sorted(x_words.POLL_FIELDS),
}
SCHEMAS = {
    "/2/tweets": "GetPostsByIdsResponse",
    "/2/tweets/{id}": "GetPostsByIdResponse",
    "/2/tweets/search/recent": "SearchPostsRecentResponse",
    "/2/tweets/search/all": "SearchPostsAllResponse",
    "/2/users/{id}": "GetUsersByIdResponse",
    "/2/users/by/username/{username}": "GetUsersByUsernameResponse",
    "/2/users/{id}/tweets": "GetUsersPostsResponse",
    "/2/users/{id}/mentions": "GetUsersMentionsResponse",
}


@pytest.fixture
def net() -> Iterator[X]:
    with x.serving(World()) as net:
        yield net


def ask(net: X, path: str, token: str = "", **params: Any) -> tuple[int, Any]:
    """The status and the body; underscores in names that have a dot on the wire are written as `__`."""
    listed = {
        name.replace("__", "."): ",".join(value) if isinstance(value, list) else value
        for name, value in params.items()
    }
    request = urllib.request.Request(
        f"{net.url}{path}?{urlencode(listed)}", headers={"authorization": f"Bearer {token or net.token}"}
    )
    try:
        with urllib.request.urlopen(request) as reply:
            return reply.status, json.loads(reply.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def fill(net: X) -> dict[str, str]:
    """Posts of every kind; the values for the paths' places."""
    anna, bob = net.world.person("anna"), net.world.person("bob")
    gone, shy = net.world.person("gone", suspended=True), net.world.person("shy", protected=True)
    first, second, third = net.world.thread(anna, 3)
    quoted = net.world.post(bob, "Quoted @anna")
    net.world.post(anna, "Quotes", to=third, quotes=quoted)
    photo: Wire = {
        "media_key": "3_1",
        "type": "photo",
        "url": "https://pbs.example/1.jpg",
        "alt_text": "A cat",
    }
    photo |= {"width": 4, "height": 3}
    film: Wire = {"media_key": "7_1", "type": "video", "preview_image_url": "https://pbs.example/2.jpg"}
    film["variants"] = [{"bit_rate": 1, "content_type": "video/mp4", "url": "https://video.example/1.mp4"}]
    poll = {"id": "9", "options": [{"position": 1, "label": "Yes", "votes": 2}], "voting_status": "open"}
    net.world.post(anna, "Media", to=third, media=[photo, film])
    net.world.post(anna, "Poll", to=third, poll=poll)
    long: Wire = {"note": {"text": "Long", "entities": {"hashtags": [{"start": 0, "end": 1, "tag": "x"}]}}}
    long |= {"withheld": {"copyright": False, "country_codes": ["IN"]}, "article": {"title": "T"}}
    net.world.post(anna, "Long…", to=third, fields=long)
    net.world.edit(net.world.post(anna, "Edited", to=third), "Edited once")
    net.world.post(anna, "To the gone", to=net.world.post(gone, "x"))
    net.world.post(anna, "To the shy", to=net.world.post(shy, "x"))
    net.world.delete(second)
    ids = [said.id for said in net.world.posts.values()] + ["20"]
    return {"id": anna.id, "username": "anna", "post": first.id, "ids": ",".join(ids)}


@pytest.mark.parametrize("path", SCHEMAS)
def test_every_answer_is_one_that_the_document_allows(net: X, path: str) -> None:
    known = document.parameters(path)
    places = fill(net)
    if path == "/2/tweets/{id}":
        places["id"] = places["post"]
    params: dict[str, Any] = {name: ALL[name] for name in ALL if name in known}
    params |= {"expansions": ["pinned_post_id"]} if "media.fields" not in known else {}
    params |= {"ids": places["ids"]} if "ids" in known else {}
    params |= {"query": f"conversation_id:{places['post']} from:anna"} if "query" in known else {}
    status, told = ask(net, path.format(**places), **params)
    assert status == 200
    assert told["data"]
    document.check(SCHEMAS[path], told)


@pytest.mark.parametrize("path", SCHEMAS)
def test_the_parameters_that_are_taken_are_those_of_the_document(path: str) -> None:
    route = next(
        one for one in x_answers.ROUTES if one.pattern.fullmatch(path.replace("{", "").replace("}", ""))
    )
    assert route.known - {"tweet.fields"} == document.parameters(path).keys()


def test_the_fields_that_are_taken_are_those_of_the_document() -> None:
    known = document.parameters("/2/tweets")
    assert {name: set(ALL[name]) for name in ALL} == {name: set(known[name]["items"]["enum"]) for name in ALL}


@pytest.mark.parametrize(
    ("path", "value"),
    [("/2/tweets", ""), ("/2/tweets/nonsense", ""), ("/2/tweets/search/all", ""), ("/2/tweets", "a,b")],
)
def test_a_refusal_is_one_that_the_document_allows(net: X, path: str, value: str) -> None:
    status, told = ask(net, path, **({"ids": value} if value else {}))
    assert status == 400
    document.check("InvalidRequestProblem", {name: told[name] for name in ("type", "title", "detail")})


@pytest.mark.parametrize(
    "params",
    [
        {"ids": "20", "nonsense": "1"},
        {"ids": "20", "post.fields": "tweet"},
        {"ids": "20", "post.fields": "author_id"},
        {"ids": "20", "tweet.fields": "note_post"},
        {"ids": "20", "tweet.fields": "id", "post.fields": "id"},
        {"ids": "20", "tweet.fields": "id", "expansions": "referenced_posts"},
        {"ids": "20", "user.fields": "email"},
        {"ids": ",".join(str(number) for number in range(1, 102))},
        {"ids": "-1"},
    ],
)
def test_what_is_not_documented_is_refused(net: X, params: dict[str, str]) -> None:
    assert ask(net, "/2/tweets", **params)[0] == 400


def test_a_search_shows_no_conversations_first_post_and_pages_from_the_newest(net: X) -> None:
    thread = net.world.thread(net.world.person("anna"), 25)
    query = f"conversation_id:{thread[0].id} from:anna"
    _, one = ask(net, "/2/tweets/search/all", query=query, max_results="20")
    _, two = ask(
        net, "/2/tweets/search/all", query=query, next_token=one["meta"]["next_token"], max_results="20"
    )
    assert [post["id"] for post in one["data"] + two["data"]] == [said.id for said in thread[:0:-1]]
    assert "next_token" not in two["meta"]


def test_recent_search_knows_seven_days(net: X) -> None:
    anna = net.world.person("anna")
    old = net.world.thread(anna, 3, at=net.world.now - timedelta(days=8))
    new = net.world.post(anna, "New", to=old[-1], at=net.world.now - timedelta(days=1))
    _, told = ask(net, "/2/tweets/search/recent", query=f"conversation_id:{old[0].id}")
    assert [post["id"] for post in told["data"]] == [new.id]


def test_search_of_the_whole_archive_needs_its_own_access(net: X) -> None:
    net.full_archive = False
    status, told = ask(net, "/2/tweets/search/all", query="from:anna")
    assert (status, told["reason"]) == (403, "client-not-enrolled")


def test_what_cannot_be_shown_is_named_with_the_reason(net: X) -> None:
    fill(net)
    deleted = next(said for said in net.world.posts.values() if said.deleted)
    shy, gone = (
        next(s for s in net.world.posts.values() if s.by.username == name) for name in ("shy", "gone")
    )
    _, told = ask(net, "/2/tweets", ids=f"{deleted.id},{shy.id},{gone.id}")
    assert [error["title"] for error in told["errors"]] == [
        "Not Found Error",
        "Authorization Error",
        "Forbidden",
    ]
    assert "data" not in told


def test_a_wrong_token_opens_nothing(net: X) -> None:
    assert ask(net, "/2/tweets", token="wrong", ids="20")[0] == 401


def test_a_resource_is_billed_once_a_day(net: X) -> None:
    thread = net.world.thread(net.world.person("anna"), 3)
    for _ in range(2):
        ask(
            net,
            "/2/tweets",
            ids=",".join(said.id for said in thread),
            tweet__fields="author_id",
            expansions="author_id",
        )
    assert (net.bill.posts, net.bill.users, net.bill.dollars) == (3, 1, 0.025)
    net.world.now += timedelta(days=1)
    ask(net, "/2/tweets", ids=thread[0].id)
    assert net.bill.posts == 4


def test_limits_are_told_and_kept(net: X) -> None:
    net.limits["/2/tweets"] = 2
    statuses = [ask(net, "/2/tweets", ids="20")[0] for _ in range(3)]
    assert statuses == [200, 200, 429]
    net.world.now += timedelta(minutes=16)
    assert ask(net, "/2/tweets", ids="20")[0] == 200


def test_an_older_version_can_be_asked_for_and_names_the_newer(net: X) -> None:
    said = net.world.post(net.world.person("anna"), "One")
    net.world.edit(said, "Two")
    _, told = ask(net, "/2/tweets", ids=",".join(said.ids))
    assert [(post["text"], post["edit_history_tweet_ids"]) for post in told["data"]] == [
        ("One", said.ids),
        ("Two", said.ids),
    ]


def test_ids_sort_as_the_times_they_hold() -> None:
    ids = [snowflake(NOON + timedelta(milliseconds=place)) for place in range(100)]
    assert ids == sorted(ids, key=int)
