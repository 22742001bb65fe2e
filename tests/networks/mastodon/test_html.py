"""Whatever a server sends as HTML: its words stay, its markup becomes a body, and nothing takes long."""

from __future__ import annotations

import html as stdlib_html
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unroller.core.body import Block, BlockKind, Body, Emoji, Mark, Run, plain
from unroller.core.tolerant import clean, web_link
from unroller.networks.mastodon.html import DEEPEST, MOST, parse_html, readable

BLOBCAT = Emoji("https://a.example/blobcat.png", ":blobcat:")
ANNA = "https://a.example/users/anna"


def body_of(html: object, *, quoted: set[str] | None = None) -> Body:
    return parse_html(html, mentions={"https://a.example/@anna": ANNA}, emojis=(BLOBCAT,), quoted=quoted)


def shape(html: str) -> list[tuple[str, int, str]]:
    return [(block.kind.value, block.depth, block.text) for block in body_of(html)]


def runs(html: str) -> tuple[Run, ...]:
    (block,) = body_of(html)
    return block.runs


P, Q, L, N, C, H = "paragraph", "quote", "item", "numbered", "code", "heading"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>one</p><p>two</p>", [(P, 0, "one"), (P, 0, "two")]),
        ("one<br>two<br/>three", [(P, 0, "one\ntwo\nthree")]),
        ("one<br> <br>two", [(P, 0, "one"), (P, 0, "two")]),
        ("<br><br>one<br><br><br><br>", [(P, 0, "one")]),
        ("<p>one <br>\n two</p>\n<p>\n</p><p>&nbsp;</p>", [(P, 0, "one\ntwo")]),
        ("<p>laid\n  out</p>", [(P, 0, "laid out")]),
        ("<p>typed  so</p>", [(P, 0, "typed  so")]),
        ("plain & simple", [(P, 0, "plain & simple")]),
        ("a &lt;b&gt; &amp;amp; &#x1F9F5;&hellip;", [(P, 0, "a <b> &amp; 🧵…")]),
        ("1 < 2 and 3 > 2, a<", [(P, 0, "1 < 2 and 3 > 2, a<")]),
        ("<ul><li>a</li><li>b</li></ul>", [(L, 0, "a"), (L, 0, "b")]),
        ("<ul><li>a<ol><li>b</ol><li>c</ul>d", [(L, 0, "a"), (N, 1, "b"), (L, 0, "c"), (P, 0, "d")]),
        ("<ol><li><p>a</p><p>b</p></li></ol>", [(N, 0, "a\nb")]),
        ("<blockquote><p>a</p>b</blockquote>c", [(Q, 0, "a"), (Q, 0, "b"), (P, 0, "c")]),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>", [(Q, 0, "a"), (Q, 1, "b")]),
        ("<blockquote><ol><li>a<li>b</ol><ul><li>c</ul></blockquote>",
         [(Q, 0, "1. a"), (Q, 0, "2. b"), (Q, 0, "• c")]),
        ("<ul><li>a<blockquote>b</blockquote></ul>", [(L, 0, "a"), (Q, 0, "b")]),
        ("<pre><code>\nif a:\n\n    b  &lt; c\n</code></pre>", [(C, 0, "if a:\n\n    b  < c")]),
        ("<pre>a<br>  b</pre>", [(C, 0, "a\n  b")]),
        ("<h1>a</h1><h3>b</h3>c", [(H, 0, "a"), (H, 2, "b"), (P, 0, "c")]),
        ("<div>a<div>b</div>c</div>", [(P, 0, "a"), (P, 0, "b"), (P, 0, "c")]),
        ("<table><tr><td>a<td>b<tr><td>c</table>", [(P, 0, "a b"), (P, 0, "c")]),
        ("<ruby>漢字<rp>(</rp><rt>かんじ</rt><rp>)</rp></ruby>", [(P, 0, "漢字(かんじ)")]),
        ("<ruby>漢字<rt>かんじ</rt></ruby>", [(P, 0, "漢字(かんじ)")]),
        ("<ruby>漢<rp>(<rt>かん<rp>)</ruby><ruby>字<rt>じ</ruby>x", [(P, 0, "漢(かん)字(じ)x")]),
        ("he said <q>no</q>", [(P, 0, "he said “no”")]),
        ("<marquee>a</marquee> <x-new y=1>b</x-new> <font color=red>c</font>", [(P, 0, "a b c")]),
        ("a<script>alert('<b>')</script>b<STYLE>p{}</STYLE >c", [(P, 0, "abc")]),
        ("a<script>never closed <p>b</p>", [(P, 0, "a")]),
        ("a<script></scripty>b</script/>c", [(P, 0, "ac")]),
        ("a<template>b<template>c</template>d</template>e", [(P, 0, "ae")]),
        ("a<!-- b --><!-->c<!--->d<!-- e --!>f<!DOCTYPE x><?php g ?>", [(P, 0, "acdf")]),
        ("a<![CDATA[b]]>c</>d</ e>f", [(P, 0, "acdf")]),
        ("a<!-- never closed", [(P, 0, "a")]),
        ("<p title='>'>a</p><p title=\"x > 'y'\">b</p><p don't>c", [(P, 0, "a"), (P, 0, "b"), (P, 0, "c")]),
        ("</p></b></ul></blockquote></li>a</a></h1></pre>b", [(P, 0, "a"), (P, 0, "b")]),
        ("<p>a<svg><path d='M0'/></svg><noscript>b</noscript></p>", [(P, 0, "ab")]),
        ("", []),
        ("<p></p><ul><li></li></ul><blockquote></blockquote>", []),
    ],
)  # fmt: skip
def test_html_becomes_blocks(html: str, expected: list[tuple[str, int, str]]) -> None:
    assert shape(html) == expected


@pytest.mark.parametrize(
    ("tag", "mark"),
    [("b", Mark.STRONG), ("strong", Mark.STRONG), ("i", Mark.EMPHASIS), ("em", Mark.EMPHASIS),
     ("del", Mark.STRUCK), ("s", Mark.STRUCK), ("u", Mark.UNDERLINED), ("code", Mark.CODE)],
)  # fmt: skip
def test_what_sets_text_off_is_kept(tag: str, mark: Mark) -> None:
    assert runs(f"a <{tag}>b</{tag}> c") == (Run("a "), Run("b", frozenset({mark})), Run(" c"))


def test_marks_pile_up_and_end_one_by_one_however_they_are_nested() -> None:
    html = "<b>a<i>b</b>c</i><b><b>d</b>e</b>f"
    strong, both, slanted = {Mark.STRONG}, {Mark.STRONG, Mark.EMPHASIS}, {Mark.EMPHASIS}
    assert [(run.text, set(run.marks)) for run in runs(html)] == [
        ("a", strong), ("b", both), ("c", slanted), ("de", strong), ("f", set()),
    ]  # fmt: skip


SHORTENED = (
    '<a href="https://www.example.com/a/long/way?to=go&amp;on=1" target="_blank">'
    '<span class="invisible">https://www.</span><span class="ellipsis">example.com/a/long</span>'
    '<span class="invisible">/way?to=go&amp;on=1</span></a>'
)


def test_a_shortened_link_is_made_whole_from_where_it_leads() -> None:
    (run,) = runs(f"<p>{SHORTENED}</p>")
    assert (run.text, run.link) == (
        "example.com/a/long/way?to=go&on=1",
        "https://www.example.com/a/long/way?to=go&on=1",
    )


def test_a_shortened_link_that_lies_shows_where_it_leads() -> None:
    html = '<a href="https://evil.example/x"><span class="invisible">https://</span><span>bank.example</span></a>'
    assert runs(html)[0].text == "evil.example/x"


@pytest.mark.parametrize(
    ("html", "text", "link"),
    [
        ('<a href="https://b.example/">words</a>', "words", "https://b.example/"),
        ('<a href="https://b.example/">https://b.example</a>', "https://b.example", "https://b.example/"),
        ('<a href="https://evil.example/">https://bank.example</a>', "evil.example", "https://evil.example/"),
        ('<a href="https://evil.example/">www.bank.example/a</a>', "evil.example", "https://evil.example/"),
        ('<a href="https://b.example/a b">x</a>', "x", "https://b.example/a%20b"),
        ("<a href=' https://b.example/ '>x</a>", "x", "https://b.example/"),
        ("<a href=https://b.example/?a=b>x</a>", "x", "https://b.example/?a=b"),
        ('<a title="href=https://evil.example/" HREF="https://b.example/" href="x">x</a>',
         "x", "https://b.example/"),
        ('<a href="https://b.example/"></a>', "b.example", "https://b.example/"),
        ('<a href="javascript:alert(1)">x</a>', "x", None),
        ('<a href="//b.example/">x</a>', "x", None),
        ('<a href="java&#10;script:alert(1)">x</a>', "x", None),
        ("<a>x</a>", "x", None),
        ('<a href="https://b.example/">x', "x", "https://b.example/"),
        ('<img src="https://b.example/a.png" alt="A cat">', "A cat", "https://b.example/a.png"),
        ('<img src="https://b.example/a.png">', "b.example/a.png", "https://b.example/a.png"),
        ('<iframe src="https://v.example/1"></iframe>', "v.example/1", "https://v.example/1"),
        ('<img src="data:image/png;base64,x" alt="A cat">', "A cat", None),
    ],
)  # fmt: skip
def test_a_link_leads_to_the_web_or_nowhere(html: str, text: str, link: str | None) -> None:
    (run,) = runs(html)
    assert (run.text, run.link) == (text, link)


def test_links_do_not_nest() -> None:
    found = runs('<a href="https://a.example/">a<a href="https://b.example/">b</a>c</a>')
    assert [(run.text, run.link) for run in found] == [
        ("a", "https://a.example/"), ("b", "https://b.example/"), ("c", None),
    ]  # fmt: skip


def test_a_link_goes_on_in_the_next_paragraph() -> None:
    found = body_of('<a href="https://a.example/"><p>a</p><p>b</p></a>c')
    assert [block.runs[0].link for block in found] == ["https://a.example/"] * 2 + [None]


def test_a_mention_names_the_account_and_a_hashtag_keeps_its_link() -> None:
    html = (
        '<span class="h-card"><a href="https://a.example/@anna" class="mention">@<span>anna</span></a></span>'
        ' <a href="https://a.example/tags/x" class="mention hashtag" rel="tag">#<span>x</span></a>'
    )
    assert runs(html) == (
        Run("@anna", link="https://a.example/@anna", mention=ANNA),
        Run(" "),
        Run("#x", link="https://a.example/tags/x"),
    )


def test_a_link_to_somebody_that_is_no_mention_is_none() -> None:
    assert runs('<a href="https://a.example/@anna">my friend</a>')[0].mention is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (":blobcat:", 1), ("a :blobcat: b", 1), (":blobcat:, :blobcat:", 2), ("(:blobcat:)", 1),
        ("🧵:blobcat:", 1), ("<b>:blobcat:</b>", 1), ("<blockquote>:blobcat:</blockquote>", 1),
        ("a:blobcat:", 0), (":blobcat:a", 0), (":blobcat::blobcat:", 0), ("::blobcat:", 0), ("ü:blobcat:", 0),
        (":unknown:", 0), (":blob<b>cat:</b>", 0), ("12:blobcat:", 0),
        ("<code>:blobcat:</code>", 0), ("<pre>:blobcat:</pre>", 0),
    ],
)  # fmt: skip
def test_a_custom_emoji_stands_alone(text: str, shown: int) -> None:
    found = [run for block in body_of(text) for run in block.runs if run.emoji]
    assert [(run.text, run.emoji) for run in found] == [(":blobcat:", BLOBCAT)] * shown
    assert plain(body_of(text)) == plain(parse_html(text, mentions={}, emojis=()))


LINK = '<a href="https://b.example/1">https://b.example/1</a>'


@pytest.mark.parametrize(
    ("html", "left"),
    [
        (f'<p class="quote-inline">RE: {LINK}</p><p>words</p>', "words"),
        (f'<p>words<span class="quote-inline"><br><br>RE: <span>{LINK}</span></span></p>', "words"),
        (f"<p>words<br><br>RE: {LINK}</p>", "words"),
        (f"<p>words<br>RE: {LINK}</p>", "words"),
        (f"<p>words</p><p>re: {LINK}</p>", "words"),
        (f"<p>RE: {LINK}</p>", ""),
        (f'<p class="quote-inline">RE: {LINK}<p>words', "words"),
        (f'<p>words<span class="quote-inline"><br>RE: {LINK}</p><p>more</p>', "words\n\nmore"),
        (f'<div class="quote-inline"><div>RE:</div><p>{LINK}</p></div>words', "words"),
        (f"<p>where are {LINK}</p>", "where are https://b.example/1"),
        (f"<p>RE: {LINK} words</p>", "RE: https://b.example/1 words"),
        ('<p>RE: <a href="https://c.example/">x</a></p>', "RE: x"),
    ],
)
def test_the_words_for_a_quote_are_left_out_where_the_quote_is_shown(html: str, left: str) -> None:
    assert plain(body_of(html, quoted={"https://b.example/1"})) == left


def test_the_words_for_a_quote_stay_where_there_is_none() -> None:
    html = f'<p class="quote-inline">RE: {LINK}</p>'
    assert plain(body_of(html)) == "RE: https://b.example/1"


def test_characters_that_hide_or_reverse_are_taken_out() -> None:
    assert plain(body_of("a\x00b\u202ec\ufeff&#x202e;&#0;&#xd800;d\ud800")) == "abc\ufffd\ufffdd"


@pytest.mark.parametrize("html", [None, 7, [], {"html": "<p>"}, True])
def test_what_is_no_text_is_no_body(html: object) -> None:
    assert body_of(html) == ()


@pytest.mark.slow
def test_ten_megabytes_are_cut_and_say_so() -> None:
    found = plain(body_of("<p>word</p>" * 1_000_000))
    assert found.endswith("…")
    assert len(found) < MOST


def test_depth_is_counted_and_has_an_end() -> None:
    for tag, kind in (("blockquote", BlockKind.QUOTE), ("ul><li", BlockKind.ITEM)):
        assert body_of(f"<{tag}>" * 30_000 + "x") == (Block(kind, (Run("x"),), DEEPEST),)


BOMBS: dict[str, Callable[[int], str]] = {
    "nested tags": lambda size: "<div>" * size + "x" + "</b>" * size,
    "nested quotes": lambda size: "<blockquote>x" * size,
    "nested lists": lambda size: "<ul><li>x" * size,
    "formatting that never ends": lambda size: "".join(f"<b id={n}>" for n in range(size)) + "<p>x" * size,
    "attributes": lambda size: "<a " + " ".join(f"a{n}=1" for n in range(size)) + ">x",
    "open quotes": lambda size: '<a "' * size,
    "open values": lambda size: "<a b='" + '<a b="' * size,
    "open tags": lambda size: "<a" * size,
    "open comments": lambda size: "<!-" * size + "<!--" * size,
    "scripts": lambda size: "<script>x</scriptx>" * size,
    "templates": lambda size: "<template>" * size,
    "signs": lambda size: "<" * size + "&" * size + ":" * size,
    "numbers": lambda size: "&#" + "9" * size * 8 + ";&#x" + "f" * size * 8,
    "space": lambda size: " " * size * 4 + "x" + " " * size * 4 + "\n" + " \n" * size,
    "links": lambda size: '<a href="https://b.example/">' * size,
    "shortened links": lambda size: "<a href=https://b.example/><span class=invisible>" * size,
    "breaks in an item": lambda size: "<li>" + "<ul><li>x" + "x<br>" * size,
    "paragraphs in an item": lambda size: "<ul><li>" + "<p>x</p>" * size,
    "emoji": lambda size: ":a" * size + " :blobcat:" * size,
    "fallbacks": lambda size: "RE: " * size + LINK,
}


@pytest.mark.slow
@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_of_the_largest_size_does_no_harm(bomb: str) -> None:
    """Anything but linear work would take hours at this size; `python -m bench` has the figures."""
    found = body_of(BOMBS[bomb](MOST // 2)[:MOST], quoted={"https://b.example/1"})
    assert len(plain(found)) <= 8 * MOST


PIECES = [
    "<p>", "</p>", "<br>", "<ul>", "<li>", "</ul>", "<blockquote>", "</blockquote>", "<pre>", "</pre>", "<b>",
    "</b>", "<a href='https://b.example/'>", "</a>", "<span class=invisible>", "</span>", "<h2>", "</h2>",
    "x", " y ", ":blobcat:", "\n", "&amp;", "<", "<!--", "-->", "<script>", "</script>", "'", '"', "=",
    "<img src=https://b.example/ alt=z>",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3)))
def test_whatever_is_sent_becomes_a_body_that_can_be_shown(pieces: list[str]) -> None:
    for block in body_of("".join(pieces), quoted=set()):
        assert block.text.strip()
        assert 0 <= block.depth <= DEEPEST
        for run in block.runs:
            assert run.text == clean(run.text) != ""
            assert run.link is None or run.link == web_link(run.link)


TAGS = [
    "p",
    "br",
    "ul",
    "ol",
    "li",
    "blockquote",
    "pre",
    "b",
    "i",
    "a",
    "span",
    "h2",
    "div",
    "table",
    "td",
    "x-y",
]


@given(
    st.lists(
        st.builds("<{}{}>".format, st.sampled_from(["", "/"]), st.sampled_from(TAGS))
        | st.sampled_from(["word", "two words", " ", "\n"])
    )
)
def test_no_word_is_lost_however_the_tags_around_it_are_nested(pieces: list[str]) -> None:
    """Signs of lists in a quotation are ours, so they do not count."""
    words = "".join("" if piece.startswith("<") else piece for piece in pieces)
    found = "".join(plain(body_of("".join(pieces))).split())
    assert found.translate({ord(sign): "" for sign in "•.0123456789"}) == "".join(words.split())


@given(st.text(max_size=60))
def test_text_that_is_written_as_html_is_read_as_the_same_words(text: str) -> None:
    found = plain(parse_html(stdlib_html.escape(text), mentions={}, emojis=()))
    assert found.split() == clean(text).split()


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("https://www.example.com/", "example.com"),
        ("http://example.com/a/", "example.com/a/"),
        ("https://example.com:8080/?q", "example.com:8080/?q"),
    ],
)
def test_an_address_is_shown_as_people_write_it(url: str, text: str) -> None:
    assert readable(url) == text
