"""Import of an export of X whose answer is known: cost beside the bare JSON parse, and what came of it.

Each step runs in a process of its own, so that CPU and peak memory are its own: the bare parse of the same
bytes by `json.loads`, reading and joining into threads, and that with storing in SQLite. Pages are made
apart: drawing them costs what it costs for any thread. The steps are run turn by turn, several times, and
the least of each counts: what else a machine does can only add to it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable
from operator import itemgetter
from pathlib import Path
from typing import Any

from bench import x_export
from bench.figures import Figure, at_most, plain
from bench.networks import Networks
from bench.processes import peak

SIZES = (1_000, 10_000, 100_000)
RUNS = {1_000: 15, 10_000: 5, 100_000: 3}
TIMES_THE_PARSE = 4.0
MOST_SECONDS, MOST_MB = 10.0, 300.0
PAGES = 60

Step = dict[str, Any]


def measure(_: Networks, quick: bool) -> Iterable[Figure]:  # noqa: FBT001
    for posts in SIZES[:2] if quick else SIZES:
        with tempfile.TemporaryDirectory() as folder:
            # In a process of its own, as all: one that is large hands its size on to those that it starts.
            run("make", Path(folder), str(posts))
            threads = json.loads((Path(folder) / "answer.json").read_text())["threads"]
            yield from figures(Path(folder), posts, len(threads), sum(map(len, threads)))


def figures(folder: Path, posts: int, threads: int, total: int) -> Iterable[Figure]:
    turns = [[run(step, folder) for step in ("parse", "read", "save")] for _ in range(RUNS[posts])]
    parse, read, save = (min(step, key=itemgetter("cpu")) for step in zip(*turns, strict=True))
    size = f"{parse['bytes'] / 1e6:.0f} MB, {threads:,} threads with {total:,} posts"
    yield plain(f"{posts:,} posts: bare parse", parse["cpu"], "s", f"json.loads of {size}; {memory(parse)}")
    yield plain(f"{posts:,} posts: read and joined", read["cpu"], "s", memory(read))
    if posts == SIZES[-1]:
        yield at_most(f"{posts:,} posts: and stored", save["cpu"], MOST_SECONDS, "s", "CPU")
        yield at_most(f"{posts:,} posts: peak memory", save["peak"], MOST_MB, "MB", "of reading and storing")
    else:
        yield plain(f"{posts:,} posts: and stored", save["cpu"], "s", memory(save))
    times = save["cpu"] / parse["cpu"]
    yield at_most(f"{posts:,} posts: all against the bare parse", times, TIMES_THE_PARSE, "times", "CPU")
    yield plain(
        f"{posts:,} posts: by the clock", save["wall"], "s", f"{posts / save['wall']:,.0f} posts a second"
    )
    whole = f"{save['whole']:,} of {threads:,} threads"
    right = save["whole"] == threads == save["threads"] and save["lost"] == 0
    note = f"{save['lost']} posts lost; text {save['repeated']:.2f} times"
    yield Figure(f"{posts:,} posts: whole and in order", whole, "all", right, note)
    yield plain(
        f"{posts:,} posts: a page", save["page"] * 1000, "ms", f"CPU, of {save['pages']} that were made"
    )


def memory(step: Step) -> str:
    return f"{step['peak']:.0f} MB at most"


def run(step: str, folder: Path, *given: str) -> Step:
    """One step in a process of its own."""
    command = [sys.executable, "-m", "bench.importing_x", step, str(folder), *given]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def parse(folder: Path) -> Step:
    with zipfile.ZipFile(folder / "export.zip") as packed:
        texts = [packed.read(name) for name in ("data/tweets.js", "data/note-tweet.js")]
    began = time.process_time()
    for text in texts:
        json.loads(text[text.index(b"[") :])
    return {"cpu": time.process_time() - began, "bytes": sum(map(len, texts))}


def read(folder: Path) -> Step:
    from unroller.archives.files import open_files
    from unroller.archives.x_archive import XArchive
    from unroller.core.assemble import assemble
    from unroller.core.ports import Report

    began = time.process_time()
    with open_files(folder / "export.zip") as files:
        found = XArchive().read([files], Report())
        count = sum(1 for one in found if assemble(one.conversation).posts)
    return {"cpu": time.process_time() - began, "threads": count}


def save(folder: Path) -> Step:
    from unroller.config import load_settings
    from unroller.flows.import_archive import Import, make_pages, save_all
    from unroller.flows.library import open_library
    from unroller.flows.open_archives import opened
    from unroller.plugins import load_archives

    shutil.rmtree(folder / "data", ignore_errors=True)
    settings = load_settings({"UNROLLER_DATA": str(folder / "data")}, folder)
    # To see what kind of archive it is loads the code of all kinds: that is start-up, and measured there.
    with open_library(settings) as library, opened(load_archives(), [folder / "export.zip"]) as (chosen,):
        began, wall, told = time.process_time(), time.perf_counter(), Import()
        save_all(library, chosen, told)
        step = {"cpu": time.process_time() - began, "wall": time.perf_counter() - wall, "peak": peak()}
        saved = [library.store.threads.load(slug) for slug in told.slugs]
        threads = [found.thread for found in saved if found and found.thread]
        began = time.process_time()
        pages = sum(1 for _ in make_pages(library, told.slugs[:PAGES]))
        step |= {"page": (time.process_time() - began) / pages, "pages": pages}
    return step | compared(threads, json.loads((folder / "answer.json").read_text()))


def compared(threads: list[Any], answer: Step) -> Step:
    """How many threads are whole and in order; how many posts are in none; how often the text is there."""
    from unroller.core.body import plain as text_of

    expected = {tuple(ids) for ids in answer["threads"]}
    found = [tuple(post.ref.id for post in thread.posts) for thread in threads]
    here = {id_ for ids in found for id_ in ids}
    shown = sum(len(text_of(post.body)) for thread in threads for post in thread.posts)
    return {
        "threads": len(threads),
        "whole": sum(ids in expected for ids in found),
        "lost": sum(id_ not in here for ids in expected for id_ in ids),
        "repeated": shown / answer["characters"],
    }


def make(folder: Path, posts: str) -> Step:
    x_export.write(folder, int(posts))
    return {}


STEPS: dict[str, Callable[..., Step]] = {"make": make, "parse": parse, "read": read, "save": save}

if __name__ == "__main__":
    done = STEPS[sys.argv[1]](Path(sys.argv[2]), *sys.argv[3:])
    print(json.dumps({"peak": peak()} | done))
