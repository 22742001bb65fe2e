from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from tests.archives.outbox import (
    BOB,
    FOLLOWERS,
    ME,
    PUBLIC,
    create,
    export,
    note,
    outbox,
    picture,
    post_id,
)
from tests.archives.packing import Content, as_folder, as_tar, as_zip
from tests.conftest import leave_out
from unroller.archives.files import open_files
from unroller.archives.mastodon_archive import MastodonArchive
from unroller.core.assemble import assemble
from unroller.core.body import plain
from unroller.core.errors import InputError
from unroller.core.model import Absence, Audience, Gap, PostRef, Thread, Wholeness
from unroller.core.ports import Report

REAL = Path(__file__).parents[2].parent / "shared" / "data" / "mastodon"


def read(path: Path, *, single: bool = False) -> tuple[list[Thread], Report]:
    report = Report()
    with open_files(path) as files:
        assert MastodonArchive().recognise(files)
        found = MastodonArchive().read([files], report, single=single)
        return [assemble(one.conversation) for one in found], report


def threads(tmp_path: Path, content: Content, *, single: bool = False) -> list[list[str]]:
    """The texts of each thread."""
    found, _ = read(as_folder(tmp_path / "export", content), single=single)
    return [[plain(post.body) for post in thread.posts] for thread in found]


def left_out(tmp_path: Path, *activities: Any) -> dict[str, int]:
    _, report = read(as_folder(tmp_path / "export", export(*activities)))
    return dict(+report.left_out)


# -------------------------------------------------------------------------------------------- threads


def test_own_posts_are_joined_by_what_they_answer(tmp_path: Path) -> None:
    content = export(note(1), note(2, parent=1), note(3), note(4, parent=2), note(5, parent=3))
    assert threads(tmp_path, content) == [["post 1", "post 2", "post 4"], ["post 3", "post 5"]]


def test_branches_are_read_oldest_first_and_depth_first(tmp_path: Path) -> None:
    content = export(note(1), note(2, parent=1), note(3, parent=1), note(4, parent=2), note(5, parent=3))
    assert threads(tmp_path, content) == [["post 1", "post 2", "post 4", "post 3", "post 5"]]


def test_the_order_of_the_file_does_not_matter(tmp_path: Path) -> None:
    content = export(note(4, parent=2), note(2, parent=1), note(1), note(3))
    assert threads(tmp_path, content) == [["post 1", "post 2", "post 4"]]


def test_a_post_that_stands_alone_is_taken_only_when_asked_for(tmp_path: Path) -> None:
    content = export(note(1), note(2), note(3, parent=2))
    assert threads(tmp_path, content, single=True) == [["post 1"], ["post 2", "post 3"]]
    assert left_out(tmp_path / "b", note(1), note(2)) == {"posts that stand alone": 2}


def test_a_thread_may_begin_as_an_answer_to_somebody(tmp_path: Path) -> None:
    theirs = f"{BOB}/statuses/1"
    found, _ = read(as_folder(tmp_path / "x", export(note(1, parent=theirs), note(2, parent=1))))
    assert isinstance(found[0].context, Gap)
    assert found[0].context.ref == PostRef("mastodon", theirs)


def test_answers_below_somebody_elses_post_are_threads_of_their_own(tmp_path: Path) -> None:
    theirs = f"{BOB}/statuses/1"
    content = export(note(1), note(2, parent=1), note(3, parent=theirs), note(4, parent=3))
    assert threads(tmp_path, content) == [["post 1", "post 2"], ["post 3", "post 4"]]


def test_a_deleted_post_leaves_a_gap_and_joins_what_hangs_from_it(tmp_path: Path) -> None:
    found, _ = read(as_folder(tmp_path / "x", export(note(1), note(3, parent=2), note(4, parent=2))))
    (thread,) = found
    assert [plain(post.body) for post in thread.posts] == ["post 3", "post 4"]
    assert [(gap.ref.id, gap.reason) for gap in thread.gaps] == [(post_id(2), Absence.DELETED)]
    assert thread.completeness.state is Wholeness.PARTIAL


def test_a_post_that_is_not_public_is_a_gap_between_the_others(tmp_path: Path) -> None:
    content = export(note(1), note(2, parent=1, to=[FOLLOWERS], cc=[]), note(3, parent=2))
    found, report = read(as_folder(tmp_path / "x", content))
    (thread,) = found
    assert [plain(post.body) for post in thread.posts] == ["post 1", "post 3"]
    assert [(gap.ref.id, gap.reason) for gap in thread.gaps] == [(post_id(2), Absence.NOT_PUBLIC)]
    assert report.left_out["posts that are not public"] == 1


def test_what_is_known_of_the_thread_is_said(tmp_path: Path) -> None:
    found, _ = read(as_folder(tmp_path / "x", export(note(1), note(2, parent=1), note(2000))))
    said = found[0].completeness
    assert said.source == "the author's data export of 2024-01-02, which has no replies by others"
    assert (said.state, said.found, said.expected) == (Wholeness.UNKNOWN, 2, None)
    assert said.why == "this server does not tell of deleted posts"
    assert f"{said.checked_at:%Y-%m-%d %H:%M}" == "2024-01-02 09:20"


@pytest.mark.parametrize("ring", [[note(1, parent=2), note(2, parent=1)], [note(1, parent=1)]])
def test_posts_that_answer_each_other_in_a_ring_end(ring: list[Any], tmp_path: Path) -> None:
    assert len(threads(tmp_path, export(*ring, note(3, parent=1)))) == 1


@pytest.mark.slow
def test_a_chain_of_many_thousands_is_one_thread(tmp_path: Path) -> None:
    notes = [note(n, parent=n - 1 if n else None) for n in range(20_000)]
    assert [len(thread) for thread in threads(tmp_path, export(*notes))] == [20_000]


def test_the_same_post_twice_is_one(tmp_path: Path) -> None:
    content = export(note(1), note(1), note(2, parent=1), note(2, parent=1))
    assert threads(tmp_path, content) == [["post 1", "post 2"]]


# ------------------------------------------------------------------------------------- who may read


@pytest.mark.parametrize(
    ("to", "cc", "shown"),
    [
        ([PUBLIC], [FOLLOWERS], True),
        ([FOLLOWERS], [PUBLIC], True),
        (PUBLIC, None, True),
        ("as:Public", [], True),
        ([{"id": PUBLIC}], [], True),
        ([FOLLOWERS], [], False),
        ([], [], False),
        (None, None, False),
        ([BOB], [], False),
        ({"public": True}, 7, False),
        ([f"{PUBLIC}#not"], [["nested"]], False),
    ],
)
def test_only_what_is_addressed_to_the_public_is_given(to: Any, cc: Any, shown: bool, tmp_path: Path) -> None:
    content = export(note(1, to=to, cc=cc), note(2, parent=1, to=to, cc=cc))
    assert bool(threads(tmp_path, content)) is shown


def test_what_says_nothing_of_its_readers_is_not_public(tmp_path: Path) -> None:
    silent = {key: value for key, value in note(1).items() if key not in ("to", "cc")}
    assert threads(tmp_path, export(silent, note(2, parent=1)), single=True) == [["post 2"]]


def test_an_activity_that_is_not_public_hides_its_post(tmp_path: Path) -> None:
    hidden = create(note(1)) | {"to": [FOLLOWERS], "cc": []}
    assert threads(tmp_path, export(hidden), single=True) == []


def test_a_post_that_was_once_not_public_stays_hidden(tmp_path: Path) -> None:
    hidden = note(1, to=[FOLLOWERS], cc=[])
    assert threads(tmp_path, export(note(1), hidden), single=True) == []
    assert threads(tmp_path / "b", export(hidden, note(1)), single=True) == []


def test_unlisted_posts_say_so(tmp_path: Path) -> None:
    quiet: Any = {"to": [FOLLOWERS], "cc": [PUBLIC]}
    found, _ = read(as_folder(tmp_path / "x", export(note(1, **quiet), note(2, parent=1, **quiet))))
    assert {post.audience for post in found[0].posts} == {Audience.UNLISTED}


# -------------------------------------------------------------------------------- what is no post


def test_everything_else_is_left_out_and_counted(tmp_path: Path) -> None:
    boost = {"type": "Announce", "actor": ME, "object": f"{BOB}/statuses/1", "to": [PUBLIC]}
    found = left_out(
        tmp_path,
        note(1),
        note(2, parent=1),
        boost,
        boost | {"object": note(7)},
        {"type": "Create", "actor": ME, "to": [PUBLIC]},
        {"type": "Create", "actor": ME, "to": [PUBLIC], "object": post_id(3)},
        {"type": "Create", "actor": ME, "to": [PUBLIC], "object": {"type": "Note"}},
        {"type": "Create", "actor": ME, "to": [PUBLIC], "object": {"id": post_id(4), "type": "Tombstone"}},
        {"type": "Like", "actor": ME, "object": note(8)},
        create(note(5, attributedTo=BOB)),
        "nonsense",
        None,
        [[]],
    )
    assert found == {
        "boosts": 2,
        "activities that hold no post": 4,
        "posts that were deleted": 1,
        "posts by another account": 1,
    }


@pytest.mark.parametrize("field", sorted(note(1)))
@pytest.mark.parametrize(
    "value", [None, 7, "x", [], {}, [None], {"id": {}}, "https://\ud800", 1e999, 10**30, True]
)
def test_no_field_can_break_the_reading(field: str, value: Any, tmp_path: Path) -> None:
    content = export(note(1), note(2, parent=1) | {field: value}, note(3, parent=1))
    found = threads(tmp_path, content)
    assert found
    assert {"post 1", "post 3"} <= set(found[0])


# ------------------------------------------------------------------------------------- the author


def test_without_actor_json_the_author_is_known_by_the_posts(tmp_path: Path) -> None:
    path = tmp_path / "outbox.json"
    path.write_bytes(outbox(note(1), note(2, parent=1)))
    (thread,), _ = read(path)
    assert (thread.author.id, thread.author.handle) == (ME, "ada@social.example")
    assert len(thread.posts) == 2


def test_the_author_is_as_actor_json_says(tmp_path: Path) -> None:
    (thread,), _ = read(as_folder(tmp_path / "x", export(note(1), note(2, parent=1))))
    assert (thread.author.name, thread.author.handle) == ("Ada", "ada@social.example")


def test_an_actor_json_that_is_broken_is_named(tmp_path: Path) -> None:
    broken = as_folder(tmp_path / "x", export(note(1)) | {"actor.json": b'{"id": '})
    with pytest.raises(InputError, match=r"actor\.json"):
        read(broken)
    nobody = as_folder(tmp_path / "y", export(note(1), note(2, parent=1)) | {"actor.json": b"[]"})
    found, report = read(nobody)
    assert found[0].author.handle == "ada@social.example"
    assert "actor.json" in report.notes[0]


def test_an_empty_outbox_is_no_error(tmp_path: Path) -> None:
    assert threads(tmp_path, {"outbox.json": outbox()}) == []


# --------------------------------------------------------------------------------------- the media


@pytest.mark.parametrize(
    "url",
    [
        "media_attachments/files/1/a.png",
        "/media_attachments/files/1/a.png",
        "/bucket/media_attachments/files/1/a.png",
    ],
)
def test_media_are_found_in_the_archive(url: str, tmp_path: Path) -> None:
    content = export(note(1, attachment=[picture(url, "a cat")]), note(2, parent=1))
    content["media_attachments/files/1/a.png"] = b"png"
    for pack, name in ((as_folder, "f"), (as_zip, "x.zip"), (as_tar, "x.tar.gz")):
        (thread,), report = read(pack(tmp_path / name, content))
        (media,) = thread.posts[0].media
        assert (media.copy, media.url, media.alt) == ("media_attachments/files/1/a.png", None, "a cat")
        assert not report.left_out["pictures, films and sounds that are not in the archive"]


def test_media_that_are_not_there_are_counted(tmp_path: Path) -> None:
    lost = picture("/media_attachments/../../etc/passwd")
    found, report = read(as_folder(tmp_path / "x", export(note(1, attachment=[lost, 7]), note(2, parent=1))))
    assert {media.copy for media in found[0].posts[0].media} <= {""}
    assert report.left_out["pictures, films and sounds that are not in the archive"] == 1


def test_media_elsewhere_keep_their_address(tmp_path: Path) -> None:
    remote = picture("https://files.example/a.png")
    (thread,), _ = read(as_folder(tmp_path / "x", export(note(1, attachment=[remote]), note(2, parent=1))))
    assert [media.url for media in thread.posts[0].media] == ["https://files.example/a.png"]


# ------------------------------------------------------------------------------------------ files


@pytest.mark.parametrize(
    "content",
    [
        {"tweets.js": b"window.YTD.tweets.part0 = []"},
        {"outbox.json": b"{}", "x": b""},
        {"outbox.json": b"\xff\xd8\xff"},
        {"a.json": outbox(), "b.json": b"{}"},
    ],
)
def test_what_is_no_such_export_is_not_taken_for_one(content: Content, tmp_path: Path) -> None:
    with open_files(as_folder(tmp_path / "x", content)) as files:
        assert not MastodonArchive().recognise(files)


@pytest.mark.parametrize("cut", [30, 200, 700])
def test_half_an_outbox_is_an_input_error(cut: int, tmp_path: Path) -> None:
    path = tmp_path / "outbox.json"
    path.write_bytes(outbox(note(1), note(2, parent=1))[:-cut])
    with pytest.raises(InputError, match=r"outbox\.json .* at character"):
        read(path)


def test_the_bar_comes_to_its_end(tmp_path: Path) -> None:
    _, report = read(as_zip(tmp_path / "x.zip", export(note(1), note(2, parent=1))))
    assert report.read == report.total > 0


# ------------------------------------------------------------------------------------ real exports


def real(name: str) -> Path:
    if not (REAL / name / "outbox.json").is_file():
        leave_out("the real exports of Mastodon are not on this machine")
    return REAL / name


def independent(path: Path) -> tuple[dict[str, str], dict[str, list[str]]]:
    """By plain JSON and nothing of ours: what each public post answers, and each tree of two or more."""
    actor = json.loads((path / "actor.json").read_bytes())["id"]
    items = json.loads((path / "outbox.json").read_bytes())["orderedItems"]
    notes = [
        one["object"] for one in items if one["type"] == "Create" and one["object"]["attributedTo"] == actor
    ]
    notes = [one for one in notes if PUBLIC in one["to"] + one["cc"]]
    parents = {one["id"]: one["inReplyTo"] for one in notes}
    trees: dict[str, list[str]] = defaultdict(list)
    for post in parents:
        top = post
        while parents[top] in parents:
            top = parents[top]
        trees[top].append(post)
    return parents, {top: posts for top, posts in trees.items() if len(posts) > 1}


@pytest.mark.parametrize(("name", "answers"), [("dealingwith", 212), ("hikurry", 149)])
def test_real_exports_give_the_threads_that_their_records_hold(name: str, answers: int) -> None:
    parents, trees = independent(real(name))
    found, report = read(real(name))
    assert {thread.ref.id: sorted(post.ref.id for post in thread.posts) for thread in found} == {
        top: sorted(posts) for top, posts in trees.items()
    }
    assert sum(len(thread.posts) - 1 for thread in found) == answers
    assert report.found["posts"] == len(parents)
    assert report.left_out["posts that stand alone"] == len(parents) - sum(map(len, trees.values()))
    assert all(thread.completeness.state is Wholeness.UNKNOWN for thread in found)


@pytest.mark.parametrize("name", ["dealingwith", "hikurry"])
def test_real_threads_are_in_reading_order(name: str) -> None:
    """Each post after what it answers, and of two answers the older one, with all below it, first."""
    parents, _ = independent(real(name))
    for thread in read(real(name))[0]:
        order = [post.ref.id for post in thread.posts]
        place = {post: at for at, post in enumerate(order)}
        for post in order[1:]:
            assert place[parents[post]] < place[post]
            between = order[place[parents[post]] + 1 : place[post]]
            assert all(is_below(one, parents[post], parents) for one in between)
        siblings = Counter(parents[post] for post in order[1:])
        for parent in siblings:
            children = [post for post in order if parents[post] == parent]
            assert children == sorted(children, key=lambda post: int(post.rpartition("/")[2]))


def is_below(post: str, above: str, parents: dict[str, str]) -> bool:
    while post in parents and post != above:
        post = parents[post]
    return post == above


@pytest.mark.slow
def test_real_pictures_are_found(tmp_path: Path) -> None:
    path = real("hikurry")
    with open_files(path) as files:
        found = [assemble(one.conversation) for one in MastodonArchive().read([files], Report(), single=True)]
    copies = {media.copy for thread in found for post in thread.posts for media in post.media if media.copy}
    there = {
        file.relative_to(path).as_posix() for file in path.glob("media_attachments/**/*") if file.is_file()
    }
    assert copies == there
