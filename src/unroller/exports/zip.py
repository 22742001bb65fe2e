"""A thread → one zip that stands for itself: a page, Markdown, text, JSON, and the media that are kept."""

from __future__ import annotations

from collections.abc import Iterator

from unroller.core.model import Thread, Verdict
from unroller.core.ports import Forms, Frame
from unroller.exports.html import Html
from unroller.exports.json import Json
from unroller.exports.kept import media_of
from unroller.exports.markdown import Markdown
from unroller.exports.offline import HERE, MEDIA, beside
from unroller.exports.packing import pack
from unroller.exports.text import Text


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
    media = {file.of: HERE + file.name for file in kept}
    forms = {address: Forms() for address in media.values()}
    alone = Frame(rules=frame.rules, media=media, forms=forms, sealed=frame.sealed)
    for export in (Html(), Markdown(), Text()):
        yield f"thread{export.suffix}", beside(export, thread, verdict, alone)
    yield f"thread{Json.suffix}", Json().render(thread, verdict, alone)
    yield from {f"{MEDIA}{file.name}": file.data for file in kept}.items()
