"""Threads → EPUB 3: one book that needs no network. Its container is a zip, its pages our own XHTML.

https://www.w3.org/TR/epub-33/
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from jinja2 import Environment

from unroller.core.errors import SetupError
from unroller.core.media import still_of
from unroller.core.model import Post, Thread, Verdict
from unroller.core.ports import Frame, Part
from unroller.exports import words
from unroller.exports.book import address, body_xhtml, chapters, places, tag
from unroller.exports.card import cover, cover_of_many
from unroller.exports.drawing import TEMPLATES, is_right_to_left
from unroller.exports.kept import Kept, stills_of
from unroller.exports.packing import pack
from unroller.exports.page import environment
from unroller.exports.reading import read

_FOLDER = TEMPLATES / "epub"
_WORDS = ("chosen", "facts", "moments", "stamp")

Told = dict[str, Any]


class Epub:
    """A book of one thread, or of many."""

    name = "epub"
    title = "EPUB"
    media_type = "application/epub+zip"
    suffix = ".epub"

    def render(self, thread: Thread, verdict: Verdict, frame: Frame) -> bytes:
        """The book. Where typst or its fonts are missing, it has no cover."""
        section = _section(Part(thread, verdict, frame))
        drawn = _cover(lambda: cover(thread, verdict))
        return self._packed(_volume([section], section["title"]) | {"cover": drawn})

    def bind(self, title: str, parts: Sequence[Part]) -> bytes:
        """See `Binding`. Each thread has a page with its title, and its place in the contents."""
        threads = [part.thread for part in parts]
        shown = words.line(title) or words.counted(len(parts), "thread")
        sections = [_section(part, f"t{number}-") for number, part in enumerate(parts, 1)]
        drawn = _cover(lambda: cover_of_many(shown, threads))
        told = {"bound": True, "cover": drawn, "facts_of_all": words.facts_of_many(threads)}
        return self._packed(_volume(sections, shown) | told)

    def _packed(self, volume: Told) -> bytes:
        return pack((("mimetype", self.media_type.encode()), *_files(volume)))


def _files(volume: Told) -> Iterator[tuple[str, bytes]]:
    yield "META-INF/container.xml", _made("container.xml", volume)
    for name in ("book.opf", "nav.xhtml", *(["title.xhtml"] if volume["bound"] else [])):
        yield f"book/{name}", _made(name, volume)
    for section in volume["sections"]:
        yield f"book/{section['first']}", _made("first.xhtml", section)
        for chapter in section["chapters"]:
            yield f"book/{chapter.name}", _made("text.xhtml", section | {"chapter": chapter})
    yield "book/book.css", (_FOLDER / "book.css").read_bytes()
    if volume["cover"]:
        yield "book/cover.png", volume["cover"]
    yield from ((f"book/media/{picture.name}", picture.data) for picture in volume["kept"])


def _made(name: str, told: Told) -> bytes:
    return _templates().get_template(name).render(told).encode(errors="replace")


def _templates() -> Environment:
    found = environment(_FOLDER)
    found.filters.update(address=address, tag=tag)
    found.globals.update(body_xhtml=body_xhtml, **{name: getattr(words, name) for name in _WORDS})
    found.globals.update(still_of=still_of)
    return found


def _section(part: Part, prefix: str = "") -> Told:
    """What the pages of a thread are told. Their files' names begin with `prefix`."""
    thread, verdict, frame = part.thread, part.verdict, part.frame
    title = words.line(words.title(thread, verdict)) or "A thread"
    guarded = words.is_guarded(thread, verdict)
    found = chapters(read(thread), title, silent=guarded, prefix=prefix)
    kept = tuple(stills_of(thread, frame))
    return {
        "thread": thread,
        "verdict": verdict,
        "frame": frame,
        "title": title,
        "author": words.line(thread.author.name) or words.line(f"@{thread.author.handle}"),
        "network": frame.rules.title if frame.rules else words.network_title(thread.ref.network),
        "each": frame.rules is not None and frame.rules.shows_each,
        "guarded": guarded,
        "in_authors_words": title != words.line(words.stand_in(thread)),
        "id": f"{prefix}first",
        "first": f"{prefix}first.xhtml",
        "chapters": found,
        "places": places(found),
        "kept": kept,
        "pictures": {picture.of: f"media/{picture.name}" for picture in kept},
        "described": all(media.alt is not None for post in _posts(thread) for media in post.media),
    }


def _volume(sections: Sequence[Told], title: str) -> Told:
    """What the pages that are about the whole book are told."""
    threads = [section["thread"] for section in sections]
    kept: Iterable[Kept] = (picture for section in sections for picture in section["kept"])
    first = min(threads, key=lambda thread: thread.posts[0].published).posts[0]
    tags = dict.fromkeys(tag(thread.posts[0].languages) for thread in threads)
    return {
        "title": title,
        "bound": False,
        "each": False,
        "sections": sections,
        "authors": dict.fromkeys(section["author"] for section in sections),
        "networks": dict.fromkeys(section["network"] for section in sections),
        "languages": [found for found in tags if found] or ["und"],
        "identifier": _identifier(title, threads),
        "began": first.published,
        "source": threads[0].posts[0].url if len(threads) == 1 else "",
        "checked_at": max(thread.completeness.checked_at for thread in threads),
        "rtl": all(is_right_to_left(section["title"]) for section in sections),
        "described": all(section["described"] for section in sections),
        "kept": tuple({picture.name: picture for picture in kept}.values()),
    }


def _identifier(title: str, threads: Sequence[Thread]) -> str:
    """One that stays the same for the same threads; that of one alone, whatever its title."""
    names = [f"{thread.ref.network}\n{thread.ref.id}" for thread in threads]
    named = "\n".join(names if len(names) == 1 else [*names, title]).encode(errors="replace").decode()
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, named)}"


def _posts(thread: Thread) -> Iterator[Post]:
    yield from thread.posts
    for aside in thread.elsewhere:
        yield from aside.posts


def _cover(drawn: Callable[[], bytes]) -> bytes:
    with suppress(SetupError):
        return drawn()
    return b""
