from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
import zstandard

from tests.archives.x.records import BOB, HANDLE, ME, early, id_of, listed, tweet
from tests.conftest import leave_out
from unroller.archives.files import open_files
from unroller.archives.twarc import Twarc
from unroller.archives.x_archive import XArchive
from unroller.conformance import check_archive, check_damage
from unroller.core.assemble import assemble
from unroller.core.body import plain
from unroller.core.errors import InputError
from unroller.core.model import Absence, Gap, Post, Thread
from unroller.core.ports import Report

REAL = Path(__file__).parents[3].parent / "shared" / "data" / "x-api"
Wire = dict[str, Any]
USERS = {
    ME: {"id": ME, "username": HANDLE, "name": "Ada"},
    BOB: {"id": BOB, "username": "bob", "name": "Bob"},
}


def v2(number: int, *, by: str = ME, answers: int | None = None, to: str = ME, **more: Any) -> Wire:
    post: Wire = {"id": id_of(number), "text": f"post {number}", "author_id": by}
    if answers is not None:
        refs = [{"type": "replied_to", "id": id_of(answers)}]
        post |= {"in_reply_to_user_id": to, "referenced_tweets": refs}
    return post | more


def page(*posts: Wire, included: tuple[Wire, ...] = (), **more: Any) -> Wire:
    includes = {"users": list(USERS.values()), "tweets": list(included)}
    asked = {"retrieved_at": "2023-01-08T23:02:38+00:00"}
    return {"data": list(posts), "includes": includes, "__twarc": asked} | more


def flat(post: Wire) -> Wire:
    return post | {
        "author": USERS[post["author_id"]],
        "__twarc": {"retrieved_at": "2023-01-08T23:02:38+00:00"},
    }


def v1(number: int, *, by: str = ME, answers: int | None = None, to: str = ME, **more: Any) -> Wire:
    user = {"id_str": by, "screen_name": HANDLE if by == ME else "bob", "name": by, "protected": False}
    return tweet(number, answers=answers, to=to) | {"user": user} | more


def lines(path: Path, *values: object) -> Path:
    path.write_text("".join(f"{json.dumps(value)}\n" for value in values))
    return path


def read(path: Path, *, single: bool = False) -> tuple[list[Thread], Report]:
    report = Report()
    with open_files(path) as files:
        assert Twarc().recognise(files)
        assert not XArchive().recognise(files)
        found = Twarc().read([files], report, single=single)
        return [assemble(one.conversation) for one in found], report


def texts(path: Path) -> list[tuple[str, list[str]]]:
    return [(thread.author.handle, [plain(p.body) for p in thread.posts]) for thread in read(path)[0]]


THREADS = [("ada", ["post 1", "post 3"]), ("bob", ["post 2", "post 4"])]


def test_pages_flat_posts_and_posts_of_version_1_give_the_same_threads_by_author(tmp_path: Path) -> None:
    bobs = {"by": BOB, "to": BOB}
    second = [v2(1), v2(2, by=BOB), v2(3, answers=1), v2(4, answers=2, **bobs), v2(5, by=BOB)]
    first = [v1(1), v1(2, by=BOB), v1(3, answers=1), v1(4, answers=2, **bobs), v1(5, by=BOB)]
    files = [
        lines(tmp_path / "pages.jsonl", page(*second[:2]), page(*second[2:])),
        lines(tmp_path / "flat.jsonl", *map(flat, second)),
        lines(tmp_path / "v1.jsonl", *first),
        lines(tmp_path / "list.json", first),
    ]
    assert [texts(path) for path in files] == [THREADS] * 4


def test_packed_files_are_read(tmp_path: Path) -> None:
    plain_file = lines(
        tmp_path / "a.jsonl", v1(1), v1(2, by=BOB), v1(3, answers=1), v1(4, by=BOB, answers=2, to=BOB)
    )
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(plain_file.read_bytes()))
    (tmp_path / "a.jsonl.zst").write_bytes(zstandard.compress(plain_file.read_bytes()))
    assert texts(tmp_path / "a.jsonl.gz") == texts(tmp_path / "a.jsonl.zst") == THREADS


def test_the_post_that_a_thread_answers_is_shown_where_it_came_along(tmp_path: Path) -> None:
    path = lines(
        tmp_path / "a.jsonl", page(v2(2, answers=1, to=BOB), v2(3, answers=2), included=(v2(1, by=BOB),))
    )
    context = read(path)[0][0].context
    assert isinstance(context, Post)
    assert (context.author.handle, plain(context.body)) == ("bob", "post 1")


def test_why_a_post_is_missing_is_told_as_x_told_it(tmp_path: Path) -> None:
    gone = {"resource_type": "tweet", "resource_id": id_of(1), "title": "Not Found Error"}
    closed = {"resource_type": "tweet", "resource_id": id_of(5), "title": "Authorization Error"}
    posts = (v2(2, answers=1, to=BOB), v2(3, answers=2), v2(6, answers=5), v2(7, answers=6))
    found, _ = read(lines(tmp_path / "a.jsonl", page(*posts, errors=[gone, closed])))
    assert isinstance(found[0].context, Gap)
    assert found[0].context.reason is Absence.NOT_FOUND
    assert [gap.reason for gap in found[1].gaps] == [Absence.NOT_PUBLIC]
    told = found[0].completeness
    assert (told.source, f"{told.checked_at:%Y-%m-%d}") == (
        "a researcher's file, which has only what was searched for", "2023-01-08"
    )  # fmt: skip


def test_protected_and_withheld_posts_and_reposts_are_left_out(tmp_path: Path) -> None:
    protected = v1(3, answers=1)
    protected["user"] |= {"protected": True}
    withheld, passed_on = (
        v1(4, answers=2, withheld_in_countries=["DE"]),
        v1(5, answers=2, retweeted_status=early(9)),
    )
    found, report = read(lines(tmp_path / "a.jsonl", v1(1), v1(2, answers=1), protected, withheld, passed_on))
    assert [[plain(post.body) for post in thread.posts] for thread in found] == [["post 1", "post 2"]]
    assert dict(+report.left_out) == {
        "posts of protected accounts": 1, "posts that X withholds": 1, "reposts": 1
    }  # fmt: skip


def test_a_withheld_post_in_the_middle_is_a_gap_that_says_so(tmp_path: Path) -> None:
    hidden = v2(2, answers=1, withheld={"country_codes": ["IN"], "copyright": False})
    found, _ = read(lines(tmp_path / "a.jsonl", page(v2(1), hidden, v2(3, answers=2), v2(4, answers=3))))
    assert [(gap.ref.id, gap.reason) for gap in found[0].gaps] == [(id_of(2), Absence.HIDDEN)]


def test_whoever_imports_them_must_be_sure_that_they_may(tmp_path: Path) -> None:
    with open_files(lines(tmp_path / "a.jsonl", v1(1))) as files:
        assert "other people's posts" in Twarc().doubt([files])


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(f"{json.dumps(v1(1))}\n\n{json.dumps(v1(2, answers=1))[:99]}")
    with pytest.raises(InputError, match=r"a\.jsonl is damaged or broken off in line 3"):
        read(tmp_path / "a.jsonl")


def test_the_files_pass_the_checks_for_all_archives(tmp_path: Path) -> None:
    own, other = (
        (v2(1), v2(2, answers=1)),
        (v2(4, by=BOB, answers=3, to=BOB), v2(5, by=BOB, answers=4, to=BOB)),
    )
    path = lines(tmp_path / "a.jsonl", page(*own, *other), flat(v2(8)), v1(9))
    assert len(check_archive(Twarc(), path)) == 2
    check_damage(Twarc(), path)


@pytest.mark.parametrize("text", ["", "\n", "{}", '{"data": []}', '{"id": 1}', "[1]", "hello", '{"a": '])
def test_other_lines_are_not_recognised(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.jsonl").write_text(f"{text}\n")
    with open_files(tmp_path / "a.jsonl") as files:
        assert not Twarc().recognise(files)


def test_an_export_is_no_researchers_file(tmp_path: Path) -> None:
    (tmp_path / "tweets.js").write_bytes(listed([tweet(1)]))
    with open_files(tmp_path / "tweets.js") as files:
        assert not Twarc().recognise(files)


def test_real_files_give_the_threads_that_their_posts_hold() -> None:
    if not REAL.is_dir():
        leave_out("the public files of twarc are not beside this folder (data/x-api)")
    folder = REAL / "twarc-v2-jsonl" / "test-data"
    found = {path.stem: read(path) for path in sorted(folder.glob("*.jsonl"))}
    lengths = {name: sorted(len(thread.posts) for thread in threads) for name, (threads, _) in found.items()}
    # MANIFEST.md: 7 answers to oneself whose parent is there, one thread of three. Two files hold one search.
    assert lengths == {
        "2sets": [2], "brexit": [2], "entities_test": [2, 2, 2, 2], "flat": [3], "kpop": [], "noflat": [3],
        "withheld": [],
    }  # fmt: skip
    assert found["withheld"][1].left_out["posts that X withholds"] == 5
    assert found["flat"][0] == found["noflat"][0]
    threads, report = read(REAL / "twitter-to-sqlite" / "tests" / "tweets.json")
    assert (threads, report.found["authors"]) == ([], 1)
