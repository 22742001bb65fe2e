"""`unroll LINK` prints a thread, or says in one line why not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Ran
from tests.networks.bluesky.paper import ACCOUNTS, ANNA, BOB, chain, post, uri
from unroller.core.codec import thread_from_json
from unroller.testing import PaperBluesky

Unroll = Callable[..., Ran]
OnPaper = Callable[..., PaperBluesky]

FIRST = uri(ANNA, 0)
LINK = f"https://bsky.app/profile/anna.example/post/{FIRST[-13:]}"


def test_a_pipe_gets_the_thread_as_plain_text(paper: PaperBluesky, unroll: Unroll) -> None:
    ran = unroll(LINK)
    assert (ran.code, ran.err) == (0, "")
    parts = ran.out.rstrip().split("\n\n")
    assert parts[0].startswith("Minute 0\n===")
    assert "Anna (@anna.example)" in parts[1]
    assert parts[3:6] == ["Minute 0", "Minute 1", "Minute 2"]
    assert parts[-1].startswith("3 of 3 posts, checked")


@pytest.mark.parametrize(
    "link",
    [
        LINK,
        uri(ANNA, 2),
        f"{LINK}?ref=somewhere#top",
        LINK.replace("anna.example", ANNA),
        LINK.removeprefix("https://"),
        f"  {LINK}\n",
    ],
)
def test_any_link_to_any_post_gives_the_same_thread(paper: PaperBluesky, unroll: Unroll, link: str) -> None:
    ran = unroll(link, "-f", "json")
    assert [one["ref"]["id"] for one in ran.json["thread"]["posts"]] == [uri(ANNA, at) for at in range(3)]


@pytest.mark.parametrize(
    ("name", "start"),
    [("html", "<!doctype html>"), ("markdown", "---\n"), ("text", "Minute 0\n"), ("json", "{")],
)
def test_a_format_is_chosen_by_name(paper: PaperBluesky, unroll: Unroll, name: str, start: str) -> None:
    for words in (("-f", name, LINK), (LINK, "--format", name)):
        ran = unroll(*words)
        assert (ran.code, ran.err) == (0, "")
        assert ran.out.startswith(start)


def test_json_is_what_the_library_reads_back(paper: PaperBluesky, unroll: Unroll) -> None:
    thread = thread_from_json(unroll(LINK, "-f", "json").out.encode())
    assert [one.body[0].text for one in thread.posts] == ["Minute 0", "Minute 1", "Minute 2"]


def test_the_card_is_not_offered_and_other_names_are_refused(paper: PaperBluesky, unroll: Unroll) -> None:
    for name in ("card", "docx"):
        ran = unroll(LINK, "-f", name)
        assert ran.code == 2
        there = "bibtex, csl, epub, html, json, markdown, pdf, text, zip"
        assert ran.err == f"unroll: There is no format {name}; there are: {there}.\n"


def test_a_file_is_written_whole_over_what_was_there(paper: PaperBluesky, unroll: Unroll) -> None:
    file = Path("thread.md")
    file.write_text("before")
    file.chmod(0o640)
    ran = unroll(LINK, "-o", str(file))
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert file.read_text().startswith("---\ntitle:"), "the format follows the file's name"
    assert file.stat().st_mode & 0o777 == 0o640
    assert list(Path().iterdir()) == [file], "nothing is left beside it"


def test_when_the_thread_cannot_be_had_the_file_stays_as_it_was(paper: PaperBluesky, unroll: Unroll) -> None:
    Path("thread.html").write_text("before")
    paper.down.add("app.bsky.feed.getPostThread")
    assert unroll(LINK, "-o", "thread.html").code == 5
    assert Path("thread.html").read_text() == "before"


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("thread.epub", b"PK\x03\x04"),
        ("thread.pdf", b"%PDF-"),
        ("thread.zip", b"PK\x03\x04"),
        ("thread.bib", b"@misc{"),
        ("thread.json", b'{"format"'),
        ("thread.csl.json", b"[\n"),
    ],
)
def test_the_end_of_a_files_name_decides(
    paper: PaperBluesky, unroll: Unroll, tmp_path: Path, name: str, start: bytes
) -> None:
    ran = unroll(LINK, "-o", str(tmp_path / name))
    assert (ran.code, ran.err) == (0, "")
    assert (tmp_path / name).read_bytes().startswith(start)


def test_a_place_that_cannot_be_written_is_named(paper: PaperBluesky, unroll: Unroll) -> None:
    ran = unroll(LINK, "-o", "no/such/folder/thread.html")
    assert ran.code == 7
    assert ran.err.startswith("unroll: no/such/folder/thread.html cannot be written: ")


def test_reading_makes_no_library(paper: PaperBluesky, unroll: Unroll, data: Path) -> None:
    assert unroll(LINK).code == 0
    assert not data.exists()


def test_reading_obeys_what_the_library_was_told(paper: PaperBluesky, unroll: Unroll, data: Path) -> None:
    assert unroll("deny", "@anna.example", "--network", "bluesky").code == 0
    ran = unroll(LINK)
    assert (ran.code, ran.out) == (3, "")
    assert ran.err == "unroll: The operator of this site does not show posts by this account.\n"


# ------------------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("hello", "That is not a link"),
        ("", "Paste the link"),
        ("https://www.youtube.com/watch?v=3k", "does not lead to a post on Bluesky"),
        ("https://bsky.app/profile/anna.example", "leads to no post"),
        ("https://bsky.app/profile/anna.example/feed/news", "leads to no post"),
        ("https://bsky.app/profile/not a handle/post/3kabc", "names no account"),
        ("at://did:plc:annaannaannaannaannaanna/app.bsky.feed.like/3k", "leads to no post"),
        ("https://[broken", "does not lead to a post"),
        ("javascript:alert(1)//bsky.app/profile/anna.example/post/3k", "does not lead to a post"),
        ("file:///etc/passwd", "does not lead to a post"),
    ],
)
def test_what_is_no_link_to_a_post_is_said_without_asking_anybody(
    paper: PaperBluesky, unroll: Unroll, link: str, words: str
) -> None:
    ran = unroll(link)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err
    assert ran.err.startswith("unroll: ")
    assert ran.err.count("\n") == 1
    assert paper.asked == []


def test_a_post_that_never_was(paper: PaperBluesky, unroll: Unroll) -> None:
    ran = unroll(uri(ANNA, 50))
    assert (ran.code, ran.out) == (4, "")
    assert "deleted, is not public, or never was" in ran.err


def test_an_account_that_is_shown_to_logged_in_readers_only(on_paper: OnPaper, unroll: Unroll) -> None:
    on_paper(chain(ANNA, 2), [{**ACCOUNTS[0], "labels": ["!no-unauthenticated"]}])
    ran = unroll(LINK)
    assert (ran.code, ran.out) == (3, "")
    assert "logged-in readers only" in ran.err


def test_a_network_that_does_not_answer(paper: PaperBluesky, unroll: Unroll) -> None:
    paper.down.add("app.bsky.feed.getPostThread")
    assert unroll(LINK).code == 5


def test_a_network_that_changed_its_shape(
    paper: PaperBluesky, unroll: Unroll, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paper, "_thread", lambda _: {"thread": ["no", "node"]})
    assert unroll(FIRST).code == 6


def test_a_setting_that_does_not_fit(unroll: Unroll, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNROLLER_PORT", "many")
    ran = unroll(LINK)
    assert ran.code == 7
    assert "port" in ran.err


def test_a_private_address_in_the_settings_is_the_operators_to_put_right(
    unroll: Unroll, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNROLLER_BLUESKY_APPVIEW", "http://127.0.0.1:9")
    ran = unroll(FIRST)
    assert ran.code == 7
    assert "allow_addresses" in ran.err


def test_a_single_post_is_a_thread_of_one(on_paper: OnPaper, unroll: Unroll) -> None:
    on_paper([post(ANNA, 0, "All of it.")])
    assert "1 of 1 post, checked" in unroll(LINK).out


def test_two_thousand_posts_by_others_do_not_get_into_the_thread(on_paper: OnPaper, unroll: Unroll) -> None:
    posts = chain(ANNA, 5)
    crowd = [post(BOB, 10 + at, parent=posts[at % 5]["uri"], root=FIRST) for at in range(2_000)]
    on_paper([*posts, *crowd])
    assert len(unroll(LINK, "-f", "json").json["thread"]["posts"]) == 5


def test_posts_that_are_their_own_ancestors_end_in_a_thread(on_paper: OnPaper, unroll: Unroll) -> None:
    on_paper(
        [
            post(ANNA, 0, parent=uri(ANNA, 1), root=uri(ANNA, 1)),
            post(ANNA, 1, parent=uri(ANNA, 0), root=uri(ANNA, 0)),
            post(ANNA, 2, parent=uri(ANNA, 2)),
        ]
    )
    for at in range(3):
        ran = unroll(uri(ANNA, at))
        assert ran.code == 0
        assert f"Minute {at}" in ran.out


def _facet(start: int, end: int, link: str) -> dict[str, Any]:
    feature = {"$type": "app.bsky.richtext.facet#link", "uri": link}
    return {"index": {"byteStart": start, "byteEnd": end}, "features": [feature]}


def test_hostile_text_and_names_reach_nobodys_terminal(on_paper: OnPaper, unroll: Unroll) -> None:
    text = "a\x1b]0;owned\x07b\u202ec\x9bd <script>alert(1)</script> click"
    facets = [_facet(0, 10**9, "https://x.example"), _facet(40, 20, "https://y.example")]
    facets += [_facet(5, 30, "javascript:alert(1)"), _facet(10, 20, "https://z.example")]
    name = "An\x1b[31mna\n\nUNROLL: owned\u202e"
    on_paper([post(ANNA, 0, text, facets=facets)], [{**ACCOUNTS[0], "displayName": name}])
    for form in ("text", "markdown", "html", "json"):
        ran = unroll(LINK, "-f", form)
        assert ran.code == 0
        assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(ran.out)
        assert "\nUNROLL: owned" not in ran.out
        assert "javascript:" not in ran.out
    assert "<script>alert" not in unroll(LINK, "-f", "html").out


def test_a_megabyte_of_text_is_a_post_like_any_other(on_paper: OnPaper, unroll: Unroll) -> None:
    on_paper([post(ANNA, 0, "word " * 200_000)])
    assert unroll(LINK).out.count("word") > 1_000


def test_handles_that_are_none_are_not_shown(on_paper: OnPaper, unroll: Unroll) -> None:
    on_paper(chain(ANNA, 1), [{"did": ANNA, "handle": "<b>anna</b>\x1b[2J"}])
    ran = unroll(FIRST)
    assert "handle.invalid" in ran.out
    assert "<b>" not in ran.out


def test_the_words_of_somebody_who_said_no_are_not_quoted(on_paper: OnPaper, unroll: Unroll) -> None:
    embed = {"$type": "app.bsky.embed.record", "record": {"uri": uri(BOB, 5), "cid": "bafyreipaper"}}
    quoting = post(ANNA, 0, "Look:", embed=embed)
    hidden = [ACCOUNTS[0], {**ACCOUNTS[1], "labels": ["!no-unauthenticated"]}]
    on_paper([quoting, post(BOB, 5, "SECRET")], hidden)
    ran = unroll(LINK, "-f", "json")
    assert "SECRET" not in ran.out
    assert "Bob" not in ran.out
    assert json.loads(ran.out)["thread"]["posts"][0]["quote"]["absence"] == "not shown at its author's wish"
