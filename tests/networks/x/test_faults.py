"""No keys, wrong keys, no money, and an X that has trouble: what is said, what is bought, what is kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.examples import at_most
from tests.networks.x.reading import Reader, reading
from tests.testnet.x_state import BEARER
from tests.testnet.x_words import POST, TWEET, Vocabulary
from tests.testnet.x_world import Said
from unroller.config import Secret, Settings
from unroller.core.assemble import assemble, wanted
from unroller.core.errors import (
    BudgetError,
    InputError,
    NetworkError,
    RefusedError,
    SetupError,
    UnrollerError,
    WireError,
)
from unroller.core.model import PostRef, Wholeness
from unroller.core.ports import Reply
from unroller.flows.match import either, match, titles
from unroller.keeping import Kept, PassingSessions
from unroller.networks.x import X, XSettings
from unroller.plugins import load_networks

pytestmark = pytest.mark.real


@pytest.fixture
def reader() -> Iterator[Reader]:
    with reading() as reader:
        yield reader


def chain(reader: Reader, size: int, **how: Any) -> list[Said]:
    return reader.net.world.thread(reader.net.world.person("anna"), size, **how)


def test_without_keys_links_are_known_and_nothing_is_asked() -> None:
    with reading(bearer_token=Secret()) as reader:
        assert reader.match("https://x.com/anna/status/123456789012").network == "x"
        with pytest.raises(SetupError, match=r"not set up here.*networks\.x\.bearer_token"):
            reader.thread("123456789012")
        assert reader.x.balance() is None
        assert reader.x.check() == ("no keys are set, so X is not read",)
        assert reader.net.asked == []


@pytest.mark.parametrize("token", ["", "t"])
def test_visitors_are_told_of_x_only_where_it_can_be_read(token: str) -> None:
    given = Settings(Path("unused"), networks={"x": {"bearer_token": token}})
    networks = load_networks(given, Paper(refusing)).networks
    assert ("X" in titles(networks)) == bool(token)
    with pytest.raises(InputError) as caught:
        match(networks, "https://example.com/")
    assert caught.value.words.endswith(f"{either(titles(networks))}.")


def test_a_wrong_token_is_for_the_operator() -> None:
    with reading(bearer_token=Secret("wrong")) as reader:
        with pytest.raises(SetupError, match="refuses the bearer token") as caught:
            reader.thread(chain(reader, 1)[0])
        assert "wrong" not in caught.value.words
        assert reader.net.bill.dollars == 0
        balance = reader.x.balance()
        assert balance
        assert balance.spent == 0


def test_young_names_that_x_does_not_know_are_done_without(reader: Reader) -> None:
    young = {"article", "article.cover_media", "article.media_entities", "display_text_range"}
    known = replace(TWEET, fields=TWEET.fields - young, expansions=TWEET.expansions - young)
    reader.net.speaks = (known,)
    posts = chain(reader, 3)
    assert len(reader.thread(posts[0]).posts) == 3
    statuses = [one.status for one in reader.net.asked]
    reader.thread(posts[1])
    assert [one.status for one in reader.net.asked[len(statuses) :]] == [200, 200, 200]
    assert 400 in statuses


@pytest.mark.parametrize("known", [POST, replace(TWEET, fields=TWEET.fields - {"referenced_tweets"})])
def test_names_that_cannot_be_done_without_are_for_the_operator(known: Vocabulary) -> None:
    with reading(speaks=(known,)) as reader:
        with pytest.raises(SetupError, match=r"“tweet” family.*field_names"):
            reader.thread(chain(reader, 3)[0])
        assert spent(reader) == 0


@pytest.mark.parametrize("token", ["ё", "two\nlines", "two words", "\x00"])
def test_what_can_be_no_token_is_for_the_operator_and_is_shown_to_nobody(token: str) -> None:
    with reading(bearer_token=Secret(token)) as reader:
        with pytest.raises(SetupError, match="is no token") as caught:
            reader.thread(chain(reader, 1)[0])
        assert token not in caught.value.words
        assert reader.net.asked == []


def test_white_space_around_a_token_is_none_of_it() -> None:
    with reading(bearer_token=Secret(f" {BEARER}\n")) as reader:
        assert len(reader.thread(chain(reader, 2)[0]).posts) == 2


def test_keys_without_the_full_archive_say_which_access_is_missing(reader: Reader) -> None:
    posts = chain(reader, 3)
    reader.net.full_archive = False
    with pytest.raises(SetupError, match=r"pay-per-use or Enterprise access.*full_archive = false"):
        reader.thread(posts[2])


def test_a_spent_cap_of_xs_own_says_when_it_renews(reader: Reader) -> None:
    posts = chain(reader, 3)
    reader.net.capped = True
    with pytest.raises(BudgetError, match=r"X's own monthly cap.*renews on 2026-10-01") as caught:
        reader.thread(posts[2])
    assert str(caught.value.renews) == "2026-10-01"
    assert spent(reader) == 0


def test_used_up_credits_are_for_the_operator(reader: Reader) -> None:
    posts = chain(reader, 3)
    reader.net.credits = False
    with pytest.raises(BudgetError, match="credits for reading X are used up"):
        reader.thread(posts[2])
    assert spent(reader) == 0


def test_a_reached_limit_says_when_to_ask_again_and_costs_nothing(reader: Reader) -> None:
    posts = chain(reader, 3)
    reader.net.limits["/2/tweets"] = 0
    with pytest.raises(NetworkError) as caught:
        reader.thread(posts[2])
    assert not isinstance(caught.value, BudgetError)
    assert caught.value.retry_after == 15 * 60
    assert spent(reader) == 0


def test_a_search_at_its_limit_stops_no_look_up(reader: Reader) -> None:
    posts = chain(reader, 3)
    reader.net.limits["/2/tweets/search/all"] = 1
    reader.thread(posts[2])
    with pytest.raises(NetworkError):
        reader.thread(posts[2])
    assert reader.x.check()[0] == f"{reader.net.url} takes the token"


@pytest.mark.parametrize("fault", [500, 503, "lost", "half"])
def test_passing_trouble_is_asked_through_and_paid_once(reader: Reader, fault: int | str) -> None:
    posts = chain(reader, 25)
    reader.net.fail(fault, 2)
    assert len(reader.thread(posts[0]).posts) == 25
    assert spent(reader) == round(reader.net.bill.dollars * 1_000_000)


@pytest.mark.parametrize("after", [0, 1, 2])
def test_trouble_that_stays_is_an_error_and_may_be_tried_again(reader: Reader, after: int) -> None:
    posts = chain(reader, 25)
    reader.net.fail(503, 4, after=after)
    with pytest.raises(NetworkError):
        reader.thread(posts[24])
    assert len(reader.thread(posts[24]).posts) == 25
    assert reader.net.bill.posts == 25
    assert spent(reader) == round(reader.net.bill.dollars * 1_000_000)


def test_a_search_that_had_no_answer_is_paid_once_when_it_is_asked_again(reader: Reader) -> None:
    posts = chain(reader, 25)
    reader.net.fail("lost", 4, after=1)
    with pytest.raises(NetworkError):
        reader.thread(posts[24])
    assert spent(reader) > 25 * 5_000  # nobody knows what X counted
    assert len(reader.thread(posts[24]).posts) == 25
    assert spent(reader) == round(reader.net.bill.dollars * 1_000_000)


@pytest.mark.parametrize("fault", ["html", "malformed"])
def test_an_answer_that_is_none_is_ours_to_put_right(reader: Reader, fault: str) -> None:
    posts = chain(reader, 3)
    reader.net.fail(fault)
    with pytest.raises(WireError):
        reader.thread(posts[0])


def spent(reader: Reader) -> int:
    balance = reader.x.balance()
    assert balance
    return balance.spent


@pytest.mark.parametrize("dollars", ["0", "0.014", "0.05", "0.06", "0.064", "0.1", "0.12"])
def test_wherever_the_money_ends_no_more_is_bought(dollars: str) -> None:
    with reading(per_unroll=Decimal(dollars)) as reader:
        world, bob = reader.net.world, reader.net.world.person("bob")
        posts = chain(reader, 25, to=world.post(bob, "A claim"))
        world.post(posts[0].by, "Look", to=posts[24], quotes=world.post(bob, "Quoted"))
        with suppress(BudgetError):  # where it does not even reach for the post itself
            thread = reader.thread(posts[12])
            assert thread.completeness.state is not Wholeness.WHOLE
            assert "cost" in thread.completeness.why or "not fetched" in thread.completeness.why
        assert reader.net.bill.dollars <= float(dollars)


def test_a_known_thread_is_not_replaced_by_less_of_it_when_the_money_ends() -> None:
    with reading(per_month=Decimal("0.6")) as reader:
        posts = chain(reader, 60)
        known = reader.thread(posts[0])
        assert len(known.posts) == 60
        reader.net.world.now += timedelta(days=1)
        with pytest.raises(BudgetError, match="This month's budget"):
            reader.thread(posts[0], known=known)


def test_check_costs_nothing_and_names_what_does_not_work(reader: Reader) -> None:
    token, search, *_ = reader.x.check()
    assert (token, search) == (f"{reader.net.url} takes the token", "threads of any age are found")
    assert reader.net.bill.dollars == 0
    reader.net.full_archive = False
    _, search, *_ = reader.x.check()
    assert isinstance(search, SetupError)
    reader.net.token = "another"
    token, *_ = reader.x.check()
    assert isinstance(token, SetupError)


def test_a_server_of_the_operators_that_may_not_be_asked_is_for_the_operator_to_allow() -> None:
    with pytest.raises(SetupError, match=r"private address.* allow_addresses"):
        paper(refusing).fetch(PostRef("x", "20"))


# --- answers that make no sense -------------------------------------------------------------------

Wire = dict[str, Any]
Said_ = Callable[[str, Wire], Any]


class Paper:
    """A client whose answers a function writes."""

    def __init__(self, says: Said_) -> None:
        self.says = says

    def request(self, method: str, url: str, **how: Any) -> Reply:
        path = "/2/" + url.partition("/2/")[2]
        return Reply(200, {}, json.dumps(self.says(path, how["params"])).encode())


def refusing(path: str, params: Wire) -> Any:
    raise RefusedError("That is a private address, and those are never asked.")


def paper(says: Said_) -> X:
    settings = XSettings(bearer_token=Secret(BEARER), per_unroll=Decimal(50), per_month=Decimal(1000))
    keeper = Kept("x", PassingSessions())
    client = Paper(says)
    return X(settings, client, clock=lambda: datetime(2026, 9, 2, tzinfo=UTC), sessions=keeper)


def tweet(number: int, **more: Any) -> Wire:
    return {"id": str(10**18 + number), "text": f"Post {number}", "author_id": "7"} | more


USERS = {"users": [{"id": "7", "username": "anna", "name": "Anna"}]}
FOCUS = PostRef("x", str(10**18))


def answering(found: Any) -> Said_:
    """Look-ups answer with the first post, search with `found`."""

    def says(path: str, params: Wire) -> Any:
        if "search" in path:
            return found
        ids = params["ids"].split(",")
        return {"data": [tweet(int(id_) - 10**18) for id_ in ids], "includes": USERS}

    return says


@pytest.mark.parametrize("shape", [[], None, 7, "x", {}, {"data": 7, "x": 1}])
def test_an_answer_of_another_shape_is_no_thread(shape: Any) -> None:
    with pytest.raises(UnrollerError):
        paper(lambda path, params: shape).fetch(FOCUS)


def test_posts_that_make_no_sense_are_left_out() -> None:
    nonsense = [7, None, {}, {"id": 7}, tweet(1, id="x"), tweet(2, author_id=None), tweet(3, text=None)]
    nonsense += [tweet(4, referenced_tweets=7, edit_history_tweet_ids="x", entities=[], attachments=7)]
    conversation = paper(answering({"data": nonsense, "includes": USERS, "meta": 7})).fetch(FOCUS)
    assert len(assemble(conversation).posts) == 1


def test_a_search_that_never_ends_is_left_after_a_while() -> None:
    turns = iter(range(10_000))

    def endless(path: str, params: Wire) -> Any:
        return answering({"data": [], "meta": {"next_token": f"t{next(turns)}"}})(path, params)

    assert "does not end" in paper(endless).fetch(FOCUS).evidence.why
    same = paper(answering({"data": [], "meta": {"next_token": "same"}}))
    assert "does not end" in same.fetch(FOCUS).evidence.why


def test_versions_that_lead_in_a_ring_end_in_an_error() -> None:
    def says(path: str, params: Wire) -> Any:
        asked = int(params["ids"])
        return {"data": [tweet(0, id=str(asked), edit_history_tweet_ids=[str(asked + 1)])], "includes": USERS}

    with pytest.raises(WireError, match="without end"):
        paper(says).fetch(FOCUS)


def test_a_parent_that_is_itself_ends() -> None:
    itself = tweet(0, referenced_tweets=[{"type": "replied_to", "id": FOCUS.id}], in_reply_to_user_id="7")
    network = paper(lambda path, params: {"data": [itself], "includes": USERS})
    assert len(assemble(network.fetch(FOCUS)).posts) == 1


def test_a_chain_upwards_by_somebody_else_is_not_bought() -> None:
    """X says that the parent is the author's own, and it is another's."""

    def says(path: str, params: Wire) -> Any:
        if "search" in path:
            return {"meta": {"result_count": 0}}
        number = int(params["ids"].split(",")[0]) - 10**18
        by = "7" if number == 0 else "8"
        parent = [{"type": "replied_to", "id": str(10**18 + number + 1)}]
        users = {"users": [*USERS["users"], {"id": "8", "username": "bob", "name": "Bob"}]}
        data = tweet(number, author_id=by, referenced_tweets=parent, in_reply_to_user_id=by)
        return {"data": [data], "includes": users}

    asked = list[str]()

    def counting(path: str, params: Wire) -> Any:
        asked.append(path)
        return says(path, params)

    conversation = paper(counting).fetch(FOCUS)
    assert len(asked) == 3
    assert len(wanted(conversation)) <= 1


leaves = st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.just("7") | st.just(FOCUS.id)
KEYS = (
    "id", "text", "author_id", "entities", "urls", "start", "end", "url", "referenced_tweets", "type",
    "article", "attachments", "media_keys", "edit_history_tweet_ids", "note_tweet", "in_reply_to_user_id",
    "withheld", "conversation_id", "display_text_range", "public_metrics",
)  # fmt: skip
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=10,
)
objects = st.dictionaries(st.sampled_from(KEYS), values, max_size=6)


@at_most(60)
@given(objects, objects, values)
@example({}, {"edit_history_tweet_ids": [FOCUS.id], "id": None}, None)
@example({}, {"edit_history_tweet_ids": ["7", FOCUS.id]}, None)
def test_whatever_x_sends_nothing_but_our_own_errors_comes_of_it(one: Wire, two: Wire, user: Any) -> None:
    def says(path: str, params: Wire) -> Any:
        includes = {"users": [*USERS["users"], user], "media": [user], "polls": [user], "tweets": [two, one]}
        posts = [tweet(1) | two, two, user] if "search" in path else [tweet(0) | one, two]
        return {"data": posts, "includes": includes, "errors": [one, user], "meta": two}

    network = paper(says)
    try:
        conversation = network.fetch(FOCUS)
        for _ in range(3):
            if refs := wanted(conversation):
                network.read(refs, conversation)
        assemble(conversation)
    except UnrollerError:
        pass
