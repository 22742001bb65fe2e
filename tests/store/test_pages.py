from __future__ import annotations

import errno
import gzip
import hashlib
import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import brotli  # type: ignore[import-untyped]
import pytest
import zstandard

from tests.store.conftest import Clock
from unroller.core.errors import SetupError
from unroller.store import Copies, MediaFiles, Pages, read_page, stamp_of

SLUG = "abcdefghij23"
HTML = b"<p>A thread of many words, again and again.</p>" * 50
TYPE = "text/html; charset=utf-8"


@pytest.fixture
def pages(tmp_path: Path, clock: Clock) -> Pages:
    return Pages(tmp_path / "pages", clock)


def test_a_page_is_loaded_in_every_form_it_was_published_in(pages: Pages, clock: Clock) -> None:
    etag = pages.put(SLUG, "page.html", HTML, TYPE)
    page = pages.load(SLUG, "page.html")
    assert page is not None
    assert page.etag == etag == hashlib.sha256(HTML).hexdigest()[:32]
    assert (page.media_type, page.modified) == (TYPE, clock())
    assert page.forms.keys() == {"", "zstd", "br", "gzip"}
    assert page.forms[""] == HTML
    assert zstandard.ZstdDecompressor().decompress(page.forms["zstd"]) == HTML
    assert brotli.decompress(page.forms["br"]) == HTML
    assert gzip.decompress(page.forms["gzip"]) == HTML


@pytest.mark.parametrize(("data", "media_type"), [(b"hi", TYPE), (HTML, "image/png"), (b"", TYPE)])
def test_a_form_that_is_not_smaller_is_not_made(pages: Pages, data: bytes, media_type: str) -> None:
    pages.put(SLUG, "page.html", data, media_type)
    page = pages.load(SLUG, "page.html")
    assert page is not None
    assert page.forms == {"": data}


def test_one_stat_tells_whether_a_page_in_memory_is_still_the_right_one(pages: Pages) -> None:
    file = pages.file(SLUG, "page.html")
    assert stamp_of(file) is None
    pages.put(SLUG, "page.html", HTML, TYPE)
    page = read_page(file)
    assert page is not None
    assert stamp_of(file) == page.stamp
    pages.put(SLUG, "page.html", HTML[::-1], TYPE)
    assert stamp_of(file) != page.stamp
    pages.drop(SLUG)
    assert stamp_of(file) is None
    assert read_page(file) is None


def test_the_same_bytes_again_change_neither_file_nor_time(pages: Pages, clock: Clock) -> None:
    pages.put(SLUG, "page.html", HTML, TYPE)
    before = stamp_of(pages.file(SLUG, "page.html"))
    clock.pass_by(days=1)
    pages.put(SLUG, "page.html", HTML, TYPE)
    assert stamp_of(pages.file(SLUG, "page.html")) == before


@pytest.mark.parametrize(
    ("part", "instead"),
    [
        (b".+", b""),
        (b".+", b"\xff\n"),
        (b".+", b"[]\n"),
        (b".+", b"{}\n"),
        (b"(?<=.{40}).+", b""),
        (b".$", b""),
        (b'"modified": 1', b'"modified": 1000000000000'),
        (b'\\[\\["", ', b'[["x", '),
    ],
)
def test_a_damaged_page_is_not_there_and_is_made_anew(pages: Pages, part: bytes, instead: bytes) -> None:
    pages.put(SLUG, "page.html", HTML, TYPE)
    file = pages.file(SLUG, "page.html")
    file.write_bytes(re.sub(part, instead, file.read_bytes(), count=1, flags=re.DOTALL))
    assert pages.load(SLUG, "page.html") is None
    pages.put(SLUG, "page.html", HTML, TYPE)
    page = pages.load(SLUG, "page.html")
    assert page is not None
    assert page.forms[""] == HTML


def test_a_dropped_page_is_gone_with_every_name(pages: Pages, tmp_path: Path) -> None:
    for name in ("page.html", "thread.json", "card.png"):
        pages.put(SLUG, name, HTML, TYPE)
    assert pages.names(SLUG) == ("card.png", "page.html", "thread.json")
    assert pages.drop(SLUG)
    assert not pages.drop(SLUG)
    assert pages.load(SLUG, "page.html") is None
    assert pages.names(SLUG) == ()
    assert [path for path in (tmp_path / "pages").rglob("*") if path.is_file()] == []


def test_what_a_dying_process_did_not_delete_goes_at_the_next_start(
    pages: Pages, tmp_path: Path, clock: Clock
) -> None:
    pages.put(SLUG, "page.html", HTML, TYPE)
    gone = tmp_path / "pages" / ".gone"
    gone.mkdir()
    pages.path(SLUG).rename(gone / SLUG)
    Pages(tmp_path / "pages", clock)
    assert not gone.exists()


@pytest.mark.parametrize(
    "slug", ["", ".", "..", "../../etc/x", "abc/defghij2", "ABCDEFGHIJ23", ".gone", "abcdefghij23\n"]
)
def test_an_address_is_never_a_path_trick(pages: Pages, slug: str) -> None:
    assert pages.load(slug, "page.html") is None
    for touch in (pages.path, pages.drop, pages.names):
        with pytest.raises(ValueError, match="not a slug"):
            touch(slug)
    with pytest.raises(ValueError, match="not a slug"):
        pages.put(slug, "page.html", HTML, TYPE)


@pytest.mark.parametrize("name", ["", "..", "../x", "a/b", ".hidden", "a..b", "page.html\n"])
def test_a_name_is_never_a_path_trick(pages: Pages, name: str) -> None:
    assert pages.load(SLUG, name) is None
    with pytest.raises(ValueError, match="not a page's name"):
        pages.put(SLUG, name, HTML, TYPE)


def test_readers_see_the_old_page_or_the_new_one_and_never_a_mixture(pages: Pages) -> None:
    bodies = [bytes([65 + n]) * 5000 for n in range(8)]
    pages.put(SLUG, "page.html", bodies[0], TYPE)
    done = threading.Event()

    def publish() -> None:
        for body in bodies * 5:
            pages.put(SLUG, "page.html", body, TYPE)
        done.set()

    writer = threading.Thread(target=publish)
    writer.start()
    while not done.is_set():
        page = pages.load(SLUG, "page.html")
        assert page is not None
        assert page.forms[""] in bodies
        assert gzip.decompress(page.forms["gzip"]) == page.forms[""]
        assert page.etag == hashlib.sha256(page.forms[""]).hexdigest()[:32]
    writer.join()


def test_a_put_and_a_drop_at_once_end_in_a_whole_page_or_none(pages: Pages) -> None:
    def drop() -> None:
        for _ in range(60):
            pages.drop(SLUG)

    dropper = threading.Thread(target=drop)
    dropper.start()
    for number in range(60):
        pages.put(SLUG, "page.html", b"%d" % number, TYPE)
    dropper.join()
    page = pages.load(SLUG, "page.html")
    assert page is None or page.forms[""] == b"59"


def test_a_page_that_is_dropped_while_one_looks_has_no_files(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> Iterator[Path]:
        raise FileNotFoundError

    monkeypatch.setattr(Path, "glob", gone)
    assert pages.names(SLUG) == ()
    assert Copies(pages).find(SLUG, ["https://pictures.example/1"]) == {}
    MediaFiles(pages).keep_only(SLUG, [])
    pages.put(SLUG, "page.html", b"new", TYPE)


def test_a_full_disk_is_one_sentence_and_leaves_the_old_page(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages.put(SLUG, "page.html", b"old", TYPE)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SetupError, match="No space left on device"):
        pages.put(SLUG, "page.html", b"new", TYPE)
    page = pages.load(SLUG, "page.html")
    assert page is not None
    assert page.forms == {"": b"old"}
    assert [path.name for path in pages.path(SLUG).iterdir()] == ["page.html.forms"]


def test_a_folder_that_cannot_be_made_is_one_sentence(clock: Clock) -> None:
    with pytest.raises(SetupError, match="cannot be written"):
        Pages(Path("/proc/pages"), clock)
