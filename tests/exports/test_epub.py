"""A thread as a book: judged by epubcheck, and read again as XML."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from tests import threads
from tests.examples import at_most
from tests.exports.judges import epubcheck
from tests.exports.kept import KEPT, PNG, with_copies
from tests.exports.pages import ALONE, OPEN, SITE
from tests.exports.test_hostile import BODIES
from tests.threads.build import author, chain, post, ref, thread
from unroller.core.body import Body
from unroller.core.model import Absence, Gap, Label, Media, MediaKind, PostRef, Thread, Verdict
from unroller.core.ports import Export, Frame
from unroller.exports.book import CHAPTER, address, tag
from unroller.exports.epub import Epub

GUARDED = Verdict(warn=True, list=False, index=False, why="The author’s account is labelled as adult.")
XHTML = "{http://www.w3.org/1999/xhtml}"
ODD_ADDRESSES = [
    'https://a.example/{x}|y\\z^`"<>',
    "https://a.example/%zz?q=%&ü=ü#ü%",
    "https://münchen.example/straße",
    "https://xn--a/",
    "https://1.2.3.4.5/",
    "https://[::1]/x",
    "https://[::zz]/x",
    "https://a.example:99999/",
    "https://user:word@a.example/",
    "https://-a-.example/",
    "https://a..example/",
    "https://999/",
    "https://日本語.example/灯台?a=[1]",
    "https://a.example/x?y=1&z=(2)#a#b",
]


def book(found: Thread, verdict: Verdict = OPEN, frame: Frame = SITE) -> bytes:
    return Epub().render(found, verdict, frame)


def opened(found: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(BytesIO(found))


def trees(found: bytes) -> dict[str, ET.Element]:
    """All that is XML in the book, by its name there."""
    with opened(found) as files:
        names = [name for name in files.namelist() if name.endswith((".xhtml", ".opf", ".xml"))]
        return {name: ET.fromstring(files.read(name)) for name in names}


def said(found: bytes) -> str:
    """The words of all chapters."""
    pages = [tree for name, tree in trees(found).items() if "/text-" in name]
    return " ".join(" ".join("".join(page.find(f"{XHTML}body").itertext()) for page in pages).split())  # type: ignore[union-attr]


def odd() -> Thread:
    posts = tuple(
        post(number, "x", after=number - 1 or None, url=url, languages=(language,))
        for number, (url, language) in enumerate(
            zip(ODD_ADDRESSES, ["en-12", "zh-Hant-TW", "x", "de-DE-1996", "EN_us", "ja"] * 3, strict=False), 1
        )
    )
    return thread(posts)


def elsewhere_in_full() -> Thread:
    """Kinds that stand together only rarely: a gap at the top, alone and in a run, and odd names."""
    found = threads.elsewhere()
    first, *others = found.elsewhere
    lacking = structs.replace(first, gaps=(Gap(ref(33), Absence.DELETED, after=first.posts[-1].ref),))
    gap = Gap(PostRef("bluesky", "x-1"), Absence.NOT_FOUND, url="https://bsky.app/x")
    twins = tuple(
        structs.replace(one, ref=PostRef("bluesky", f"{n}/same")) for n, one in enumerate(found.posts)
    )
    return structs.replace(found, posts=twins, ref=twins[0].ref, gaps=(gap,), elsewhere=(lacking, *others))


JUDGED = threads.ALL | {
    "odd_addresses": odd,
    "elsewhere_in_full": elsewhere_in_full,
    "pictures": lambda: with_copies("lamp", "stair", "cut", "page", "none"),
    "2000_posts": lambda: thread(chain(*(f"Post number {n} <of> many & more." for n in range(2000)))),
    "emoji_title": lambda: thread(chain("🎉🎉", by=author("x.example", "🦆"))),
}


def test_it_is_an_export() -> None:
    assert isinstance(Epub(), Export)


@pytest.mark.real
@pytest.mark.parametrize("name", JUDGED)
def test_epubcheck_has_neither_an_error_nor_a_warning(name: str, tmp_path: Path) -> None:
    assert epubcheck(book(JUDGED[name](), frame=replace(SITE, kept=KEPT.kept)), tmp_path) == []


@pytest.mark.real
def test_epubcheck_sees_what_is_wrong(tmp_path: Path) -> None:
    broken = book(threads.short()).replace(b"application/epub+zip", b"application/epub+zap", 1)
    assert epubcheck(broken, tmp_path)


def test_the_same_thread_gives_the_same_bytes_with_no_time_of_its_making() -> None:
    first, second = book(threads.every_medium()), book(threads.every_medium())
    assert first == second
    with opened(first) as files:
        assert files.infolist()[0].filename == "mimetype"
        assert {info.date_time for info in files.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@at_most(60)
@given(BODIES, st.text(max_size=30))
def test_any_body_and_any_name_is_well_formed(body: Body, name: str) -> None:
    by = author("mira.example.social", name)
    trees(book(thread((post(1, body, by=by, warning=name, languages=(name,)),)), GUARDED))


@pytest.mark.slow
def test_every_link_leads_to_the_web_or_to_a_place_in_the_book() -> None:
    for made in JUDGED.values():
        found = trees(book(made()))
        ids = {f"{name}#{node.get('id')}" for name, tree in found.items() for node in tree.iter()}
        for name, tree in found.items():
            for node in tree.iter(f"{XHTML}a"):
                href = node.get("href", "")
                if not href.startswith(("https://", "http://")):
                    file, _, anchor = href.partition("#")
                    file = f"book/{file}" if file else name
                    assert file in found
                    assert not anchor or f"{file}#{anchor}" in ids


@pytest.mark.slow
def test_nothing_is_fetched_and_nothing_runs() -> None:
    for made in JUDGED.values():
        for tree in trees(book(made(), frame=KEPT)).values():
            for node in tree.iter():
                assert node.tag.removeprefix(XHTML) not in ("script", "iframe", "video", "audio", "object")
                assert "://" not in node.get("src", "")


def test_a_picture_is_inside_where_a_copy_is_kept_and_is_named_and_linked_where_not() -> None:
    found = book(with_copies("lamp", "stair", "cut", "page", "none"), frame=KEPT)
    pages = trees(found)
    shown = [(node.get("src"), node.get("alt")) for node in pages["book/text-1.xhtml"].iter(f"{XHTML}img")]
    assert [alt for _, alt in shown] == ["A lamp.", "A stair."]
    assert shown[0][0] == shown[1][0]
    with opened(found) as files:
        assert files.read(f"book/{shown[0][0]}") == PNG
    assert "Image: A cut." in said(found)
    assert "Image: A none." in said(found)


def test_a_sensitive_picture_is_a_link_even_where_a_copy_is_kept() -> None:
    hidden = Media(MediaKind.IMAGE, "https://media.example/x.png", "A wreck.", copy="lamp", sensitive=True)
    found = book(thread(chain("Look", media=(hidden,))), frame=KEPT)
    assert not list(trees(found)["book/text-1.xhtml"].iter(f"{XHTML}img"))
    assert "Sensitive. Image: A wreck." in said(found)


def test_gaps_forks_quotes_polls_and_warnings_are_all_there() -> None:
    assert "2 posts are missing here: deleted." in said(book(threads.gaps()))
    assert "Continues post 4" in said(book(threads.gaps()))
    assert "Nobody mends a clock that lies." in said(book(threads.every_quote()))
    assert "Keep it (127 votes)" in said(book(threads.every_medium()))
    assert "The author went on below a reply by @bob.example.social" in said(book(threads.elsewhere()))
    words = said(book(threads.warned()))
    assert words.index("Content warning: shipwreck, drowning Skip it") < words.index("The wreck itself")


def test_behind_a_warning_no_word_of_the_text_is_in_the_contents_the_title_or_the_metadata() -> None:
    guarded = trees(book(threads.short(), GUARDED))
    warned = trees(book(thread(chain("secret", labels=frozenset({Label.ADULT})))))
    for name in ("book/book.opf", "book/first.xhtml"):
        assert "lighthouse" not in ET.tostring(guarded[name], "unicode")
    for name in ("book/book.opf", "book/first.xhtml", "book/nav.xhtml"):
        assert "secret" not in ET.tostring(warned[name], "unicode")


def test_a_thread_wholly_behind_a_warning_keeps_its_words_out_of_the_contents_too() -> None:
    assert "lighthouse" not in ET.tostring(trees(book(threads.short(), GUARDED))["book/nav.xhtml"], "unicode")


def test_a_book_from_right_to_left_turns_its_pages_that_way() -> None:
    package = ET.tostring(trees(book(threads.right_to_left()))["book/book.opf"], "unicode")
    assert 'page-progression-direction="rtl"' in package
    assert ">ar<" in package
    assert "page-progression-direction" not in ET.tostring(
        trees(book(threads.short()))["book/book.opf"], "unicode"
    )


def test_long_threads_are_cut_into_chapters_whose_forks_find_each_other() -> None:
    posts = chain(*(f"Post {n}" for n in range(1, CHAPTER + 20)))
    late = post(900, "Back to the first.", after=1)
    pages = trees(book(thread((*posts, late))))
    assert {"book/text-1.xhtml", "book/text-2.xhtml"} <= set(pages)
    assert "text-1.xhtml#" in ET.tostring(pages["book/text-2.xhtml"], "unicode")


@pytest.mark.parametrize(
    ("title", "shown"), [("🎉🎉", "A thread by Mira Okafor"), ("x", "x"), ("word " * 200, "word word")]
)
def test_a_title_of_emoji_of_one_letter_and_of_a_thousand(title: str, shown: str) -> None:
    package = ET.tostring(trees(book(thread(chain(title))))["book/book.opf"], "unicode")
    found = re.search(r"title>([^<]*)<", package)
    assert found
    assert found[1].startswith(shown)
    assert len(found[1]) <= 90


def test_without_fonts_there_is_a_book_without_a_cover(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unroller.exports.drawing._FONT_PACKAGES", ("no_such_fonts",))
    monkeypatch.setattr(
        "unroller.exports.drawing._compiler",
        __import__("unroller.exports.drawing", fromlist=["x"])._compiler.__wrapped__,
    )
    with opened(book(threads.short(), frame=ALONE)) as files:
        assert "book/cover.png" not in files.namelist()


@pytest.mark.parametrize(
    ("given_as", "wanted"),
    [
        ("https://a.example/x y", None),
        ("https://a.example/{x}", "https://a.example/%7Bx%7D"),
        ("https://a.example/%zz%20", "https://a.example/%25zz%20"),
        ("https://münchen.example/ü", "https://xn--mnchen-3ya.example/%C3%BC"),
        ("https://user:word@a.example/", "https://a.example/"),
        ("https://1.2.3.4.5/", None),
        ("https://a.example:99999/", None),
        ("javascript:alert(1)", None),
    ],
)
def test_addresses_are_valid_or_left_out(given_as: str, wanted: str | None) -> None:
    assert address(given_as) == wanted


@pytest.mark.parametrize(
    ("given_as", "wanted"),
    [
        ("en", "en"),
        ("zh-Hant-TW", "zh-Hant-TW"),
        ("en-12", "en"),
        ("EN_us", ""),
        ("x", ""),
        ("de-1996", "de"),
    ],
)
def test_a_language_is_named_as_far_as_it_is_well_formed(given_as: str, wanted: str) -> None:
    assert tag((given_as,)) == wanted
