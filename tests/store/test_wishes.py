from __future__ import annotations

from datetime import timedelta

import pytest

from tests.store.conftest import Clock
from tests.threads.build import BOB, MIRA, author
from unroller.core.consent import Wish
from unroller.core.model import Author
from unroller.store import Said, Store


def test_nothing_was_said_about_a_stranger(store: Store) -> None:
    assert store.wishes.get("bluesky", MIRA.id) is None
    assert store.wishes.of(MIRA) is None
    assert store.wishes.all() == ()


def test_an_authors_last_word_stands(store: Store) -> None:
    store.wishes.set("bluesky", MIRA.id, Wish.OPT_OUT, MIRA.id)
    store.wishes.set("bluesky", MIRA.id, Wish.OPT_IN, MIRA.id)
    assert store.wishes.of(MIRA) is store.wishes.get("bluesky", MIRA.id) is Wish.OPT_IN
    assert store.wishes.of(BOB) is None


def test_an_author_cannot_lift_the_operators_denial_nor_the_operator_the_authors_wish(store: Store) -> None:
    store.wishes.set("bluesky", MIRA.id, Wish.DENY, "operator")
    store.wishes.set("bluesky", MIRA.id, Wish.OPT_IN, MIRA.id)
    assert store.wishes.of(MIRA) is Wish.DENY
    store.wishes.set("bluesky", MIRA.id, Wish.OPT_OUT, MIRA.id)
    assert store.wishes.clear("bluesky", MIRA.id, Wish.DENY)
    assert store.wishes.of(MIRA) is Wish.OPT_OUT
    assert not store.wishes.clear("bluesky", MIRA.id, Wish.OPT_IN)
    assert store.wishes.clear("bluesky", MIRA.id, Wish.OPT_OUT)
    assert store.wishes.of(MIRA) is None


@pytest.mark.parametrize(
    "denied", ["did:plc:bad.shop.example", "bad.shop.example", "@Bad.Shop.Example", "shop.example", "example"]
)
def test_the_operator_denies_an_id_a_handle_or_a_domain(store: Store, denied: str) -> None:
    store.wishes.set("bluesky", denied, Wish.DENY, "operator")
    assert store.wishes.of(author("bad.shop.example")) is Wish.DENY
    assert store.wishes.of(author("good.other")) is None
    assert store.wishes.of(author("notshop.example2")) is None


def test_a_domain_denies_its_whole_fediverse_server(store: Store) -> None:
    store.wishes.set("mastodon", "bad.example", Wish.DENY, "operator")
    for handle in ("troll@bad.example", "troll@sub.bad.example"):
        assert store.wishes.of(Author("mastodon", "https://bad.example/users/troll", handle)) is Wish.DENY
    assert store.wishes.of(Author("mastodon", "https://b.example/1", "bad.example@b.example")) is None
    assert store.wishes.of(Author("bluesky", "did:plc:x", "troll.bad.example")) is None


def test_a_wish_under_a_handle_is_not_the_next_owners(store: Store) -> None:
    store.wishes.set("bluesky", MIRA.handle, Wish.OPT_IN, "operator")
    assert store.wishes.of(MIRA) is None


def test_every_wish_is_told_with_who_and_when(store: Store, clock: Clock) -> None:
    earlier = clock() - timedelta(days=1)
    store.wishes.set("bluesky", MIRA.id, Wish.OPT_OUT, MIRA.id, earlier)
    store.wishes.set("bluesky", "bad.example", Wish.DENY, "operator")
    assert store.wishes.all() == (
        Said("bluesky", "bad.example", Wish.DENY, "operator", clock()),
        Said("bluesky", MIRA.id, Wish.OPT_OUT, MIRA.id, earlier),
    )
