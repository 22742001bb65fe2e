"""Titles, lengths and addresses."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.core.build import conversation, post, ref
from unroller.core.assemble import assemble
from unroller.core.model import Label, Thread
from unroller.core.summary import excerpt, minutes, slug, title, word_count


def thread(text: str) -> Thread:
    return assemble(conversation([post(1, text=text)]))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1/12 Why bridges hum. And why it matters.", "Why bridges hum."),
        ("🧵 A thread about tides 👇", "A thread about tides"),
        ("(1/n) Short", "Short"),
        ("2024 was the warmest year", "2024 was the warmest year"),
        ("https://example.com/a", "A thread by Anna"),
        ("🧵👇", "A thread by Anna"),
        ("橋はなぜ歌うのかを説明します。続きは下に。", "橋はなぜ歌うのかを説明します。"),
        (
            "word " * 60,
            "word word word word word word word word word word word word word word word word word…",
        ),
    ],
)
def test_a_title_is_the_first_sentence_without_the_signs_of_a_thread(text: str, expected: str) -> None:
    assert title(thread(text)) == expected


def test_nothing_behind_a_warning_reaches_the_title_or_the_excerpt() -> None:
    made = thread("Secret words")
    warned = replace(made, posts=(replace(made.posts[0], warning="spoiler"),))
    labelled = replace(made, posts=(replace(made.posts[0], labels=frozenset({Label.ADULT})),))
    for hidden in (warned, labelled):
        assert title(hidden) == "A thread by Anna"
        assert excerpt(hidden) == ""


def test_an_excerpt_is_cut_between_words() -> None:
    assert excerpt(thread("one two three four"), 12) == "one two…"


def test_the_address_depends_on_the_first_post_alone() -> None:
    assert slug(ref(1)) == slug(ref(1)) != slug(ref(2))
    assert len(slug(ref(1))) == 12
    assert slug(ref(1)).isalnum()


def test_words_and_minutes_count_scripts_without_spaces() -> None:
    assert word_count(thread("one two three")) == 3
    assert word_count(thread("漢字かな")) == 4
    assert minutes(thread("")) == 1
    assert minutes(thread("word " * 460)) == 2
