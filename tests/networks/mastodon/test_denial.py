"""Whom the operator denies on the fediverse: an account by any of its names, or a whole server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.flows import paper
from tests.networks.mastodon.reader import posts
from tests.testnet.fediverse import Account, Fediverse
from unroller.core.consent import Wish
from unroller.core.errors import InputError, RefusedError
from unroller.core.model import Author
from unroller.flows.deny import account_of, allow, deny
from unroller.flows.library import Library, open_library
from unroller.flows.publish import publish
from unroller.http import Polite
from unroller.store import Status

ANNA = Author("mastodon", "https://social.example/users/anna", "anna@social.example")


@pytest.fixture
def library(world: Fediverse, anna: Account, tmp_path: Path) -> Iterator[Library]:
    client = Polite(allow_addresses=world.addresses)
    with open_library(paper.settings(tmp_path), http=client) as library:
        yield library
    client.close()


@pytest.mark.parametrize(
    ("who", "account"),
    [
        ("@anna@social.example", "anna@social.example"),
        ("Anna@Social.Example", "anna@social.example"),
        ("https://social.example/@anna", "anna@social.example"),
        ("https://social.example/@anna/110186589126000966", "anna@social.example"),
        ("social.example/@anna@other.example", "anna@other.example"),
        ("https://social.example/web/@anna", "anna@social.example"),
        ("https://social.example/users/anna", "https://social.example/users/anna"),
        ("https://social.example/users/anna/statuses/1", "https://social.example/users/anna"),
        ("https://social.example/ap/users/115", "https://social.example/ap/users/115"),
        ("social.example", "social.example"),
        ("*.social.example", "social.example"),
    ],
)
def test_an_account_or_server_is_known_by_any_of_its_names(who: str, account: str) -> None:
    assert account_of(who) == account


@pytest.mark.parametrize("who", ["@anna@", "@@social.example", "a b@social.example", "@anna@nodot", "a@b@c"])
def test_what_names_nobody_is_not_denied(who: str) -> None:
    with pytest.raises(InputError):
        account_of(who)


@pytest.mark.parametrize(
    "denied", ["social.example", "example", "anna@social.example", "https://social.example/users/anna"]
)
def test_a_denied_account_is_denied_whatever_its_server_calls_it(library: Library, denied: str) -> None:
    library.store.wishes.set("mastodon", denied, Wish.DENY, "operator")
    assert library.wish_of(ANNA) is Wish.DENY
    renamed = replace(ANNA, handle="anna@innocent.test")
    assert (library.wish_of(renamed) is Wish.DENY) is not denied.startswith("anna@")
    assert library.wish_of(replace(ANNA, id="https://else.test/users/anna", handle="anna@else.test")) is None


def test_denying_an_account_takes_its_pages_down_and_allowing_it_brings_them_back(
    library: Library, anna: Account
) -> None:
    line = anna.thread(posts(3))
    ref = library.match(line[1].url)
    saved = publish(library, ref)
    assert saved.status is Status.PUBLISHED
    assert deny(library, "mastodon", line[1].account.uri).pages == 1
    with pytest.raises(RefusedError, match="operator"):
        publish(library, ref)
    assert allow(library, "mastodon", line[1].account.uri)
    assert publish(library, ref).status is Status.PUBLISHED
