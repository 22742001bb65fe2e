"""Bad exports of X, from the command line: each ends in one sentence, and leaves nothing behind."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.archives.packing import Content, as_zip
from tests.archives.x.records import BOB, ME, account, early, export, listed, manifest, tweet

Unroll = Callable[..., Any]
Shape = Callable[[Path], Path]

THREAD = (tweet(1), tweet(2, answers=1))
LISTS = "data/tweets.js"
MOST_MB = 200
"""What the whole command may hold in memory, Python and its libraries among it."""


def good(**more: bytes) -> dict[str, bytes]:
    return export(*THREAD) | more


def of(content: Content) -> Shape:
    return lambda path: as_zip(path, content)


def with_posts(data: bytes) -> Shape:
    return of(good() | {LISTS: data})


def with_member(name: str, **how: Any) -> Shape:
    """A right export, and one more member, as no packer of X's would write it."""

    def pack(path: Path) -> Path:
        as_zip(path, good())
        with zipfile.ZipFile(path, "a") as packed:
            info = zipfile.ZipInfo("x")
            info.filename = name  # ZipInfo itself would mend it
            for key, value in how.items():
                setattr(info, key, value)
            packed.writestr(info, b"x")
        return path

    return pack


def cut(content: Content, place: Callable[[bytes], int]) -> Shape:
    def pack(path: Path) -> Path:
        whole = as_zip(path, content).read_bytes()
        path.write_bytes(whole[: place(whole)])
        return path

    return pack


def bomb(*, says: int, packed: int = 0) -> Shape:
    """A list of posts that goes on with 5 GB of blanks, and says that it unpacks to `says` bytes."""

    def pack(path: Path) -> Path:
        squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
        first = squeeze.compress(listed([*THREAD])[:-1]) + squeeze.flush(zlib.Z_FULL_FLUSH)
        again = squeeze.compress(b" " * (1 << 20)) + squeeze.flush(zlib.Z_FULL_FLUSH)
        data = first + again * (5 << 10) + squeeze.flush()
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as made:
            made.writestr("data/account.js", account())
            made.writestr(LISTS, data)
            info = made.getinfo(LISTS)
            info.compress_type, info.file_size = zipfile.ZIP_DEFLATED, says
            info.compress_size = packed or len(data)
        raw = bytearray(path.read_bytes())
        place = raw.rindex(b"PK\x03\x04")  # what stands before the file says how it is packed as well
        raw[place + 8] = zipfile.ZIP_DEFLATED
        path.write_bytes(raw)
        return path

    return pack


def locked(path: Path) -> Path:
    raw = bytearray(as_zip(path, good()).read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = -1
        while (place := raw.find(signature, place + 1)) >= 0:
            raw[place + flags] |= 1
    path.write_bytes(raw)
    return path


def crowded(path: Path) -> Path:
    """A list of files that is longer than any export's: a hole in the file, which holds none."""
    raw = bytearray(as_zip(path, good()).read_bytes())
    end = raw.index(b"PK\x05\x06")
    size = 200 << 20
    raw[end + 12 : end + 16] = size.to_bytes(4, "little")
    with path.open("wb") as opened:
        opened.write(raw[:4])
        opened.seek(size)
        opened.write(raw[end:])
    return path


def in_a_zip(shape: Shape) -> Shape:
    def pack(path: Path) -> Path:
        inner = shape(path.with_name("inner.zip"))
        return as_zip(path, {"twitter.zip": inner.read_bytes()})

    return pack


SHORT = listed([*THREAD])
DAMAGED, LOCKED = "is damaged or only half there", "is locked with a password"
TOO_LARGE, OUTSIDE = "unpacks to far more than an export of posts does", "leads outside of it"

BAD: dict[str, tuple[Shape, str]] = {
    "no zip, though it is called so": (lambda path: written(path, b"hello"), "no archive that is known here"),
    "the first letters of a zip": (lambda path: written(path, b"PK\x03\x04" + bytes(400)), DAMAGED),
    "nothing": (lambda path: written(path, b""), "x.zip is empty"),
    "a zip of nothing": (of({}), "holds no files"),
    "another site's": (of({"your_activity/posts_1.json": b"[]", "start.html": b"<p>"}), "no archive"),
    "an export without its posts": (of({"data/account.js": account(), "data/like.js": b"[]"}), "list"),
    "a quarter": (cut(good(), lambda raw: len(raw) // 4), DAMAGED),
    "all but the list of files": (cut(good(), lambda raw: raw.index(b"PK\x01\x02")), DAMAGED),
    "half the list of files": (cut(good(), lambda raw: raw.rindex(b"PK\x01\x02") + 20), DAMAGED),
    "all but its end": (cut(good(), lambda raw: len(raw) - 5), DAMAGED),
    "5 GB that say so": (bomb(says=5 << 30), TOO_LARGE),
    "5 GB that say less": (bomb(says=(4 << 30) - 1), TOO_LARGE),
    "5 GB that say little": (bomb(says=60 << 20), DAMAGED),
    "5 GB that say little and were packed badly": (bomb(says=(4 << 30) - 1, packed=1 << 30), TOO_LARGE),
    "5 GB in a zip": (in_a_zip(bomb(says=5 << 30)), TOO_LARGE),
    "a list of files without end": (crowded, "lists more files than any export has"),
    "a path upwards": (with_member("data/../../tweets.js"), OUTSIDE),
    "a path from the top": (with_member("/etc/cron.d/tweets.js"), OUTSIDE),
    "a path of Windows": (with_member("C:\\tweets.js"), OUTSIDE),
    "a name with a NUL": (with_member("data/tweets.js\0.txt"), "a file of a name that no export has"),
    "locked": (locked, LOCKED),
    "cut in the middle of a post": (with_posts(SHORT[:-200]), f"{LISTS} in x.zip is damaged or broken off"),
    "cut behind a post": (with_posts(SHORT[: SHORT.index(b"},\n") + 2]), "broken off at byte"),
    "a list of nothing": (with_posts(b""), f"{LISTS} in x.zip holds no list of posts"),
    "blanks": (with_posts(b" \n"), f"{LISTS} in x.zip holds no list of posts"),
    "a list in UTF-16": (with_posts(SHORT.decode().encode("utf-16")), f"{LISTS} in x.zip is not in UTF-8"),
    "no list": (with_posts(b"window.YTD.tweets.part0 = 'hello'"), "holds no list of posts"),
    "a name that paints the terminal": (of({"\x07\u202e.js": SHORT[:-200]}), "is damaged or broken off"),
}  # fmt: skip


def threads_in(data: Path) -> int:
    if not (data / "unroller.db").exists():
        return 0
    with closing(sqlite3.connect(data / "unroller.db")) as database:
        return int(database.execute("SELECT count(*) FROM threads").fetchone()[0])


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("name", BAD)
def test_a_bad_export_is_one_sentence_and_leaves_nothing(
    name: str, unroll: Unroll, data: Path, tmp_path: Path
) -> None:
    shape, words = BAD[name]
    ran = unroll("import", str(shape(tmp_path / "x.zip")))
    assert words in ran.err
    assert ran.code == 2
    assert ran.err.count("\n") == 1
    assert ran.err.removesuffix("\n").isprintable()
    assert " 1  made" not in ran.out
    assert not [*data.glob("pages/*/*")]
    assert threads_in(data) == 0


@pytest.mark.real
@pytest.mark.parametrize("name", ["5 GB that say little", "a list of files without end", "5 GB in a zip"])
def test_what_is_larger_than_it_says_does_not_fill_the_memory(name: str, tmp_path: Path) -> None:
    path = BAD[name][0](tmp_path / "x.zip")
    # Not by `getrusage`, which counts what the process held that started this one.
    code = (
        "import pathlib, sys; from unroller.cli import run; code = run(sys.argv[1:]);"
        "said = pathlib.Path('/proc/self/status').read_text();"
        "print(int(said.partition('VmHWM:')[2].split()[0]) // 1024); sys.exit(code)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, "import", str(path)],
        capture_output=True,
        text=True,
        env=os.environ | {"UNROLLER_DATA": str(tmp_path / "data")},
        cwd=tmp_path,
        check=False,
    )
    assert ran.returncode == 2
    assert int(ran.stdout) < MOST_MB


# ------------------------------------------------------------------------------- what is odd, and can be read


def pages_in(data: Path) -> list[str]:
    with closing(sqlite3.connect(data / "unroller.db")) as database:
        slugs = [row[0] for row in database.execute("SELECT slug FROM threads ORDER BY slug")]
    return [slug for slug in slugs if (data / "pages" / slug / "page.html.forms").exists()]


def twice(path: Path) -> Path:
    """Two lists under one name, of which the later has a post more."""
    as_zip(path, good())
    with zipfile.ZipFile(path, "a") as packed, pytest.warns(UserWarning, match="Duplicate name"):
        packed.writestr(LISTS, listed([*THREAD, tweet(3, answers=2)]))
    return path


FORMATTED = f"""// made pretty
module.exports = [
  {{ tweet: {{ id_str: '{tweet(1)["id_str"]}', full_text: 'It is "one"', lang: null, }}, }},
  {{ tweet: {{ id_str: '{tweet(2)["id_str"]}', full_text: `two`, created_at: now(), }}, }},
  {{ tweet: {{ id_str: '{tweet(3)["id_str"]}', full_text: 'three', in_reply_to_user_id_str: '{ME}',
      created_at: 'Wed Nov 23 07:04:09 +0000 2024', in_reply_to_status_id_str: '{tweet(1)["id_str"]}', }}, }},
];
""".encode()
GONE = tweet(9, answers=8)
ODD: dict[str, tuple[Shape, str, list[str]]] = {
    "a link": (
        with_member("data/tweets-part1.js", external_attr=(stat.S_IFLNK | 0o777) << 16),
        "1  made", ["1  links in the archive"],
    ),
    "a name in percent signs": (with_member("data/%2e%2e%2f%2e%2e/tweets.js"), "1  made", []),
    "two files under one name": (twice, "3  posts in threads", ["1  files that are there twice under one"]),
    "a mark of UTF-8": (with_posts(b"\xef\xbb\xbf" + SHORT), "1  made", []),
    "JavaScript that is no JSON": (
        with_posts(FORMATTED), "1  made",
        ["1  records that cannot be read", "The first record that cannot be read: number "],
    ),
    "one id with other words": (
        with_posts(listed([*THREAD, tweet(1, "longer words than that")])), "2  posts in threads",
        ["1  posts that are there twice with other words: the longer counts"],
    ),
    "parents that are missing": (
        with_posts(listed([*THREAD, GONE, tweet(10, answers=9), tweet(12, answers=11, to=BOB)])),
        "2  made", ["1  posts that stand alone"],
    ),
    "a ring of parents": (with_posts(listed([tweet(1, answers=2), tweet(2, answers=1)])), "1  made", []),
    "a post that answers itself": (with_posts(listed([*THREAD, tweet(7, answers=7)])), "1  made", []),
    "no posts": (of(export() | {"data/manifest.js": manifest(0)}), "", []),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_an_odd_export_is_read_and_what_is_odd_is_told(
    name: str, unroll: Unroll, data: Path, tmp_path: Path
) -> None:
    shape, made, told = ODD[name]
    ran = unroll("import", str(shape(tmp_path / "x.zip")))
    assert (ran.code, ran.err) == (0, "")
    assert made in ran.out
    assert [words for words in told if words not in ran.out] == []
    assert len(pages_in(data)) == threads_in(data)


# ------------------------------------------------------------------------------------ whose, and for whom


def test_an_export_of_the_time_when_circles_leaked_is_asked_about_first(
    unroll: Unroll, data: Path, tmp_path: Path
) -> None:
    path = as_zip(tmp_path / "x.zip", good() | {"data/manifest.js": manifest(2, made="2023-01-05")})
    ran = unroll("import", str(path))
    assert (ran.code, ran.out) == (2, "")
    assert "exports of that time can hold posts for a circle" in ran.err
    assert "with --yes it is" in ran.err
    assert not data.exists()
    assert "1  made" in unroll("import", str(path), "--yes").out


def test_two_exports_of_one_account_make_one_library(unroll: Unroll, data: Path, tmp_path: Path) -> None:
    old = export(*THREAD) | {"data/manifest.js": manifest(2, made="2024-01-01")}
    new = export(tweet(1), tweet(3, answers=2))
    paths = [str(as_zip(tmp_path / f"{name}.zip", made)) for name, made in (("a", new), ("b", old))]
    ran = unroll("import", *paths)
    assert "3  posts in threads" in ran.out
    assert "1  made" in ran.out
    assert "1  here already" in unroll("import", *paths[::-1]).out


def test_what_was_passed_on_is_never_on_a_page_of_the_owner(
    unroll: Unroll, data: Path, tmp_path: Path
) -> None:
    theirs = early(7, "HIS WORDS", user={"id_str": BOB, "screen_name": "bob"})
    passed_on = early(3, "RT @bob: HIS WORDS", answers=2, retweeted_status=theirs)
    foreign = early(4, "HIS WORDS", answers=2, user={"id_str": BOB, "screen_name": "bob"})
    content = export(early(1), early(2, answers=1), passed_on, foreign)
    ran = unroll("import", str(as_zip(tmp_path / "x.zip", content)), "--all")
    assert "1  reposts" in ran.out
    assert "1  posts by others" in ran.out
    kept = [file.read_bytes() for file in data.rglob("*") if file.is_file()]
    assert len(kept) > 1
    assert not [one for one in kept if b"HIS WORDS" in one]
