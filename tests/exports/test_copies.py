"""A copy that is kept with the thread is shown in place of an address that may be gone tomorrow."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec import structs

from tests.core.build import chain, conversation
from tests.exports.pages import ALONE, OPEN, page, source, values
from unroller.core.assemble import assemble
from unroller.core.body import Block, BlockKind, Emoji, Run
from unroller.core.media import copies_of, pictures_of, with_copies_of
from unroller.core.model import Card, Media, MediaKind, PostRef, Quote, Thread
from unroller.core.ports import Forms, Frame, Rules
from unroller.exports.markdown import Markdown
from unroller.exports.text import Text

HOME = "https://unroll.example/t/abcdefghijkl/media/"
REMOTE = "https://files.example/a.png"
FRAME = replace(ALONE, media={"a.png": f"{HOME}a.png", "f.mp4": f"{HOME}f.mp4"})


def thread(*media: Media) -> Thread:
    first, second = chain(2)
    return assemble(conversation([structs.replace(first, media=media), second]))


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
    quoted = structs.replace(chain(1, first=7)[0], media=(PICTURE,))
    first, second = chain(2)
    made = assemble(conversation([structs.replace(first, quote=Quote(quoted.ref, quoted)), second]))
    made = structs.replace(made, context=structs.replace(quoted, media=(FILM,)))
    assert copies_of(made) == {"a.png", "f.mp4"}
    assert f"{HOME}a.png" in source(made, OPEN, FRAME)


SEALED = replace(FRAME, sealed=True, forms={f"{HOME}a.png": Forms(lighter=f"{HOME}a.avif")})


def everything(url: str) -> Thread:
    """A thread with a picture of each kind at `url`, none of which has a copy."""
    emoji = Emoji(url, ":blob:")
    body = (Block(BlockKind.PARAGRAPH, (Run("Hello "), Run(":blob:", emoji=emoji))),)
    media = tuple(Media(kind, url, alt="alt", poster=url) for kind in (MediaKind.IMAGE, MediaKind.GIF))
    first, second = chain(2)
    author = structs.replace(first.author, avatar=url, emojis=(emoji,), display_name="Anna :blob:")
    first = structs.replace(
        first, author=author, body=body, media=media, card=Card("https://a.example/", image=url)
    )
    quoting = structs.replace(second, author=author, quote=Quote(first.ref, first))
    made = assemble(conversation([first, quoting]))
    return structs.replace(
        made, author=author, context=structs.replace(first, ref=PostRef("bluesky", "other"))
    )


@pytest.mark.parametrize("rules", [None, Rules("X", shows_each=True, logo="M0 0")])
def test_a_sealed_page_shows_no_picture_of_others(rules: Rules | None) -> None:
    frame = replace(SEALED, rules=rules, base_url="https://unroll.example")
    found = page(everything(REMOTE), OPEN, frame)
    assert values(found, "img", "src") == []
    assert ":blob:" in source(everything(REMOTE), OPEN, frame)
    assert values(found, ".media a", "href") == [REMOTE] * 6
    assert values(found, "meta[http-equiv]", "content") == ["img-src https://unroll.example data:"]


def test_all_that_a_page_shows_is_asked_for_once_and_shown_from_home_when_it_is_there() -> None:
    each = replace(SEALED, rules=Rules("X", shows_each=True, logo="M0 0"))
    for number, frame in enumerate((SEALED, each)):
        made = everything(REMOTE)
        assert [one.address for one in pictures_of(made, each=bool(number))] == [REMOTE]
        home = replace(frame, media={REMOTE: f"{HOME}a.png"})
        assert set(values(page(made, OPEN, home), "img", "src")) == {f"{HOME}a.png"}
        assert REMOTE not in source(made, OPEN, home)


def test_a_copy_is_shown_as_avif_where_that_is_known_and_only_words_lead_away() -> None:
    found = page(
        thread(structs.replace(PICTURE, copy="")), OPEN, replace(SEALED, media={REMOTE: f"{HOME}a.png"})
    )
    assert values(found, "picture source", "srcset") == [f"{HOME}a.avif"]
    assert values(found, "picture img", "alt") == ["a cat"]


def test_a_film_is_behind_its_poster_and_nothing_is_loaded_of_it() -> None:
    for kind, mime in ((MediaKind.VIDEO, None), (MediaKind.GIF, "application/vnd.apple.mpegurl")):
        film = Media(kind, "https://files.example/f.m3u8", mime=mime, poster=REMOTE)
        assert [one.address for one in pictures_of(thread(film))] == [REMOTE]
        found = page(thread(film), OPEN, replace(SEALED, media={REMOTE: f"{HOME}a.png"}))
        assert values(found, "video", "poster") == [f"{HOME}a.png"]
        assert values(found, "video", "preload") == ["none"]
        assert values(page(thread(film), OPEN, SEALED), "video[poster]", "poster") == []


def test_hostile_addresses_are_never_fetched() -> None:
    for url in (
        "javascript:alert(1)",
        "data:image/png;base64,AA",
        "file:///etc/passwd",
        "//a",
        "http://",
        "",
    ):
        assert pictures_of(everything(url)) == ()


def test_copies_stay_with_media_that_are_the_same_and_with_no_others() -> None:
    before = thread(PICTURE)
    again = with_copies_of(
        thread(structs.replace(PICTURE, url="https://elsewhere.example/a.png", copy="")), before
    )
    assert copies_of(again) == {"a.png"}
    for other in (
        thread(structs.replace(PICTURE, alt="a dog", copy="")),
        thread(structs.replace(PICTURE, kind=MediaKind.VIDEO, copy="")),
        thread(structs.replace(PICTURE, copy=""), structs.replace(FILM, copy="")),
        thread(),
    ):
        assert copies_of(with_copies_of(other, before)) == frozenset()
