"""Pictures are copied once their page is published; what cannot be had stays a link."""

from __future__ import annotations

import io
import re
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from tests.archives.pictures import SECRET
from tests.flows.pictured import Gallery, gallery
from tests.http.servers import answer
from tests.pictures.drawn import bomb, decoded, gif, photo
from unroller.config import Media
from unroller.core.errors import NetworkError
from unroller.flows import copying
from unroller.flows.browse import profile
from unroller.flows.copying import copy_pictures
from unroller.flows.forget import forget
from unroller.flows.page import make_page, plain_frame
from unroller.flows.publish import publish
from unroller.flows.remove import operator_removes
from unroller.flows.work import QUICK, work_once
from unroller.plugins import load_exports

pytestmark = pytest.mark.slow  # every picture goes through a process of its own

SOURCES = re.compile(r'<(?:img|source|video|audio)[^>]*?(?:src|srcset|poster)="([^"]*)"')
HOME = "https://unroll.example/t/"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Gallery]:
    with gallery(tmp_path) as made:
        yield made


def shown(page: str) -> list[str]:
    """The addresses that a browser asks without being told to."""
    return SOURCES.findall(page)


def test_a_page_is_published_at_once_with_links_and_again_with_copies(shop: Gallery) -> None:
    saved = shop.publish("/a.jpg", "/b.jpg")
    before = shop.page(saved)
    assert shown(before) == shop.asked == []
    assert f'href="{shop.url("/a.jpg")}"' in before
    shop.work()
    page = shop.page(saved)
    assert len(shown(page)) == 4
    assert all(address.startswith(f"{HOME}{saved.slug}/media/") for address in shown(page))
    assert 'alt="At /a.jpg"' in page
    assert shop.server.pair not in page
    assert shop.asked == ["/a.jpg", "/b.jpg"]
    assert not any(SECRET in file.read_bytes() for file in shop.library.settings.data.rglob("*.*"))


def test_workers_for_calls_never_copy_pictures(shop: Gallery) -> None:
    shop.publish("/a.jpg")
    while work_once(shop.library, "test", QUICK):
        pass
    assert shop.asked == []
    assert shop.library.store.tasks.get("media", shop.library.store.threads.entries()[0].slug)


def test_avatars_emoji_link_cards_and_pictures_in_quotes_are_copied_too(shop: Gallery) -> None:
    shop.network.accounts["did:plc:anna"]["avatar"] = shop.url("/avatar.jpg")
    (quoted, _) = shop.write("/quoted.jpg", text="Quoted.")
    view: dict[str, Any] = {"$type": "app.bsky.embed.external#view"}
    view["external"] = {
        "uri": "https://a.example/",
        "title": "A",
        "description": "",
        "thumb": shop.url("/card.jpg"),
    }
    saved = publish(shop.library, quoted)
    assert saved.thread
    card = shop.publish(**view)
    shop.work()
    assert {"/avatar.jpg", "/card.jpg", "/quoted.jpg"} <= set(shop.asked)
    author = profile(shop.library, "bluesky", "anna.test")
    assert author
    assert (author.author.avatar or "").startswith(HOME)
    for one in (saved, card):
        assert shop.server.pair not in shop.page(one)
    assert len(shown(shop.page(card))) == 2


def test_an_avatar_is_fetched_once_and_goes_with_the_last_page_that_shows_it(shop: Gallery) -> None:
    shop.network.accounts["did:plc:anna"]["avatar"] = shop.url("/avatar.jpg")
    first, second = shop.publish("/a.jpg"), shop.publish("/a.jpg")
    shop.work()
    assert sorted(shop.asked) == ["/a.jpg", "/a.jpg", "/avatar.jpg"]
    assert shop.kept(first) == shop.kept(second)
    operator_removes(shop.library, first.ref)
    assert shop.kept(first) == []
    assert len(shown(shop.page(second))) == 3
    operator_removes(shop.library, second.ref)
    shop.publish("/b.jpg")
    shop.work()
    assert shop.asked.count("/avatar.jpg") == 2


def test_a_film_stays_where_it_is_behind_our_copy_of_its_poster(shop: Gallery) -> None:
    film = {"$type": "app.bsky.embed.video#view", "playlist": shop.url("/film.m3u8"), "alt": "A film"}
    saved = shop.publish(**film, thumbnail=shop.url("/poster.jpg"))
    shop.work()
    page = shop.page(saved)
    assert shop.asked == ["/poster.jpg"]
    assert 'preload="none"' in page
    poster, source = shown(page)
    assert poster.startswith(HOME)
    assert source == shop.url("/film.m3u8")


def test_what_moves_goes_on_moving_unless_the_reader_wants_none_of_that(shop: Gallery) -> None:
    shop.at["/a.gif"] = answer(gif())
    saved = shop.publish("/a.gif")
    shop.work()
    page = shop.page(saved)
    moving, still = shown(page)
    assert f'<source media="(prefers-reduced-motion: no-preference)" srcset="{moving}">' in page
    assert (moving[-4:], still[-4:]) == (".gif", ".png")


BAD = {
    "gone": answer(b"", 404),
    "a page": answer(b"<!DOCTYPE html><script>alert(1)</script>", Content_Type="image/jpeg"),
    "a script": answer(b"<svg xmlns='http://www.w3.org/2000/svg'/>", Content_Type="image/svg+xml"),
    "half of it": answer(photo()[:4000]),
    "a bomb": answer(bomb()),
    "5 GB": answer(photo(), Content_Length=str(5 << 30)),
    "elsewhere, privately": answer(b"", 302, Location="http://127.0.0.1:1/a.jpg"),
    "nothing": answer(b""),
    "a video": answer(b"\0\0\0\x20ftypisom" + bytes(99)),
}


def test_what_is_no_picture_stays_a_link_and_is_looked_for_at_later_visits_but_not_for_ever(
    shop: Gallery,
) -> None:
    paths = [f"/{number}.jpg" for number in range(len(BAD))]
    shop.at |= dict(zip(paths, BAD.values(), strict=True))
    saved = shop.publish(*paths)
    for _ in range(copying.TRIES + 2):
        shop.visit(saved)
    page = shop.page(saved)
    assert shown(page) == []
    assert all(f'href="{shop.url(path)}"' in page for path in paths)
    assert {path: shop.asked.count(path) for path in paths} == dict.fromkeys(paths, copying.TRIES)
    shop.visit(saved)
    assert shop.asked.count(paths[0]) == copying.TRIES


def test_a_picture_that_comes_later_is_copied_then(shop: Gallery) -> None:
    shop.at["/a.jpg"] = answer(b"", 404)
    saved = shop.publish("/a.jpg")
    shop.work()
    assert shown(shop.page(saved)) == []
    del shop.at["/a.jpg"]
    shop.visit(saved)
    assert len(shown(shop.page(saved))) == 2
    assert not [name for name in shop.kept(saved) if name.endswith("missed")]


def test_a_server_that_does_not_answer_is_left_alone_and_asked_again_and_others_are_not_kept_waiting(
    shop: Gallery,
) -> None:
    shop.at |= {"/a.jpg": answer(b"", 503), "/b.jpg": answer(b"", 503)}
    saved = shop.publish("/a.jpg", "/b.jpg")
    with pytest.raises(NetworkError):
        copy_pictures(shop.library, saved.slug)
    assert "/b.jpg" not in shop.asked
    assert shop.kept(saved) == []
    shop.at.clear()
    copy_pictures(shop.library, saved.slug, 2)
    assert len(shown(shop.page(saved))) == 4


def test_a_server_that_never_answers_counts_as_a_try_in_the_end(shop: Gallery) -> None:
    shop.at["/a.jpg"] = answer(b"", 503)
    saved = shop.publish("/a.jpg")
    copy_pictures(shop.library, saved.slug, copying.PATIENCE)
    assert len([name for name in shop.kept(saved) if name.endswith("missed")]) == 1


def test_a_server_that_drips_is_left_at_the_deadline(shop: Gallery) -> None:
    def drip(connection: socket.socket, head: bytes) -> None:
        connection.sendall(answer(b"", Content_Length="9000"))
        for _ in range(100):
            connection.sendall(b"x")
            time.sleep(0.05)

    shop.at["/a.jpg"] = drip
    saved = shop.publish("/a.jpg")
    began = time.monotonic()
    copy_pictures(shop.library, saved.slug, copying.PATIENCE)
    assert time.monotonic() - began < 4
    assert shown(shop.page(saved)) == []


def test_so_many_pictures_are_kept_as_the_settings_say(tmp_path: Path) -> None:
    with gallery(tmp_path, per_thread=2) as shop:
        saved = shop.publish("/a.jpg", "/b.jpg", "/c.jpg")
        shop.work()
        assert shop.asked == ["/a.jpg", "/b.jpg"]
        assert f'href="{shop.url("/c.jpg")}"' in shop.page(saved)


def test_so_many_bytes_are_kept_as_the_settings_say(shop: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "_room", lambda *_: 10)
    saved = shop.publish("/a.jpg")
    shop.work()
    assert shown(shop.page(saved)) == []


def test_one_thread_gives_way_to_others_after_a_while(shop: Gallery) -> None:
    saved = shop.publish("/a.jpg", "/b.jpg")
    times = iter((0.0, 1.0, copying.TURN + 1))
    copy_pictures(shop.library, saved.slug, steady=lambda: next(times))
    assert shop.asked == ["/a.jpg"]
    assert len(shown(shop.page(saved))) == 2
    shop.work()
    assert len(shown(shop.page(saved))) == 4


def test_with_copying_off_pages_show_what_is_elsewhere_and_keep_nothing(shop: Gallery) -> None:
    saved = shop.publish("/a.jpg")
    shop.work()
    settings = shop.library.settings
    shop.library = replace(shop.library, settings=replace(settings, media=Media(copy=False)))
    make_page(shop.library, saved.slug)
    assert shown(shop.page(saved)) == [shop.url("/a.jpg")]
    assert shop.kept(saved) == []
    shop.visit(saved)
    assert shop.asked == ["/a.jpg"]


def test_a_network_that_forbids_copies_has_none(shop: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    network = shop.library.networks["bluesky"]
    monkeypatch.setattr(network, "rules", replace(network.rules, may_copy=False))
    saved = shop.publish("/a.jpg")
    shop.work()
    assert shown(shop.page(saved)) == [shop.url("/a.jpg")]
    assert shop.asked == []


def test_copies_go_with_their_page_at_once_however_it_goes(shop: Gallery) -> None:
    saved, other = shop.publish("/a.jpg"), shop.publish("/b.jpg")
    shop.work()
    operator_removes(shop.library, saved.ref)
    assert shop.kept(saved) == []
    forget(shop.library, "bluesky")
    assert shop.kept(other) == []
    assert not [file for file in (shop.library.settings.data / "pages").rglob("*") if file.is_file()]


def test_a_page_that_is_removed_while_its_pictures_are_fetched_keeps_nothing(shop: Gallery) -> None:
    saved = shop.publish("/a.jpg", "/b.jpg")

    def remove(connection: socket.socket, head: bytes) -> None:
        operator_removes(shop.library, saved.ref)
        connection.sendall(answer(photo()))

    shop.at["/a.jpg"] = remove
    shop.work()
    assert shop.asked == ["/a.jpg"]
    assert not shop.library.store.pages.path(saved.slug).exists()


def test_a_picture_that_its_author_takes_away_is_erased_and_the_others_are_not_fetched_again(
    shop: Gallery,
) -> None:
    saved = shop.publish("/a.jpg", "/b.jpg")
    shop.work()
    assert len(shop.kept(saved)) == 4
    del shop.network.posts[saved.ref.id]["embed"]["images"][0]
    shop.visit(saved)
    assert len(shop.kept(saved)) == 2
    assert shop.asked == ["/a.jpg", "/b.jpg"]
    assert len(shown(shop.page(saved))) == 2


def test_what_a_crash_left_undone_between_the_copies_and_the_page_is_done_afterwards(
    shop: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = shop.publish("/a.jpg")

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(copying, "make_page", die)
        with pytest.raises(KeyboardInterrupt):
            work_once(shop.library, "one that dies")
    assert shown(shop.page(saved)) == []
    shop.clock.on(minutes=1)
    shop.work()
    assert len(shown(shop.page(saved))) == 2
    assert shop.asked == ["/a.jpg"]


def test_formats_take_the_copies(shop: Gallery) -> None:
    shop.network.accounts["did:plc:anna"]["avatar"] = shop.url("/avatar.jpg")
    slug = shop.publish("/a.jpg").slug
    shop.work()
    saved = shop.library.store.threads.load(slug)
    assert saved
    assert saved.thread
    assert saved.verdict
    frame = plain_frame(shop.library, saved)
    assert decoded(frame.kept[shop.url("/a.jpg")]).size == (400, 300)
    epub, pdf, archive = (
        load_exports()[name].render(saved.thread, saved.verdict, frame) for name in ("epub", "pdf", "zip")
    )
    assert b"/Subtype/Image" in pdf
    with ZipFile(io.BytesIO(epub)) as opened:
        assert [name for name in opened.namelist() if name.startswith("book/media/")]
    with ZipFile(io.BytesIO(archive)) as opened:
        pictures = shown(opened.read("thread.html").decode())
        assert len(pictures) == 2
        assert set(pictures) < set(opened.namelist())
