"""A copy that is kept with the thread is shown in place of an address that may be gone tomorrow."""

from __future__ import annotations

from dataclasses import replace

from tests.core.build import chain, conversation
from tests.exports.pages import ALONE, OPEN, page, source, values
from unroller.core.assemble import assemble
from unroller.core.media import copies_of, with_copies_of
from unroller.core.model import Media, MediaKind, Quote, Thread
from unroller.core.ports import Frame
from unroller.exports.markdown import Markdown
from unroller.exports.text import Text

HOME = "https://unroll.example/t/abcdefghijkl/media/"
REMOTE = "https://files.example/a.png"
FRAME = replace(ALONE, media={"a.png": f"{HOME}a.png", "f.mp4": f"{HOME}f.mp4"})


def thread(*media: Media) -> Thread:
    first, second = chain(2)
    return assemble(conversation([replace(first, media=media), second]))


PICTURE = Media(MediaKind.IMAGE, REMOTE, alt="a cat", copy="a.png")
FILM = Media(MediaKind.VIDEO, None, mime="video/mp4", copy="f.mp4")


def test_a_page_shows_the_copy() -> None:
    found = page(thread(PICTURE, FILM), OPEN, FRAME)
    assert values(found, "figure img", "src") == [f"{HOME}a.png"]
    assert values(found, "video source", "src") == [f"{HOME}f.mp4"]
    assert REMOTE not in source(thread(PICTURE, FILM), OPEN, FRAME)


def test_every_format_names_the_copy() -> None:
    for export in (Markdown(), Text()):
        made = export.render(thread(PICTURE), OPEN, FRAME).decode()
        assert f"{HOME}a.png" in made
        assert REMOTE not in made


def test_what_stands_alone_keeps_the_remote_address_or_says_that_there_is_none() -> None:
    alone = source(thread(PICTURE, FILM), OPEN, Frame())
    assert REMOTE in alone
    assert "Video not available here" in alone


def test_quoted_and_answered_posts_have_copies_too() -> None:
    quoted = replace(chain(1, first=7)[0], media=(PICTURE,))
    first, second = chain(2)
    made = assemble(conversation([replace(first, quote=Quote(quoted.ref, quoted)), second]))
    made = replace(made, context=replace(quoted, media=(FILM,)))
    assert copies_of(made) == {"a.png", "f.mp4"}
    assert f"{HOME}a.png" in source(made, OPEN, FRAME)


def test_copies_stay_with_media_that_are_the_same_and_with_no_others() -> None:
    before = thread(PICTURE)
    again = with_copies_of(thread(replace(PICTURE, url="https://elsewhere.example/a.png", copy="")), before)
    assert copies_of(again) == {"a.png"}
    for other in (
        thread(replace(PICTURE, alt="a dog", copy="")),
        thread(replace(PICTURE, kind=MediaKind.VIDEO, copy="")),
        thread(replace(PICTURE, copy=""), replace(FILM, copy="")),
        thread(),
    ):
        assert copies_of(with_copies_of(other, before)) == frozenset()
