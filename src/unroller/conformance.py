"""The checks that every network and every archive must pass, for the tests of those who write one.

Each raises AssertionError, with a sentence, at the first thing that is not as `core/ports/` says.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from unroller.archives.files import open_files
from unroller.core.assemble import assemble, wanted
from unroller.core.codec import thread_from_json, thread_to_json
from unroller.core.conversation import Conversation
from unroller.core.errors import InputError
from unroller.core.media import copies_of
from unroller.core.model import Audience, Post, PostRef, Thread
from unroller.core.ports import Archive, Network, Report

ELSEWHERE = (
    "",
    " ",
    "https://",
    "https://example.org/",
    "http://[::1",
    "mailto:somebody@example.org",
    "javascript:alert(1)",
    "https://example.org:99999/x",
    "\0\n\ud800",
    "x" * 100_000,
)
"""Links that are no network's, and things that are no links."""

_PUBLIC = (Audience.PUBLIC, Audience.UNLISTED)
_ROUNDS = 20


def check_match(network: Network, links: Iterable[str]) -> None:
    """`match` knows each of `links`, which name one and the same post, and nothing of `ELSEWHERE`."""
    found = {link: network.match(link) for link in links}
    for link, ref in found.items():
        assert ref is not None, f"{link} is not known"
        assert ref.network == network.name, f"{link} leads to another network: {ref.network}"
        assert network.match(link) == ref, f"{link} leads somewhere else the second time"
    for link in ELSEWHERE:
        try:
            assert network.match(link) is None, f"{link[:80]!r} is taken for a post"
        except InputError:
            continue


def check_fetch(network: Network, ref: PostRef) -> Thread:
    """`fetch` and `read` give the whole thread around `ref`, and the same again."""
    first, second = (_completed(network, network.fetch(ref)) for _ in range(2))
    _check(first)
    thread = assemble(first)
    assert assemble(second).posts == thread.posts, "a second look at the same posts gives others"
    assert first.focus in first.posts, "the post that was asked for is not among those that came"
    return thread


def check_archive(archive: Archive, path: Path, *, hidden: Iterable[str] = ()) -> tuple[Thread, ...]:
    """The archive at `path` gives whole threads, each post once, and nothing that it must not.

    `hidden` are words that stand in posts of the archive that are not public.
    """
    threads, told = _threads(archive, path, single=False)
    again, _ = _threads(archive, path, single=False)
    assert again == threads, "reading twice gives other threads"
    alone, also_told = _threads(archive, path, single=True)
    assert all(len(thread.posts) > 1 for thread in threads), "a post that stands alone was given unasked"
    assert {thread.ref for thread in threads} <= {thread.ref for thread in alone}, "`single` lacks a thread"
    seen = [post.ref for thread in alone for post in thread.posts]
    assert len(seen) == len(set(seen)), "a post was given twice"
    for word in hidden:
        assert word not in repr((alone, told, also_told)), "a word that was not for everybody was given"
    return threads


def check_damage(archive: Archive, path: Path, *, steps: int = 40) -> None:
    """The archive at `path`, one file, cut off or changed anywhere, raises nothing but InputError.

    The file is written over, and is whole again afterwards.
    """
    whole = path.read_bytes()
    try:
        for place in range(0, len(whole), max(1, len(whole) // steps)):
            for data in (whole[:place], whole[:place] + b"\xff\0" + whole[place + 2 :]):
                path.write_bytes(data)
                _survives(archive, path)
    finally:
        path.write_bytes(whole)


def _survives(archive: Archive, path: Path) -> None:
    try:
        with open_files(path) as files:
            if archive.recognise(files):
                for _ in archive.read([files], Report(), single=True):
                    pass
    except InputError:
        return


def _threads(archive: Archive, path: Path, *, single: bool) -> tuple[tuple[Thread, ...], Report]:
    report = Report()
    with open_files(path) as files:
        assert archive.recognise(files), "the archive is not recognised"
        names, threads = frozenset(files.names()), []
        for gathering in archive.read([files], report, single=single):
            _check(gathering.conversation)
            thread = assemble(gathering.conversation)
            assert {post.ref for post in thread.posts} == gathering.conversation.posts.keys(), (
                "a post of a gathering is not in its thread"
            )
            assert copies_of(thread) <= names, "a medium names a file that is not in the archive"
            threads.append(thread)
    return tuple(threads), report


def _completed(network: Network, found: Conversation) -> Conversation:
    for _ in range(_ROUNDS):
        lacking = wanted(found)
        if not lacking:
            return found
        network.read(lacking, found)
        still = [ref for ref in lacking if found.lacks(ref)]
        assert not still, f"`read` says nothing of {still[0]}: neither the post nor why it is absent"
    raise AssertionError("the thread is never whole")


def _check(found: Conversation) -> None:
    """What holds for every conversation."""
    assert found.focus in found.posts, "the focus is not among the posts"
    assert not found.absent.keys() & found.posts.keys(), "a post is here and absent"
    assert found.records.keys() <= found.posts.keys(), "a record of a post that is not here is kept"
    for ref, post in found.posts.items():
        assert post.ref == ref, f"{ref} is filed under another name"
        _check_post(post)
    thread = assemble(found)
    assert thread_from_json(thread_to_json(thread)) == thread, "the thread does not survive being written"


def _check_post(post: Post) -> None:
    assert post.audience in _PUBLIC, f"{post.ref} is not public"
    times = (post.published, post.edited, post.poll.closes if post.poll else None, *post.revised)
    assert all(time.utcoffset() == timedelta() for time in times if time), (
        f"a time of {post.ref} is not in UTC"
    )
    assert post.author.network == post.ref.network, f"{post.ref} is by somebody of another network"
    assert post.author.id, f"{post.ref} is by nobody"
