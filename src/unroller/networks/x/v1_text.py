"""The text of a post of version 1.1, and of the long post behind it → a body. Pure.

https://developer.x.com/en/docs/x-api/v1/data-dictionary/object-model/entities
"""

from __future__ import annotations

import re

from unroller.core.body import Body
from unroller.networks.x.entities import Span, cashtag_span, link_span, mention_span, parse_text, tag_span
from unroller.networks.x.links import post_id
from unroller.networks.x.v1_media import attached
from unroller.networks.x.wire import Wire, listed, thing

_FILE = re.compile(r"/status/\d+/(?:photo|video)/")
_ONLY_LINKS = re.compile(r"(?:\s|https?://t\.co/\w+)*")
_LARGEST = 10**6


def text_of(record: Wire) -> str:
    """The text as it was sent, with what X escapes; a record may have it under two names, one cut short."""
    whole, short = record.get("full_text"), record.get("text")
    if not isinstance(whole, str):
        return short if isinstance(short, str) else ""
    return short if isinstance(short, str) and len(short) > len(whole) else whole


def parse_body(record: Wire, note: object, *, quote_link: str | None, answers: bool) -> Body:
    """The text with its links; of a long post all of it. Links that stand for media or a quote are left out.

    `quote_link` is the record's `quoted_link`. `answers`: the post is an answer, so that names before the
    text that is displayed only address people.
    """
    if isinstance(note, dict) and isinstance(note.get("text"), str):
        silent = _stand_ins(record, quote_link)
        return parse_text(note["text"].replace("&", "&amp;"), _note_spans(note, record, silent))
    spans = [] if _is_words_alone(record) else _spans(record, _stand_ins(record, quote_link))
    return parse_text(text_of(record), spans, begin=_begin(record) if answers else 0)


def quoted_link(record: Wire) -> str | None:
    """The address of the post that the last link leads to, if nothing but links of X stands behind it.

    So it is with every quote; exports tell of quotes in no other way.
    """
    if not (found := _entities(record, "urls")):
        return None
    urls = [one for one in found if isinstance(one.get("url"), str)]
    if not urls or not isinstance(leads_to := urls[-1].get("expanded_url"), str):
        return None
    if post_id(leads_to) is None or _FILE.search(leads_to):
        return None
    text = text_of(record)
    place = text.rfind(urls[-1]["url"])
    return leads_to if place >= 0 and _ONLY_LINKS.fullmatch(text, place) else None


def _entities(record: Wire, kind: str) -> list[Wire]:
    return listed(thing(record.get("entities")).get(kind))


def _is_words_alone(record: Wire) -> bool:
    return "extended_entities" not in record and not any(thing(record.get("entities")).values())


def _stand_ins(record: Wire, quote_link: str | None) -> frozenset[str]:
    """The t.co links that stand for what is shown below the text."""
    found = [item["url"] for item in attached(record) if isinstance(item.get("url"), str)]
    if quote_link:
        found += [one["url"] for one in _entities(record, "urls") if one.get("expanded_url") == quote_link]
    return frozenset(found)


def _spans(record: Wire, silent: frozenset[str]) -> list[Span]:
    told = thing(record.get("entities"))
    media = {item["url"]: item for item in attached(record) if isinstance(item.get("url"), str)}
    found = [
        _link(one, one.get("url"), one.get("expanded_url"), one.get("display_url"), silent)
        for one in (*listed(told.get("urls")), *media.values())
    ]
    found += [
        mention_span(*_place(one), one.get("screen_name"), one.get("id_str"))
        for one in listed(told.get("user_mentions"))
    ]
    found += [tag_span(*_place(one), one.get("text")) for one in listed(told.get("hashtags"))]
    found += [cashtag_span(*_place(one), one.get("text")) for one in listed(told.get("symbols"))]
    return [span for span in found if span]


def _note_spans(note: Wire, record: Wire, silent: frozenset[str]) -> list[Span]:
    """The spans of a long post's own text; who is mentioned is told by the short one alone."""
    named = _entities(record, "user_mentions")
    ids = {str(one.get("screen_name")).lower(): one.get("id_str") for one in named}
    found = [
        _link(one, one.get("shortUrl"), one.get("expandedUrl"), one.get("displayUrl"), silent)
        for one in listed(note.get("urls"))
    ]
    found += [
        mention_span(*_place(one), one.get("screenName"), ids.get(str(one.get("screenName")).lower()))
        for one in listed(note.get("mentions"))
    ]
    found += [tag_span(*_place(one), one.get("text")) for one in listed(note.get("hashtags"))]
    found += [cashtag_span(*_place(one), one.get("text")) for one in listed(note.get("cashtags"))]
    return [span for span in found if span]


def _link(one: Wire, url: object, leads_to: object, display: object, silent: frozenset[str]) -> Span | None:
    return link_span(*_place(one), url, leads_to, display, stands_in=isinstance(url, str) and url in silent)


def _begin(record: Wire) -> int:
    shown = record.get("display_text_range")
    return _whole(shown[0]) if isinstance(shown, list) and shown else 0


def _place(entity: Wire) -> tuple[int, int]:
    """Where an entity says that it stands; nowhere, where it does not say so in numbers."""
    told = entity.get("indices") or (entity.get("fromIndex"), entity.get("toIndex"))
    if not isinstance(told, list | tuple) or len(told) != 2:
        return 0, 0
    start, end = map(_whole, told)
    return (start, end) if start < end else (0, 0)


def _whole(number: object) -> int:
    """A count, also written as text; 0 when it makes no sense."""
    if isinstance(number, str) and number.isascii() and number.isdigit() and len(number) < 7:
        number = int(number)
    return number if type(number) is int and 0 <= number < _LARGEST else 0
