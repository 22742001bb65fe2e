"""A thread → EPUB 3: one book that needs no network. Its container is a zip, its pages our own XHTML.

https://www.w3.org/TR/epub-33/
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from jinja2 import Environment

from unroller.core.errors import SetupError
from unroller.core.media import still_of
from unroller.core.model import Post, Thread, Verdict
from unroller.core.ports import Frame
from unroller.exports import words
from unroller.exports.book import address, body_xhtml, chapters, places, tag
from unroller.exports.card import cover
from unroller.exports.drawing import TEMPLATES, is_right_to_left
from unroller.exports.kept import Kept, stills_of
from unroller.exports.packing import pack
from unroller.exports.page import environment
from unroller.exports.reading import read

_FOLDER = TEMPLATES / "epub"


class Epub:
    """A book of one thread."""

    name = "epub"
    title = "EPUB"
    media_type = "application/epub+zip"
    suffix = ".epub"

    def render(self, thread: Thread, verdict: Verdict, frame: Frame) -> bytes:
        """The book. Where typst or its fonts are missing, it has no cover."""
        kept = tuple(stills_of(thread, frame))
        return pack((("mimetype", self.media_type.encode()), *_files(_told(thread, verdict, frame, kept))))


def _files(told: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    yield "META-INF/container.xml", _made("container.xml", told)
    for name in ("book.opf", "nav.xhtml", "first.xhtml"):
        yield f"book/{name}", _made(name, told)
    for chapter in told["chapters"]:
        yield f"book/{chapter.name}", _made("text.xhtml", told | {"chapter": chapter})
    yield "book/book.css", (_FOLDER / "book.css").read_bytes()
    if told["cover"]:
        yield "book/cover.png", told["cover"]
    yield from ((f"book/media/{picture.name}", picture.data) for picture in told["kept"])


def _made(name: str, told: dict[str, Any]) -> bytes:
    return _templates().get_template(name).render(told).encode(errors="replace")


def _templates() -> Environment:
    found = environment(_FOLDER)
    found.filters.update(address=address, tag=tag)
    found.globals.update(body_xhtml=body_xhtml, chosen=words.chosen, facts=words.facts, stamp=words.stamp)
    found.globals.update(still_of=still_of)
    return found


def _told(thread: Thread, verdict: Verdict, frame: Frame, kept: tuple[Kept, ...]) -> dict[str, Any]:
    """What the templates are told."""
    title = words.line(words.title(thread, verdict)) or "A thread"
    guarded = words.is_guarded(thread, verdict)
    found = chapters(read(thread), title, silent=guarded)
    return {
        "thread": thread,
        "verdict": verdict,
        "frame": frame,
        "title": title,
        "author": words.line(thread.author.name) or words.line(f"@{thread.author.handle}"),
        "network": frame.rules.title if frame.rules else words.network_title(thread.ref.network),
        "language": tag(thread.posts[0].languages) or "und",
        "identifier": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, _name(thread))}",
        "rtl": is_right_to_left(title),
        "guarded": guarded,
        "in_authors_words": title != words.line(words.stand_in(thread)),
        "chapters": found,
        "places": places(found),
        "kept": tuple({picture.name: picture for picture in kept}.values()),
        "pictures": {picture.of: f"media/{picture.name}" for picture in kept},
        "described": all(media.alt is not None for post in _posts(thread) for media in post.media),
        "cover": _cover(thread, verdict),
    }


def _name(thread: Thread) -> str:
    return f"{thread.ref.network}\n{thread.ref.id}".encode(errors="replace").decode()


def _posts(thread: Thread) -> Iterator[Post]:
    yield from thread.posts
    for aside in thread.elsewhere:
        yield from aside.posts


def _cover(thread: Thread, verdict: Verdict) -> bytes:
    with suppress(SetupError):
        return cover(thread, verdict)
    return b""
