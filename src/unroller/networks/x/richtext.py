"""The text of a post or of an article, with its entities → a body. Pure.

https://docs.x.com/x-api/fundamentals/data-dictionary#tweet
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from unroller.core.body import Block, BlockKind, Body, Run
from unroller.core.tolerant import clean, web_link
from unroller.networks.x import wire
from unroller.networks.x.entities import (
    Span,
    cashtag_span,
    link_span,
    mention_span,
    parse_text,
    tag_span,
    unescape,
)
from unroller.networks.x.links import post_id
from unroller.networks.x.wire import Wire

_LONGEST_LINE = 1_000


def parse_body(post: Wire, *, with_media: bool) -> Body:
    """An article, else the whole of a long post with its own entities, else the text.

    Links that only stand for the post's media or its quote are left out at the end.
    """
    article = post.get("article")
    if isinstance(article, dict) and (body := _article(article)):
        return body
    note, silent = wire.note_of(post), tuple(_stand_ins(post, with_media=with_media))
    if note is None:
        spans = parse_spans(post.get("entities"), stands_in=silent)
        return parse_text(post.get("text"), spans, begin=_begin(post))
    text, short, begin = note["text"], post.get("text"), _begin(post)
    same = isinstance(short, str) and text[:begin] == short[:begin]
    return parse_text(text, parse_spans(note.get("entities"), stands_in=silent), begin=begin if same else 0)


def parse_spans(entities: object, *, stands_in: Iterable[str] = ()) -> Iterator[Span]:
    """The spans in `entities`, of a post or of a long post's `note`.

    `stands_in` are the addresses, as expanded, of links that only stand for what is shown below.
    """
    told, silent = wire.thing(entities), frozenset(stands_in)
    found = [_link_span(one, silent) for one in wire.listed(told.get("urls"))]
    found += (
        mention_span(*_place(one), one.get("username"), one.get("id"))
        for one in wire.listed(told.get("mentions"))
    )
    found += (tag_span(*_place(one), one.get("tag")) for one in wire.listed(told.get("hashtags")))
    found += (cashtag_span(*_place(one), one.get("tag")) for one in wire.listed(told.get("cashtags")))
    yield from (span for span in found if span)


def parse_line(text: object, longest: int = _LONGEST_LINE) -> str:
    """`text` as one line of sane length; `""` when it is no text."""
    return " ".join(clean(unescape(text[:longest])).split()) if isinstance(text, str) else ""


def _link_span(one: Wire, silent: frozenset[str]) -> Span | None:
    leads_to = web_link(one.get("expanded_url")) or one.get("unwound_url")
    stands_in = isinstance(leads_to, str) and leads_to in silent
    return link_span(*_place(one), one.get("url"), leads_to, one.get("display_url"), stands_in=stands_in)


def _place(entity: Wire) -> tuple[int, int]:
    """Where an entity says that it stands; nowhere, where it does not say so in numbers."""
    start, end = entity.get("start"), entity.get("end")
    return (start, end) if type(start) is int and type(end) is int and 0 <= start < end else (0, 0)


def _article(article: Wire) -> Body:
    title = parse_line(article.get("title"))
    text = article.get("text") or article.get("plain_text") or article.get("preview_text")
    heading = (Block(BlockKind.HEADING, (Run(title),)),) if title else ()
    return heading + parse_text(text, parse_spans(article.get("entities")))


def _begin(post: Wire) -> int:
    """Where the text begins that X's clients show of an answer."""
    shown = post.get("display_text_range")
    begin = shown[0] if isinstance(shown, list) and shown else 0
    return begin if type(begin) is int and wire.referenced(post, "replied_to") else 0


def _stand_ins(post: Wire, *, with_media: bool) -> Iterator[str]:
    """The links in a post that lead to its own media, or to the post that it quotes."""
    quoted, own = wire.referenced(post, "quoted"), wire.versions(post)
    for entities in (post.get("entities"), (wire.note_of(post) or {}).get("entities")):
        for one in wire.listed(wire.thing(entities).get("urls")):
            url = one.get("expanded_url")
            if not isinstance(url, str) or not (id_ := post_id(url)):
                continue
            is_file = "/photo/" in url or "/video/" in url
            ours = id_ in own or isinstance(one.get("media_key"), str)
            if (id_ == quoted and not is_file) or (with_media and is_file and ours):
                yield url
