"""Data exports in, pages out: once, whole, and never what its author did not show to everybody."""

from __future__ import annotations

import json
import logging
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from msgspec import structs
from sqlalchemy.exc import OperationalError

from tests.archives.outbox import ACTOR, FOLLOWERS, ME, export, note, picture, post_id
from tests.archives.packing import Content, as_folder, as_tar, as_zip
from tests.archives.pictures import png
from tests.core.build import chain, conversation, post
from tests.flows.paper import Time
from unroller.core.body import plain
from unroller.core.consent import Wish
from unroller.core.conversation import Conversation
from unroller.core.errors import AbsentError, InputError, NetworkError, SetupError, UnrollerError
from unroller.core.model import Post, PostRef, Quote
from unroller.core.ports import Files, Gathering, Report, Rules
from unroller.core.search import Wanted
from unroller.flows.import_archive import Import, make_pages, save_all
from unroller.flows.library import Library
from unroller.flows.open_archives import Chosen, opened
from unroller.flows.page import make_page
from unroller.flows.remove import OPERATOR, opt_out, take_down
from unroller.flows.revisit import GONE, revisit
from unroller.plugins import load_archives
from unroller.store import PAGE, Saved, Status, Threads

THREAD = (note(1, "One"), note(2, "Two", parent=1))


def bring(library: Library, path: Path, *, single: bool = False) -> Import:
    told = Import()
    with opened(load_archives(), [path]) as chosen:
        for one in chosen:
            save_all(library, one, told, single=single)
    assert [*make_pages(library, told.slugs)] == told.slugs
    return told


def brought(library: Library, tmp_path: Path, *activities: Any, name: str = "export", **how: Any) -> Import:
    return bring(library, as_folder(tmp_path / name, export(*activities)), **how)


def saved(library: Library, number: int = 1) -> Saved:
    found = library.store.threads.find(PostRef("mastodon", post_id(number)))
    assert found is not None
    return found


def texts(library: Library, number: int = 1) -> list[str]:
    thread = saved(library, number).thread
    return [plain(post.body) for post in thread.posts] if thread else []


def page(library: Library, number: int = 1) -> str:
    found = library.store.pages.load(saved(library, number).slug, "page.html")
    return found.forms[""].decode() if found else ""


def everything(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def state(library: Library) -> dict[str, Any]:
    """All that an import leaves behind, but for when."""
    found: dict[str, Any] = {}
    for entry in library.store.threads.entries():
        kept = library.store.threads.load(entry.slug)
        assert kept is not None
        folder = library.store.pages.path(entry.slug)
        found[entry.slug] = (
            kept.thread,
            kept.version,
            library.store.threads.records(entry.slug),
            sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()),
        )
    return found


# ---------------------------------------------------------------------------------------- once and whole


def test_threads_become_pages(library: Library, tmp_path: Path) -> None:
    told = brought(library, tmp_path, *THREAD, note(5), note(6, "Six", parent=5), note(9))
    assert dict(told.made) == {"made": 2}
    assert texts(library) == ["One", "Two"]
    assert "<p>Two</p>" in page(library)
    assert [entry.slug for entry in library.store.catalogue.find(Wanted(), 5)] == told.slugs[::-1]
    assert library.store.threads.records(saved(library).slug)[PostRef("mastodon", post_id(1))]


def test_single_posts_become_pages_when_asked_for(library: Library, tmp_path: Path) -> None:
    assert dict(brought(library, tmp_path, note(1), single=True).made) == {"made": 1}
    assert texts(library) == ["post 1"]


def test_doing_it_again_changes_nothing(library: Library, tmp_path: Path) -> None:
    content = export(*THREAD, note(5), note(6, parent=5)) | {"media_attachments/a.png": png()}
    first = bring(library, as_zip(tmp_path / "x.zip", content))
    before, files = state(library), everything(tmp_path / "pages")
    again = bring(library, as_tar(tmp_path / "x.tar.gz", content))
    assert dict(again.made) == {"here already": 2}
    assert again.slugs == first.slugs
    assert (state(library), everything(tmp_path / "pages")) == (before, files)


def test_a_newer_export_adds_and_takes_away(library: Library, tmp_path: Path) -> None:
    brought(library, tmp_path, *THREAD, note(3, "Three", parent=2))
    told = brought(library, tmp_path, *THREAD, note(4, "Four", parent=2), name="newer")
    assert dict(told.made) == {"made anew": 1}
    assert texts(library) == ["One", "Two", "Four"]


def test_an_older_export_changes_nothing(library: Library, tmp_path: Path) -> None:
    brought(library, tmp_path, *THREAD, note(3, "Three", parent=2))
    assert dict(brought(library, tmp_path, *THREAD, name="older").made) == {"here already": 1}
    assert texts(library) == ["One", "Two", "Three"]


def test_two_exports_at_once_end_as_one_after_the_other(library: Library, tmp_path: Path) -> None:
    older = as_folder(tmp_path / "older", export(*THREAD))
    newer = as_folder(tmp_path / "newer", export(*THREAD, note(3, "Three", parent=2)))
    for paths in ([older, newer], [newer, older]):
        told = Import()
        with opened(load_archives(), paths) as (chosen,):
            save_all(library, chosen, told)
        assert texts(library) == ["One", "Two", "Three"]


def test_a_page_keeps_what_others_wrote_on_it(library: Library, tmp_path: Path) -> None:
    """An export has nobody else's posts; a page that was read from the network has the one above it."""
    theirs = PostRef("mastodon", "https://other.example/users/bob/statuses/1")
    answer = note(1, "One", parent=theirs.id), note(2, "Two", parent=1)
    brought(library, tmp_path, *answer)
    before = saved(library)
    assert before.thread
    assert before.verdict
    bob = structs.replace(
        before.thread.author, id="https://other.example/users/bob", handle="bob@other.example"
    )
    context = structs.replace(before.thread.posts[0], ref=theirs, author=bob, parent=None)
    library.store.threads.save(structs.replace(before.thread, context=context), before.verdict, {}, title="x")
    told = brought(library, tmp_path, *answer, note(3, "Three", parent=2), name="newer")
    assert dict(told.made) == {"made anew": 1}
    after = saved(library).thread
    assert after
    assert isinstance(after.context, Post)
    assert texts(library) == ["One", "Two", "Three"]


def test_pages_are_made_by_the_workers_where_the_import_ends_before(library: Library, tmp_path: Path) -> None:
    told = Import()
    with opened(load_archives(), [as_folder(tmp_path / "x", export(*THREAD))]) as (chosen,):
        save_all(library, chosen, told)
    assert library.store.tasks.get(PAGE, told.slugs[0])
    assert page(library) == ""


def test_nothing_is_looked_at_again_where_nobody_can_be_asked(library: Library, tmp_path: Path) -> None:
    told = brought(library, tmp_path, *THREAD)
    planned = library.store.tasks.get("revisit", told.slugs[0]) is not None
    assert planned is ("mastodon" in library.networks)


@pytest.mark.parametrize(("keys", "planned"), [(True, True), (False, False)])
def test_what_costs_keys_is_looked_at_again_only_where_there_are_some(
    keys: bool, planned: bool, library: Library, tmp_path: Path
) -> None:
    class Costly(PaperNetwork):
        def is_on(self) -> bool:
            return keys

    for name, network in (("costly", Costly()), ("free", PaperNetwork())):
        told = brought(replace(library, networks={"mastodon": network}), tmp_path, *THREAD, name=name)
        found = library.store.tasks.get("revisit", told.slugs[0])
        assert (found is not None) is (planned if name == "costly" else True)
        if found:
            library.store.tasks.claim("test", ["revisit"])
        take_down(library, saved(library).ref, status=Status.WITHDRAWN, why="", by="")
        with library.store.transaction() as connection:
            connection.exec_driver_sql("DELETE FROM tasks")


class PaperNetwork:
    """A network that nobody asks anything."""

    name = "mastodon"
    rules = Rules(title="Mastodon")

    def match(self, link: str) -> PostRef | None:
        return None

    def fetch(self, ref: PostRef) -> Conversation:
        raise AssertionError

    def read(self, refs: Sequence[PostRef], into: Conversation) -> None:
        raise AssertionError


def test_the_same_comes_out_of_postgresql(
    library: Library, open_it: Callable[..., Library], postgres_url: str, tmp_path: Path
) -> None:
    content = with_picture(note(5), note(6, parent=5))
    path = as_zip(tmp_path / "x.zip", content)
    other = open_it(tmp_path / "other", database_url=postgres_url)
    for _ in range(2):
        assert bring(library, path).made == bring(other, path).made
    assert state(other) == state(library)


# ------------------------------------------------------------------------------------------ who says no


def test_a_removed_thread_stays_removed(library: Library, tmp_path: Path, clock: Time) -> None:
    brought(library, tmp_path, *THREAD)
    for by in (ME, OPERATOR):
        take_down(library, saved(library).ref, status=Status.REMOVED, why="Removed.", by=by)
        clock.on(days=1)
        told = brought(library, tmp_path, *THREAD, note(3, "Three", parent=2), name="newer")
        assert not told.made
        assert saved(library).status is Status.REMOVED
        assert page(library) == ""


def test_no_post_of_a_removed_thread_comes_back_under_another_address(
    library: Library, tmp_path: Path
) -> None:
    brought(library, tmp_path, *THREAD, note(3, "Three", parent=2))
    take_down(library, saved(library).ref, status=Status.REMOVED, why="Removed.", by=ME)
    shorter = note(2, "Two"), note(3, "Three", parent=2), note(9)
    assert not brought(library, tmp_path, *shorter, name="shorter").made


def test_who_opted_out_or_was_denied_is_not_imported(library: Library, tmp_path: Path, clock: Time) -> None:
    library.store.wishes.set("mastodon", ME, Wish.OPT_OUT, by=ME)
    told = brought(library, tmp_path, *THREAD)
    assert dict(told.report.left_out)["threads: The author has asked not to be unrolled here."] == 1
    library.store.wishes.clear("mastodon", ME, Wish.OPT_OUT)
    library.store.wishes.set("mastodon", "social.example", Wish.DENY, by=OPERATOR)
    assert not brought(library, tmp_path, *THREAD, name="again").made
    assert library.store.threads.entries() == ()


class Told:
    """An archive of conversations that are there already."""

    name = title = "told"

    def __init__(self, *found: Conversation) -> None:
        self.found = found

    def recognise(self, files: Files) -> bool:
        return True

    def doubt(self, sources: Sequence[Files]) -> str:
        return ""

    def read(self, sources: Sequence[Files], report: Report, *, single: bool = False) -> Iterator[Gathering]:
        return (Gathering(one, cast(Files, None)) for one in self.found)


def renamed(posts: Sequence[Post], handle: str) -> list[Post]:
    """The posts, from when their author had that handle."""
    return [structs.replace(one, author=structs.replace(one.author, handle=handle)) for one in posts]


@pytest.mark.parametrize("handles", [("old.test", "denied.test"), ("denied.test", "old.test")])
def test_who_is_denied_by_a_handle_is_not_shown_because_of_an_older_one(
    library: Library, handles: tuple[str, str]
) -> None:
    library.store.wishes.set("test", "denied.test", Wish.DENY, by=OPERATOR)
    first, second = (
        renamed(chain(2, first=number), handle) for number, handle in zip((1, 11), handles, strict=True)
    )
    quoting = [
        structs.replace(post(number, by="lena"), quote=Quote(theirs[0].ref, theirs[0]))
        for number, theirs in ((1, first), (2, second))
    ]
    threads = [*(conversation(posts) for posts in (first, second)), *(conversation([one]) for one in quoting)]
    told = Import()
    save_all(library, Chosen(Told(*threads), ()), told)
    shown = [library.store.threads.load(slug) for slug in told.slugs]
    posts = [post for one in shown if one and one.thread for post in one.thread.posts]
    words = [*posts, *(post.quote.post for post in posts if post.quote and post.quote.post)]
    assert {word.author.handle for word in words} == {"old.test", "lena.test"}


def test_an_author_who_keeps_bots_away_is_not_imported(library: Library, tmp_path: Path) -> None:
    content = export(*THREAD) | {"actor.json": json.dumps(ACTOR | {"summary": "<p>#nobot</p>"}).encode()}
    assert not bring(library, as_folder(tmp_path / "x", content)).made


def test_opting_out_takes_imported_pages_down(library: Library, tmp_path: Path, clock: Time) -> None:
    brought(library, tmp_path, *THREAD)
    author = saved(library).thread
    assert author
    assert opt_out(library, author.author, clock()) == 1
    assert page(library) == ""


def test_where_authors_are_asked_first_nothing_is_published(
    open_it: Callable[..., Library], tmp_path: Path
) -> None:
    library = open_it(ask_first=True)
    content = export(note(1, attachment=[picture("media_attachments/a.png")]), note(2, parent=1))
    told = bring(library, as_folder(tmp_path / "x", content | {"media_attachments/a.png": png()}))
    assert not told.made
    assert not [*(tmp_path / "pages").rglob("*.png")]


def test_what_is_gone_at_its_source_is_withdrawn_with_its_pictures_and_stays_gone(
    library: Library, tmp_path: Path
) -> None:
    class Empty(PaperNetwork):
        def fetch(self, ref: PostRef) -> Conversation:
            raise AbsentError("The post is gone.")

    path = as_zip(tmp_path / "x.zip", with_picture())
    bring(library, path)
    assert [*(tmp_path / "pages").rglob("*.png")]
    revisit(replace(library, networks={"mastodon": Empty()}), saved(library).slug)
    assert (saved(library).status, saved(library).why) == (Status.WITHDRAWN, GONE)
    assert not [*(tmp_path / "pages").rglob("*.png")]
    assert not bring(library, path).made
    assert saved(library).status is Status.WITHDRAWN


def test_a_source_that_does_not_answer_changes_nothing(library: Library, tmp_path: Path) -> None:
    class Down(PaperNetwork):
        def fetch(self, ref: PostRef) -> Conversation:
            raise NetworkError("The server is down.")

    bring(library, as_zip(tmp_path / "x.zip", with_picture()))
    before = state(library)
    with pytest.raises(NetworkError):
        revisit(replace(library, networks={"mastodon": Down()}), saved(library).slug)
    assert state(library) == before


def test_no_word_that_was_not_for_everybody_is_anywhere(
    library: Library, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """The canary: followers-only and direct posts, alone, in threads, with pictures, with names."""
    caplog.set_level(logging.DEBUG)
    secret = "CANARY-7f3a"
    to_followers: dict[str, Any] = {"to": [FOLLOWERS], "cc": []}
    direct: dict[str, Any] = {"to": ["https://other.example/users/bob"], "cc": []}
    hidden_picture = [picture("media_attachments/secret.png", f"{secret} alt")]
    activities = [
        *THREAD,
        note(3, f"{secret} in the middle", parent=2, attachment=hidden_picture, **to_followers),
        note(4, "Four", parent=3),
        note(5, f"{secret} a thread", **to_followers),
        note(6, f"{secret} of it", parent=5, summary=f"{secret} warning", **to_followers),
        note(7, f"{secret} direct", parent=2, **direct),
        note(8, f"{secret} nobody", to=[], cc=[]),
        note(9, f"{secret} below", parent=4, **direct),
    ]
    hidden = png() + secret.encode()
    content = export(*activities) | {"media_attachments/secret.png": hidden}
    told = bring(library, as_zip(tmp_path / "x.zip", content), single=True)
    assert texts(library) == ["One", "Two", "Four"]
    assert told.report.left_out["posts that are not public"] == 6
    (tmp_path / "x.zip").unlink()
    library.store.scour()
    found = everything(tmp_path)
    assert any("page.html" in name for name in found)
    for name, data in found.items():
        assert secret.encode() not in data, name
    for entry in library.store.threads.entries():
        for form in ("page.html", "thread.json"):
            made = library.store.pages.load(entry.slug, form)
            assert made
            assert secret.encode() not in made.forms[""]
        kept = library.store.threads.records(entry.slug)
        assert not [record for record in kept.values() if secret.encode() in record]
    out = capfd.readouterr()
    assert secret not in caplog.text + out.out + out.err + repr(told)


# ------------------------------------------------------------------------------------------ the media


def with_picture(*more: Any) -> Content:
    first = note(1, "One", attachment=[picture("/media_attachments/a.png", "a cat")])
    return export(first, note(2, "Two", parent=1), *more) | {"media_attachments/a.png": png()}


def test_pictures_come_along_and_the_page_shows_them(library: Library, tmp_path: Path) -> None:
    bring(library, as_zip(tmp_path / "x.zip", with_picture()))
    thread = saved(library).thread
    assert thread
    (media,) = thread.posts[0].media
    file = library.store.media.file(saved(library).slug, media.copy)
    assert file
    assert file.read_bytes() == png()
    assert f"https://unroll.example/t/{saved(library).slug}/media/{media.copy}" in page(library)


def test_a_removal_takes_the_pictures_at_once(library: Library, tmp_path: Path) -> None:
    bring(library, as_zip(tmp_path / "x.zip", with_picture()))
    take_down(library, saved(library).ref, status=Status.REMOVED, why="Removed.", by=ME)
    assert not [*(tmp_path / "pages").rglob("*.png")]


def test_a_post_that_is_gone_takes_its_pictures(library: Library, tmp_path: Path) -> None:
    bring(library, as_zip(tmp_path / "x.zip", with_picture(note(3, "Three", parent=2))))
    bring(library, as_folder(tmp_path / "newer", export(note(2, "Two", parent=1), note(4, "Four", parent=2))))
    make_page(library, saved(library).slug)
    assert texts(library) == ["Two", "Four"]
    assert not [*(tmp_path / "pages").rglob("*.png")]


def test_pictures_of_refused_threads_are_not_kept(library: Library, tmp_path: Path) -> None:
    library.store.wishes.set("mastodon", ME, Wish.OPT_OUT, by=ME)
    bring(library, as_zip(tmp_path / "x.zip", with_picture()))
    assert not [*(tmp_path / "pages").rglob("*.png")]


def test_a_file_that_lies_about_its_kind_is_left_out(library: Library, tmp_path: Path) -> None:
    content = {**with_picture(), "media_attachments/a.png": b"<svg onload='alert(1)'/>"}
    told = bring(library, as_zip(tmp_path / "x.zip", content))
    assert told.report.left_out["files that are no picture, film or sound that browsers show"] == 1
    assert texts(library) == ["One", "Two"]
    assert "not available here" in page(library)


def test_pictures_survive_when_the_network_is_asked_again(library: Library, tmp_path: Path) -> None:
    bring(library, as_zip(tmp_path / "x.zip", with_picture()))
    newer = note(1, "One", attachment=[picture("https://files.example/a.png", "a cat")])
    told = brought(
        library, tmp_path, newer, note(2, "Two", parent=1), note(3, "Three", parent=2), name="newer"
    )
    assert dict(told.made) == {"made anew": 1}
    thread = saved(library).thread
    assert thread
    (media,) = thread.posts[0].media
    assert library.store.media.file(saved(library).slug, media.copy)
    assert media.url == "https://files.example/a.png"
    assert f"/media/{media.copy}" in page(library)


# ---------------------------------------------------------------------------------------- what breaks


def test_what_no_archive_is_is_said_before_anything_is_done(library: Library, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no archive that is known here; there are: .*Mastodon data export"):
        bring(library, as_zip(tmp_path / "x.zip", {"photo.jpg": b"\xff\xd8"}))


def test_what_stands_before_the_damage_is_kept(library: Library, tmp_path: Path) -> None:
    whole = export(*THREAD, note(3, "x" * 3000))["outbox.json"]
    (tmp_path / "outbox.json").write_bytes(whole[:-2000])
    with pytest.raises(InputError, match="at character"):
        bring(library, tmp_path / "outbox.json")
    assert library.store.threads.entries() == ()


def test_a_full_disk_is_our_error_and_loses_nothing(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    brought(library, tmp_path, *THREAD)
    before = state(library)

    def full(*_: object, **__: object) -> None:
        cause = sqlite3_full()
        raise OperationalError("INSERT", {}, cause)

    with monkeypatch.context() as patch:
        patch.setattr(Threads, "add", full)
        with pytest.raises(SetupError, match="full"):
            brought(library, tmp_path, note(5), note(6, parent=5), name="more")
    assert state(library) == before
    assert dict(brought(library, tmp_path, note(5), note(6, parent=5), name="more").made) == {"made": 1}


def sqlite3_full() -> Exception:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorname = "SQLITE_FULL"
    return error


def test_a_locked_database_is_our_error(
    open_it: Callable[..., Library], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("unroller.store.sqlite_file.WAIT", 0.05)
    library = open_it(tmp_path / "data")
    file = library.settings.database_url.removeprefix("sqlite:///")
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(NetworkError, match="busy"):
        brought(library, tmp_path, *THREAD)
    other.execute("ROLLBACK")
    other.close()
    assert dict(brought(library, tmp_path, *THREAD).made) == {"made": 1}


@pytest.fixture
def killed(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Runs an import in a process of its own, killed at a point."""

    def run(jobs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        command = [sys.executable, "-m", "tests.flows.import_killing"]
        text = "".join(json.dumps(job) + "\n" for job in jobs)
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
        return [json.loads(line) for line in done.stdout.splitlines()]

    return run  # type: ignore[return-value]


@pytest.mark.real
def test_an_import_that_is_killed_anywhere_ends_the_same_when_it_is_run_again(
    killed: Callable[..., Any], open_it: Callable[..., Library], tmp_path: Path
) -> None:
    path = as_zip(tmp_path / "x.zip", with_picture(note(5), note(6, parent=5)))
    whole = {"data": str(tmp_path / "whole"), "export": str(path)}
    (done,) = killed([whole])
    assert not done["failed"]
    points = len(done["points"])
    assert {point.split()[1] for point in done["points"]} == {"commit", "page", "picture"}
    wanted = state(open_it(tmp_path / "whole"))
    assert len(wanted) == 2
    jobs: list[dict[str, Any]] = []
    for point in range(0, points, 3):
        job = {"data": str(tmp_path / f"killed-{point}"), "export": str(path)}
        jobs += [job | {"kill_at": point}, job]
    ends = killed(jobs)
    assert all(end["killed"] for end in ends[::2])
    assert not any(end["killed"] or end["failed"] for end in ends[1::2])
    for job in jobs[1::2]:
        assert state(open_it(Path(job["data"]))) == wanted


@pytest.mark.slow
def test_every_error_is_one_of_ours(library: Library, tmp_path: Path) -> None:
    whole = as_zip(tmp_path / "x.zip", with_picture()).read_bytes()
    for place in range(0, len(whole), max(1, len(whole) // 60)):
        (tmp_path / "y.zip").write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        with suppress(UnrollerError):
            bring(library, tmp_path / "y.zip")
