"""Many threads as one book, and as one PDF."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from msgspec.structs import replace

from tests import threads
from tests.exports.judges import epubcheck, pdf_text
from tests.exports.kept import KEPT, PNG, with_copies
from tests.exports.pages import ALONE, OPEN, SITE
from tests.exports.test_epub import JUDGED, XHTML, opened, trees
from tests.exports.test_pdf import UA
from tests.exports.visits import picture
from tests.threads.build import BOB, author, chain, ref, thread
from unroller.core.model import Label, Media, MediaKind, Thread, Verdict
from unroller.core.ports import Binding, Frame, Part
from unroller.exports.epub import Epub
from unroller.exports.pdf import Pdf
from unroller.plugins import load_exports

GUARDED = Verdict(warn=True, list=True, index=False, why="The author’s account is labelled as adult.")
NOOR = author("noor.example.social", "نور")
HANA = author("hana.example.social", "花")
TITLES = ["", "🎉", "x", "w" * 1000, "\u202e<b>&amp;{{7}} #let x", "منارات"]


def parts(*found: Thread, frame: Frame = SITE) -> list[Part]:
    return [Part(one, OPEN, frame) for one in found]


def all_kinds() -> list[Part]:
    return parts(*(made() for name, made in JUDGED.items() if name != "2000_posts"), frame=KEPT)


def in_languages() -> list[Part]:
    return parts(
        thread(chain("The light.", by=BOB, languages=("en",))),
        thread(chain("انطفأ الضوء", by=NOOR, languages=("ar",))),
        thread(chain("灯台を直しました", by=HANA, languages=("ja",))),
    )


def two_hundred() -> list[Part]:
    return parts(
        *(replace(thread(chain(f"Thread {n}", "More.")), ref=ref(5000 + n)) for n in range(200)), frame=ALONE
    )


def entries(book: bytes) -> list[tuple[str, str]]:
    """The contents: what each entry says, and where it leads."""
    links = trees(book)["book/nav.xhtml"].iter(f"{XHTML}a")
    return [("".join(link.itertext()), link.get("href", "")) for link in links]


def test_books_and_pdfs_can_be_bound_and_nothing_else() -> None:
    binding = {name for name, export in load_exports().items() if isinstance(export, Binding)}
    assert binding == {"epub", "pdf"}


@pytest.mark.real
@pytest.mark.parametrize("made", [all_kinds, in_languages, two_hundred])
def test_epubcheck_has_neither_an_error_nor_a_warning(made, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert epubcheck(Epub().bind("Threads", made()), tmp_path) == []


@pytest.mark.parametrize("title", TITLES)
def test_any_title_is_fine(title: str) -> None:
    assert entries(Epub().bind(title, in_languages()))[0][0].strip()
    assert UA in Pdf().bind(title, in_languages())


@pytest.mark.real
def test_epubcheck_has_nothing_against_a_hostile_title(tmp_path: Path) -> None:
    assert epubcheck(Epub().bind("".join(TITLES), in_languages()), tmp_path) == []


def test_the_contents_name_each_thread_with_its_author() -> None:
    found = entries(Epub().bind("Lights", in_languages()))
    assert found == [
        ("Lights", "title.xhtml"),
        ("The light. · Bob Lindqvist", "t1-first.xhtml"),
        ("انطفأ الضوء · نور", "t2-first.xhtml"),
        ("灯台を直しました · 花", "t3-first.xhtml"),
    ]


def test_each_chapter_is_in_its_language_and_the_book_in_all() -> None:
    found = trees(Epub().bind("Lights", in_languages()))
    languages = [
        [node.get("lang") for node in found[f"book/t{n}-text-1.xhtml"].iter(f"{XHTML}div") if node.get("id")]
        for n in (1, 2, 3)
    ]
    assert languages == [["en"], ["ar"], ["ja"]]
    named = [node.text for node in found["book/book.opf"].iter() if node.tag.endswith("}language")]
    assert named == ["en", "ar", "ja"]


def test_one_author_is_named_once_and_not_in_the_contents() -> None:
    found = Epub().bind("Threads by Mira", two_hundred()[:2])
    assert [words for words, _ in entries(found)] == ["Threads by Mira", "Thread 0", "Thread 1"]
    assert ET.tostring(trees(found)["book/book.opf"], "unicode").count("creator id=") == 1


def test_long_threads_have_their_chapters_in_the_contents() -> None:
    long = thread(chain(*(f"Post {n}" for n in range(150))))
    found = entries(Epub().bind("Threads", parts(long, threads.short())))
    assert [words for words, _ in found[1:4]] == ["Post 0", "Posts 1–100", "Posts 101–150"]


def shown(number: int, copy: str) -> Thread:
    found = with_copies(copy)
    return replace(found, ref=ref(6000 + number))


def test_the_same_picture_in_two_threads_is_one_file() -> None:
    with opened(Epub().bind("Lamps", parts(shown(1, "lamp"), shown(2, "stair"), frame=KEPT))) as files:
        assert len([name for name in files.namelist() if "/media/" in name]) == 1


def test_two_pictures_of_one_name_in_two_threads_are_two(tmp_path: Path) -> None:
    other = Frame(kept={"lamp": picture(30, 30)})
    both = [Part(shown(1, "lamp"), OPEN, KEPT), Part(shown(2, "lamp"), OPEN, other)]
    with opened(Epub().bind("Lamps", both)) as files:
        found = sorted(files.read(name) for name in files.namelist() if "/media/" in name)
    assert found == sorted((PNG, other.kept["lamp"]))
    assert Pdf().bind("Lamps", both).count(b"/Subtype/Image") > Pdf().bind("Lamps", both[:1] * 2).count(
        b"/Subtype/Image"
    )


@pytest.mark.parametrize("export", [Epub(), Pdf()], ids=["epub", "pdf"])
def test_the_same_threads_give_the_same_bytes(export: Binding) -> None:
    assert export.bind("Kinds", in_languages()) == export.bind("Kinds", in_languages())


def test_behind_a_warning_no_word_is_in_the_contents(tmp_path: Path) -> None:
    secret = thread(chain("secret", labels=frozenset({Label.ADULT})))
    found = [Part(threads.short(), GUARDED, SITE), Part(secret, OPEN, SITE)]
    told = " ".join(words for words, _ in entries(Epub().bind("Kinds", found)))
    contents = pdf_text(Pdf().bind("Kinds", found), tmp_path).split("\f")[1]
    for words in (told, contents):
        assert "lighthouse" not in words
        assert "secret" not in words
        assert words.count("A thread by Mira Okafor") == 2


def test_a_pdf_has_contents_and_all_threads_each_on_a_page_of_its_own(tmp_path: Path) -> None:
    found = Pdf().bind("Lights", in_languages())
    pages = pdf_text(found, tmp_path).split("\f")
    assert UA in found
    assert b"/Outlines" in found
    assert "Lights" in pages[0]
    assert "3 threads · 3 posts · 2026" in pages[0]
    assert "Contents" in pages[1]
    for page, words in zip(pages[2:], ("The light.", "انطفأ", "灯台を直しました"), strict=False):
        assert words in page


@pytest.mark.slow
def test_a_pdf_of_all_kinds_of_threads_is_pdf_ua() -> None:
    assert UA in Pdf().bind("Kinds", all_kinds())


def test_forks_in_two_threads_find_their_own_posts() -> None:
    found: Sequence[Part] = parts(threads.gaps(), replace(threads.gaps(), ref=ref(7000)))
    assert UA in Pdf().bind("Forks", found)
    texts = trees(Epub().bind("Forks", found))
    for number in (1, 2):
        name = f"t{number}-text-1.xhtml"
        links = [node.get("href", "") for node in texts[f"book/{name}"].iter(f"{XHTML}a")]
        assert all(link.startswith(f"{name}#") for link in links if ".xhtml" in link)
        assert any(link.startswith(f"{name}#") for link in links)


def test_a_sensitive_picture_stays_a_link_in_a_book_too() -> None:
    hidden = Media(MediaKind.IMAGE, "https://media.example/x.png", "A wreck.", copy="lamp", sensitive=True)
    found = parts(thread(chain("Look", media=(hidden,))), frame=KEPT)
    assert not list(trees(Epub().bind("Kinds", found))["book/t1-text-1.xhtml"].iter(f"{XHTML}img"))
