"""Texts and their spans, right and wrong."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unroller.core.body import Body, Run, plain
from unroller.core.tolerant import clean
from unroller.networks.x.entities import (
    Span,
    cashtag_span,
    link_span,
    mention_span,
    parse_text,
    tag_span,
    unescape,
)

SHORT = "https://t.co/Ab3dE6gH1j"


def link(start: int, url: str = SHORT, *, stands_in: bool = False) -> Span:
    span = link_span(
        start, start + len(url), url, "https://example.com/a", "example.com/a", stands_in=stands_in
    )
    assert span
    return span


def mention(start: int, handle: str = "anna", id_: str = "7") -> Span:
    span = mention_span(start, start + len(handle) + 1, handle, id_)
    assert span
    return span


def runs(body: Body) -> tuple[Run, ...]:
    return tuple(run for block in body for run in block.runs)


def linked(body: Body) -> list[str]:
    return [run.text for run in runs(body) if run.link]


def test_a_link_is_shown_as_x_shows_it_and_leads_to_its_end() -> None:
    (before, shown, after) = runs(parse_text(f"See {SHORT} now", [link(4)]))
    assert (before.text, after.text) == ("See ", " now")
    assert (shown.text, shown.link) == ("example.com/a", "https://example.com/a")


def test_a_link_that_leads_nowhere_known_leads_through_x() -> None:
    span = link_span(0, len(SHORT), SHORT, "javascript:alert(1)", None)
    assert span
    assert runs(parse_text(SHORT, [span])) == (Run(SHORT, link=SHORT),)


def test_a_short_link_that_x_did_not_list_still_leads_somewhere() -> None:
    assert linked(parse_text(f"See {SHORT}.")) == [SHORT]


def test_a_mention_keeps_the_id_of_whom_it_names() -> None:
    assert runs(parse_text("@Anna hello", [mention(0)]))[0] == Run(
        "@Anna", link="https://x.com/anna", mention="7"
    )


def test_tags_and_cashtags_lead_to_where_x_lists_them() -> None:
    spans = [tag_span(0, 6, "naïve"), cashtag_span(7, 11, "XYZ")]
    tag, _, cash = runs(parse_text("＃naïve $XYZ", [span for span in spans if span]))
    assert tag.link == "https://x.com/hashtag/na%C3%AFve"
    assert (tag.text, cash.link) == ("＃naïve", "https://x.com/search?q=%24XYZ")


@pytest.mark.parametrize("make", [link_span, mention_span, tag_span, cashtag_span])
def test_an_entity_without_its_words_is_no_span(make: object) -> None:
    more = (None, None) if make is link_span else ()
    last = () if make in (link_span, tag_span, cashtag_span) else (None,)
    assert make(0, 3, None, *more, *last) is None  # type: ignore[operator]


def test_escaped_characters_are_read_once_and_after_the_spans_are_cut() -> None:
    text = "a &amp;&amp; b &lt;3 &amp;lt; @anna"
    body = parse_text(text, [mention(text.index("@"))])
    assert plain(body) == "a && b <3 &lt; @anna"
    assert linked(body) == ["@anna"]


def test_what_looks_like_an_entity_of_html_but_is_none_of_the_five_stays() -> None:
    assert plain(parse_text("&eacute; &copy &#x41; &amp;copy;")) == "&eacute; &copy &#x41; &copy;"
    assert unescape("&amp;amp;") == "&amp;"


def test_places_that_count_utf16_are_taken_so_where_that_fits() -> None:
    text = "😀😀 @anna @anna x"
    units = [mention(5), mention(11)]
    body = parse_text(text, units)
    assert linked(body) == ["@anna", "@anna"]
    assert plain(body) == text


def test_a_span_at_a_wrong_place_is_found_in_order() -> None:
    text = "@anna and @bert, then @anna"
    body = parse_text(text, [mention(1), mention(3, "bert", "8"), mention(4)])
    assert [run.mention for run in runs(body) if run.link] == ["7", "8", "7"]


def test_one_wrong_place_costs_no_other_span_its_own() -> None:
    text = "@anna, #one, @bert"
    body = parse_text(text, [mention(0, "bert", "8"), tag_or_none("one"), mention(0)])
    assert linked(body) == ["@anna", "#one", "@bert"]


def test_a_span_whose_words_are_nowhere_is_dropped() -> None:
    assert linked(parse_text("hello annabel", [mention(0), tag_or_none("x")])) == []


def tag_or_none(tag: str) -> Span:
    span = tag_span(0, 2, tag)
    assert span
    return span


def test_a_name_is_not_found_inside_a_longer_name() -> None:
    body = parse_text("@annabel and @anna", [mention(2)])
    assert runs(body)[-1].mention == "7"
    assert linked(body) == ["@anna"]


def test_a_link_that_stands_for_what_is_below_is_left_out_at_the_end_only() -> None:
    text = f"One {SHORT} two {SHORT}1 {SHORT}2"
    spans = [link(text.index(one), one, stands_in=True) for one in (SHORT, SHORT + "1", SHORT + "2")]
    assert plain(parse_text(text, spans)) == "One example.com/a two"


def test_names_that_only_address_are_left_out_where_x_says_so() -> None:
    text = "@anna @bert yes"
    spans = [mention(0), mention(6, "bert", "8")]
    assert plain(parse_text(text, spans, begin=12)) == "yes"
    assert plain(parse_text(text, spans, begin=0)) == text


@pytest.mark.parametrize("begin", [-3, 1, 5, 11, 13, 15, 400])
def test_a_beginning_that_would_cost_words_is_not_believed(begin: int) -> None:
    assert plain(parse_text("@anna @bert yes", begin=begin)).endswith("yes")


def test_a_single_blank_line_parts_paragraphs_and_every_other_line_break_stays() -> None:
    body = parse_text("one\ntwo\n\nthree\n\n\nfour")
    assert [block.text for block in body] == ["one\ntwo", "three\n\n\nfour"]


def test_a_text_that_is_none_has_no_paragraphs() -> None:
    assert (
        parse_text(None)
        == parse_text("")
        == parse_text(" \n ")
        == parse_text(f"{SHORT}", [link(0, stands_in=True)])
        == ()
    )


words = st.text(st.characters(exclude_characters="@#$&:\r＠＃＄"), max_size=12)
pieces = st.one_of(
    st.builds(lambda n: ("mention", f"anna{n}"), st.integers(0, 9)),
    st.builds(lambda n: ("tag", f"tag{n}"), st.integers(0, 9)),
    st.builds(lambda n: ("link", f"{SHORT}{n}"), st.integers(0, 9)),
)


def compose(parts: Sequence[tuple[str, tuple[str, str]]], last: str) -> tuple[str, list[Span], str]:
    """A text as it is sent, its spans where they stand, and what readers should see of it."""
    text, seen, spans = "", "", list[Span | None]()
    for before, (kind, word) in parts:
        lead = before + " "
        text, seen = text + lead, seen + lead
        at = len(text)
        if kind == "mention":
            text, seen = f"{text}@{word} ", f"{seen}@{word} "
            spans.append(mention_span(at, at + 1 + len(word), word, "7"))
        elif kind == "tag":
            text, seen = f"{text}#{word} ", f"{seen}#{word} "
            spans.append(tag_span(at, at + 1 + len(word), word))
        else:
            text, seen = f"{text}{word} ", f"{seen}shown.example/{word[-1]} "
            spans.append(
                link_span(at, at + len(word), word, "https://shown.example/", f"shown.example/{word[-1]}")
            )
    return text + last, [span for span in spans if span], seen + last


texts = st.builds(compose, st.lists(st.tuples(words, pieces), max_size=8), words)


@given(texts)
def test_no_character_is_lost_or_doubled(made: tuple[str, list[Span], str]) -> None:
    text, spans, seen = made
    body = parse_text(text, spans)
    assert plain(body) == clean(seen).strip()
    assert len(linked(body)) == len(spans)


@given(texts, st.data())
def test_wrong_places_cost_no_character(made: tuple[str, list[Span], str], data: st.DataObject) -> None:
    text, spans, _ = made
    place = st.integers(-5, len(text) + 5)
    wrong = [
        Span(data.draw(place), data.draw(place), span.written, span.written, span.link) for span in spans
    ]
    assert plain(parse_text(text, wrong)) == clean(text).strip()


@given(st.text(), st.lists(st.builds(Span, st.integers(), st.integers(), st.text(min_size=1))), st.integers())
def test_whatever_comes_is_read(text: str, spans: list[Span], begin: int) -> None:
    body = parse_text(text, spans, begin=begin)
    assert all(run.text for run in runs(body))
    assert all(block.runs for block in body)


@given(st.text(alphabet="a \n", max_size=30))
def test_paragraphs_put_together_are_the_text(text: str) -> None:
    body = parse_text(text)
    assert plain(body) == text.strip()
