"""A text and the spans in it that lead somewhere → a body of paragraphs and runs. Pure.

The API and the data export write entities in different shapes; both make `Span`s of them.
https://docs.x.com/x-api/fundamentals/data-dictionary, https://docs.x.com/developer-terms/display-requirements
"""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from operator import attrgetter

from msgspec import Struct
from msgspec.structs import replace

from unroller.core.body import Block, BlockKind, Body, Run
from unroller.core.tolerant import clean, web_link
from unroller.networks.x.links import cashtag_url, is_handle, profile_url, tag_url
from unroller.networks.x.snowflake import is_id

# A long post has up to 25,000 characters, an article 100,000; what is longer comes from a broken file.
MOST_CHARACTERS = 200_000
MOST_SPANS = 2_000

# The sign itself comes last, so that nothing is taken for an escape that only becomes one.
_ESCAPED = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#39;", "'"), ("&amp;", "&"))
_ADDRESSED = re.compile(r"(?:[@＠][A-Za-z0-9_]{1,20}\s+)+")
_PARAGRAPH = re.compile(r"(?<!\n)\n\n(?!\n)")
_SHORT_LINK = re.compile(r"https?://t\.co/[A-Za-z0-9]{1,32}")
_WORD = re.compile(r"\w")
# Upper case and full-width signs are one with their plain forms; the length of a text stays the same.
_FOLDED = {ord("＠"): "@", ord("＃"): "#", ord("＄"): "$"} | {c: chr(c + 32) for c in range(65, 91)}
_start = attrgetter("start")


class Span(Struct, frozen=True, gc=False):
    """A piece of a text that leads somewhere.

    `start` and `end` are where the network says that it stands, in characters of the text as it was
    sent; they are at times wrong. `written` is what stands there (a t.co link, "@name", "#tag", "$cash")
    and `shown` what readers see in its place, `""` for the same. `mention` is the id of the account that
    is named. `stands_in`: it only stands for what is shown below the text (media, a quote), and is left
    out at the end of the text.
    """

    start: int
    end: int
    written: str
    shown: str = ""
    link: str | None = None
    mention: str | None = None
    stands_in: bool = False


def link_span(
    start: int, end: int, url: object, leads_to: object, display: object, *, stands_in: bool = False
) -> Span | None:
    """A t.co link, shown as X shows it and leading to where it leads in the end; `None` when it is none."""
    if not isinstance(url, str) or not url:
        return None
    shown = display if isinstance(display, str) else ""
    return Span(start, end, url, shown, web_link(leads_to) or web_link(url), stands_in=stands_in)


def mention_span(start: int, end: int, handle: object, id_: object) -> Span | None:
    """An @name; `None` when it is none. Without an id it is a link all the same."""
    if not isinstance(handle, str) or not is_handle(handle):
        return None
    mention = id_ if isinstance(id_, str) and is_id(id_) else None
    return Span(start, end, f"@{handle}", link=profile_url(handle), mention=mention)


def tag_span(start: int, end: int, tag: object) -> Span | None:
    """A #tag; `None` when it is none."""
    return Span(start, end, f"#{tag}", link=tag_url(tag)) if isinstance(tag, str) and tag else None


def cashtag_span(start: int, end: int, tag: object) -> Span | None:
    """A $cashtag; `None` when it is none."""
    return Span(start, end, f"${tag}", link=cashtag_url(tag)) if isinstance(tag, str) and tag else None


def parse_text(text: object, spans: Iterable[Span] = (), *, begin: int = 0) -> Body:
    """The paragraphs of a post; plain text stays as its author wrote it.

    A span that does not stand where it says is looked for, and dropped where it is nowhere. What stands
    before `begin` is left out if it only addresses people, as X's own clients do in an answer.
    """
    if not isinstance(text, str):
        return ()
    text = _cut(text)
    placed, end = _without_stand_ins(text, _placed(text, list(spans)[:MOST_SPANS]))
    runs = _trimmed(_runs(text, placed, _begin(text, begin), end))
    return tuple([Block(BlockKind.PARAGRAPH, tuple(block)) for block in _paragraphs(runs)])


def unescape(text: str) -> str:
    """`text` with the five characters that X escapes as they were written; once, never twice."""
    if "&" in text:
        for escaped, character in _ESCAPED:
            text = text.replace(escaped, character)
    return text


def _cut(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else text[:MOST_CHARACTERS] + "…"


def _begin(text: str, begin: int) -> int:
    return begin if 0 < begin < len(text) and _ADDRESSED.fullmatch(text, 0, begin) else 0


def _placed(text: str, spans: Sequence[Span]) -> list[Span]:
    """`spans` where they really stand in `text`, in order, none overlapping another.

    Those that stand where they say come first; each of the others takes the first place left for it.
    """
    ordered = sorted(spans, key=_start)
    if _all_stand(text, ordered):
        return ordered
    folded = _fold(text)
    kept: list[Span] = []
    lost: list[Span] = []
    for span in sorted(_in_characters(folded, spans), key=_start):
        fits = _stands(folded, span, kept[-1].end if kept else 0)
        (kept if fits else lost).append(span)
    after: dict[str, int] = {}
    for span in lost:
        written = _fold(span.written)
        start = _find(folded, written, after.get(written, 0), kept)
        after[written] = len(folded) if start < 0 else start + len(written)
        if start >= 0:
            insort(kept, replace(span, start=start, end=start + len(written)), key=_start)
    return kept


def _fold(text: str) -> str:
    return text.lower() if text.isascii() else text.translate(_FOLDED)


def _all_stand(text: str, ordered: Sequence[Span]) -> bool:
    """Whether all spans stand where they say, letter by letter, as nearly always."""
    place = 0
    for span in ordered:
        if span.start < place or not span.written or text[span.start : span.end] != span.written:
            return False
        place = span.end
    return True


def _stands(folded: str, span: Span, place: int) -> bool:
    """Whether `span` stands where it says, not before `place`."""
    return place <= span.start < span.end and folded[span.start : span.end] == _fold(span.written)


def _find(folded: str, written: str, place: int, taken: Sequence[Span]) -> int:
    """Where `written` stands as a whole word, not `taken`, at `place` or later; -1 where it does not."""
    start = folded.find(written, place) if written else -1
    while start >= 0:
        end = start + len(written)
        later = bisect_left(taken, end, key=_start)
        if (not later or taken[later - 1].end <= start) and not _WORD.match(folded, end):
            return start
        start = folded.find(written, start + 1)
    return -1


def _in_characters(folded: str, spans: Sequence[Span]) -> Sequence[Span]:
    """`spans` counted in characters. Some servers count UTF-16 units: taken so where that fits more often."""
    if folded.isascii() or all(_stands(folded, span, 0) for span in spans):
        return spans
    units = list(accumulate((1 + (ord(character) > 0xFFFF) for character in folded), initial=0))
    if units[-1] == len(folded):
        return spans
    places = {unit: place for place, unit in enumerate(units)}
    counted = [
        replace(span, start=places.get(span.start, span.start), end=places.get(span.end, span.end))
        for span in spans
    ]
    return max(spans, counted, key=lambda those: sum(_stands(folded, span, 0) for span in those))


def _without_stand_ins(text: str, placed: list[Span]) -> tuple[list[Span], int]:
    """`placed` without what only stands for something shown below, and where the text ends before it."""
    end = len(text)
    while placed and placed[-1].stands_in and not text[placed[-1].end : end].strip():
        end = placed.pop().start
    return placed, end


def _runs(text: str, placed: Sequence[Span], begin: int, end: int) -> list[Run]:
    runs: list[Run] = []
    place = begin
    for span in placed:
        if span.start < begin:
            continue
        if place < span.start:
            runs += _plain(text[place : span.start])
        words = clean(span.shown) or _read(text[span.start : span.end])
        runs.append(Run(words, link=span.link, mention=span.mention))
        place = span.end
    return runs + _plain(text[place:end])


def _plain(text: str) -> list[Run]:
    """Text that no span covers; short links that X did not list lead where they say."""
    if "t.co/" not in text:
        return [Run(_read(text))]
    runs: list[Run] = []
    place = 0
    for found in _SHORT_LINK.finditer(text):
        runs += Run(_read(text[place : found.start()])), Run(found[0], link=found[0])
        place = found.end()
    return [*runs, Run(_read(text[place:]))]


def _read(text: str) -> str:
    return clean(unescape(text))


def _trimmed(kept: list[Run]) -> list[Run]:
    """`kept` without white space before the first and after the last word, and without empty runs."""
    for place, strip in ((0, str.lstrip), (-1, str.rstrip)):
        while kept and not (run := kept[place]).link:
            if words := strip(run.text):
                if words != run.text:
                    kept[place] = Run(words)
                break
            del kept[place]
    return [run for run in kept if run.text]


def _paragraphs(runs: Iterable[Run]) -> Iterator[list[Run]]:
    """`runs` parted at single blank lines; more than one in a row are line breaks, as many as there were."""
    block: list[Run] = []
    for run in runs:
        if run.link or "\n\n" not in run.text:
            block.append(run)
            continue
        first, *more = _PARAGRAPH.split(run.text)
        block += [Run(first)] if first else []
        for text in more:
            yield block
            block = [Run(text)] if text else []
    if block:
        yield block
