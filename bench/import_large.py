"""`unroll import` of a 2 GB export of X, as a user runs it: memory of the whole command, beside 142 MB of it.

The export is that of `import-x` with 100,000 posts, and the same once more with pictures and a film that fill
two gigabytes. The command makes all pages too. Memory is that of the process and of all that it starts,
looked at twenty times a second; what they share is counted for each.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bench import importing_x, x_export
from bench.figures import Figure, LeftOutError, at_most, plain
from bench.networks import Networks
from bench.processes import cpu_with_children, family, memory

POSTS, BYTES = 100_000, 2_000_000_000
QUICK_POSTS, QUICK_BYTES = 10_000, 200_000_000
FILM = 1 / 8
"""The share of the bytes that is one film, the rest are pictures."""

SPARE = 3.0
"""Room on the disk, in times of the export: it is there twice, and pages come to it."""

MOST_MORE_MB = 60.0
"""One picture at a time is held, of 40 MB at most."""

LOOK = 0.05


@dataclass(frozen=True, slots=True)
class Ran:
    """What one run of the command took."""

    peak: float
    cpu: float
    wall: float


def measure(_: Networks, quick: bool) -> Iterable[Figure]:  # noqa: FBT001
    posts, size = (QUICK_POSTS, QUICK_BYTES) if quick else (POSTS, BYTES)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        status = os.statvfs(folder)
        if status.f_bavail * status.f_frsize < SPARE * size:
            raise LeftOutError(f"{SPARE * size / 1e9:.0f} GB of disk are not free")
        importing_x.run("make", folder, str(posts))
        small = run(folder, "small")
        yield from figures(folder, "small", small)
        subprocess.run([sys.executable, "-m", "bench.import_large", name, str(size), str(posts)], check=True)
        large = run(folder, "large")
        yield from figures(folder, "large", large)
        more = large.peak - small.peak
        yield at_most("more memory for the media", more, MOST_MORE_MB, "MB", "peak, the whole command")


def figures(folder: Path, name: str, ran: Ran) -> Iterable[Figure]:
    size = (folder / "export.zip").stat().st_size / 1e6
    kept = sum(file.stat().st_size for file in (folder / name).rglob("media/*")) / 1e6
    yield plain(f"{name}: zip", size, "MB", f"{kept:,.0f} MB of media kept")
    yield plain(f"{name}: peak memory", ran.peak, "MB", "of the whole command, pages included")
    yield plain(f"{name}: CPU", ran.cpu, "s", f"{ran.wall:,.0f} s by the clock")


def run(folder: Path, name: str) -> Ran:
    """`unroll import` of the export in `folder`, into a library of its own."""
    command = [sys.executable, "-m", "unroller", "import", str(folder / "export.zip")]
    environment = os.environ | {"UNROLLER_DATA": str(folder / name)}
    began, peak, cpu = time.monotonic(), 0.0, 0.0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=folder, env=environment) as started:
        while started.poll() is None:
            peak = max(peak, memory(*family(started.pid)))
            cpu = max(cpu, cpu_with_children(started.pid))
            time.sleep(LOOK)
    if started.returncode:
        raise RuntimeError(f"unroll import ended with {started.returncode}")
    return Ran(peak, cpu, time.monotonic() - began)


def fill(export: Path, size: int, posts: int) -> None:
    """Put the files of all pictures into the export, about `size` bytes together; the first is a film."""
    with zipfile.ZipFile(export, "a", zipfile.ZIP_STORED) as packed:
        records = x_export.Maker(1).go(posts).records
        ids = [record["id_str"] for record in records if "extended_entities" in record]
        film, picture = int(size * FILM), int(size * (1 - FILM)) // len(ids)
        for number, id_ in enumerate(ids):
            with packed.open(f"data/tweets_media/{id_}-{x_export.PICTURE}", "w", force_zip64=True) as opened:
                opened.write(b"\0\0\0\x18ftypmp42" if number == 0 else b"\xff\xd8\xff\xda")
                left = film if number == 0 else picture
                while left > 0:
                    opened.write(random.randbytes(min(left, 1 << 20)))
                    left -= 1 << 20


if __name__ == "__main__":
    fill(Path(sys.argv[1]) / "export.zip", int(sys.argv[2]), int(sys.argv[3]))
