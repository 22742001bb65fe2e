"""Pages in memory are the ones on the disk, and no more of them than there is room for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.flows.paper import Time
from unroller.store import Pages, Stamp, stamp_of
from unroller.web import shelf
from unroller.web.shelf import Shelf

SLUG = "abcdefghijkl"


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    return Pages(tmp_path, Time())


def put(pages: Pages, text: str, slug: str = SLUG) -> None:
    pages.put(slug, "page.html", text.encode(), "text/html")


def body(kept: Shelf, slug: str = SLUG) -> bytes | None:
    served = kept.answer(f"/t/{slug}", "", "")
    return None if served is None else served.body


def test_a_page_that_was_made_anew_is_seen_at_once(pages: Pages) -> None:
    kept = Shelf(pages)
    assert body(kept) is None
    put(pages, "one")
    assert body(kept) == b"one"
    put(pages, "two")
    assert body(kept) == b"two"


def test_a_page_that_was_dropped_is_gone_at_once_and_may_come_back(pages: Pages) -> None:
    kept = Shelf(pages)
    put(pages, "one")
    assert body(kept) == b"one"
    pages.drop(SLUG)
    assert body(kept) is None
    put(pages, "one")
    assert body(kept) == b"one"


def test_a_page_in_memory_costs_one_stat_and_no_reading(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, looks = Shelf(pages), list[str]()

    def look(file: str) -> Stamp | None:
        looks.append(file)
        return stamp_of(file)

    put(pages, "one")
    body(kept)
    monkeypatch.setattr(shelf, "read_page", None)
    monkeypatch.setattr(shelf, "stamp_of", look)
    assert body(kept) == b"one"
    assert len(looks) == 1


def test_memory_is_bounded_and_the_longest_unread_page_goes_first(pages: Pages) -> None:
    kept = Shelf(pages, room=10)
    for letter in "abc":
        put(pages, letter * 4, slug=letter * 12)
    assert [body(kept, "a" * 12), body(kept, "b" * 12), body(kept, "a" * 12)] == [b"aaaa", b"bbbb", b"aaaa"]
    body(kept, "c" * 12)
    assert list(kept._kept) == ["/t/" + "a" * 12, "/t/" + "c" * 12]
    assert kept._size == 8


def test_a_page_larger_than_the_room_is_served_all_the_same(pages: Pages) -> None:
    kept = Shelf(pages, room=3)
    put(pages, "larger")
    assert body(kept) == b"larger"
    assert (kept._kept, kept._size) == ({}, 0)


def test_strange_ways_of_naming_codings_take_no_room(pages: Pages) -> None:
    kept = Shelf(pages)
    put(pages, "one")
    for number in range(1000):
        kept.answer(f"/t/{SLUG}", f"x{number}" + "y" * 60_000, "")
    chosen = kept._kept[f"/t/{SLUG}"].chosen
    assert len(chosen) <= 32
    assert max(map(len, chosen)) <= 200


@pytest.mark.parametrize(
    "path",
    [
        "/t/",
        "/t/..",
        "/t/abc",
        "/t/ABCDEFGHIJKL",
        "/t/abcdefghijkl/",
        "/t/abcdefghijkl\n",
        "/t/abcdefghijkl/x",
    ],
)
def test_other_paths_are_not_looked_up_on_the_disk(pages: Pages, path: str) -> None:
    assert Shelf(pages).answer(path, "", "") is None
