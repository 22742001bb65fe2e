"""What each format takes for 25 and 1,000 posts, in CPU, each in its own process; PDF beside Chromium's."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from bench import processes, prose
from bench.figures import Figure, plain
from bench.networks import Networks
from tests import browser
from tests.threads.build import chain, thread
from unroller.core.model import Thread, Verdict
from unroller.core.ports import Frame
from unroller.plugins import find, load_exports

SIZES = (25, 1000)
FRAME = Frame("Unroller", "https://unroll.example", "https://unroll.example/t/abcdefghijkl")


def measure(_: Networks, quick: bool) -> Iterable[Figure]:  # noqa: FBT001
    for size in SIZES[: 1 if quick else 2]:
        for name in find("unroller.exports"):
            yield in_a_process(name, size)
        yield by_chromium(size)


def made_of(size: int) -> Thread:
    return thread(chain(*map(prose.paragraph, range(size))))


def in_a_process(name: str, size: int) -> Figure:
    command = [sys.executable, "-m", "bench.exporting", name, str(size)]
    said = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    size_and_memory = f"{said['bytes'] / 1000:,.0f} KB, {said['memory']:.0f} MB of memory more"
    note = f"again {said['again']:.0f} ms, {size_and_memory}"
    return plain(f"{size:,} posts as {name}", said["first"], "ms", note)


def render(name: str, size: int) -> dict[str, float]:
    """Milliseconds of CPU of the first and a later time; the size; what memory grew by."""
    export, found = load_exports()[name], made_of(size)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    first, data = timed(lambda: export.render(found, Verdict(), FRAME))
    again = min(timed(lambda: export.render(found, Verdict(), FRAME))[0] for _ in range(3))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1000
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
    print(json.dumps(render(sys.argv[1], int(sys.argv[2]))))
