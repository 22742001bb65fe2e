"""The operator's commands: list, refresh, remove, deny, allow, connect, check."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import BeginWith, InLibrary, Ran
from tests.networks.bluesky.paper import ANNA, BOB, post, uri
from unroller.core.errors import UnrollerError, WireError
from unroller.core.model import PostRef
from unroller.core.summary import slug
from unroller.flows.library import Library
from unroller.flows.publish import publish
from unroller.testing import PaperBluesky

Unroll = Callable[..., Ran]

BLUESKY = ("--network", "bluesky")
FIRST = PostRef("bluesky", uri(ANNA, 0))
LINK = f"https://bsky.app/profile/anna.example/post/{FIRST.id[-13:]}"
PAGE = f"http://localhost:8000/t/{slug(FIRST)}"


@pytest.fixture
def published(paper: PaperBluesky, begin_with: BeginWith) -> PaperBluesky:
    """Anna's thread has its page."""
    begin_with("published", lambda library: publish(library, FIRST))
    return paper


def test_a_list_for_programs_has_these_keys(published: PaperBluesky, unroll: Unroll) -> None:
    ran = unroll("list", "-f", "json")
    assert ran.code == 0
    assert ran.json == [
        {
            "ref": FIRST.id,
            "author": "anna.example",
            "title": "Minute 0",
            "posts": 3,
            "gaps": 0,
            "complete": True,
            "url": PAGE,
        }
    ]


def test_a_list_in_a_pipe_has_a_line_for_each_thread(published: PaperBluesky, unroll: Unroll) -> None:
    assert unroll("list").out == f"anna.example\t3\t0\tMinute 0\t{PAGE}\n"


def test_a_list_has_the_newest_first_and_no_more_than_asked_for(
    published: PaperBluesky, unroll: Unroll, in_library: InLibrary
) -> None:
    published.add(post(BOB, 60, "By Bob"))
    in_library(lambda library: publish(library, PostRef("bluesky", uri(BOB, 60))))
    assert [row["title"] for row in unroll("list", "-f", "json").json] == ["By Bob", "Minute 0"]
    assert [row["title"] for row in unroll("list", "-f", "json", "-n", "1").json] == ["By Bob"]


def test_where_there_is_no_library_none_is_made(paper: PaperBluesky, unroll: Unroll, data: Path) -> None:
    for words in (["list", "-f", "json"], ["refresh", LINK], ["allow", "bob.example", *BLUESKY]):
        ran = unroll(*words)
        assert ran.code == 7
        assert str(data) in ran.err
    assert not data.exists()


def test_a_page_and_the_command_line_say_the_same(
    published: PaperBluesky, unroll: Unroll, in_library: InLibrary
) -> None:
    """The same link gives the same article, but for the time of the check and the author's page."""
    found: list[bytes] = []

    def take(library: Library) -> None:
        page = library.store.pages.load(slug(FIRST), "page.html")
        assert page is not None
        found.append(page.forms[""])

    in_library(take)
    assert article(found[0].decode()) == article(unroll(LINK, "-f", "html").out)


def article(page: str) -> str:
    (found,) = re.findall("<article.*?</article>", page, re.DOTALL)
    found = re.sub(r'<a href="[^"]*/bluesky/@[^"]*">(.*?)</a>', r"\1", found)
    return re.sub(r"checked .*? UTC|datetime=\S+", "", found, flags=re.DOTALL)


@pytest.mark.parametrize("name", [PAGE, PAGE.rpartition("/")[2], LINK, uri(ANNA, 2), f"{PAGE}#p-1"])
def test_a_page_is_removed_by_its_address_or_any_link(
    published: PaperBluesky, unroll: Unroll, data: Path, name: str
) -> None:
    ran = unroll("remove", name)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == f"Removed: {PAGE} says so from now on.\n"
    assert unroll("list", "-f", "json").json == []
    assert not (data / "pages" / slug(FIRST)).exists()


def test_a_removed_thread_comes_back_only_by_undo(
    published: PaperBluesky, unroll: Unroll, in_library: InLibrary
) -> None:
    unroll("remove", PAGE)
    assert unroll("refresh", PAGE).code == 2
    assert unroll("remove", PAGE, "--undo").code == 0
    assert unroll("remove", PAGE, "--undo").code == 2
    in_library(lambda library: publish(library, FIRST))
    assert len(unroll("list", "-f", "json").json) == 1


def test_a_thread_is_removed_before_anybody_asks_for_it(paper: PaperBluesky, unroll: Unroll) -> None:
    assert unroll("remove", LINK).code == 0
    assert unroll("list", "-f", "json").json == []
    assert unroll("remove", "aaaaaaaaaaaa").code == 2


def test_a_refresh_takes_in_what_was_added(published: PaperBluesky, unroll: Unroll) -> None:
    published.add(post(ANNA, 3, parent=uri(ANNA, 2), root=FIRST.id))
    ran = unroll("refresh", LINK)
    assert (ran.code, ran.out) == (0, f"{PAGE}\n")
    assert unroll("list", "-f", "json").json[0]["posts"] == 4


def test_a_refresh_withdraws_what_is_gone(published: PaperBluesky, unroll: Unroll) -> None:
    for minute in range(3):
        published.delete(uri(ANNA, minute))
    assert unroll("refresh", PAGE).out.startswith("The page is gone: ")
    assert unroll("list", "-f", "json").json == []


def test_a_denial_takes_pages_down_and_an_allowance_takes_it_back(
    published: PaperBluesky, unroll: Unroll
) -> None:
    said = f"anna.example ({ANNA}) is not shown any more; pages taken down: 1.\n"
    assert unroll("deny", "@Anna.example", *BLUESKY).out == said
    assert unroll("list", "-f", "json").json == []
    assert unroll(LINK).code == 3
    assert unroll("allow", "anna.example", *BLUESKY).code == 0
    assert unroll(LINK).code == 0
    assert unroll("allow", "anna.example", *BLUESKY).code == 2


def test_a_domain_is_denied_with_all_below_it(published: PaperBluesky, unroll: Unroll) -> None:
    rename(published, "anna.shop.example")
    assert unroll("deny", "*.shop.example", "--network", "bluesky").code == 0
    assert unroll(FIRST.id).code == 3
    assert unroll("deny", "shop.example", "--network", "nowhere").code == 2


@pytest.mark.parametrize(
    "who", [f"https://bsky.app/profile/{ANNA}", f"at://{ANNA}", "bsky.app/profile/Anna.example?x", LINK]
)
def test_an_account_is_denied_by_any_of_its_links(paper: PaperBluesky, unroll: Unroll, who: str) -> None:
    assert unroll("deny", who, *BLUESKY).code == 0
    assert unroll(LINK).code == 3
    assert unroll("allow", who, *BLUESKY).code == 0
    assert unroll(LINK).code == 0


@pytest.mark.parametrize(
    "who", ["", "alice example", "*.example", "com", "did:plc:", "https://shop.example/", "at://"]
)
def test_what_names_no_account_is_not_denied(
    paper: PaperBluesky, unroll: Unroll, in_library: InLibrary, who: str
) -> None:
    ran = unroll("deny", who, *BLUESKY)
    assert (ran.code, ran.out) == (2, "")
    assert "did:plc:…" in ran.err
    assert unroll("list").out == ""
    in_library(not_denied)


def rename(paper: PaperBluesky, handle: str) -> None:
    paper.accounts[ANNA] = {**paper.accounts[ANNA], "handle": handle}


def not_denied(library: Library) -> None:
    assert library.store.wishes.all() == ()


def test_a_denial_by_handle_follows_the_account_that_a_page_tells_of(
    published: PaperBluesky, unroll: Unroll
) -> None:
    unroll("deny", "anna.example", *BLUESKY)
    rename(published, "else.example")
    assert unroll(FIRST.id).code == 3
    assert unroll("allow", "anna.example", *BLUESKY).code == 0
    assert unroll(FIRST.id).code == 0


def test_a_denial_by_a_handle_that_nobody_knows_says_what_it_follows(
    paper: PaperBluesky, unroll: Unroll
) -> None:
    assert "deny its DID" in unroll("deny", "anna.example", *BLUESKY).out
    assert "DID" not in unroll("deny", ANNA, *BLUESKY).out


def test_connect_takes_handle_and_password_from_the_settings_and_keeps_only_the_log_in(
    paper: PaperBluesky, unroll: Unroll, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNROLLER_BLUESKY_HANDLE", "bot.example")
    monkeypatch.setenv("UNROLLER_BLUESKY_PASSWORD", "open sesame")
    ran = unroll("connect", "bluesky")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("Logged in as @bot.example.")
    assert not any(b"open sesame" in file.read_bytes() for file in data.rglob("*") if file.is_file())
    monkeypatch.delenv("UNROLLER_BLUESKY_PASSWORD")
    assert "the bot is logged in as @bot.example" in unroll("check").out


def test_connect_does_not_wait_for_an_answer_where_nobody_is(paper: PaperBluesky, unroll: Unroll) -> None:
    ran = unroll("connect", "bluesky", "bot.example")
    assert ran.code == 7
    assert "UNROLLER_BLUESKY_PASSWORD" in ran.err


def test_connect_names_the_networks_there_are(paper: PaperBluesky, unroll: Unroll) -> None:
    ran = unroll("connect", "myspace")
    assert ran.code == 2
    assert ran.err == "unroll: There is no network myspace; there are: bluesky, mastodon, x.\n"


def test_check_says_all_is_well(
    paper: PaperBluesky, unroll: Unroll, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNROLLER_SITE", "Ours")
    monkeypatch.setenv("UNROLLER_DATABASE_URL", f"sqlite:///{data}/other.db")
    ran = unroll("check")
    assert (ran.code, ran.err) == (0, "")
    assert "Ours   (UNROLLER_SITE)" in ran.out
    assert "network bluesky: reads, and the bot answers" in ran.out
    assert "export html: text/html" in ran.out
    assert "no account is set for the bot" in ran.out
    assert "none yet" in ran.out
    assert not data.exists()


def test_check_masks_secrets(paper: PaperBluesky, unroll: Unroll, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNROLLER_BLUESKY_PASSWORD", "open sesame")
    ran = unroll("check")
    assert "sesame" not in ran.out + ran.err
    assert "•••   (UNROLLER_BLUESKY_PASSWORD)" in ran.out


def test_check_tells_a_network_that_is_down_from_what_must_be_put_right(
    paper: PaperBluesky, unroll: Unroll, in_library: InLibrary
) -> None:
    paper.down.add("app.bsky.actor.getProfile")
    ran = unroll("check")
    assert ran.code == 5
    assert "! Bluesky: The paper network is down." in ran.out

    def give_up(library: Library) -> None:
        library.store.tasks.put("revisit", "aaaa")
        task = library.store.tasks.claim("me")
        assert task is not None
        library.store.tasks.drop(task, "me", "It was too much.")

    in_library(give_up)
    ran = unroll("check")
    assert ran.code == 7
    assert "! given up after 1 tries: revisit aaaa: It was too much." in ran.out


def test_a_log_in_that_is_refused_is_the_operators_to_put_right(
    paper: PaperBluesky, unroll: Unroll, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> tuple[str | UnrollerError, ...]:
        return (WireError("A server answered 400 AccountTakedown."),)

    monkeypatch.setattr("unroller.networks.bluesky.Bluesky.check", refuse)
    ran = unroll("check")
    assert ran.code == 7
    assert "! Bluesky: A server answered 400 AccountTakedown." in ran.out


def test_a_newer_library_is_left_alone(published: PaperBluesky, unroll: Unroll, data: Path) -> None:
    with sqlite3.connect(data / "unroller.db") as connection:
        connection.execute("update alembic_version set version_num = '9999'")
    connection.close()
    ran = unroll("list")
    assert ran.code == 7
    assert "newer Unroller" in ran.err


def test_an_empty_thread_list_is_an_empty_list(paper: PaperBluesky, unroll: Unroll) -> None:
    unroll("deny", "nobody.example", *BLUESKY)
    ran = unroll("list", "-f", "json")
    assert (ran.code, ran.out, ran.err) == (0, "[]\n", "")
    ran = unroll("list")
    assert (ran.code, ran.out, ran.err) == (0, "", "There are no threads yet.\n")
