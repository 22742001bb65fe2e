"""The picture that stands for a thread where its link is shown."""

from __future__ import annotations

import struct

import pytest

from tests import threads
from tests.threads.build import author, chain, thread
from unroller.core.errors import SetupError
from unroller.exports import card as module
from unroller.exports import drawing
from unroller.exports.card import HEAVIEST, HEIGHT, WIDTH, card

WIDE = "MWQ@ " * 60


@pytest.mark.parametrize("made", threads.ALL.values(), ids=threads.ALL.keys())
def test_every_thread_has_a_picture_of_the_right_size_that_is_light(made) -> None:  # type: ignore[no-untyped-def]
    drawn = card(made(), "Unroller")
    assert drawn.startswith(b"\x89PNG")
    assert struct.unpack(">II", drawn[16:24]) == (WIDTH, HEIGHT)
    assert len(drawn) <= HEAVIEST


@pytest.mark.parametrize(
    "text", [WIDE, "灯台を四年かけて直しましたどの海図にも" * 9, "قضيتُ أربع سنوات في ترميم منارة " * 9]
)
def test_the_longest_title_is_cut_and_stays_light(text: str) -> None:
    found = thread(chain(text, by=author("a" * 250, WIDE)))
    assert len(card(found, "A site with a very long name indeed, longer than its place")) <= HEAVIEST


def test_a_title_is_cut_between_words_and_a_word_that_fills_lines_is_broken() -> None:
    assert module._data(threads.TITLES["of_1000_characters"](), "")["title"].endswith("fell and…")
    endless = module._data(threads.TITLES["of_one_word"](), "")["title"]
    assert module._breakable(endless, 20).split("\u200b") == [*endless[:-2], endless[-2:]]
    assert module._breakable("Of internationalism.", 20) == "Of internationalism."


def test_the_picture_of_a_thread_with_a_warning_has_none_of_its_words() -> None:
    data = str(module._data(threads.warned(), "Unroller")) + str(
        module._data(threads.warned_whole(), "Unroller")
    )
    assert "rescue" not in data
    assert "secret" not in data
    assert "A thread by Mira Okafor" in data


def test_pictures_in_the_text_are_left_out_of_the_title() -> None:
    data = module._data(thread(chain("Four years 🎉 on a rock 👩🏽‍🚀 and back ❤️ again")), "Unroller")
    assert data["title"] == "Four years on a rock and back again"


def test_a_title_that_no_font_can_draw_makes_way_for_the_name() -> None:
    assert module._data(thread(chain("ᏣᎳᎩ ᎧᏬᏂᎯᏍᏗ")), "Unroller")["title"] == "A thread by Mira Okafor"
    cherokee = author("sequoyah.example.social", "ᏍᏏᏉᏯ")
    data = module._data(thread(chain("ᏣᎳᎩ", by=cherokee)), "Unroller")
    assert data["name"] == "@sequoyah.example.social"


def test_text_from_right_to_left_begins_on_the_right() -> None:
    assert module._data(threads.right_to_left(), "Unroller")["rtl"]
    assert not module._data(threads.short(), "Unroller")["rtl"]


@pytest.mark.parametrize(
    ("language", "font"), [("ja", "JP"), ("zh", "SC"), ("zh-Hant", "TC"), ("ko", "KR"), ("en", "JP")]
)
def test_chinese_japanese_and_korean_get_their_own_shapes(language: str, font: str) -> None:
    found = drawing.fonts(language)
    assert next(name for name in found if name[-2:].isupper()) == f"Noto Sans {font}"


def test_what_cannot_be_drawn_is_the_operators_to_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "_FONT_PACKAGES", ("no_such_fonts",))
    monkeypatch.setattr(drawing, "_compiler", drawing._compiler.__wrapped__)
    with pytest.raises(SetupError, match="pip install no_such_fonts"):
        card(threads.short(), "Unroller")


def test_a_long_word_is_broken_between_letters_never_before_their_accents() -> None:
    broken = module._breakable("e\u0301" * 9, 4)
    assert broken == "\u200b".join(["e\u0301"] * 9)
    assert module._breakable("short words stay", 9) == "short words stay"
