"""Markdown, text and JSON: nothing that the page says is lost in them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from markdown_it import MarkdownIt

from tests import threads
from tests.exports.pages import ALONE, OPEN, SITE
from tests.threads.build import author, chain, thread
from unroller.core.codec import thread_from_json
from unroller.core.model import Thread, Verdict
from unroller.core.ports import Export
from unroller.exports.html import Html
from unroller.exports.json import Json
from unroller.exports.markdown import Markdown
from unroller.exports.text import Text

Making = Callable[[], Thread]
EVERY = pytest.mark.parametrize("made", threads.ALL.values(), ids=threads.ALL.keys())
GUARDED = Verdict(warn=True, list=False, index=False, why="The author’s account is labelled as adult.")


def markdown(found: Thread, verdict: Verdict = OPEN) -> str:
    return Markdown().render(found, verdict, SITE).decode()


def written(found: Thread, verdict: Verdict = OPEN, width: int = 78) -> str:
    return Text(width).render(found, verdict, ALONE).decode()


@pytest.mark.parametrize("export", [Html, Markdown, Text, Json])
def test_each_format_is_an_export(export: type[Export]) -> None:
    made = export()
    assert isinstance(made, Export)
    assert made.suffix.startswith(".")


@EVERY
def test_json_can_be_read_back_without_loss(made: Making) -> None:
    if made is not threads.hostile:  # lone surrogates and the like are a parser's to take out
        assert thread_from_json(Json().render(made(), OPEN, ALONE)) == made()


@EVERY
@pytest.mark.parametrize("render", [markdown, written])
def test_every_description_and_every_gap_is_there(made: Making, render: Callable[[Thread], str]) -> None:
    found = made()
    said = " ".join(render(found).split())
    for media in (media for post in found.posts for media in post.media if media.alt):
        assert (media.alt or "").split()[0].strip("<") in said
    gaps = said.count("missing here")
    assert bool(found.gaps) == bool(gaps)


@pytest.mark.parametrize("render", [markdown, written])
def test_both_say_who_when_and_how_whole(render: Callable[[Thread], str]) -> None:
    said = " ".join(render(threads.gaps()).split())
    assert "Mira Okafor" in said
    assert "2 November 2026 · 6 posts · 1 min read" in said
    assert "6 of 10 posts: 3 deleted, one not public, checked 22 November 2026, 13:05 UTC" in said
    assert "2 posts are missing here: deleted." in said
    assert "Continues post 4" in said


@pytest.mark.parametrize("render", [markdown, written])
def test_both_tell_of_edits_and_polls_and_write_custom_emoji_as_text(render: Callable[[Thread], str]) -> None:
    said = " ".join(render(threads.edited()).split())
    assert said.count("Edited 2 November 2026, 10:30 UTC") == 1
    assert "Edited 3 times, last 3 November 2026, 15:30 UTC" in said
    assert "Poll, several choices, open until 3 November 2026, 15:30 UTC" in said
    assert "Mira :reed: Okafor" in said


@pytest.mark.parametrize("render", [markdown, written])
def test_both_name_warnings_before_the_words(render: Callable[[Thread], str]) -> None:
    said = render(threads.warned())
    assert said.index("Content warning: shipwreck, drowning") < said.index("The wreck itself")
    assert said.index("Graphic content") < said.index("What the sea does")
    assert "labelled as adult" in render(threads.short(), GUARDED)  # type: ignore[call-arg]


@pytest.mark.parametrize("render", [markdown, written])
def test_both_show_context_runs_below_others_and_answers(render: Callable[[Thread], str]) -> None:
    said = render(threads.elsewhere())
    assert "> What is the oldest thing you ever mended?" in said
    assert said.index("By somebody like me") < said.index("Was it ever right?") < said.index("Twice a day")
    assert "https://bsky.app/profile/mira.example.social/post/3a2" in said


def test_markdown_keeps_lists_quotations_code_emphasis_and_links() -> None:
    html = MarkdownIt("commonmark").render(markdown(threads.short()).partition("\n---\n")[2])
    assert '<a href="https://archive.example/letter">now online</a>' in html
    assert "<blockquote>\n<p><em>The clockwork lies.</em></p>\n</blockquote>" in html
    assert "<li>paint: three coats\n<ul>\n<li>red lead</li>\n</ul>\n</li>" in html
    assert "<pre><code>drift = 11  # seconds in the hour\n</code></pre>" in html


def test_markdown_shows_pictures_with_their_words() -> None:
    html = MarkdownIt("commonmark").render(markdown(threads.every_medium()).partition("\n---\n")[2])
    assert 'src="https://media.example/lamp.png" alt="A brass lamp on a granite sill' in html


def test_no_line_of_text_is_wider_than_asked() -> None:
    for made in (threads.essay, threads.right_to_left, threads.gaps):
        lines = [line for line in written(made(), width=60).splitlines() if "://" not in line]
        assert max(map(len, lines)) <= 60


def test_japanese_is_wrapped_between_characters_by_its_width() -> None:
    found = thread(chain("灯台を四年かけて直しました" * 8, by=author("hana.example.social", "花")))
    lines = written(found, width=40).splitlines()
    assert max(len(line) for line in lines if line.startswith("灯") or "台" in line) <= 20


def test_a_long_address_is_never_broken() -> None:
    address = "https://example.org/" + "a" * 200
    assert address in written(thread(chain(f"See {address} for more")))
