"""A thread → PDF by typst: tagged, with its text to be selected, and PDF/UA-1 where the fonts allow it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from unroller.core.model import Thread, Verdict
from unroller.core.ports import Frame
from unroller.exports.drawing import TEMPLATES, UndrawableError, draw, forget
from unroller.exports.kept import stills_of
from unroller.exports.paper import Node, sheet

LACKING = (
    "Some of these words have letters that are in none of the fonts at hand: they are shown as boxes, "
    "can be copied all the same, and are whole on the page."
)
MANY = 100
"""Posts after whose drawing the memory is worth having back."""

_TEMPLATE = "thread.typ"


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
        try:
            with _desk(thread, frame) as (folder, pictures):
                return _first_drawn(folder, pictures, thread, verdict, frame)
        finally:
            if len(thread.posts) > MANY:
                forget()


def _first_drawn(
    folder: Path, pictures: dict[str, str], thread: Thread, verdict: Verdict, frame: Frame
) -> bytes:
    def drawn(standard: list[str], shown: dict[str, str]) -> bytes:
        return _drawn(folder, sheet(thread, verdict, frame, shown), thread, standard)

    *ways, last = _ways(pictures)
    for way in ways:
        with suppress(UndrawableError):
            return drawn(*way)
    return drawn(*last)


def _ways(pictures: dict[str, str]) -> Iterator[tuple[list[str], dict[str, str]]]:
    """What to try: PDF/UA forbids a letter that no font has; and a picture may be damaged."""
    for shown in (pictures, {}) if pictures else ({},):
        yield ["ua-1"], shown
        yield [], shown


def _drawn(folder: Path, told: Node, thread: Thread, standard: list[str]) -> bytes:
    told["note"] = "" if standard else LACKING
    return draw(
        input=folder / _TEMPLATE,
        root=folder,
        format="pdf",
        sys_inputs={"thread": json.dumps(told)},
        timestamp=int(thread.completeness.checked_at.timestamp()),
        pdf_standards=standard,
    )


@contextmanager
def _desk(thread: Thread, frame: Frame) -> Iterator[tuple[Path, dict[str, str]]]:
    """A folder with the template and the pictures that are kept, and the name of each by what it goes by."""
    found = tuple(stills_of(thread, frame))
    if not found:
        yield TEMPLATES, {}
        return
    with TemporaryDirectory(prefix="unroller-") as made:
        folder, names = Path(made), dict[str, str]()
        shutil.copy(TEMPLATES / _TEMPLATE, folder / _TEMPLATE)
        for picture in found:
            (folder / picture.name).write_bytes(picture.data)
            names[picture.of] = picture.name
        yield folder, names
