"""What each format takes for 25 and 1,000 posts, and a book of 100 threads, in CPU, each in its own process.

PDF stands beside that of Chromium, WeasyPrint and fpdf2.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from msgspec.structs import replace

from bench import pdf_engines, processes, prose
from bench.figures import Figure, plain
from bench.networks import Networks
from tests import browser
from tests.threads.build import chain, ref, thread
from unroller.core.model import Thread, Verdict
from unroller.core.ports import Binding, Frame, Part
from unroller.plugins import find, load_exports

SIZES = (25, 1000)
FRAME = Frame("Unroller", "https://unroll.example", "https://unroll.example/t/abcdefghijkl")


def measure(_: Networks, quick: bool) -> Iterable[Figure]:  # noqa: FBT001
    for size in SIZES[: 1 if quick else 2]:
        for name in find("unroller.exports"):
            yield in_a_process(name, size)
        yield by_chromium(size)
    yield from pdf_engines.measure(SIZES[0])
    yield from (bound(name, 10 if quick else 100) for name in ("epub", "pdf"))


def made_of(size: int, begin: int = 0) -> Thread:
    posts = chain(*map(prose.paragraph, range(begin, begin + size)))
    return replace(thread(posts), ref=ref(1_000_000 + begin))


def in_a_process(name: str, size: int) -> Figure:
    command = [sys.executable, "-m", "bench.exporting", name, str(size)]
    said = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return plain(f"{size:,} posts as {name}", said["first"], "ms", note(said))


def bound(name: str, threads: int) -> Figure:
    command = [sys.executable, "-m", "bench.exporting", name, "10", str(threads)]
    said = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return plain(f"{threads} threads of 10 posts as one {name}", said["first"], "ms", note(said))


def note(said: dict[str, float]) -> str:
    size_and_memory = f"{said['bytes'] / 1000:,.0f} KB, {said['memory']:.0f} MB of memory more"
    return f"again {said['again']:.0f} ms, {size_and_memory}"


def render(name: str, size: int, threads: int = 1) -> dict[str, float]:
    export, found = load_exports()[name], made_of(size)
    if threads == 1:
        return figures(lambda: export.render(found, Verdict(), FRAME))
    assert isinstance(export, Binding)
    parts = [Part(made_of(size, begin=n * size), Verdict(), FRAME) for n in range(threads)]
    return figures(lambda: export.bind("Threads", parts))


def figures(work: Callable[[], bytes]) -> dict[str, float]:
    """Milliseconds of CPU of the first and a later time; the size; what memory grew by."""
    before = processes.peak()
    first, data = timed(work)
    again = min(timed(work)[0] for _ in range(3))
    grown = processes.peak() - before
    return {"first": first, "again": again, "bytes": len(data), "memory": grown}


def timed(work: Callable[[], bytes], clock: Callable[[], float] = time.process_time) -> tuple[float, bytes]:
    began = clock()
    made = work()
    return 1000 * (clock() - began), made


def spent_by_all() -> float:
    """Seconds of CPU of this process and of all that it started."""
    return processes.cpu(*processes.family(os.getpid()))


def by_chromium(size: int) -> Figure:
    """The same thread's page, printed by a browser that runs already."""
    what, executable = f"{size:,} posts as PDF by Chromium", shutil.which("chromium")
    if executable is None:
        return Figure(what, "not measured", note="Chromium is not installed")
    with tempfile.TemporaryDirectory(prefix="unroller-bench-") as folder:
        file = Path(folder) / "thread.html"
        file.write_bytes(load_exports()["html"].render(made_of(size), Verdict(), Frame()))
        with browser.running(Path(executable)) as chromium:
            page = browser.new_page(chromium)

            def print_it() -> bytes:
                page.goto(file.as_uri())
                made: bytes = page.pdf(tagged=True)
                return made

            first, data = timed(print_it, spent_by_all)
            again, _ = timed(print_it, spent_by_all)
            page.context.close()
    return plain(what, first, "ms", f"again {again:.0f} ms, {len(data) / 1000:,.0f} KB")


if __name__ == "__main__":
    print(json.dumps(render(sys.argv[1], *map(int, sys.argv[2:]))))
