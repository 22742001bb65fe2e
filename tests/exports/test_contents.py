"""A long thread's contents, and how pictures tell their shape."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests import threads
from tests.exports.pages import page, text, texts, values
from tests.threads.typography import photo
from unroller.core.model import Verdict
from unroller.exports.contents import LONG
from unroller.exports.gallery import shape


def test_a_long_threads_contents_lead_to_every_post_in_order() -> None:
    tree = page(threads.long())
    assert values(tree, ".contents a", "href") == [f"#{name}" for name in values(tree, ".post", "id")]


def test_a_thread_has_contents_from_twenty_posts_on() -> None:
    found = threads.long()
    assert page(replace(found, posts=found.posts[:LONG])).query(".contents")
    assert not page(replace(found, posts=found.posts[: LONG - 1])).query(".contents, .long")


def test_contents_name_headings_and_first_sentences_and_what_has_no_words() -> None:
    tree = page(threads.essay_in_parts())
    assert texts(tree, ".contents b") == ["Part 1: Salt", "Part 2: Glass", "Part 3: Light"]
    said = texts(tree, ".contents a")
    assert said[1] == "Nobody slept, for the door would not stay shut."
    assert said[9] == "1 image"


def test_contents_say_nothing_of_what_is_behind_a_warning() -> None:
    said = texts(page(threads.essay_in_parts()), ".contents a")
    assert said[4] == "Content warning: shipwreck"
    assert not [words for words in said if "wreck itself" in words]


def test_a_warning_about_a_whole_thread_covers_its_contents() -> None:
    tree = page(threads.long(), Verdict(warn=True, index=False))
    assert len(tree.query(".fold .contents")) == 1


def test_contents_keep_the_language_of_each_post() -> None:
    found = threads.right_to_left()
    many = tuple(
        replace(post, ref=replace(post.ref, id=f"{post.ref.id}{turn}"), parent=None)
        for turn in range(4)
        for post in found.posts
    )
    entries = page(replace(found, posts=many)).query(".contents a")
    assert [entry.attrs["lang"] for entry in entries[:4]] == ["ar", "ar", "ar", "he"]
    assert {entry.attrs["dir"] for entry in entries} == {"auto"}


@pytest.mark.parametrize("made", threads.TITLES.values(), ids=threads.TITLES.keys())
def test_a_title_is_a_line_that_can_be_read_whatever_the_thread_begins_with(made: threads.Making) -> None:
    (title,) = page(made()).query("h1")
    assert 0 < len(text(title)) <= 90


@pytest.mark.parametrize(
    ("width", "height", "classes"),
    [
        (1200, 800, "s3-2"),
        (1600, 900, "s16-9"),
        (1080, 1920, "s9-16"),
        (1000, 1000, "s1-1"),
        (1024, 760, "s4-3"),
        (2400, 700, "s2-1 odd"),
        (300, 2000, "s9-16 odd"),
        (0, 100, ""),
        (-1, 10**9, ""),
    ],
)
def test_the_shape_of_a_picture_is_the_nearest_that_the_style_knows(
    width: int, height: int, classes: str
) -> None:
    assert shape(photo("any", width, height)) == classes
