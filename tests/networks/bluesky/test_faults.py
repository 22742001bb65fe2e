"""What goes wrong for a while, or for us alone, is never told as if a post were gone."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.networks.bluesky.paper import ACCOUNTS, ANNA, BOB, chain, network, post, uri
from tests.networks.bluesky.reading import read, unroll
from unroller.config import Secret
from unroller.core.conversation import Conversation
from unroller.core.errors import AbsentError, NetworkError, RefusedError, SetupError, WireError
from unroller.core.model import Absence, PostRef, Wholeness
from unroller.core.ports import Reply
from unroller.testing import PaperBluesky

Wire = dict[str, Any]

FIRST = PostRef("bluesky", uri(ANNA, 0))
LIST = "com.atproto.repo.listRecords"
THREAD = "app.bsky.feed.getPostThread"
POSTS = "app.bsky.feed.getPosts"


class Twisted(PaperBluesky):
    """A network whose answers to `twisted` methods are not what they were."""

    twisted: dict[str, Callable[[Wire], Wire]]

    def request(self, method: str, url: str, **how: Any) -> Reply:
        reply = super().request(method, url, **how)
        twist = self.twisted.get(url.rpartition("/")[2])
        return Reply(200, {}, json.dumps(twist(reply.json())).encode()) if twist else reply


def twisted(posts: list[Wire], **twists: Callable[[Wire], Wire]) -> Twisted:
    """A network of `posts` where getPosts, getPostThread or listRecords is `twists`."""
    paper = Twisted(ACCOUNTS, posts)
    names = {name.rpartition(".")[2]: name for name in (LIST, THREAD, POSTS)}
    paper.twisted = {names[name]: twist for name, twist in twists.items()}
    return paper


class Refuses(PaperBluesky):
    """A network on which addresses that begin with `private` are refused."""

    private = "nowhere"

    def request(self, method: str, url: str, **how: Any) -> Reply:
        if url.startswith(self.private):
            raise RefusedError("That is a private address, and those are never asked.")
        return super().request(method, url, **how)


@pytest.mark.parametrize("server", ["appview", "plc", "service"])
def test_a_server_of_the_operators_that_may_not_be_asked_is_for_the_operator_to_allow(server: str) -> None:
    paper = Refuses(ACCOUNTS, chain(ANNA, 2))
    paper.private = f"http://{server}.internal"
    bluesky = network(paper, handle="bot.example", password=Secret("paper"), **{server: paper.private})
    with pytest.raises(SetupError, match=r"private address.* allow_addresses"):
        list(bluesky.mentions(None)) if server == "service" else bluesky.fetch(FIRST)


def test_an_authors_server_that_may_not_be_asked_only_leaves_the_thread_unproven() -> None:
    paper = Refuses(ACCOUNTS, chain(ANNA, 2))
    paper.private = "https://pds."
    thread = unroll(network(paper), FIRST.id)
    assert thread.completeness.state is Wholeness.UNKNOWN
    assert "did not answer" in thread.completeness.why


class Says(PaperBluesky):
    """A network that answers 400 with the error's name, by method."""

    says: dict[str, str]

    def request(self, method: str, url: str, **how: Any) -> Reply:
        name = self.says.get(url.rpartition("/")[2])
        body = json.dumps({"error": name}).encode()
        return Reply(400, {}, body) if name else super().request(method, url, **how)


def fetch(at: str, **says: str) -> Conversation:
    paper = Says(ACCOUNTS, chain(ANNA, 1))
    paper.says = {THREAD: says["thread"], "app.bsky.actor.getProfile": says.get("profile", "")}
    return network(paper).fetch(PostRef("bluesky", at))


def test_a_request_that_the_network_calls_invalid_is_ours_to_put_right() -> None:
    with pytest.raises(WireError):
        fetch(FIRST.id, thread="InvalidRequest")
    with pytest.raises(WireError):
        fetch(FIRST.id.replace(ANNA, "anna.example"), thread="InvalidRequest")


def test_a_handle_that_leads_nowhere_is_an_account_that_is_not_there() -> None:
    with pytest.raises(AbsentError, match="no such account"):
        fetch(FIRST.id.replace(ANNA, "nobody.example"), thread="InvalidRequest", profile="InvalidRequest")


def test_an_account_that_nobody_can_tell_of_just_now_is_not_said_to_be_gone() -> None:
    with pytest.raises(WireError):
        fetch(FIRST.id, thread="NotFound", profile="AuthMissing")


@pytest.mark.parametrize("shape", [{}, {"posts": None}, {"posts": {"a": 1}}])
def test_an_answer_without_a_list_of_posts_does_not_make_them_gone(shape: Wire) -> None:
    paper = twisted(chain(ANNA, 3), getPosts=lambda _: shape)
    with pytest.raises(WireError):
        unroll(network(paper), FIRST.id)


def test_posts_that_an_answer_left_out_are_asked_for_once_more() -> None:
    turns = iter([True])
    paper = twisted(
        chain(ANNA, 20),
        getPosts=lambda told: {"posts": told["posts"][:-3]} if next(turns, False) else told,
    )
    thread = unroll(network(paper), FIRST.id)
    assert (len(thread.posts), thread.gaps) == (20, ())
    assert paper.asked.count(POSTS) == 2


def test_posts_that_stay_out_of_the_answers_count_as_absent_and_are_asked_for_twice_in_all() -> None:
    posts = chain(ANNA, 5)
    paper = PaperBluesky(ACCOUNTS, posts)
    paper.hidden.add(posts[3]["uri"])
    thread = unroll(network(paper), FIRST.id)
    assert [gap.reason for gap in thread.gaps] == [Absence.NOT_PUBLIC]
    assert paper.asked.count(POSTS) == 2


def backwards(told: Wire) -> Wire:
    return told | {"records": told["records"][::-1]}


def of_another(told: Wire) -> Wire:
    records = [record | {"uri": record["uri"].replace(ANNA, BOB)} for record in told["records"]]
    return told | {"records": records}


def without_values(told: Wire) -> Wire:
    return told | {"records": [{"uri": record["uri"]} for record in told["records"]]}


NONSENSE: dict[str, Callable[[Wire], Wire]] = {
    "no records": lambda told: {"cursor": told.get("cursor")},
    "an object for records": lambda told: told | {"records": {}},
    "a record that is none": lambda told: told | {"records": [*told["records"], 7]},
    "records without values": without_values,
    "records backwards": backwards,
    "records of somebody else": of_another,
    "a cursor that goes back": lambda told: told | {"cursor": "2"},
    "an empty cursor": lambda told: told | {"cursor": ""},
    "a cursor that is a number": lambda told: told | {"cursor": 7},
    "the same cursor for ever": lambda told: told | {"cursor": "zzz"},
}


@pytest.mark.parametrize("twist", NONSENSE.values(), ids=NONSENSE)
def test_a_list_that_makes_no_sense_proves_nothing(twist: Callable[[Wire], Wire]) -> None:
    posts = chain(ANNA, 5)
    thread = unroll(network(twisted(posts, listRecords=twist)), FIRST.id)
    assert len(thread.posts) == 5
    assert thread.completeness.state is Wholeness.UNKNOWN
    assert "makes no sense" in thread.completeness.why


def without(*places: int) -> Callable[[Wire], Wire]:
    """A list that leaves out Anna's posts of these minutes."""
    left_out = {uri(ANNA, place) for place in places}
    return lambda told: {
        **told,
        "records": [record for record in told["records"] if record["uri"] not in left_out],
    }


@pytest.mark.parametrize("places", [(3,), (5,), (1, 2, 3, 4, 5)], ids=str)
def test_a_list_that_lacks_what_bluesky_shows_is_not_whole_and_bluesky_is_asked_below(
    places: tuple[int, ...],
) -> None:
    posts = chain(ANNA, 6)
    aside = post(ANNA, 9, parent=posts[0]["uri"])
    paper = twisted([*posts, aside], listRecords=without(*places, 9))
    thread = unroll(network(paper), posts[5]["uri"])
    assert len(thread.posts) == 7
    assert thread.completeness.state is Wholeness.UNKNOWN
    assert "left out posts" in thread.completeness.why
    assert paper.asked.count(THREAD) > 1


def test_a_post_that_such_a_list_does_not_name_is_not_called_deleted() -> None:
    posts = chain(ANNA, 6)
    paper = twisted(posts, listRecords=without(4))
    paper.delete(posts[2]["uri"])
    thread = unroll(network(paper), posts[5]["uri"])
    assert [gap.reason for gap in thread.gaps] == [Absence.NOT_FOUND]


class Tires(PaperBluesky):
    """A network on which lists end with their first page, and not well."""

    def request(self, method: str, url: str, **how: Any) -> Reply:
        if url.endswith(LIST) and LIST in self.asked:
            raise NetworkError("Not now.")
        return super().request(method, url, **how)


def test_a_missing_post_is_deleted_only_where_the_list_was_read() -> None:
    posts = chain(ANNA, 130)
    paper = Tires(ACCOUNTS, posts)
    for place in (50, 120):
        paper.delete(posts[place]["uri"])
    thread = unroll(network(paper), posts[129]["uri"])
    reasons = {gap.ref.id: gap.reason for gap in thread.gaps}
    assert reasons[posts[50]["uri"]] is Absence.DELETED
    assert reasons[posts[120]["uri"]] is Absence.NOT_FOUND


def test_a_missing_post_from_before_the_list_began_is_not_found() -> None:
    root = post(ANNA, 0)
    below = post(ANNA, 3, parent=uri(ANNA, -5), root=root["uri"])
    conversation = read(network(PaperBluesky(ACCOUNTS, [root, below])), root["uri"])
    assert conversation.absent == {PostRef("bluesky", uri(ANNA, -5)): Absence.NOT_FOUND}


def test_a_reply_that_is_keyed_before_its_root_is_found_only_by_asking_bluesky() -> None:
    root = post(ANNA, 0)
    odd = post(ANNA, -5, parent=root["uri"])
    paper = PaperBluesky(ACCOUNTS, [root, odd])
    assert len(unroll(network(paper), root["uri"]).posts) == 1
    paper.down.add(LIST)
    assert len(unroll(network(paper), root["uri"]).posts) == 2
