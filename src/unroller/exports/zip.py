"""A thread → one zip that stands for itself: a page, Markdown, text, JSON, and the media that are kept."""

from __future__ import annotations

from collections.abc import Iterator

from unroller.core.media import at_home
from unroller.core.model import Thread, Verdict
from unroller.core.ports import Forms, Frame
from unroller.exports.html import Html
from unroller.exports.json import Json
from unroller.exports.kept import media_of
from unroller.exports.markdown import Markdown
from unroller.exports.packing import pack
from unroller.exports.text import Text

# Formats lead to whole addresses only, so that copies have one until all is written.
_HERE = "https://copies.invalid/"
_FOLDER = "media/"


class Zip:
    """A folder of `thread.*` and `media/`."""

    name = "zip"
    title = "Zip"
    media_type = "application/zip"
    suffix = ".zip"

    def render(self, thread: Thread, verdict: Verdict, frame: Frame) -> bytes:
        """The zip. Its page, Markdown and text lead to the copies in it; the JSON is the thread as it is."""
        return pack(_files(thread, verdict, frame))


def _files(thread: Thread, verdict: Verdict, frame: Frame) -> Iterator[tuple[str, bytes]]:
    kept = tuple(media_of(thread, frame))
    names = {file.name for file in kept}
    forms = {_HERE + name: Forms() for name in names}
    alone = Frame(rules=frame.rules, forms=forms, sealed=frame.sealed)
    here = at_home(thread, {file.of: _HERE + file.name for file in kept}, only=frame.sealed)
    for export in (Html(), Markdown(), Text()):
        made = export.render(here, verdict, alone)
        for name in sorted(names):
            made = made.replace(f"{_HERE}{name}".encode(), f"{_FOLDER}{name}".encode())
        yield f"thread{export.suffix}", made
    yield f"thread{Json.suffix}", Json().render(thread, verdict, alone)
    yield from {f"{_FOLDER}{file.name}": file.data for file in kept}.items()
