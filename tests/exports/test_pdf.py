"""A thread on paper: tagged, whole, its text to be selected, and nothing in it ever markup."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests import threads
from tests.examples import at_most
from tests.exports.judges import pdf_text
from tests.exports.kept import DAMAGED, KEPT, with_copies
from tests.exports.pages import ALONE, OPEN, SITE
from tests.exports.test_hostile import BODIES
from tests.threads.build import author, body, chain, post, thread
from unroller.core.body import Block, BlockKind, Body, Run
from unroller.core.model import Thread, Verdict
from unroller.core.ports import Export, Frame, Part
from unroller.exports.card import card
from unroller.exports.emoji import named
from unroller.exports.paper import document
from unroller.exports.pdf import LACKING, Pdf

GUARDED = Verdict(warn=True, list=False, index=False, why="The author’s account is labelled as adult.")
TYPST = '#panic("x") #{1+1} $x^2$ = Head *bold* `raw` @ref <label> \\ // /* #image("x") #read("/etc/passwd")'
UA = b"<pdfuaid:part>1</pdfuaid:part>"
NO_FONT = "ᚠᚢᚦᚨ ᚱᚲ"
TOO_NEW = "\U0001fae9"  # of 2024


def pdf(found: Thread, verdict: Verdict = OPEN, frame: Frame = SITE) -> bytes:
    return Pdf().render(found, verdict, frame)


def words(found: Thread, folder: Path, verdict: Verdict = OPEN) -> str:
    return " ".join(pdf_text(pdf(found, verdict), folder).split())


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_it_is_an_export() -> None:
    assert isinstance(Pdf(), Export)


@pytest.mark.parametrize("name", threads.ALL)
def test_every_thread_is_tagged_has_a_title_and_a_language_and_says_that_it_is_pdf_ua(name: str) -> None:
    found = pdf(threads.ALL[name]())
    assert found.startswith(b"%PDF-")
    for part in (b"/StructTreeRoot", b"/MarkInfo", b"/Marked true", b"/Lang(", b"/Title", b"/Author"):
        assert part in found
    assert b"/DisplayDocTitle true" in found
    assert UA in found


def test_the_same_thread_gives_the_same_bytes() -> None:
    assert pdf(with_copies("lamp"), frame=KEPT) == pdf(with_copies("lamp"), frame=KEPT)


def test_latin_hebrew_japanese_and_korean_come_out_as_they_went_in(tmp_path: Path) -> None:
    texts = (
        "Ångström naïve façade Łódź Ελληνικά кириллица",
        "המגדלור דולק שוב",
        "灯台を四年かけて直しました",
        "등대를 사 년 동안 고쳤습니다",
    )
    got = words(thread(chain(*texts)), tmp_path)
    for text in (texts[0], texts[3]):
        assert text in got
    assert texts[2] in got
    assert all(word in got for word in texts[1].split())


@pytest.mark.parametrize(
    "text",
    [
        "ประภาคารบนโขดหิน",
        "दीपस्तंभ",
        "বাতিঘর",
        "கலங்கரை",
        "Փարոս",
        "შუქურა",
        "የመብራት",
    ],
)
def test_other_scripts_have_letters_too(text: str, tmp_path: Path) -> None:
    found = pdf(thread(chain(text)))
    assert UA in found
    assert LACKING.split(":")[0] not in pdf_text(found, tmp_path)


def test_arabic_is_copied_as_it_was_written(tmp_path: Path) -> None:
    text = "قال جدي إن المنارة بنيت على الصخر قبل مئتي سنة وفيها ثلاث ساعات لا تتوقف"
    got = unicodedata.normalize("NFKC", words(thread(chain(text, by=author(name="Mira"))), tmp_path))
    assert [word for word in text.split() if word not in got] == []


def test_emoji_are_drawn_and_copied(tmp_path: Path) -> None:
    text = "Done 🎉 by 👩🏽‍🚀 in 🇫🇷, ❤️ 1️⃣ 🏳️‍🌈 👨‍👩‍👧‍👦"
    found = pdf(thread(chain(text, by=author("a.example", "🦆"))))
    assert UA in found
    got = pdf_text(found, tmp_path)
    assert text in got
    assert "🦆" in got


def test_an_emoji_that_is_newer_than_the_font_is_named_and_so_are_the_others(tmp_path: Path) -> None:
    found = pdf(thread(chain(f"Done 🎉 by 👩🏽‍🚀 in 🇫🇷, 1️⃣ {TOO_NEW}")))
    assert UA in found
    assert "Done [party popper] by [woman][rocket] in [flag FR], 1" in pdf_text(found, tmp_path)


def test_a_letter_that_no_font_has_costs_the_mark_of_pdf_ua_and_is_admitted(tmp_path: Path) -> None:
    found = pdf(thread(chain(NO_FONT)))
    assert UA not in found
    assert b"/StructTreeRoot" in found
    assert squeezed(LACKING) in squeezed(pdf_text(found, tmp_path))


def test_text_is_never_markup(tmp_path: Path) -> None:
    by = author(TYPST, TYPST)
    found = replace(post(1, body(TYPST), by=by), warning=TYPST)
    assert (
        words(thread((found, post(2, TYPST, by=by, after=1))), tmp_path).count('#panic("x") #{1+1} $x^2$')
        >= 5
    )


def test_every_thread_says_all_that_it_has(tmp_path: Path) -> None:
    assert "2 posts are missing here: deleted." in words(threads.gaps(), tmp_path)
    assert "Continues post 4" in words(threads.gaps(), tmp_path)
    assert "Nobody mends a clock that lies." in words(threads.every_quote(), tmp_path)
    assert "Keep it (127 votes)" in words(threads.every_medium(), tmp_path)
    assert "The author went on below a reply by @bob.example.social" in words(threads.elsewhere(), tmp_path)
    assert "6 of 10 posts: 3 deleted, one not public" in words(threads.gaps(), tmp_path)


def test_every_post_has_a_link_to_its_original() -> None:
    found, made = threads.long(), pdf(threads.long())
    for one in found.posts:
        assert f"/URI({one.url})".encode() in made


def test_warnings_stand_before_the_words(tmp_path: Path) -> None:
    got = words(threads.warned(), tmp_path)
    assert got.index("Content warning: shipwreck, drowning") < got.index("The wreck itself")
    guarded = words(threads.short(), tmp_path, GUARDED)
    assert guarded.index("labelled as adult") < guarded.index("lighthouse")


def test_a_kept_picture_is_shown_with_its_words_and_others_are_named(tmp_path: Path) -> None:
    found = pdf(with_copies("lamp", "cut", "none"), frame=KEPT)
    assert b"/Alt(A lamp.)" in found
    assert b"/Subtype/Image" in found
    got = pdf_text(found, tmp_path)
    assert "Image: A cut." in got
    assert "Image: A none." in got


def test_a_damaged_picture_is_named_instead(tmp_path: Path) -> None:
    found = pdf(with_copies("lamp"), frame=Frame(kept={"lamp": DAMAGED}))
    assert UA in found
    assert "Image: A lamp." in pdf_text(found, tmp_path)


def test_a_card_can_be_drawn_after_a_document_with_pictures() -> None:
    assert pdf(with_copies("lamp"), frame=KEPT)
    assert card(threads.short(), "Unroller").startswith(b"\x89PNG")


def test_pages_have_numbers(tmp_path: Path) -> None:
    assert re.search(r"2 ?/ ?\d", words(threads.long(), tmp_path))


@at_most(40)
@given(BODIES, st.text(max_size=30))
def test_whatever_is_written_becomes_a_document(found: Body, name: str) -> None:
    by = author("mira.example.social", name)
    made = pdf(thread((post(1, found, by=by, warning=name, languages=(name,)),)), GUARDED, ALONE)
    assert b"/StructTreeRoot" in made


@pytest.mark.parametrize("text", ["\xad", "a\xad", "a\xadb"])
def test_a_link_may_end_where_a_word_could_be_hyphenated(text: str) -> None:
    found = (Block(BlockKind.PARAGRAPH, (Run(text, link="https://a.example/"),)),)
    assert b"/StructTreeRoot" in pdf(thread((post(1, found),)))


@pytest.mark.slow
def test_two_thousand_posts_become_a_document() -> None:
    made = pdf(thread(chain(*(f"Post number {n} of many." for n in range(2000)))))
    assert made.count(b"/URI(") >= 2000


@pytest.mark.parametrize("title", ["🎉🎉", "x", "word " * 200, "w" * 1000])
def test_a_title_of_emoji_of_one_letter_and_of_a_thousand(title: str) -> None:
    assert UA in pdf(thread(chain(title)))


@given(st.text(st.characters(max_codepoint=0x1FFF, exclude_categories=["C"])))
def test_words_without_pictures_stay_as_they_are(text: str) -> None:
    assert named(text) == text


def test_the_direction_of_each_paragraph_is_that_of_its_first_letter() -> None:
    (told,) = document(Part(threads.right_to_left(), OPEN, ALONE), {})["threads"]
    assert [node["nodes"][0]["rtl"] for node in told["nodes"]] == [True, True, True, True, False]
