"""Every public export gives exactly the threads that its records hold.

What they hold is worked out here once more, from plain JSON, by nothing of ours.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import leave_out
from unroller.archives.files import open_files
from unroller.archives.x_archive import XArchive
from unroller.core.assemble import assemble
from unroller.core.body import plain
from unroller.core.model import PostRef, Thread
from unroller.core.ports import Report

pytestmark = pytest.mark.real

ROOT = Path(__file__).parents[3]
DATA = ROOT.parent / "shared" / "data"
EXPORTS = DATA / "x-archive"
NAMES = (
    "alrocar", "alrocar-2024-01", "develwoutacause", "dsajgiouawj", "fanfarestiphout", "lildude", "mrkrndvs",
    "murianwind", "nhq", "phoebethewitch", "saneef", "stewartjohn", "zekearanylucas",
)  # fmt: skip

Record = dict[str, Any]
Known = tuple[str, ...]


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    given: str = request.param
    if not (EXPORTS / given).is_dir():
        leave_out("the public exports of X are not beside this folder (data/x-archive)")
    return given


def path_of(name: str) -> Path:
    packed = EXPORTS / name / f"{name}.zip"
    return packed if packed.exists() else EXPORTS / name


def texts(name: str) -> Iterator[str]:
    if (path := path_of(name)).suffix == ".zip":
        with zipfile.ZipFile(path) as packed:
            for member in sorted(packed.namelist()):
                if re.search(r"js/tweets/\d{4}_\d{2}\.js$", member):
                    yield packed.read(member).decode()
    else:
        for found in sorted(path.rglob("*.js")):
            if found.name in ("tweet.js", "tweets.js"):
                yield found.read_text()


def as_json(text: str) -> str:
    """What Prettier made of one export, undone: bare names, single quotes, commas at the end of lists."""
    text = re.sub(r"^(\s*)(\w+):", r'\1"\2":', text, flags=re.MULTILINE)
    single = re.compile(r"'((?:[^'\\\n]|\\.)*)',$", re.MULTILINE)
    text = single.sub(lambda found: json.dumps(found[1].replace("\\'", "'")) + ",", text)
    return re.sub(r",(\s*[\]}])", r"\1", text)


def records(name: str) -> Iterator[Record]:
    for text in texts(name):
        listed = text[text.index("[") :].rstrip().rstrip(";")
        for element in json.loads(as_json(listed) if name == "saneef" else listed):
            yield element.get("tweet", element)


def owner_of(found: list[Record]) -> str:
    """Who wrote most records where they say so, else who answers posts that are among them."""
    told = Counter(record["user"]["id_str"] for record in found if "user" in record)
    ids = {record["id_str"] for record in found}
    answers = Counter(
        record.get("in_reply_to_user_id_str")
        for record in found
        if record.get("in_reply_to_status_id_str") in ids
    )
    return next((str(id_) for id_, _ in (told or answers).most_common(1)), "")


def versions(record: Record) -> list[str]:
    info = record.get("edit_info") or {}
    control = (info.get("edit") or {}).get("editControlInitial") or info.get("initial") or {}
    return sorted({record["id_str"], *control.get("editTweetIds", [])}, key=int)


def held(*names: str) -> frozenset[Known]:
    """The ids of the posts of each thread, in reading order: trees of own posts by their parents' ids."""
    found = [record for name in names for record in records(name)]
    owner, first, parents, answers = owner_of(found), dict[str, str](), dict[str, str | None](), set[str]()
    for record in found:
        if record.get("retweeted_status") or record.get("user", {}).get("id_str", owner) != owner:
            continue
        known = versions(record)
        first |= dict.fromkeys(known, known[0])
        parents[known[0]] = record.get("in_reply_to_status_id_str")
        if record.get("in_reply_to_user_id_str") == owner:
            answers.add(known[0])
    children: dict[str, list[str]] = {}
    tops: list[str] = []
    for post, claimed in parents.items():
        above = first.get(claimed, claimed) if claimed else None
        if above and (above in parents or post in answers):
            children.setdefault(above, []).append(post)
        else:
            tops.append(post)
    tops += [above for above in children if above not in parents]
    orders = (tuple(post for post in in_order(top, children) if post in parents) for top in tops)
    return frozenset(order for order in orders if len(order) > 1)


def in_order(top: str, children: dict[str, list[str]]) -> Iterator[str]:
    stack = [top]
    while stack:
        yield (post := stack.pop())
        stack += sorted(children.get(post, ()), key=int, reverse=True)


@cache
def imported(*names: str) -> tuple[list[Thread], Report]:
    report, archive = Report(), XArchive()
    with ExitStack() as stack:
        sources = [stack.enter_context(open_files(path_of(name))) for name in names]
        assert all(archive.recognise(files) for files in sources)
        threads = [assemble(gathering.conversation) for gathering in archive.read(sources, report)]
    return threads, report


def known(threads: list[Thread]) -> frozenset[Known]:
    return frozenset(tuple(post.ref.id for post in thread.posts) for thread in threads)


def test_an_export_gives_exactly_the_threads_that_its_records_hold(name: str) -> None:
    threads, report = imported(name)
    assert known(threads) == held(name)
    assert len(threads) == len(held(name)) == report.found["threads"]
    assert sum(len(thread.posts) for thread in threads) == report.found["posts in threads"]
    assert figures(threads) == counted_by_others()[name]


def test_all_posts_of_a_thread_say_what_their_records_say(name: str) -> None:
    threads, _ = imported(name)
    posts = {post.ref.id: post for thread in threads for post in thread.posts}
    own = (record for record in records(name) if not record.get("retweeted_status"))
    told = {versions(record)[0]: record for record in sorted(own, key=lambda record: int(record["id_str"]))}
    for id_, post in posts.items():
        text = max((told[id_].get("full_text") or "", told[id_].get("text") or ""), key=len)
        words = re.sub(r"https?://\S+|&(?:amp|lt|gt);|\S*…(?=\s|$)|@\w+", " ", text).split()
        shown = plain(post.body)
        assert [word for word in words if word not in shown] == []
        assert (not shown) <= (not words)
        assert "&amp;" not in shown


def test_two_exports_of_one_account_are_one() -> None:
    if not EXPORTS.is_dir():
        leave_out("the public exports of X are not beside this folder (data/x-archive)")
    both, report = imported("alrocar", "alrocar-2024-01")
    assert known(both) == held("alrocar-2024-01", "alrocar")
    assert known(both) == known(imported("alrocar-2024-01", "alrocar")[0])
    assert report.left_out["posts that are there twice"] > 700
    assert report.found["posts"] > imported("alrocar")[1].found["posts"]


def figures(threads: list[Thread]) -> tuple[int, int, int]:
    """As MANIFEST.md counts: threads with three posts in a row, the longest row, threads that branch."""
    depths = [max(depth_of(thread).values()) for thread in threads]
    branching = sum(max(Counter(own_parents(thread)).values(), default=0) > 1 for thread in threads)
    return sum(depth > 2 for depth in depths), max(depths, default=0), branching


def own_parents(thread: Thread) -> list[PostRef]:
    here = {post.ref for post in thread.posts}
    return [post.parent for post in thread.posts if post.parent in here]


def depth_of(thread: Thread) -> dict[PostRef, int]:
    depths: dict[PostRef, int] = {}
    for post in thread.posts:  # a parent stands before what answers it
        depths[post.ref] = 1 + (depths.get(post.parent, 0) if post.parent else 0)
    return depths


def counted_by_others() -> dict[str, tuple[int, int, int]]:
    """The figures in MANIFEST.md, by export."""
    rows = [line.split("|") for line in (DATA / "MANIFEST.md").read_text().splitlines()]
    return {
        row[1].strip(): (int(row[8]), int(row[9]), int(row[10]))
        for row in rows
        if row[1:2] and row[1].strip() in NAMES
    }
