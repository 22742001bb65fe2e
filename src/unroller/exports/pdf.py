"""Threads → PDF by typst: tagged, with its text to be selected, and PDF/UA-1 where the fonts allow it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from unroller.core.model import Thread, Verdict
from unroller.core.ports import Frame, Part
from unroller.exports.drawing import TEMPLATES, UndrawableError, draw, forget
from unroller.exports.emoji import with_names
from unroller.exports.kept import stills_of
from unroller.exports.paper import Node, binding, document

LACKING = (
    "Some of these words have letters that are in none of the fonts at hand: they are shown as boxes, "
    "can be copied all the same, and are whole on the page."
)
MANY = 100
"""Posts after whose drawing the memory is worth having back."""

_TEMPLATE = "thread.typ"

Pictures = Mapping[str, str]
"""The file of each picture of a thread by what it goes by."""


class Pdf:
    """Pages of A4 with numbers, links, tags and descriptions."""

    name = "pdf"
    title = "PDF"
    media_type = "application/pdf"
    suffix = ".pdf"

    def render(self, thread: Thread, verdict: Verdict, frame: Frame) -> bytes:
        """The document. Its only time is that at which the thread was checked.

        Raises:
            SetupError: typst or its fonts are missing, or it cannot draw.
        """
        return _made(None, [Part(thread, verdict, frame)])

    def bind(self, title: str, parts: Sequence[Part]) -> bytes:
        """See `Binding`. Each thread begins a page; its title is in the contents and a bookmark.

        Raises:
            SetupError: as `render`.
        """
        return _made(title, parts)


def _made(title: str | None, parts: Sequence[Part]) -> bytes:
    try:
        with _desk(parts) as (folder, shown):
            return _first_drawn(folder, title, parts, shown)
    finally:
        if sum(len(part.thread.posts) for part in parts) > MANY:
            forget()


def _first_drawn(folder: Path, title: str | None, parts: Sequence[Part], shown: Sequence[Pictures]) -> bytes:
    checked = max(part.thread.completeness.checked_at for part in parts)

    def drawn(told: Node, standard: Sequence[str]) -> bytes:
        return draw(
            input=folder / _TEMPLATE,
            root=folder,
            format="pdf",
            sys_inputs={"book": json.dumps(told)},
            timestamp=int(checked.timestamp()),
            pdf_standards=list(standard),
        )

    *ways, last = _ways(title, parts, shown)
    for way in ways:
        with suppress(UndrawableError):
            return drawn(*way)
    return drawn(*last)


def _ways(
    title: str | None, parts: Sequence[Part], shown: Sequence[Pictures]
) -> Iterator[tuple[Node, list[str]]]:
    """What to try: PDF/UA forbids what no font has, and emoji can be named; and a picture may be damaged."""
    none: Sequence[Pictures] = [{} for _ in parts]
    for pictures in (shown, none) if any(shown) else (none,):
        told = document(parts[0], pictures[0]) if title is None else binding(title, parts, pictures)
        yield told, ["ua-1"]
        named = with_names(told)
        if named != told:
            yield named, ["ua-1"]
        yield told | {"note": LACKING}, []


@contextmanager
def _desk(parts: Sequence[Part]) -> Iterator[tuple[Path, list[Pictures]]]:
    """A folder with the template and the pictures that are kept, and their names for each thread."""
    with TemporaryDirectory(prefix="unroller-") as made:
        folder = Path(made)
        shutil.copy(TEMPLATES / _TEMPLATE, folder / _TEMPLATE)
        yield folder, [_laid_out(folder, part) for part in parts]


def _laid_out(folder: Path, part: Part) -> Pictures:
    names: dict[str, str] = {}
    for picture in stills_of(part.thread, part.frame):
        (folder / picture.name).write_bytes(picture.data)
        names[picture.of] = picture.name
    return names
