"""A network that wants each post shown under its author's names, with its time and the network's logo."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import structs
from playwright.sync_api import Browser

from tests import threads
from tests.browser import violations
from tests.exports.judges import epubcheck, pdf_text
from tests.exports.pages import OPEN, SITE, page, source, text, texts, values
from tests.exports.test_epub import said as words_of_book
from tests.exports.visits import serving, visiting
from tests.threads.build import BOB, MIRA, chain, post, thread
from unroller.core.model import Author, Post, Quote, Thread
from unroller.core.ports import Rules
from unroller.exports.markdown import Markdown
from unroller.exports.page import EACH_STYLE, EACH_STYLE_HASH, POLICY
from unroller.exports.text import Text
from unroller.exports.words import moments
from unroller.plugins import load_exports

FACE = "https://media.example/face.png"
RULES = Rules(title="X", may_tidy=False, shows_each=True, logo="M3 3h18v18H3z")
EACH = replace(SITE, rules=RULES)


def found() -> Thread:
    """Two posts, of which the second was edited and quotes somebody."""
    first, second = chain("  Keep   these spaces (1/2)", "And this.", by=with_face(MIRA))
    quoted = structs.replace(post(7, "Quoted words.", by=with_face(BOB)), quote=None)
    later = second.published + timedelta(minutes=7)
    second = structs.replace(second, edited=later, revised=(later,), quote=Quote(quoted.ref, post=quoted))
    return thread((first, second))


def with_face(author: Author) -> Author:
    return structs.replace(author, avatar=FACE)


def shown(found: Thread) -> list[Post]:
    return [*found.posts, *(post.quote.post for post in found.posts if post.quote and post.quote.post)]


def test_each_post_and_each_quoted_one_has_picture_names_time_logo_and_a_way_to_it() -> None:
    made = found()
    tree = page(made, frame=EACH)
    count = len(shown(made))
    assert values(tree, ".sign img", "src") == [FACE] * count
    assert sorted(texts(tree, ".sign b")) == sorted(one.author.name for one in shown(made))
    handles = [words for words in texts(tree, ".sign bdi") if words.startswith("@")]
    assert sorted(handles) == sorted(f"@{one.author.handle}" for one in shown(made))
    assert values(tree, ".sign svg use", "href") == ["#logo"] * count
    times = [node.attrs["datetime"] for node in tree.query(".seen a time")]
    assert len(times) == count
    links = [node.attrs["href"] for node in tree.query(".seen a")]
    assert {one.url for one in shown(made)} == set(links)
    assert sum("View on X" in words for words in texts(tree, ".seen")) == count


def test_the_logo_is_drawn_once() -> None:
    assert source(found(), frame=EACH).count(RULES.logo) == 1


def test_an_edited_post_says_so_and_when() -> None:
    words = [text(node) for node in page(found(), frame=EACH).query(".seen")]
    assert [re.search(r"Last edited \d", one) is not None for one in words].count(True) == 1


def test_the_text_stays_as_it_was_written() -> None:
    assert "Keep   these spaces (1/2)" in source(found(), frame=EACH)


@pytest.mark.slow
def test_every_canonical_thread_is_valid_under_such_rules() -> None:
    for made in threads.ALL.values():
        tree = page(made(), frame=EACH)
        assert len(tree.query(".post .sign")) >= len(made().posts)
        assert tree.query(".mark") == []


def test_no_other_networks_page_grows() -> None:
    plain = source(threads.short(), frame=replace(SITE, rules=Rules(title="Bluesky")))
    assert "sign" not in plain
    assert "symbol" not in plain
    assert ".seen" not in plain


def test_the_style_is_the_one_that_the_policy_allows() -> None:
    assert f"<style>{EACH_STYLE}</style>" in source(found(), frame=EACH)
    assert EACH_STYLE_HASH in POLICY


@pytest.mark.parametrize("export", [Markdown(), Text()], ids=["markdown", "text"])
def test_markdown_and_text_say_of_each_post_who_when_and_where(export: Markdown | Text) -> None:
    made = found()
    said = export.render(made, OPEN, EACH).decode()
    for one in shown(made):
        assert said.count(one.url) >= 1
    assert said.count("last edited") == 1
    assert said.count(f"@{MIRA.handle}") >= 3
    assert said.count("UTC") >= 3


@pytest.mark.slow
@pytest.mark.parametrize("name", ["epub", "pdf"])
def test_books_and_pdfs_say_so_too(name: str, tmp_path: Path) -> None:
    made, export = found(), load_exports()[name]
    data = export.render(made, OPEN, EACH)
    said = pdf_text(data, tmp_path) if name == "pdf" else words_of_book(data)
    assert said.count("last edited") == 1
    assert said.count(f"@{MIRA.handle}") >= 2
    assert all(moments(one) in " ".join(said.split()) for one in shown(made))
    if name == "epub":
        assert epubcheck(data, tmp_path) == []


def test_such_a_page_has_no_violations_and_fits_a_phone(chromium: Browser) -> None:
    with serving() as site:
        some = {name: threads.ALL[name] for name in ("right_to_left", "gaps", "forks")}
        for name, made in {"each": found, **some}.items():
            site.pages[f"/{name}"] = source(made(), frame=EACH).encode()
            with visiting(chromium, f"{site.address}/{name}") as visit:
                visit.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
                assert violations(visit.page) == []
                visit.page.emulate_media(color_scheme="dark")
                assert violations(visit.page) == []
                visit.page.set_viewport_size({"width": 320, "height": 800})
                assert visit.page.evaluate("document.documentElement.scrollWidth") <= 320
                assert visit.complaints == []
