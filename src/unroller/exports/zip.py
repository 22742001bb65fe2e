"""A thread → one zip that stands for itself: a page, Markdown, text, JSON, and the media that are kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from unroller.core.model import Gap, Post, Thread, Verdict
from unroller.core.ports import Frame
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
    alone, names = Frame(rules=frame.rules), {file.copy: file.name for file in kept}
    for export in (Html(), Markdown(), Text()):
        made = export.render(_here(thread, names), verdict, alone)
        for name in sorted(set(names.values())):
            made = made.replace(f"{_HERE}{name}".encode(), f"{_FOLDER}{name}".encode())
        yield f"thread{export.suffix}", made
    yield f"thread{Json.suffix}", Json().render(thread, verdict, alone)
    yield from {f"{_FOLDER}{file.name}": file.data for file in kept}.items()


def _here(thread: Thread, names: Mapping[str, str]) -> Thread:
    """`thread` with the copies that `names` has, in place of what is elsewhere."""
    if not names:
        return thread

    def post(found: Post) -> Post:
        media = (
            replace(one, url=_HERE + names[one.copy]) if one.copy in names else one for one in found.media
        )
        quote = found.quote
        if quote and quote.post:
            quote = replace(quote, post=post(quote.post))
        return replace(found, media=tuple(media), quote=quote)

    def other(found: Post | Gap) -> Post | Gap:
        return post(found) if isinstance(found, Post) else found

    return replace(
        thread,
        posts=tuple(map(post, thread.posts)),
        context=thread.context and other(thread.context),
        elsewhere=tuple(
            replace(aside, under=other(aside.under), posts=tuple(map(post, aside.posts)))
            for aside in thread.elsewhere
        ),
    )
