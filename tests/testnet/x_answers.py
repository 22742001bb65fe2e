"""What the X of the tests answers to each request for posts and people, and how it pages and searches.

https://docs.x.com/x-api/posts, https://docs.x.com/x-api/users
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from tests.testnet import x_words as words
from tests.testnet.x_state import Refusal, Request, Route, X, invalid
from tests.testnet.x_words import Wanted, Writer
from tests.testnet.x_world import Said, Wire

WEEK = timedelta(days=7)
_OBJECTS = frozenset(
    {
        "post.fields",
        "tweet.fields",
        "expansions",
        "user.fields",
        "media.fields",
        "poll.fields",
        "place.fields",
    }
)
_ABOUT_USERS = frozenset({"post.fields", "tweet.fields", "expansions", "user.fields"})
_RANGE = frozenset({"start_time", "end_time", "since_id", "until_id", "max_results", "pagination_token"})
_SEARCH = _OBJECTS | _RANGE | {"query", "next_token", "sort_order"}
_USER_EXPANSIONS = frozenset({"affiliation", "most_recent_post_id", "pinned_post_id", "pinned_tweet_id"})
_ID = re.compile(r"[0-9]{1,19}")
_USERNAME = re.compile(r"[A-Za-z0-9_]{1,15}")


def wanted(net: X, request: Request, expansions: frozenset[str] | None = None) -> Wanted:
    """What a request asked for.

    Raises:
        Refusal: it names a field that is not documented, or mixes the two vocabularies.
    """
    spoken = [one for one in net.speaks if one.parameter in request.params] or [net.speaks[0]]
    vocabulary = spoken[0]
    allowed = {
        vocabulary.parameter: vocabulary.fields,
        "expansions": vocabulary.expansions if expansions is None else expansions,
        "user.fields": words.USER_FIELDS,
        "media.fields": words.MEDIA_FIELDS,
        "poll.fields": words.POLL_FIELDS,
        "place.fields": words.PLACE_FIELDS,
    }
    for name in request.params.keys() & _OBJECTS:
        if name not in allowed:
            raise invalid(name, request.one(name), f"The query parameter [{name}] is not known here.")
        for value in request.listed(name):
            if value not in allowed[name]:
                raise invalid(
                    name, value, f"The `{name}` query parameter value [{value}] is not one of these."
                )
    return Wanted(
        vocabulary,
        frozenset(request.listed(vocabulary.parameter)),
        frozenset(request.listed("expansions")),
        frozenset(request.listed("user.fields")),
        frozenset(request.listed("media.fields")),
        frozenset(request.listed("poll.fields")),
    )


def _an_id(name: str, value: str) -> str:
    if not _ID.fullmatch(value):
        raise invalid(name, value, f"The `{name}` query parameter value [{value}] is not valid.")
    return value


def _a_size(request: Request, least: int, most: int, default: int) -> int:
    told = request.one("max_results", str(default))
    if not told.isdigit() or not least <= int(told) <= most:
        raise invalid(
            "max_results", told, f"The `max_results` query parameter value [{told}] is not between."
        )
    return int(told)


def _a_time(request: Request, name: str) -> datetime | None:
    told = request.one(name)
    if not told:
        return None
    try:
        return datetime.fromisoformat(told)
    except ValueError:
        raise invalid(name, told, f"The `{name}` query parameter value [{told}] is no time.") from None


def _told(writer: Writer, **parts: Any) -> Wire:
    """An answer with what came along and what could not be had, without what is empty."""
    whole = {**parts, "includes": writer.includes(), "errors": writer.errors}
    return {name: value for name, value in whole.items() if value or name == "meta"}


def posts_by_ids(net: X, request: Request) -> Wire:
    """https://docs.x.com/x-api/posts/get-posts-by-ids ."""
    ids = [_an_id("ids", id_) for id_ in request.listed("ids")]
    if not 1 <= len(ids) <= 100:
        raise invalid(
            "ids",
            request.one("ids"),
            f"The number of values in the `ids` query parameter list [{len(ids)}] is not between 1 and 100",
        )
    writer, data = Writer(net.world, wanted(net, request)), []
    for id_ in dict.fromkeys(ids):
        said = net.world.posts.get(id_)
        if trouble := words.trouble_with(said, id_, "ids"):
            writer.errors.append(trouble)
        elif said:
            data.append(writer.post(said, id_=id_))
    return _told(writer, data=data)


def post_by_id(net: X, request: Request) -> Wire:
    """https://docs.x.com/x-api/posts/get-post-by-id ."""
    id_ = _an_id("id", request.places["id"])
    writer, said = Writer(net.world, wanted(net, request)), net.world.posts.get(id_)
    if trouble := words.trouble_with(said, id_, "id"):
        writer.errors.append(trouble)
        return _told(writer)
    assert said
    return _told(writer, data=writer.post(said, id_=id_))


def search_recent(net: X, request: Request) -> Wire:
    """https://docs.x.com/x-api/posts/search-recent-posts ."""
    oldest = net.world.now - WEEK
    for name in ("start_time", "end_time"):
        if (time := _a_time(request, name)) and time < oldest:
            raise invalid(name, request.one(name), f"Invalid '{name}': must be on or after {oldest:%FT%RZ}.")
    found = _matching(net, request, 512)
    return _page(net, request, [said for said in found if said.at >= oldest], 10, 100, 10)


def search_all(net: X, request: Request) -> Wire:
    """https://docs.x.com/x-api/posts/search-all-posts ."""
    if not net.full_archive:
        raise Refusal(403, _not_enrolled())
    return _page(net, request, _matching(net, request, 1024), 10, 500, 10)


def _not_enrolled() -> Wire:
    return {
        "title": "Client Forbidden",
        "type": "https://api.x.com/2/problems/client-forbidden",
        "detail": "When authenticating requests to the X API v2 endpoints, you must use keys and tokens from"
        " a developer App that is attached to a Project with the appropriate level of access.",
        "reason": "client-not-enrolled",
        "required_enrollment": "Appropriate Level of API Access",
        "registration_url": "https://developer.x.com/en/docs/projects/overview",
        "client_id": "1",
    }


def _matching(net: X, request: Request, longest: int) -> list[Said]:
    """What a query of `conversation_id:` and `from:` finds, newest first; never a conversation's first post.

    https://docs.x.com/x-api/posts/search/integrate/operators
    """
    query = request.one("query")
    if not query or len(query) > longest:
        raise invalid("query", query, f"The `query` query parameter is empty or over {longest} characters.")
    found = [said for said in net.world.public() if said.at <= net.world.now - timedelta(seconds=10)]
    for term in query.split():
        name, _, value = term.partition(":")
        if name == "conversation_id" and value:
            _an_id("query", value)
            found = [said for said in found if said.conversation == value and value not in said.ids]
        elif name == "from" and value:
            found = [said for said in found if value.lower() in (said.by.id, said.by.username.lower())]
        else:
            raise invalid("query", query, f"There were errors processing your request: {term}")
    hidden = net.world.unsearchable
    return [said for said in found if said.conversation not in hidden and not hidden & set(said.ids)]


def posts_of_user(net: X, request: Request) -> Wire:
    """https://docs.x.com/x-api/users/get-posts ."""
    person = net.world.people.get(_an_id("id", request.places["id"]))
    writer = Writer(net.world, wanted(net, request))
    if trouble := words.trouble_with_user(person, request.places["id"], "id"):
        writer.errors.append(trouble)
        return _told(writer)
    own = [said for said in net.world.public() if said.by is person]
    without = request.listed("exclude")
    own = [said for said in own if not ("replies" in without and said.answers)]
    own = [said for said in own if not ("retweets" in without and said.reposts)]
    return _page(net, request, own[:3200], 5, 100, 10)


def mentions_of_user(net: X, request: Request) -> Wire:
    """https://docs.x.com/x-api/users/get-mentions ."""
    person = net.world.people.get(_an_id("id", request.places["id"]))
    writer = Writer(net.world, wanted(net, request))
    if trouble := words.trouble_with_user(person, request.places["id"], "id"):
        writer.errors.append(trouble)
        return _told(writer)
    assert person
    name = re.compile(rf"@{person.username}(?!\w)", re.IGNORECASE)
    calls = [said for said in net.world.public() if name.search(said.text)]
    return _page(net, request, calls[:800], 5, 100, 10)


def user_by_id(net: X, request: Request) -> Wire:
    """https://docs.x.com/x-api/users/get-user-by-id ."""
    id_ = _an_id("id", request.places["id"])
    return _user(net, request, net.world.people.get(id_), id_, "id")


def user_by_username(net: X, request: Request) -> Wire:
    """https://docs.x.com/x-api/users/get-user-by-username ."""
    name = request.places["username"]
    if not _USERNAME.fullmatch(name):
        raise invalid("username", name, f"The `username` query parameter value [{name}] does not match.")
    return _user(net, request, net.world.named(name), name, "username")


def _user(net: X, request: Request, person: Any, value: str, parameter: str) -> Wire:
    writer = Writer(net.world, wanted(net, request, _USER_EXPANSIONS))
    if trouble := words.trouble_with_user(person, value, parameter):
        writer.errors.append(trouble)
        return _told(writer)
    return _told(writer, data=writer.user(person))


def _page(net: X, request: Request, found: list[Said], least: int, most: int, default: int) -> Wire:
    """One page of `found`, which is newest first."""
    size, start = _a_size(request, least, most, default), _from_token(request)
    found = [said for said in found if _within(request, said)]
    begin = max(start - 1, 0) if net.repeats else start
    page, writer = found[begin : start + size], Writer(net.world, wanted(net, request))
    meta: Wire = {"result_count": len(page)}
    if page:
        meta |= {"newest_id": page[0].id, "oldest_id": page[-1].id}
    if start + size < len(found):
        meta["next_token"] = f"b26v89c{start + size:x}"
    return _told(writer, data=[writer.post(said) for said in page], meta=meta)


def _within(request: Request, said: Said) -> bool:
    since, until = request.one("since_id"), request.one("until_id")
    first, last = _a_time(request, "start_time"), _a_time(request, "end_time")
    return (
        (not since or int(said.id) > int(_an_id("since_id", since)))
        and (not until or int(said.id) < int(_an_id("until_id", until)))
        and (first is None or said.at >= first)
        and (last is None or said.at < last)
    )


def _from_token(request: Request) -> int:
    token = request.one("next_token") or request.one("pagination_token")
    if not token:
        return 0
    if not re.fullmatch(r"b26v89c[0-9a-f]+", token):
        raise invalid("next_token", token, "The `next_token` query parameter value is not valid.")
    return int(token.removeprefix("b26v89c"), 16)


ROUTES = [
    Route("GET", "/2/tweets", _OBJECTS | {"ids"}, posts_by_ids),
    Route("GET", "/2/tweets/search/recent", _SEARCH, search_recent),
    Route("GET", "/2/tweets/search/all", _SEARCH, search_all, app_only=True),
    Route("GET", "/2/tweets/:id", _OBJECTS, post_by_id),
    Route("GET", "/2/users/by/username/:username", _ABOUT_USERS, user_by_username),
    Route("GET", "/2/users/:id/tweets", _OBJECTS | _RANGE | {"exclude"}, posts_of_user),
    Route("GET", "/2/users/:id/mentions", _OBJECTS | _RANGE, mentions_of_user),
    Route("GET", "/2/users/:id", _ABOUT_USERS, user_by_id),
]
