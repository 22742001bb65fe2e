"""The zip: all that is needed to have the thread when everything else is gone."""

from __future__ import annotations

import hashlib
import zipfile
from io import BytesIO

import pytest

from tests import threads
from tests.exports.kept import KEPT, PNG, with_copies
from tests.exports.pages import OPEN, SITE, page
from tests.threads.build import chain, thread
from unroller.core.codec import thread_from_json
from unroller.core.model import Thread
from unroller.core.ports import Export, Frame
from unroller.exports.zip import Zip


def files(found: Thread, frame: Frame = SITE) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(Zip().render(found, OPEN, frame))) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def test_it_is_an_export() -> None:
    assert isinstance(Zip(), Export)


@pytest.mark.parametrize("made", threads.ALL.values(), ids=threads.ALL)
def test_the_thread_is_in_it_four_times(made) -> None:  # type: ignore[no-untyped-def]
    found = files(made())
    assert list(found) == ["thread.html", "thread.md", "thread.txt", "thread.json"]
    if made is not threads.hostile:
        assert thread_from_json(found["thread.json"]) == made()


def test_its_page_stands_alone() -> None:
    assert SITE.base_url.encode() not in files(threads.short())["thread.html"]
    assert not page(threads.short(), frame=Frame()).query("header.site")


def test_what_is_kept_is_in_it_once_and_what_is_no_medium_is_not() -> None:
    found = files(with_copies("lamp", "stair", "page", "none"), KEPT)
    name = f"media/{hashlib.sha256(PNG).hexdigest()[:16]}.png"
    assert [one for one in found if one.startswith("media/")] == [name]
    assert found[name] == PNG


def test_its_page_and_its_markdown_show_the_copies_in_it_and_its_json_the_originals() -> None:
    found = files(with_copies("lamp", "none"), KEPT)
    name = f"media/{hashlib.sha256(PNG).hexdigest()[:16]}.png"
    assert f'<img src="{name}" alt="A lamp."'.encode() in found["thread.html"]
    assert f"![A lamp.](<{name}>)".encode() in found["thread.md"]
    assert name.encode() in found["thread.txt"]
    assert b"https://media.example/lamp.png" in found["thread.json"]
    assert b"https://media.example/none.png" in found["thread.html"]


def test_the_same_thread_gives_the_same_bytes() -> None:
    first, second = (Zip().render(with_copies("lamp"), OPEN, KEPT) for _ in range(2))
    assert first == second


@pytest.mark.slow
def test_two_thousand_posts_are_packed() -> None:
    found = files(thread(chain(*(f"Post number {n}." for n in range(2000)))))
    assert b"Post number 1999" in found["thread.md"]
