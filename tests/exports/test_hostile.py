"""Whatever an author or a network sends, nothing but known tags and http(s) links comes out."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from justhtml import JustHTML
from markdown_it import MarkdownIt
from msgspec.structs import replace

from tests import threads
from tests.examples import at_most
from tests.exports.pages import OPEN, page, source
from tests.threads.build import post, thread
from tests.threads.hostile import ATTACK
from unroller.core.body import Block, BlockKind, Body, Emoji, Mark, Run
from unroller.core.ports import Frame
from unroller.core.tolerant import clean, web_link
from unroller.exports.markdown import Markdown
from unroller.exports.markup import body_html
from unroller.exports.page import KEYS
from unroller.exports.text import Text

TAGS = set(
    "p h2 h3 h4 h5 h6 blockquote ul ol li pre code a bdi br strong em s u img".split()  # noqa: SIM905
)
ATTRIBUTES = {"tabindex", "href", "rel", "class", "lang", "src", "alt", "width", "height", "loading"}

SNIPPETS = st.sampled_from(
    [
        ATTACK,
        "<b>",
        "&amp;",
        "\u202e",
        "\n",
        "\n\n",
        "](javascript:x)",
        "`",
        "**",
        "_",
        "\\",
        "1. ",
        "# ",
        "- ",
        "!",
    ]
)
WORDS = st.lists(st.one_of(st.text(max_size=12), SNIPPETS), max_size=5).map("".join)
LINKS = st.sampled_from(
    [
        None,
        "",
        "javascript:alert(1)",
        "https://a.example/x?y=1&z=(2)",
        'http://b.example/"<>\\`',
        "data:text/html,x",
    ]
)
EMOJI = st.one_of(st.none(), st.builds(Emoji, url=LINKS.map(str), alt=WORDS))
RUNS = st.builds(
    Run,
    text=WORDS,
    marks=st.frozensets(st.sampled_from(Mark)),
    link=LINKS,
    mention=st.one_of(st.none(), WORDS),
    emoji=EMOJI,
)
BLOCKS = st.builds(
    Block,
    kind=st.sampled_from(BlockKind),
    runs=st.lists(RUNS, max_size=4).map(tuple),
    depth=st.integers(-3, 40),
)
BODIES = st.lists(BLOCKS, max_size=6).map(tuple)


def nodes(html: str) -> Any:
    return JustHTML(html, sanitize=False, fragment=True, strict=True).query("*")


@given(BODIES, LINKS)
def test_a_body_becomes_known_tags_with_known_attributes_and_web_links(
    body: Body, original: str | None
) -> None:
    for node in nodes(str(body_html(body, original or ""))):
        assert node.name in TAGS
        assert set(node.attrs) <= ATTRIBUTES
        for name in ("href", "src"):
            assert name not in node.attrs or web_link(node.attrs[name])


@given(st.lists(WORDS, min_size=1, max_size=4))
def test_words_come_out_of_html_as_they_went_in(words: list[str]) -> None:
    body = tuple(Block(BlockKind.CODE, (Run(word),)) for word in words)
    tree = JustHTML(str(body_html(body, "")), sanitize=False, fragment=True)
    said = ["".join(child.data for child in node.children or ()) for node in tree.query("code")]
    assert said == [clean(word) for word in words]


@at_most(25)
@given(BODIES)
def test_a_whole_page_of_any_body_is_valid(body: Body) -> None:
    page(thread((post(1, body),)))


def test_an_attack_in_every_field_leaves_no_element_behind() -> None:
    tree = page(threads.hostile())
    assert not tree.query("article img[onerror], [onmouseover], iframe, article b[a], article script")
    assert len(tree.query("style")) == len(tree.query("title")) == 1
    assert [node.attrs.get("type", "") for node in tree.query("script")] == ["application/ld+json", ""]
    assert tree.query("script")[1].children[0].data == KEYS
    assert "\u202e" not in source(threads.hostile())


@given(st.lists(WORDS, min_size=1, max_size=3), st.sampled_from([frozenset(), frozenset({Mark.STRONG})]))
def test_markdown_shows_words_as_they_were_written(words: list[str], marks: frozenset[Mark]) -> None:
    runs = tuple(Run(word, marks if number == 1 else frozenset()) for number, word in enumerate(words))
    block = Block(BlockKind.PARAGRAPH, runs)
    found = thread((post(1, (Block(BlockKind.PARAGRAPH, (Run("Begin"),)), block)),))
    written = Markdown().render(found, OPEN, Frame()).decode().partition("\n---\n")[2]
    shown = JustHTML(MarkdownIt("commonmark").render(written), sanitize=False, fragment=True).to_text()
    wanted = "".join(clean(block.text).split())
    assert wanted in "".join(shown.split())


def test_markdown_of_an_attack_has_no_html_and_no_other_links() -> None:
    written = Markdown().render(threads.hostile(), OPEN, Frame()).decode()
    body = written.partition("\n---\n")[2]
    for token in MarkdownIt("commonmark").parse(body):
        for part in (token, *(token.children or ())):
            assert part.type not in ("html_block", "html_inline")
            for name in ("href", "src"):
                assert web_link(part.attrs.get(name, "https://fine.example"))


def test_text_of_an_attack_has_no_control_characters() -> None:
    written = Text().render(threads.hostile(), OPEN, Frame()).decode()
    assert clean(written) == written


def test_an_author_without_a_single_usable_address_still_has_a_page() -> None:
    found = threads.short()
    nameless = replace(found.author, url="", display_name="\u202e", handle="")
    page(
        replace(
            found, author=nameless, posts=tuple(replace(one, url="", author=nameless) for one in found.posts)
        )
    )
