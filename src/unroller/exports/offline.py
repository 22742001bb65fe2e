"""Documents whose pictures, films and sounds lie in a folder beside them."""

from __future__ import annotations

from msgspec.structs import replace

from unroller.core.media import is_film, with_media
from unroller.core.model import Media, MediaKind, Post, Thread, Verdict
from unroller.core.ports import Export, Frame

MEDIA = "media/"
"""The folder beside a document."""

HERE = "https://copies.invalid/"
"""What stands for it in a frame's addresses, since formats lead to whole addresses only."""


def beside(export: Export, thread: Thread, verdict: Verdict, frame: Frame) -> bytes:
    """The document, in which the addresses of the frame that begin with `HERE` lead to the folder."""
    made = export.render(thread, verdict, frame)
    for name in files_of(frame):
        made = made.replace(f"{HERE}{name}".encode(), f"{MEDIA}{name}".encode())
    return made


def files_of(frame: Frame) -> tuple[str, ...]:
    """The names of the files in the folder to which the frame leads."""
    others = (address for form in frame.forms.values() for address in (form.lighter, form.moving))
    addresses = {*frame.media.values(), *frame.forms, *others}
    return tuple(sorted(address.removeprefix(HERE) for address in addresses if address.startswith(HERE)))


def without_far_films(thread: Thread, frame: Frame) -> Thread:
    """`thread` with no film or sound to be played that the frame does not have: what is left names it."""

    def change(_post: Post, _place: int, media: Media) -> Media:
        here = media.copy in frame.media or media.url in frame.media
        far = not here and (is_film(media) or media.kind is MediaKind.AUDIO)
        return replace(media, url=None) if far else media

    return with_media(thread, change)
