"""Copies of pictures: files in their page's folder, found by the pictures' addresses, gone with the page."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from unroller.core.errors import SetupError
from unroller.store import Copies, Copy, MediaFiles, Pages, stem_of

SLUG = "abcdefghijkl"
ADDRESS = "https://media.example/a.jpg"
FORMS = {"jpg": b"still", "avif": b"lighter", "gif": b"moving"}


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    made = Pages(tmp_path / "pages", lambda: datetime.now(UTC))
    made.put(SLUG, "page.html", b"x", "text/html")
    return made


@pytest.fixture
def copies(pages: Pages) -> Copies:
    return Copies(pages)


def test_a_copy_is_found_by_the_address_of_what_it_is_a_copy_of(copies: Copies, pages: Pages) -> None:
    assert copies.put(SLUG, ADDRESS, FORMS)
    stem = stem_of(ADDRESS)
    found = copies.find(SLUG, [ADDRESS, "https://media.example/b.jpg"])
    assert found == {ADDRESS: Copy(f"{stem}.jpg", f"{stem}.avif", f"{stem}.gif")}
    for name in found[ADDRESS].names:
        assert MediaFiles(pages).file(SLUG, name)
    assert copies.size(SLUG, [ADDRESS]) == len(b"stilllightermoving")


def test_a_page_that_was_taken_down_is_not_brought_back_by_a_copy(copies: Copies, pages: Pages) -> None:
    pages.drop(SLUG)
    assert not copies.put(SLUG, ADDRESS, FORMS)
    copies.miss(SLUG, ADDRESS)
    assert not pages.path(SLUG).exists()
    assert copies.find(SLUG, [ADDRESS]) == {}


def test_a_copy_without_its_still_is_none(copies: Copies) -> None:
    copies.put(SLUG, ADDRESS, {"avif": b"lighter"})
    assert copies.find(SLUG, [ADDRESS]) == {}


def test_what_could_not_be_had_is_counted_until_it_can(copies: Copies) -> None:
    assert copies.missed(SLUG, ADDRESS) == 0
    copies.miss(SLUG, ADDRESS)
    copies.miss(SLUG, ADDRESS)
    assert copies.missed(SLUG, ADDRESS) == 2
    assert copies.missed(SLUG, "https://media.example/b.jpg") == 0
    copies.put(SLUG, ADDRESS, FORMS)
    assert copies.missed(SLUG, ADDRESS) == 0


def test_what_a_thread_shows_no_longer_is_erased_and_what_is_being_written_is_not(
    copies: Copies, pages: Pages
) -> None:
    other = "https://media.example/b.jpg"
    copies.put(SLUG, ADDRESS, FORMS)
    copies.put(SLUG, other, {"png": b"still"})
    copies.miss(SLUG, "https://media.example/gone.jpg")
    unfinished = pages.path(SLUG) / "media" / ".unfinished"
    unfinished.write_bytes(b"half")
    MediaFiles(pages).keep_only(SLUG, (), {stem_of(other)})
    left = {file.name for file in (pages.path(SLUG) / "media").iterdir()}
    assert left == {f"{stem_of(other)}.png", ".unfinished"}


def test_addresses_of_any_kind_have_a_name(copies: Copies) -> None:
    for address in ("", "https://a.example/\ud800", "../" * 2000, "https://a.example/\0"):
        assert copies.put(SLUG, address, {"png": b"x"})
        assert copies.find(SLUG, [address])


def test_a_full_disk_is_the_operators_business(copies: Copies, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(SetupError, match="No space left"):
        copies.put(SLUG, ADDRESS, FORMS)


def test_a_picture_of_another_page_is_known_for_a_day_and_while_that_page_is_there(pages: Pages) -> None:
    now = [0.0]
    copies = Copies(pages, lambda: now[0])
    copies.put(SLUG, ADDRESS, FORMS)
    assert copies.known(ADDRESS) == {}
    copies.put(SLUG, ADDRESS, FORMS, shared=True)
    assert copies.known(ADDRESS) == FORMS
    now[0] = 20 * 3600.0
    copies.put(SLUG, ADDRESS, copies.known(ADDRESS), shared=True)
    now[0] = 25 * 3600.0
    assert copies.known(ADDRESS) == {}
    copies.put(SLUG, ADDRESS, FORMS, shared=True)
    pages.drop(SLUG)
    assert copies.known(ADDRESS) == {}
