"""Files that an import brought: known by what is in them, stripped, counted, gone with their page."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.archives.pictures import SECRET, chunk, exif, jpeg, png, segment, webp
from unroller.core.errors import InputError, SetupError
from unroller.core.kinds import kind_of, without_notes
from unroller.store import MediaFiles, Pages
from unroller.store import media as module

SLUG = "abcdefghijkl"

KINDS = {
    "jpg": jpeg(),
    "png": png(),
    "gif": b"GIF89a" + bytes(20),
    "webp": webp(),
    "avif": b"\0\0\0\x1cftypavif" + bytes(20),
    "mp4": b"\0\0\0\x20ftypisom" + bytes(20),
    "mov": b"\0\0\0\x14ftypqt  " + bytes(20),
    "webm": b"\x1a\x45\xdf\xa3" + bytes(20),
    "mp3": b"ID3\x04" + bytes(20),
    "m4a": b"\0\0\0\x20ftypM4A " + bytes(20),
    "ogg": b"OggS\0" + bytes(20),
    "wav": b"RIFF\x24\0\0\0WAVEfmt " + bytes(20),
    "flac": b"fLaC" + bytes(20),
}


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    return Pages(tmp_path / "pages", lambda: datetime.now(UTC))


@pytest.fixture
def media(pages: Pages) -> MediaFiles:
    return MediaFiles(pages)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_known_by_its_beginning(kind: str, media: MediaFiles) -> None:
    name = media.put(SLUG, io.BytesIO(KINDS[kind]))
    assert name.endswith(f".{kind}")
    file = media.file(SLUG, name)
    assert file is not None
    assert file.read_bytes() == (KINDS[kind] if kind != "webp" else without_notes(KINDS[kind], "webp"))


def test_a_bare_mp3_is_known_by_its_first_frame() -> None:
    assert kind_of(b"\xff\xfb\x90\x64" + bytes(60)) == "mp3"
    assert kind_of(b"\xff\xf1\x50\x80" + bytes(60)) == ""  # AAC


@pytest.mark.parametrize(
    "data",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<!DOCTYPE html><script>alert(1)</script>",
        b"%PDF-1.7",
        b"MZ\x90\0",
        b"",
        b"\0\0\0\x20ftypheic",
        b"text",
    ],
)
def test_what_could_run_or_cannot_be_shown_is_refused(data: bytes, media: MediaFiles) -> None:
    with pytest.raises(InputError):
        media.put(SLUG, io.BytesIO(data))


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_jpeg_loses_where_it_was_taken_but_not_which_way_up_it_is(order: str) -> None:
    data = jpeg(segment(0xE1, exif(6, order)), segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + SECRET),
                segment(0xED, SECRET), segment(0xFE, SECRET))  # fmt: skip
    clean = without_notes(data, "jpg")
    assert SECRET not in clean
    assert b"\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06" in clean
    assert clean.endswith(b"picture\xff\xd9")
    assert without_notes(clean, "jpg") == clean
    assert without_notes(jpeg(segment(0xE1, exif(1))), "jpg") == jpeg()


def test_a_png_and_a_webp_lose_their_notes() -> None:
    assert without_notes(png(chunk(b"eXIf", SECRET), chunk(b"iTXt", SECRET)), "png") == png()
    clean = without_notes(webp((b"EXIF", SECRET), (b"XMP ", SECRET)), "webp")
    assert clean == without_notes(webp(), "webp")
    assert clean[20] == 0


@pytest.mark.parametrize("kind", ["jpg", "png", "webp"])
def test_damaged_pictures_end_somewhere(kind: str) -> None:
    whole = {
        "jpg": jpeg(segment(0xE1, exif(6))),
        "png": png(chunk(b"eXIf", SECRET)),
        "webp": webp((b"EXIF", b"x")),
    }
    for cut in range(len(whole[kind])):
        without_notes(whole[kind][:cut], kind)
        without_notes(whole[kind][:cut] + bytes(40), kind)
        without_notes(whole[kind][:cut] + b"\xff" * 40, kind)


def test_the_same_picture_twice_is_one_file(media: MediaFiles, pages: Pages) -> None:
    first, second = (media.put(SLUG, io.BytesIO(png())) for _ in range(2))
    assert first == second
    assert [file.name for file in (pages.path(SLUG) / "media").iterdir()] == [first]


def test_a_file_that_is_too_large_leaves_nothing(
    media: MediaFiles, pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_FILM", 1000)
    monkeypatch.setattr(module, "MOST_PICTURE", 1000)
    for data in (KINDS["mp4"] + bytes(2000), KINDS["gif"] + bytes(2000)):
        with pytest.raises(InputError, match="more than"):
            media.put(SLUG, io.BytesIO(data))
    assert not [*pages.path(SLUG).glob("media/*")]


@pytest.mark.parametrize(
    "name", ["", "..", "../page.html.forms", "a.png", f"{'0' * 32}.html", f"{'0' * 32}.png/"]
)
def test_no_other_name_leads_to_a_file(name: str, media: MediaFiles, pages: Pages) -> None:
    pages.put(SLUG, "page.html", b"x", "text/html")
    media.put(SLUG, io.BytesIO(png()))
    assert media.file(SLUG, name) is None


def test_files_go_with_their_page_and_one_by_one(media: MediaFiles, pages: Pages) -> None:
    name, other = media.put(SLUG, io.BytesIO(png())), media.put(SLUG, io.BytesIO(jpeg()))
    media.keep_only(SLUG, {name})
    assert media.file(SLUG, name)
    assert media.file(SLUG, other) is None
    pages.drop(SLUG)
    assert media.file(SLUG, name) is None


def test_a_full_disk_is_the_operators_business(media: MediaFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(SetupError, match="No space left"):
        media.put(SLUG, io.BytesIO(png()))
