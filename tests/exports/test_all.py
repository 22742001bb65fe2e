"""All formats at once: what no format may lose, and what no input may break."""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from msgspec import structs

from tests import threads
from tests.examples import at_most
from tests.exports.judges import pdf_text
from tests.exports.kept import with_copies
from tests.exports.pages import OPEN, SITE
from tests.exports.test_hostile import WORDS
from tests.threads.build import BOB, CHECKED, author, chain, post, ref, thread
from unroller.core.codec import thread_from_json
from unroller.core.model import (
    Absence,
    Aside,
    Card,
    Choice,
    Gap,
    Media,
    MediaKind,
    Poll,
    Quote,
    Thread,
    Verdict,
)
from unroller.core.ports import Export, Frame
from unroller.plugins import load_exports

EXPORTS = load_exports()
CITING = ("bibtex", "csl", "card")
"""Formats that name a thread and do not hold it."""

HOLDING = sorted(set(EXPORTS).difference(CITING))
TITLES = {
    "emoji": "🎉🦆👩🏽‍🚀🇫🇷",
    "one": "x",
    "thousand": "w" * 1000,
    "bidi": "\u202eevil\u2066 منارة",
    "markup": "*a* _b_ `c` $x^2$ #let \\input{x} <b>&amp; [l](u) {{ 7 }}",
}


def rich() -> Thread:
    """One thread that has one of everything."""
    asked = post(900, "What did you mend?", by=BOB)
    quoted = structs.replace(post(950, "Clocks that lie.", by=BOB), quote=None)
    lamp = Media(MediaKind.IMAGE, "https://media.example/lamp.png", "A brass lamp.", 60, 40)
    ballot = Poll((Choice("Keep it", 127), Choice("Sell it", 3)), CHECKED, multiple=True)
    posts = (
        structs.replace(post(1, "It began."), parent=asked.ref, media=(lamp,)),
        post(2, "The wreck.", after=1, warning="drowning"),
        post(3, "Look.", after=2, quote=Quote(quoted.ref, post=quoted)),
        post(5, "Vote.", after=4, poll=ballot),
        post(6, "Mended.", after=3, revised=(CHECKED, CHECKED + timedelta(hours=1))),
        post(7, "Read.", after=6, card=Card("https://archive.example/log", "The log", "Of a keeper.")),
    )
    reply = structs.replace(post(901, "Was it right?", by=BOB), parent=posts[-1].ref)
    aside = Aside(reply, (structs.replace(post(31, "Twice a day."), parent=reply.ref),), ())
    gap = Gap(ref(4), Absence.DELETED, after=ref(3))
    return thread(posts, gaps=(gap,), context=asked, elsewhere=(aside,))


KEPT_IN_ALL = {
    "alt text": "A brass lamp.",
    "a content warning": "drowning",
    "a quote": "Clocks that lie.",
    "who is quoted": "Bob Lindqvist",
    "a poll": "Keep it",
    "its votes": "127",
    "what a card leads to": "The log",
    "what is answered": "What did you mend?",
    "what stands below others": "Twice a day.",
    "whose reply that is": "Was it right?",
}
SAID_TO_READERS = {
    "a poll's terms": "Poll, several choices, open until 22 November 2026, 13:05 UTC",
    "edits": "Edited 2 times, last 22 November 2026, 14:05 UTC",
    "a gap": "One post is missing here: deleted.",
    "a fork": "Continues post 3",
    "wholeness": "6 of 7 posts",
}


@cache
def made_of_rich(name: str) -> bytes:
    return EXPORTS[name].render(rich(), OPEN, SITE)


def words_of(name: str, data: bytes, folder: Path) -> str:
    """What somebody who has the file can read in it, on one line."""
    readers: dict[str, Callable[[], str]] = {
        "pdf": lambda: pdf_text(data, folder),
        "epub": lambda: in_zip(data, ".xhtml"),
        "zip": lambda: in_zip(data, ".md"),
    }
    text = readers.get(name, data.decode)()
    plain = re.sub(r"<[^>]*>", " ", re.sub(r'\b(?:alt|title)="([^"]*)"', r">\1<", text))
    return " ".join(html.unescape(plain if name in ("html", "epub") else text).replace("\\", "").split())


def in_zip(data: bytes, suffix: str) -> str:
    with zipfile.ZipFile(BytesIO(data)) as opened:
        return "\n".join(opened.read(n).decode() for n in opened.namelist() if n.endswith(suffix))


@pytest.mark.parametrize("what", KEPT_IN_ALL)
@pytest.mark.parametrize("name", HOLDING)
def test_no_format_loses(name: str, what: str, tmp_path: Path) -> None:
    assert KEPT_IN_ALL[what] in words_of(name, made_of_rich(name), tmp_path)


@pytest.mark.parametrize("what", SAID_TO_READERS)
@pytest.mark.parametrize("name", [name for name in HOLDING if name != "json"])
def test_every_format_for_readers_says(name: str, what: str, tmp_path: Path) -> None:
    assert SAID_TO_READERS[what] in words_of(name, made_of_rich(name), tmp_path)


def test_json_holds_it_whole() -> None:
    assert thread_from_json(made_of_rich("json")) == rich()


@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
@pytest.mark.parametrize("name", sorted(EXPORTS))
def test_any_title_can_be_had_in_any_format(name: str, title: str) -> None:
    found = thread(chain(title, by=author("mira.example.social", title)))
    assert EXPORTS[name].render(found, OPEN, SITE)


@pytest.mark.parametrize("name", sorted(EXPORTS))
def test_a_thread_whose_media_are_gone_can_be_had(name: str) -> None:
    gone = Frame(kept={"lamp": b"", "stair": b"\x89PNG\r\n\x1a\n"})
    found = EXPORTS[name].render(with_copies("lamp", "stair", "none"), OPEN, gone)
    assert found
    if name in ("markdown", "text", "html"):
        assert b"A lamp." in found


@settings(at_most(12), suppress_health_check=list(HealthCheck))
@given(WORDS, WORDS, WORDS)
@pytest.mark.parametrize("name", [name for name in sorted(EXPORTS) if name not in ("pdf", "card")])
def test_any_words_in_every_field_make_a_document(name: str, one: str, two: str, three: str) -> None:
    by = author(one, two, emojis=())
    picture = Media(MediaKind.IMAGE, f"https://a.example/{one}", two, copy=three)
    poll = Poll((Choice(one, 1), Choice(two)), None)
    first = post(1, three, by=by, warning=two, media=(picture,), poll=poll, url=one, languages=(three,))
    quoted = structs.replace(post(2, one, by=by), card=Card(two, three, one))
    found = thread((structs.replace(first, quote=Quote(quoted.ref, post=quoted, what=three, url=two)),))
    made: Export = EXPORTS[name]
    assert made.render(found, Verdict(warn=True, why=three), replace(SITE, site=one, page_url=two))


@pytest.mark.parametrize("name", sorted(EXPORTS))
def test_an_attack_in_every_field_makes_a_document(name: str) -> None:
    assert EXPORTS[name].render(threads.hostile(), OPEN, SITE)
