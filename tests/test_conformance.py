"""Our own plug-ins pass the checks that everybody's must, and what is wrong does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.archives.outbox import FOLLOWERS, export, note, picture
from tests.archives.packing import as_tar, as_zip
from tests.networks.bluesky.paper import ACCOUNTS, ANNA, chain
from unroller.archives.mastodon_archive import MastodonArchive
from unroller.config import load_settings
from unroller.conformance import check_archive, check_damage, check_fetch, check_match
from unroller.core.model import Audience, Media, MediaKind, Post
from unroller.core.ports import Files, Gathering, Network, Report
from unroller.plugins import load_networks
from unroller.testing import PaperBluesky

SECRET = note(8, "CANARY", parent=2, to=[FOLLOWERS], cc=[])


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    first = note(1, attachment=[picture("/media_attachments/a.png", "a cat")])
    content = export(first, note(2, parent=1), SECRET, note(4), note(5, parent=4), note(6, parent=4), note(7))
    return as_zip(tmp_path / "x.zip", content | {"media_attachments/a.png": b"png"})


@pytest.fixture
def bluesky(tmp_path: Path) -> Network:
    paper = PaperBluesky(ACCOUNTS, chain(ANNA, 30))
    settings = load_settings({"UNROLLER_DATA": str(tmp_path)}, tmp_path)
    return load_networks(settings, paper, clock=lambda: datetime.now(UTC)).networks["bluesky"]


def test_mastodons_archive_passes(archive: Path) -> None:
    assert [len(thread.posts) for thread in check_archive(MastodonArchive(), archive, hidden=["CANARY"])] == [
        2,
        3,
    ]


def test_mastodons_archive_bears_any_damage(archive: Path, tmp_path: Path) -> None:
    check_damage(MastodonArchive(), archive)
    check_damage(MastodonArchive(), as_tar(tmp_path / "x.tar.gz", export(note(1), note(2, parent=1))))
    alone = tmp_path / "outbox.json"
    alone.write_bytes(export(note(1), note(2, parent=1))["outbox.json"])
    check_damage(MastodonArchive(), alone)


def test_bluesky_passes(bluesky: Network) -> None:
    uri = chain(ANNA, 30)[3]["uri"]
    check_match(bluesky, [uri, f"https://bsky.app/profile/{ANNA}/post/{uri.rpartition('/')[2]}"])
    ref = bluesky.match(uri)
    assert ref
    assert len(check_fetch(bluesky, ref).posts) == 30


def changed(posts: dict[Any, Post], **fields: Any) -> dict[Any, Post]:
    return {ref: replace(post, **fields) for ref, post in posts.items()}


class Faulty(MastodonArchive):
    """An archive with one thing wrong."""

    def __init__(self, fault: str) -> None:
        self._fault = fault

    def read(self, sources: Sequence[Files], report: Report, *, single: bool = False) -> Iterator[Gathering]:
        for found in super().read(sources, report, single=single or self._fault == "alone"):
            conversation = found.conversation
            if self._fault == "not public":
                conversation.posts = changed(conversation.posts, audience=Audience.FOLLOWERS)
            if self._fault == "no file":
                lost = (Media(MediaKind.IMAGE, None, copy="nowhere.png"),)
                conversation.posts = changed(conversation.posts, media=lost)
            if self._fault == "not joined":
                conversation.posts = changed(conversation.posts, parent=None)
            yield found
            if self._fault == "twice":
                yield found
        if self._fault == "talks":
            report.notes.append("CANARY")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("alone", "stands alone"),
        ("not public", "is not public"),
        ("no file", "not in the archive"),
        ("not joined", "not in its thread"),
        ("twice", "given twice"),
        ("talks", "not for everybody"),
    ],
)
def test_what_is_wrong_is_found(fault: str, words: str, archive: Path) -> None:
    with pytest.raises(AssertionError, match=words):
        check_archive(Faulty(fault), archive, hidden=["CANARY"])


def test_an_archive_that_breaks_at_damage_is_found(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> Iterator[Gathering]:
        raise ZeroDivisionError
        yield

    monkeypatch.setattr(MastodonArchive, "read", broken)
    whole = archive.read_bytes()
    with pytest.raises(ZeroDivisionError):
        check_damage(MastodonArchive(), archive)
    assert archive.read_bytes() == whole
