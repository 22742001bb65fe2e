"""What may stand for a page of ours on somebody else's: https://oembed.com

A link with its title, its author and its picture, and no piece of the text: a page that is taken down must
not live on inside others, and a network's words are not to be shown in other ways than it allows.
"""

from __future__ import annotations

import re
from typing import Annotated
from xml.etree import ElementTree as ET

import msgspec
from msgspec import UNSET, Meta, Struct
from starlette.responses import Response

from unroller.core.tolerant import clean
from unroller.flows.library import Library
from unroller.store import Entry
from unroller.web.api.answers import Embedding
from unroller.web.api.calls import Call, answer
from unroller.web.api.problems import NO_SUCH_FORM, NOT_FOUND, OPEN, ProblemError, of_status
from unroller.web.thread_pages import what_became

WIDTH, HEIGHT = 1200, 630
"""Pixels of the picture."""
KEEP = 3600
"""Seconds for which others may keep an answer: a page may be taken down."""


class Embed(Struct, frozen=True, forbid_unknown_fields=False):
    """What is to be embedded, and how large it may be."""

    url: Annotated[str, Meta(max_length=2_000, description="The address of a thread’s page here.")]
    format: Annotated[str, Meta(description="json or xml.")] = "json"
    maxwidth: Annotated[int, Meta(ge=1, le=100_000, description="Pixels; a wider picture is left out.")] = (
        WIDTH
    )
    maxheight: Annotated[int, Meta(ge=1, le=100_000, description="Pixels; a higher one is left out.")] = (
        HEIGHT
    )


def embed(call: Call[Embed]) -> Response:
    """What may stand for a page of this site on another one, by oEmbed.

    A link with a title, an author and a picture. Thread pages name this address in their head.
    """
    library, asked = call.desk.library, call.asked
    if asked.format not in ("json", "xml"):
        raise ProblemError(NO_SUCH_FORM, "There are json and xml.", parameter="format")
    found = _embedding(library, _entry(library, asked.url), asked)
    if asked.format == "json":
        return answer(found)
    return Response(_xml(found), headers=dict(OPEN), media_type="text/xml")


def _entry(library: Library, url: str) -> Entry:
    address = re.escape(library.page_url(""))
    match = re.fullmatch(rf"{address}([a-z0-9]{{12}})/?(?:[?#].*)?", url.strip())
    if match is None:
        raise ProblemError(NOT_FOUND, "That is no thread's page on this site.", parameter="url")
    if entry := library.store.threads.entry(match[1]):
        return entry
    status, words = what_became(library.store.threads.load(match[1]))
    raise of_status(404 if status == 410 else status, words)


def _embedding(library: Library, entry: Entry, asked: Embed) -> Embedding:
    fits = asked.maxwidth >= WIDTH and asked.maxheight >= HEIGHT
    return Embedding(
        type="link",
        version="1.0",
        title=clean(entry.title),
        author_name=clean(entry.author_name),
        author_url=library.author_url(entry.network, entry.author_handle),
        provider_name=library.settings.site,
        provider_url=f"{library.settings.base_url}/",
        cache_age=KEEP,
        thumbnail_url=f"{library.page_url(entry.slug)}/card.png" if fits else UNSET,
        thumbnail_width=WIDTH if fits else UNSET,
        thumbnail_height=HEIGHT if fits else UNSET,
    )


def _xml(found: Embedding) -> bytes:
    root = ET.Element("oembed")
    for name, value in msgspec.to_builtins(found).items():
        ET.SubElement(root, name).text = clean(str(value))
    made: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return made
