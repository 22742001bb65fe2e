"""The bot on servers made of paper, which behave as no server of the tests does."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.networks.bluesky.sessions import Kept
from tests.networks.mastodon.reader import Reader
from tests.networks.mastodon.test_calls import BOT, LINKED, note
from tests.testnet.fediverse import Account, Fediverse, Host
from unroller.config import Secret
from unroller.core.errors import AbsentError, NetworkError, RefusedError, SetupError, WireError
from unroller.core.model import PostRef
from unroller.core.ports import Reply
from unroller.networks.mastodon import Mastodon, MastodonSettings
from unroller.networks.mastodon.calls import parse_call, settled
from unroller.networks.mastodon.drawers import ACCOUNT

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ME = {"id": BOT.key, "acct": "unroll", "uri": BOT.id, "url": BOT.url}
ME_KEPT = {
    "server": BOT.server,
    "token": "very secret",
    "key": BOT.key,
    "id": BOT.id,
    "handle": BOT.handle,
    "url": BOT.url,
    "heard": "",
}
SETTINGS = MastodonSettings(server="https://home.example", token=Secret("very secret"))
Answer = Callable[[Mapping[str, Any]], tuple[int, object]]


def me(params: Mapping[str, Any]) -> tuple[int, object]:
    return 200, ME


def missing(params: Mapping[str, Any]) -> tuple[int, object]:
    return 404, {"error": "Record not found"}


@dataclass(slots=True)
class Paper:
    """A server that says what the test says, by method and path, to whatever it is asked."""

    says: dict[str, Answer]
    asked: list[str] = field(default_factory=list)

    def request(self, method: str, url: str, **how: Any) -> Reply:
        name = f"{method} {urlsplit(url).path}"
        self.asked.append(name)
        known: dict[str, Answer] = {"GET /api/v1/accounts/verify_credentials": me, **self.says}
        status, body = known.get(name, missing)(how.get("params") or {})
        return Reply(status, {}, json.dumps(body).encode())


def bot(paper: Paper, kept: Kept | None = None) -> Mastodon:
    return Mastodon(SETTINGS, paper, clock=lambda: NOON, sessions=kept or Kept())


def call(number: int) -> dict[str, Any]:
    uri = f"https://far.example/users/bob/statuses/{number}"
    return note(LINKED.format("help"), id=str(number), uri=uri) | {"id": str(number)}


NOTES = "GET /api/v1/notifications"


def test_one_notification_too_large_hides_no_other() -> None:
    """The client refuses answers over its limit; here the third call is the one that is too large."""

    def answer(params: Mapping[str, Any]) -> tuple[int, object]:
        notes = [call(number) for number in range(6, 0, -1) if number < int(params.get("max_id", "99"))]
        page = notes[: int(params["limit"])]
        if len(page) > 1 and any(one["id"] == "3" for one in page):
            raise WireError("Too large.")
        return 200, page

    paper = Paper({NOTES: answer})
    found = [mention.ref.id[-1] for mention in bot(paper).mentions(None)]
    assert found == ["6", "5", "4", "3", "2", "1"]


@pytest.mark.parametrize("kept", [None, "3"], ids=["at first", "after a look"])
def test_a_server_that_always_gives_the_same_page_is_left(kept: str | None) -> None:
    paper = Paper({NOTES: lambda params: (200, [call(3), call(2)])})
    session = {ACCOUNT: {**ME_KEPT, "heard": kept or ""}}
    assert len(list(bot(paper, Kept(session)).mentions(None))) >= 2
    assert paper.asked.count(NOTES) <= 3


def test_an_answer_whose_address_does_not_tell_its_id_is_looked_for_and_taken_back() -> None:
    uri = "https://home.example/objects/0b8a5c6e-0000-4000-8000-000000000001"
    own = {"id": "AbCdEf", "uri": uri, "account": {"id": BOT.key}}
    other: dict[str, Any] = {"id": "Other", "uri": "https://home.example/objects/2", "account": {"id": "8"}}
    paper = Paper(
        {
            "GET /api/v2/search": lambda params: (200, {"statuses": [other, own]}),
            "DELETE /api/v1/statuses/AbCdEf": lambda params: (200, own),
        }
    )
    bot(paper).retract(PostRef("mastodon", uri))
    assert paper.asked[-1] == "DELETE /api/v1/statuses/AbCdEf"
    with pytest.raises(ValueError, match="no post of the bot"):
        bot(paper).retract(PostRef("mastodon", other["uri"]))
    bot(paper).retract(PostRef("mastodon", "https://home.example/objects/gone"))
    assert [name for name in paper.asked if name.startswith("DELETE")] == ["DELETE /api/v1/statuses/AbCdEf"]


def test_a_post_that_is_not_for_the_bots_eyes_is_refused_in_words(
    world: Fediverse, home: Host, anna: Account
) -> None:
    hidden = anna.post("Canary words", visibility="private")
    call = parse_call(
        note(LINKED.format("unroll"), in_reply_to_id=hidden.id), replace(BOT, server=home.origin)
    )
    assert call is not None
    mention = settled(call, None, replace(BOT, server=home.origin))  # what the bot's server does not show it
    assert mention is not None
    assert mention.about is not None
    with Reader(world).network() as (mastodon, _), pytest.raises((AbsentError, RefusedError)) as told:
        mastodon.fetch(mention.about)
    assert "Canary" not in told.value.words


def test_what_others_keep_in_the_meantime_stays() -> None:
    kept = Kept({"signing": {"key": "of somebody else"}})
    made = bot(Paper({NOTES: lambda params: (200, [call(7)])}), kept)
    list(made.mentions(None))
    made.took_in()
    assert kept.session is not None
    assert kept.session["signing"] == {"key": "of somebody else"}
    assert kept.session[ACCOUNT]["heard"] == "7"


@pytest.mark.parametrize("status", [401, 403, 404, 422, 500])
def test_no_refusal_names_the_secret(status: int) -> None:
    def refuse(params: Mapping[str, Any]) -> tuple[int, object]:
        if status >= 500:
            raise NetworkError("home.example has trouble of its own.")
        return status, {"error": "very secret"}

    with pytest.raises((SetupError, WireError, NetworkError)) as told:
        list(bot(Paper({NOTES: refuse})).mentions(None))
    assert "very secret" not in told.value.words


@pytest.mark.parametrize("told", [[], {}, {"id": 7, "uri": BOT.id}, {"id": "7"}, "unroll", None], ids=repr)
def test_a_log_in_that_is_none_is_told_as_such(told: object) -> None:
    paper = Paper({"GET /api/v1/accounts/verify_credentials": lambda params: (200, told)})
    with pytest.raises(WireError, match="log-in"):
        list(bot(paper).mentions(None))


def test_a_log_in_that_is_printed_does_not_show_its_token() -> None:
    assert BOT.token == "token"
    assert "'token'" not in repr(BOT)
