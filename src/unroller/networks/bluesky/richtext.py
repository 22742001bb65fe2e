"""Text with facets, whose offsets count UTF-8 bytes → a body of paragraphs and runs. Pure.

https://docs.bsky.app/docs/advanced-guides/post-richtext
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from unroller.core.body import Block, BlockKind, Body, Run
from unroller.core.tolerant import clean, web_link
from unroller.networks.bluesky.links import is_did, profile_url, tag_url

# The network allows 3,000 bytes; what is longer comes from a server that does not check.
MOST_BYTES = 12_000
_FACET = "app.bsky.richtext.facet#"


class Facet(NamedTuple):
    """A span of bytes, and what it is."""

    start: int
    end: int
    link: str
    mention: str | None = None


class _Span(NamedTuple):
    start: int
    end: int
    facet: Facet | None


def parse_text(text: object, facets: object, web: str) -> Body:
    """The paragraphs of a post. Facets that are out of range, overlap or cut a character are dropped."""
    if not isinstance(text, str):
        return ()
    data = _cut(text)
    pieces = [(_decoded(data[start:end]), facet) for start, end, facet in _slices(data, facets, web)]
    whole = "".join(piece for piece, _ in pieces)
    return tuple(_blocks(whole, _spans(pieces)))


def _decoded(data: bytes) -> str:
    return clean(data.decode("utf-8", "surrogatepass"))


def _cut(text: str) -> bytes:
    data = text[:MOST_BYTES].encode("utf-8", "surrogatepass")
    if len(text) <= MOST_BYTES >= len(data):
        return data
    return data[:MOST_BYTES].decode("utf-8", "ignore").encode() + "…".encode()


def parse_facets(facets: object, data: bytes, web: str) -> list[Facet]:
    """The facets that can be shown on `data`, by place, none overlapping."""
    found = (parse_facet(facet, data, web) for facet in facets) if isinstance(facets, list) else ()
    kept: list[Facet] = []
    for facet in sorted((facet for facet in found if facet), key=lambda facet: facet.start):
        if not kept or facet.start >= kept[-1].end:
            kept.append(facet)
    return kept


def parse_facet(facet: Any, data: bytes, web: str) -> Facet | None:
    """One facet; `None` when its place or all of its features make no sense.

    https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/richtext/facet.json
    """
    try:
        start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
        features = list(facet["features"])
    except (KeyError, TypeError):
        return None
    if type(start) is not int or type(end) is not int or not 0 <= start < end <= len(data):
        return None
    if _cuts_a_character(data, start) or _cuts_a_character(data, end):
        return None
    meant = (_feature(feature, web) for feature in features if isinstance(feature, dict))
    return next((Facet(start, end, *found) for found in meant if found), None)


def _cuts_a_character(data: bytes, place: int) -> bool:
    return place < len(data) and data[place] & 0xC0 == 0x80


def _feature(feature: dict[str, Any], web: str) -> tuple[str, str | None] | None:
    """The link that a feature stands for, and the account that it mentions."""
    kind, tag, did = feature.get("$type"), feature.get("tag"), feature.get("did")
    if kind == _FACET + "link":
        link = web_link(feature.get("uri"))
        return (link, None) if link else None
    if kind == _FACET + "tag" and isinstance(tag, str) and 0 < len(tag) <= 640:
        return tag_url(web, clean(tag)), None
    if kind == _FACET + "mention" and isinstance(did, str) and is_did(did):
        return profile_url(web, did), did
    return None


def _slices(data: bytes, facets: object, web: str) -> Iterator[tuple[int, int, Facet | None]]:
    place = 0
    for facet in parse_facets(facets, data, web):
        yield place, facet.start, None
        yield facet.start, facet.end, facet
        place = facet.end
    yield place, len(data), None


def _spans(pieces: Iterable[tuple[str, Facet | None]]) -> list[_Span]:
    spans, place = [], 0
    for piece, facet in pieces:
        if piece:
            spans.append(_Span(place, place + len(piece), facet))
            place += len(piece)
    return spans


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """Where the paragraphs of `text` begin and end: they are set apart by blank lines."""
    place, start, end = 0, -1, 0
    for line in text.split("\n"):
        if line.strip():
            start = place if start < 0 else start
            end = place + len(line.rstrip())
        elif start >= 0:
            yield start, end
            start = -1
        place += len(line) + 1
    if start >= 0:
        yield start, end


def _blocks(text: str, spans: list[_Span]) -> Iterator[Block]:
    first = 0
    for start, end in _paragraphs(text):
        while spans[first].end <= start:
            first += 1
        runs, place = [], first
        while place < len(spans) and spans[place].start < end:
            runs.append(_run(text, spans[place], start, end))
            place += 1
        yield Block(BlockKind.PARAGRAPH, tuple(runs))


def _run(text: str, span: _Span, start: int, end: int) -> Run:
    words = text[max(span.start, start) : min(span.end, end)]
    if span.facet is None:
        return Run(words)
    return Run(words, link=span.facet.link, mention=span.facet.mention)
