"""Words are folded alike in texts and in questions, whatever the script; passages show what was found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.threads.build import chain, post, thread
from unroller.core.model import Label, Media, MediaKind
from unroller.core.search import MOST_WORDS, Phrase, Query, parse, passage, searchable, tokens

ANY_TEXT = st.text(max_size=80)


def finds(words: str, text: str) -> bool:
    """What a database answers: every phrase stands in the line of tokens, and none that must not."""
    line, query = f" {' '.join(tokens(text))} ", parse(words)

    def has(phrase: Phrase) -> bool:
        return f" {' '.join(phrase.tokens)}{'' if phrase.open else ' '}" in line

    return bool(query.all) and all(map(has, query.all)) and not any(map(has, query.none))


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("CAFE", "Ein Café am Platz"),
        ("cafe\u0301", "café"),
        ("strasse", "Die Straße"),
        ("don't", "I don’t know"),
        ("well known", "a well-known fact"),
        ('"known fact"', "a well-known fact"),
        ("#thread", "a thread 🧵"),
        ("日本", "私は日本語を勉強する"),
        ("勉強", "私は日本語を勉強する"),
        ("本", "私は日本語を勉強する"),
        ("る", "私は日本語を勉強する"),
        ("ガギ", "ｶﾞｷﾞ"),
        ('"iPhone15を買う" mac', "mac と iPhone15を買う。"),
        ("한국", "한국어를 배운다"),
        ("ไทย", "ภาษาไทย"),
        ("محمد", "قال مُحَمَّد"),
        ("مُحَمَّد", "قال محمد"),
        ("احمد ٢٠٢٤", "أحمد في 2024"),
        ("שלום", "שָׁלוֹם עולם"),
        ("हिन्दी", "यह हिन्दी भाषा है"),
        ("cat -dog", "a cat sat"),
        ("„cat sat“", "a cat sat"),
    ],
)
def test_what_is_meant_is_found(words: str, text: str) -> None:
    assert finds(words, text)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ('"sat cat"', "a cat sat"),
        ("cat -sat", "a cat sat"),
        ('cat -"a cat"', "a cat sat"),
        ("日語", "日本語"),
        ("cats", "a cat sat"),
        ("हिन्द", "हिन्दी"),
        ("-cat", "a dog"),
        ('"" - * ( ) : ^ 🧵', "anything"),
    ],
)
def test_what_is_not_meant_is_not_found(words: str, text: str) -> None:
    assert not finds(words, text)


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_a_text_is_found_by_any_piece_of_it_in_quotes(before: str, words: str, after: str) -> None:
    if parse(f'"{words}"').all and '"' not in words:
        assert finds(f'"{words}"', f"{before} {words} {after}")


@given(st.text(alphabet="日本語を勉強する", min_size=1, max_size=9), st.data())
def test_a_line_without_spaces_is_found_by_every_part_of_it(line: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(line) - 1))
    assert finds(line[start : data.draw(st.integers(start + 1, len(line)))], line)


@given(st.text(max_size=3000))
def test_no_question_is_an_error_or_without_bounds(words: str) -> None:
    query = parse(words)
    assert len(query.all) + len(query.none) <= MOST_WORDS
    for phrase in (*query.all, *query.none):
        assert phrase.tokens
        assert all(token and not set(token) & set(" \t\n\"'*\\&|!()\0") for token in phrase.tokens)


@given(st.lists(ANY_TEXT, max_size=5), ANY_TEXT)
def test_a_passage_is_a_piece_of_the_text(paragraphs: list[str], words: str) -> None:
    text = "\n\n".join(paragraphs)
    shown = "".join(piece for piece, _ in passage(text, parse(words), 30))
    line = " ".join(text.split())
    assert shown.removeprefix("…").removesuffix("…") in line or shown in line


def test_a_passage_shows_the_paragraph_that_says_most_and_marks_what_was_looked_for() -> None:
    text = "The cat.\n\nA dog and a cat, side by side.\n\nThe dog."
    pieces = passage(text, parse("CAT dog"))
    assert [piece for piece, matches in pieces if matches] == ["dog", "cat"]
    assert "".join(piece for piece, _ in pieces) == "A dog and a cat, side by side."


def test_a_passage_has_the_whole_word_and_not_a_longer_one() -> None:
    pieces = passage("Two high tides a day.\n\nThe tide turns.", parse("tide"))
    assert pieces == (("The ", False), ("tide", True), (" turns.", False))


def test_a_passage_begins_shortly_before_the_first_match_between_words() -> None:
    pieces = passage("far " * 200 + "here it is " + "away " * 200, parse("here"), 60)
    assert pieces[0][0].startswith("…far")
    assert ("here", True) in pieces
    assert pieces[-1][0].endswith("…")


def test_characters_are_marked_in_scripts_without_spaces() -> None:
    assert passage("私は日本語を勉強する", parse("日本語")) == (
        ("私は", False), ("日本語", True), ("を勉強する", False)
    )  # fmt: skip


def test_without_a_match_a_passage_is_the_beginning() -> None:
    assert passage("Words.", Query(())) == (("Words.", False),)


def test_a_thread_is_found_by_its_texts_its_pictures_descriptions_and_its_polls() -> None:
    picture = Media(MediaKind.IMAGE, "https://a.example/p.png", "A heron\nin the reeds")
    one = thread((post(1, "First.\n\nSecond.", media=(picture,)), post(2, "Third.", after=1)))
    assert searchable(one) == "First. Second.\nA heron in the reeds\n\nThird."


def test_what_stands_behind_a_warning_is_not_found_but_the_warning_is() -> None:
    first, second, third = chain("One.", "Two.", "Three.")
    hidden = thread(
        (first, replace(second, warning="Spoilers"), replace(third, labels=frozenset({Label.WARN})))
    )
    assert searchable(hidden) == "One.\n\nSpoilers"
