"""Import of a made-up outbox of Mastodon: CPU and peak memory, beside the bare JSON parse of the same bytes.

    .venv/bin/python -m bench.importing [POSTS …]

Each size runs in processes of its own, so that memory is its own too. The outbox is made as exports are:
one in six posts answers an earlier one of its author's own, threads are short but for a few, a tenth is
boosted, a twentieth is not public. Pages are made apart: drawing them costs what it costs for any thread.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

SIZES = (10_000, 100_000)
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
    from unroller.flows.import_archive import Import, opened, save_all
    from unroller.flows.library import open_library
    from unroller.plugins import load_archives

    settings = load_settings({"UNROLLER_DATA": str(path.parent / "data")}, path.parent)
    with opened(load_archives(), [path]) as (chosen,), open_library(settings) as library:
        told = Import()
        save_all(library, chosen, told)
        return len(told.slugs)


STEPS = {"json.loads": parse, "read": read, "read, save": save}


def measure(step: str, path: Path) -> dict[str, float]:
    """One step in a process of its own."""
    command = [sys.executable, "-m", "bench.importing", step, str(path)]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(found.stdout))


def run_step(step: str, path: Path) -> None:
    began, cpu = time.perf_counter(), time.process_time()
    count = STEPS[step](path)
    spent = {"wall": time.perf_counter() - began, "cpu": time.process_time() - cpu, "count": count}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(spent | {"peak": peak}))


def main(sizes: tuple[int, ...]) -> None:
    print("| posts | outbox | step | CPU | posts in a second of CPU | peak memory | |")
    print("|---:|---:|---|---:|---:|---:|---|")
    for posts in sizes:
        for step in STEPS:
            with tempfile.TemporaryDirectory() as folder:
                path = write(Path(folder) / "outbox.json", posts)
                found = measure(step, path)
                mb = path.stat().st_size / 1e6
            threads = "" if step == "json.loads" else f"{found['count']:,.0f} threads"
            print(
                f"| {posts:,} | {mb:.0f} MB | {step} | {found['cpu']:.1f} s | {posts / found['cpu']:,.0f} "
                f"| {found['peak']:.0f} MB | {threads} |",
                flush=True,
            )


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] in STEPS:
        run_step(sys.argv[1], Path(sys.argv[2]))
    else:
        main(tuple(map(int, sys.argv[1:])) or SIZES)
