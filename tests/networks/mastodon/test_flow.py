"""The fediverse through the flows: a link in, a thread or a page out, and what faults do to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.flows import paper
from tests.networks.mastodon.reader import Reader, posts, texts
from tests.testnet.fediverse import Account, Fediverse, Host, Status
from tests.testnet.fediverse_http import said
from unroller.core.errors import InputError, NetworkError
from unroller.core.model import Thread
from unroller.flows.library import Library, open_library
from unroller.flows.publish import publish
from unroller.flows.unroll import Visitor, unroll
from unroller.http import Polite

Publish = Callable[[Status], Thread]


@pytest.fixture
def library(world: Fediverse, anna: Account, tmp_path: Path) -> Iterator[Library]:
    client = Polite(allow_addresses=world.addresses, sleep=lambda _: None)
    with open_library(paper.settings(tmp_path), http=client) as library:
        yield library
    client.close()


@pytest.fixture
def published(library: Library) -> Publish:
    """What a page holds after it was made, or made anew."""

    def make(post: Status) -> Thread:
        saved = publish(library, library.match(post.url), force=True)
        assert saved.thread
        return saved.thread

    return make


def test_a_visitor_reads_a_thread_without_a_library(
    world: Fediverse, home: Host, anna: Account, tmp_path: Path
) -> None:
    line = anna.thread(posts(3))
    settings = replace(paper.settings(tmp_path), allow_addresses=world.addresses)
    thread, verdict = unroll(Visitor.of(settings), line[1].url)
    assert texts(thread) == posts(3)
    assert verdict.show
    assert verdict.index


@pytest.mark.parametrize(
    ("said_by_anna", "index", "listed"),
    [
        ({"indexable": False}, False, False),
        ({"discoverable": False}, True, False),
        ({"noindex": True}, False, False),
    ],
)
def test_what_authors_ask_reaches_the_verdict(
    world: Fediverse, anna: Account, tmp_path: Path, said_by_anna: dict[str, bool], index: bool, listed: bool
) -> None:
    anna.more = dict(said_by_anna)
    line = anna.thread(posts(2))
    settings = replace(paper.settings(tmp_path), allow_addresses=world.addresses)
    _, verdict = unroll(Visitor.of(settings), line[0].url)
    assert (verdict.show, verdict.index, verdict.list) == (True, index, listed)


def test_a_link_that_is_no_post_is_the_askers_to_put_right(world: Fediverse, tmp_path: Path) -> None:
    home = world.host(html_only=True)
    settings = replace(paper.settings(tmp_path), allow_addresses=world.addresses)
    with pytest.raises(InputError, match="copy its link"):
        unroll(Visitor.of(settings), f"{home.origin}/a/recipe")


def test_a_passing_fault_takes_no_post_from_a_page(home: Host, anna: Account, published: Publish) -> None:
    line = anna.thread(posts(30))
    assert texts(published(line[0])) == posts(30)
    home.answers[f"/api/v1/accounts/{anna.id}/statuses"] = said({"error": "Maintenance"}, 403)
    for post in line:
        home.answers[f"/api/v1/statuses/{post.id}/context"] = said({"ancestors": [], "descendants": []})
    assert texts(published(line[0])) == posts(30)
    home.down = True
    with pytest.raises(NetworkError):
        published(line[0])


def test_a_post_that_was_deleted_leaves_its_page(home: Host, anna: Account, published: Publish) -> None:
    line = anna.thread(posts(4))
    assert texts(published(line[0])) == posts(4)
    home.delete(line[3])
    assert texts(published(line[0])) == posts(3)
    home.delete(line[1])
    assert texts(published(line[0])) == ["Post 1", "Post 3"]


def test_a_post_that_is_no_longer_public_leaves_its_page(
    home: Host, anna: Account, published: Publish
) -> None:
    line = anna.thread(posts(3))
    published(line[0])
    line[2].visibility = "private"
    assert texts(published(line[0])) == posts(2)


def test_every_link_to_a_thread_leads_to_one_page(world: Fediverse, anna: Account, library: Library) -> None:
    line = anna.thread(posts(3))
    away = world.host()
    name = away.learn(line[2])
    links = [line[0].url, line[2].uri, f"{away.origin}/@anna@{anna.host.name}/{name}"]
    away_too = Polite(allow_addresses=world.addresses)
    slugs = set()
    with open_library(library.settings, http=away_too) as again:
        slugs = {publish(again, again.match(link)).slug for link in links}
    away_too.close()
    assert len(slugs) == 1


def test_check_says_what_works(world: Fediverse, home: Host) -> None:
    with Reader(world).network() as (mastodon, _):
        assert [str(line) for line in mastodon.check()] == [
            "no server is set: threads are read from their authors' own servers, without logging in",
            "nothing is signed, since base_url is not an https address that other servers can reach",
            "no account is set for the bot",
        ]
    with Reader(world, home, site="https://unroll.example").network() as (mastodon, _):
        server, signing, _ = mastodon.check()
        assert server == f"{home.origin} answers"
        assert "https://unroll.example/actor" in str(signing)
        home.down = True
        assert isinstance(mastodon.check()[0], NetworkError)
