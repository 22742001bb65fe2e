"""A static site says what the library says, and no more; building again touches only what changed."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import unquote

import pytest
from msgspec.structs import replace

from tests.exports.kept import PNG
from tests.flows.shelves import ADA, BEN, built, files, links, naming, shelve, written
from tests.threads.build import author
from unroller.core.errors import InputError, SetupError
from unroller.core.model import Audience, Label, Media, MediaKind, Signal
from unroller.core.search import tokens
from unroller.exports.search import index_files
from unroller.flows.build import Order, build
from unroller.flows.build.threads import Job, make_all
from unroller.flows.library import Library
from unroller.store import Status
from unroller.store.folder import LIST, Folder

MAKE_ALL = "unroller.flows.build.make_all"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return tmp_path / "site"


def test_a_site_has_each_thread_in_each_format_and_lists_that_lead_there(
    library: Library, site: Path
) -> None:
    tide, fig = shelve(library, written(1, "Tides are slow.", by=ADA), written(1, "Figs are odd.", by=BEN))
    assert built(library, site).made == 2
    for saved in (tide, fig):
        below = {file.name for file in (site / "t" / saved.slug).iterdir()}
        assert below == {"index.html", "thread.md", "thread.txt"}
    for page in ("index.html", "bluesky/@ada.test/index.html", f"t/{tide.slug}/index.html"):
        assert "Tides are slow." in (site / page).read_text()
    assert "Figs" not in (site / "bluesky/@ada.test/index.html").read_text()


def test_all_links_are_relative_and_lead_to_what_is_there(library: Library, site: Path) -> None:
    threads = (written(10 * number + 1, f"Number {number}.", days=90 * number) for number in range(9))
    shelve(library, *threads, written(1, "Figs are odd.", by=BEN))
    with patch("unroller.flows.build.lists.FEW", 4):
        built(library, site, formats=("text",))
    pages = list(site.rglob("*.html"))
    for page in pages:
        for link in links(page):
            if link.startswith(("https://bsky.app/", "data:")):
                continue
            assert (page.parent / unquote(link)).is_file(), (page, link)
    assert {page.name for page in pages} >= {"2026.html", "2027.html", "2028.html", "search.html"}


def test_a_page_loads_nothing_from_elsewhere(library: Library, site: Path) -> None:
    media = (
        Media(MediaKind.IMAGE, "https://cdn.example/a.png", "A lamp."),
        Media(MediaKind.VIDEO, "https://cdn.example/v"),
    )
    ann = author("ann.test", "Ann", avatar="https://cdn.example/face.png")
    (saved,) = shelve(library, written(1, "Look.", by=ann, media=media))
    built(library, site)
    page = (site / "t" / saved.slug / "index.html").read_text()
    assert re.findall(r'(?:src|srcset|poster)="([^"]*)', page) == []
    assert '<a href="https://cdn.example/a.png"' in page
    assert "default-src 'none'" in page


def test_copies_of_pictures_lie_beside_the_page_and_come_when_they_come(library: Library, site: Path) -> None:
    media = (Media(MediaKind.IMAGE, "https://cdn.example/a.png", "A lamp."),)
    (saved,) = shelve(library, written(1, "Look.", media=media))
    built(library, site)
    library.store.pages.put(saved.slug, "page.html", b"", "text/html")  # pictures come to a page
    library.store.copies.put(saved.slug, "https://cdn.example/a.png", {"png": PNG})
    assert built(library, site).made == 1
    page = site / "t" / saved.slug / "index.html"
    (name,) = re.findall(r'<img src="(media/[^"]*)', page.read_text())
    assert (page.parent / name).read_bytes() == PNG
    assert built(library, site).same == 1


def test_an_address_makes_feeds_and_pages_that_say_where_they_are(library: Library, site: Path) -> None:
    (saved, _) = shelve(library, written(1, "Tides are slow."), written(1, "Figs are odd.", by=BEN))
    built(library, site)
    assert not list(site.rglob("feed*"))
    built(library, site, url="https://ada.example/threads")
    address = f"https://ada.example/threads/t/{saved.slug}/"
    assert f'<link rel="canonical" href="{address}">' in (site / "t" / saved.slug / "index.html").read_text()
    for name in ("feed.atom", "feed.json", "bluesky/@ada.test/feed.atom"):
        assert address in (site / name).read_text()
    assert "Figs" not in (site / "bluesky/@ada.test/feed.atom").read_text()
    assert 'href="feed.atom"' in (site / "index.html").read_text()


def test_building_again_touches_nothing_that_is_the_same(library: Library, site: Path) -> None:
    shelve(library, written(1, "Tides."), written(11, "Figs."))
    built(library, site)
    before = {file: file.stat().st_mtime_ns for file in site.rglob("*")}
    again = built(library, site)
    assert (again.made, again.same) == (0, 2)
    assert {file: file.stat().st_mtime_ns for file in site.rglob("*")} == before


def test_what_changed_is_made_again_and_nothing_else(library: Library, site: Path) -> None:
    tide, fig = shelve(library, written(1, "Tides."), written(11, "Figs."))
    built(library, site)
    page = site / "t" / fig.slug / "index.html"
    stamp = page.stat().st_mtime_ns
    shelve(library, written(1, "Tides.", "And ebbs."))
    assert (again := built(library, site)).made == 1
    assert again.same == 1
    assert "And ebbs." in (site / "t" / tide.slug / "index.html").read_text()
    assert page.stat().st_mtime_ns == stamp


def test_a_file_that_was_deleted_or_lists_that_were_come_back(library: Library, site: Path) -> None:
    (tide, _) = shelve(library, written(1, "Tides."), written(11, "Figs."))
    built(library, site)
    whole = files(site)
    (site / "t" / tide.slug / "thread.md").unlink()
    (site / "index.html").unlink()
    assert built(library, site).made == 1
    assert files(site) == whole


def test_the_list_of_files_comes_back_where_it_goes_during_a_build(library: Library, site: Path) -> None:
    shelve(library, written(1, "Tides."))
    built(library, site)
    listed = (site / LIST).read_bytes()

    finish = Folder.finish

    def losing(folder: Folder, notes: Any) -> int:
        (site / LIST).unlink()
        return finish(folder, notes)

    with patch.object(Folder, "finish", losing):
        built(library, site)
    assert (site / LIST).read_bytes() == listed


def test_a_removed_thread_leaves_no_trace(library: Library, site: Path) -> None:
    tide, _ = shelve(library, written(1, "Tides are slow."), written(11, "Figs are odd."))
    built(library, site)
    assert len(naming(site, "Tides are slow")) > 3
    library.store.threads.drop(tide.slug, Status.REMOVED, "Removed.", by="somebody")
    assert built(library, site).removed == 1
    assert naming(site, "Tides are slow") == []
    assert naming(site, tide.slug) == []
    assert not (site / "t" / tide.slug).exists()
    assert "tides" not in "".join(text for name, text in words_of(site))


def words_of(site: Path) -> Iterator[tuple[str, str]]:
    yield from ((file.name, file.read_text()) for file in (site / "search" / "words").iterdir())


def test_an_unlisted_thread_has_a_page_that_nothing_names(library: Library, site: Path) -> None:
    shy = replace(ADA, signals=frozenset({Signal.NO_INDEX}))
    quiet, _ = shelve(library, written(1, "Tides are slow.", by=shy), written(11, "Figs are odd.", by=BEN))
    found = built(library, site)
    assert found.unlisted == 1
    assert 'content="noindex"' in (site / "t" / quiet.slug / "index.html").read_text()
    assert [name for name in naming(site, "Tides are slow") if not name.startswith(f"t/{quiet.slug}/")] == []
    assert naming(site, quiet.slug) == []
    assert quiet.slug not in (site / ".unroller.json").read_text()


def test_what_becomes_unlisted_leaves_lists_and_search(library: Library, site: Path) -> None:
    (tide, _) = shelve(library, written(1, "Tides are slow."), written(1, "Figs are odd.", by=BEN))
    built(library, site)
    shelve(library, written(1, "Tides are slow.", by=replace(ADA, signals=frozenset({Signal.NO_INDEX}))))
    built(library, site)
    assert [name for name in naming(site, "Tides are slow") if not name.startswith(f"t/{tide.slug}/")] == []


def test_an_author_who_builds_has_unlisted_threads_listed_but_no_warned_ones(
    library: Library, site: Path
) -> None:
    shelve(
        library,
        written(1, "Said quietly.", audience=Audience.UNLISTED),
        written(11, "Said with a warning.", labels=frozenset({Label.GRAPHIC})),
        written(1, "By somebody else.", by=BEN, audience=Audience.UNLISTED),
    )
    built(library, site, authors=("@Ada.test",), mine=True)
    index = (site / "index.html").read_text()
    assert "Said quietly." in index
    assert "warning" not in index
    assert naming(site, "somebody else") == []


def test_an_author_who_is_not_here_is_told_who_is(library: Library, site: Path) -> None:
    shelve(library, written(1, "Tides."))
    with pytest.raises(InputError, match=r"no threads by eve\.test here.* @ada\.test \(1\)"):
        built(library, site, authors=("eve.test",))
    assert not site.exists()


def test_an_unknown_format_is_told_which_there_are(library: Library, site: Path) -> None:
    with pytest.raises(InputError, match=r"no format docx; there are: .*markdown"):
        built(library, site, formats=("docx",))


def test_files_of_others_are_never_touched(library: Library, site: Path) -> None:
    tide, _ = shelve(library, written(1, "Tides."), written(11, "Figs."))
    built(library, site)
    own = {"CNAME": b"ada.example", f"t/{tide.slug}/note.txt": b"mine"}
    for name, data in own.items():
        (site / name).write_bytes(data)
    library.store.threads.drop(tide.slug, Status.REMOVED, "Removed.")
    built(library, site)
    assert own.items() <= files(site).items()
    assert [file.name for file in (site / "t" / tide.slug).iterdir()] == ["note.txt"]


def test_a_folder_of_others_that_is_closed_ends_no_build(library: Library, site: Path) -> None:
    shelve(library, written(1, "Tides."))
    built(library, site)
    (site / "theirs").mkdir()
    scan = os.scandir

    def refused(folder: str) -> Any:
        if Path(folder).name == "theirs":
            raise PermissionError(13, "Permission denied", folder)
        return scan(folder)

    with patch("os.scandir", refused):
        assert built(library, site).same == 1


@pytest.mark.parametrize("name", ["holiday.jpg", ".hidden"])
def test_a_folder_with_files_of_others_is_refused(library: Library, site: Path, name: str) -> None:
    site.mkdir()
    (site / name).write_bytes(b"mine")
    with pytest.raises(InputError, match="holds files that unroll did not write"):
        built(library, site)
    assert [file.name for file in site.iterdir()] == [name]


def test_a_file_or_a_place_that_cannot_be_written_is_refused(library: Library, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    with pytest.raises(InputError, match="is a file"):
        built(library, tmp_path / "file")
    with pytest.raises(SetupError, match="cannot be written: Not a directory"):
        built(library, tmp_path / "file" / "site")


@pytest.mark.parametrize("notes", [b"{", b"[]", b'{"files": 7}', b'{"unroller": 99}'])
def test_notes_that_nobody_wrote_so_are_refused(library: Library, site: Path, notes: bytes) -> None:
    site.mkdir()
    (site / ".unroller.json").write_bytes(notes)
    with pytest.raises(InputError, match=r"is damaged|newer version"):
        built(library, site)


class BrokenOffError(Exception):
    pass


def breaking_off(after: int) -> Callable[..., Iterator[tuple[Job, dict[str, str]]]]:
    """Makes so many threads, and then no more."""

    def some(jobs: Any, count: int) -> Iterator[tuple[Job, dict[str, str]]]:
        for made, done in enumerate(make_all(jobs, count)):
            if made == after:
                raise BrokenOffError
            yield done

    return some


@contextmanager
def killed(after: int) -> Iterator[None]:
    """A build inside the block is killed after it has made so many threads."""
    with patch(MAKE_ALL, breaking_off(after)), pytest.raises(BrokenOffError):
        yield


def test_a_build_that_was_killed_leaves_nothing_that_the_next_does_not_know(
    library: Library, site: Path
) -> None:
    _, fig = shelve(library, written(1, "Tides are slow."), written(11, "Figs are odd."))
    with killed(after=1):
        built(library, site)
    assert naming(site, "Figs are odd")
    library.store.threads.drop(fig.slug, Status.REMOVED, "Removed.")
    built(library, site)
    assert naming(site, "Figs are odd") == []


def test_what_a_killed_build_wrote_is_not_believed(library: Library, site: Path) -> None:
    shelve(library, written(1, "Tides."), written(11, "Figs."))
    built(library, site)
    whole = files(site)
    with killed(after=1):
        built(library, site, title="Another")
    built(library, site)
    assert files(site) == whole


def test_what_is_removed_goes_even_where_nothing_can_be_written(library: Library, site: Path) -> None:
    tide, _ = shelve(library, written(1, "Tides are slow."), written(11, "Figs are odd."))
    built(library, site)
    library.store.threads.drop(tide.slug, Status.REMOVED, "Removed.")
    shelve(library, written(21, "More."))
    with killed(after=0):
        built(library, site)
    assert not (site / "t" / tide.slug).exists()


def test_what_is_removed_while_the_site_is_built_is_not_in_it(library: Library, site: Path) -> None:
    tide, _ = shelve(library, written(1, "Tides are slow."), written(11, "Figs are odd."))

    def slowly(jobs: Any, count: int) -> Iterator[tuple[Job, dict[str, str]]]:
        yield from make_all(jobs, count)
        library.store.threads.drop(tide.slug, Status.REMOVED, "Removed.")

    with patch(MAKE_ALL, slowly):
        built(library, site)
    assert naming(site, "Tides are slow") == []


def test_what_becomes_unlisted_while_the_site_is_built_is_in_no_list(library: Library, site: Path) -> None:
    (tide, _) = shelve(library, written(1, "Tides are slow."), written(1, "Figs are odd.", by=BEN))

    def slowly(jobs: Any, count: int) -> Iterator[tuple[Job, dict[str, str]]]:
        yield from make_all(jobs, count)
        shelve(library, written(1, "Tides are slow.", by=replace(ADA, signals=frozenset({Signal.NO_INDEX}))))

    with patch(MAKE_ALL, slowly):
        built(library, site)
    assert [name for name in naming(site, "Tides are slow") if not name.startswith(f"t/{tide.slug}/")] == []


def test_two_builds_do_not_write_to_one_folder(library: Library, site: Path) -> None:
    shelve(library, written(1, "Tides."))

    def meanwhile(_: int, __: int) -> None:
        with pytest.raises(InputError, match="Another build is writing"):
            built(library, site)

    build(library, site, Order(formats=()), meanwhile)


@pytest.mark.parametrize("handle", ["../../etc", "a/b", ".", "A" * 300, "x\0y", "née", "-"])
def test_no_handle_leads_out_of_the_folder(library: Library, site: Path, handle: str) -> None:
    eve = replace(author("eve.test"), handle=handle)
    shelve(library, written(1, "Tides.", by=eve), written(1, "Figs.", by=BEN))
    built(library, site, formats=())
    folders = {page.parent.relative_to(site).as_posix() for page in site.rglob("index.html")}
    (odd,) = (name for name in folders if name.startswith("bluesky/") and "ben.test" not in name)
    assert odd.count("/") == 1
    assert odd.startswith("bluesky/@")
    assert odd.isascii()
    assert len(odd) < 60


def test_a_new_thread_changes_only_the_shards_of_its_own_words() -> None:
    texts = {number: f"common words and word{number:04} with number{number * 7}" for number in range(400)}
    before, after = (
        dict(index_files(texts.items())),
        dict(index_files([*texts.items(), (400, "common zebra")])),
    )
    changed = {name for name in after if before.get(name) != after[name]}
    assert len(changed) <= len(tokens("common zebra"))
    assert len(after) > 5
