"""Import of a made-up outbox of Mastodon: CPU and peak memory, beside the bare JSON parse of the same bytes.

Each step runs in a process of its own, so that its memory is its own too. The outbox is made as exports are:
one in six posts answers an earlier one of its author's own, threads are short but for a few, a tenth is
boosted, a twentieth is not public. Pages are made apart: drawing them costs what it costs for any thread.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.figures import Figure, at_most, plain
from bench.networks import Networks
from bench.processes import peak

SIZES, QUICK = (10_000, 100_000), (1_000, 10_000)
PAGES = 100
ME = "https://social.example/users/ada"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
WORDS = ("tide", "comes", "and", "goes", "while", "we", "count", "sand", "that", "it", "leaves", "behind")


def outbox(posts: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """Activities, oldest first."""
    dice, at = random.Random(seed), datetime(2019, 1, 1, tzinfo=UTC)
    latest: list[str] = []
    for number in range(posts):
        at += timedelta(seconds=dice.choice((2, 60, 3_600, 40_000)))
        post = f"{ME}/statuses/{100_000_000_000_000_000 + number * 1_000_003}"
        parent = dice.choice(latest[-3:]) if latest and dice.random() < 0.17 else None
        yield activity(dice, post, parent, at, public=dice.random() > 0.05)
        if dice.random() < 0.1:
            yield {"id": f"{post}/boost", "type": "Announce", "actor": ME, "object": "https://b.example/1"}
        latest.append(post)
        del latest[:-3]


def activity(
    dice: random.Random, post: str, parent: str | None, at: datetime, *, public: bool
) -> dict[str, Any]:
    text = " ".join(dice.choices(WORDS, k=dice.choice((12, 30, 60))))
    to = [PUBLIC] if public else [f"{ME}/followers"]
    note = {
        "id": post, "type": "Note", "summary": None, "inReplyTo": parent,
        "published": at.isoformat().replace("+00:00", "Z"), "url": post.replace("/users/", "/@"),
        "attributedTo": ME, "to": to, "cc": [f"{ME}/followers"], "sensitive": False, "atomUri": post,
        "inReplyToAtomUri": parent, "conversation": f"tag:social.example,{at:%Y-%m-%d}:objectId={post[-6:]}",
        "content": f"<p>{text}</p>", "contentMap": {"en": f"<p>{text}</p>"}, "attachment": [], "tag": [],
        "replies": {"id": f"{post}/replies", "type": "Collection", "first": {"type": "CollectionPage",
                    "next": f"{post}/replies?page=true", "partOf": f"{post}/replies", "items": []}},
    }  # fmt: skip
    return {"id": f"{post}/activity", "type": "Create", "actor": ME, "published": note["published"],
            "to": to, "cc": note["cc"], "object": note}  # fmt: skip


def write(path: Path, posts: int) -> Path:
    with path.open("w") as opened:
        opened.write('{"@context": "https://www.w3.org/ns/activitystreams", "orderedItems": [')
        for number, one in enumerate(outbox(posts)):
            opened.write(("," if number else "") + json.dumps(one))
        opened.write("]}")
    return path


def parse(path: Path) -> int:
    return len(json.loads(path.read_bytes())["orderedItems"])


def read(path: Path) -> int:
    from unroller.archives.files import open_files
    from unroller.archives.mastodon_archive import MastodonArchive
    from unroller.core.assemble import assemble
    from unroller.core.ports import Report

    with open_files(path) as files:
        threads = (assemble(found.conversation) for found in MastodonArchive().read([files], Report()))
        return sum(1 for _ in threads)


def save(path: Path) -> int:
    from unroller.config import load_settings
    from unroller.flows.import_archive import Import, save_all
    from unroller.flows.library import open_library
    from unroller.flows.open_archives import opened
    from unroller.plugins import load_archives

    settings = load_settings({"UNROLLER_DATA": str(path.parent / "data")}, path.parent)
    with opened(load_archives(), [path]) as (chosen,), open_library(settings) as library:
        told = Import()
        save_all(library, chosen, told)
        return len(told.slugs)


STEPS = {"json.loads": parse, "read": read, "read, save": save}


def pages(path: Path) -> int:
    """The pages of the threads in `path`, which `save` has saved before."""
    from unroller.config import load_settings
    from unroller.flows.import_archive import make_pages
    from unroller.flows.library import open_library

    settings = load_settings({"UNROLLER_DATA": str(path.parent / "data")}, path.parent)
    with open_library(settings) as library:
        slugs = [entry.slug for entry in library.store.threads.entries(PAGES)]
        return sum(1 for _ in make_pages(library, slugs))


STEPS = {"parse": parse, "read": read, "save": save, "pages": pages}


@dataclass(frozen=True, slots=True)
class Run:
    """What one step took: seconds of CPU, megabytes at its peak, and how many there were of what it makes."""

    cpu: float
    peak: float
    count: int


def run(step: str, path: Path) -> Run:
    """One step in a process of its own."""
    command = [sys.executable, "-m", "bench.importing", step, str(path)]
    return Run(**json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout))


def measure(_: Networks, quick: bool) -> Iterator[Figure]:  # noqa: FBT001
    """Both sizes; limits stand where the size changes nothing or little."""
    peaks: list[float] = []
    for posts in QUICK if quick else SIZES:
        with tempfile.TemporaryDirectory() as folder:
            path = write(Path(folder) / "outbox.json", posts)
            size = f"{posts:,} posts ({path.stat().st_size / 1e6:.0f} MB)"
            steps = {step: run(step, path) for step in STEPS}
        parsed, kept = steps["parse"], steps["save"]
        peaks.append(kept.peak)
        note = f"{posts / kept.cpu:,.0f} posts in a second of CPU; {kept.count:,} threads"
        yield plain(f"json.loads, {size}", parsed.cpu, "s CPU", f"{parsed.peak:.0f} MB at its peak")
        yield plain(f"read and assemble, {size}", steps["read"].cpu, "s CPU", f"{steps['read'].peak:.0f} MB")
        yield plain(f"read, assemble and save, {size}", kept.cpu, "s CPU", note)
        yield at_most(f"peak memory, {size}", kept.peak, 150, "MB", f"json.loads: {parsed.peak:.0f} MB")
        made = steps["pages"]
        yield plain("HTML, JSON and card of one thread", 1000 * made.cpu / made.count, "ms CPU")
    times = f"for {(QUICK if quick else SIZES)[-1] // (QUICK if quick else SIZES)[0]} times the posts"
    yield at_most("peak memory, largest beside smallest", peaks[-1] / peaks[0], 1.5, note=times)


def step_here(step: str, path: Path) -> None:
    began = time.process_time()
    count = STEPS[step](path)
    spent = time.process_time() - began
    print(json.dumps({"cpu": spent, "peak": peak(), "count": count}))


if __name__ == "__main__":
    step_here(sys.argv[1], Path(sys.argv[2]))
