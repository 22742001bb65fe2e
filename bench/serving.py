"""Published pages: ours beside nginx with the same bytes and headers, on the same machine, turn by turn.

One process of each, 32 connections. The rates swing with whoever else uses the machine; taking turns lets
both swing alike, and CPU for each request does not swing.
"""

from __future__ import annotations

import re
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2

from bench import nginx, processes, server
from bench.figures import Figure, LeftOutError, at_least, plain
from bench.networks import Networks
from bench.page_size import published
from unroller.config import Settings
from unroller.flows.library import open_library

CONNECTIONS = 32
CODING = {"accept-encoding": "gzip"}
PAGE_SHARE, UNCHANGED_SHARE = 0.5, 0.3
LEFT_TO_THE_SERVER = {"content-length", "content-type", "content-encoding", "etag", "date", "server", "vary"}


@dataclass(frozen=True, slots=True)
class Round:
    """`p99` in ms; `cpu` in µs for each request."""

    rate: float
    p99: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Contestant:
    name: str
    url: str
    pids: tuple[int, ...]
    etag: str

    @classmethod
    def of(cls, name: str, url: str, pids: tuple[int, ...], size: int) -> Contestant:
        """Checks that it sends what it should."""
        found = httpx2.get(url, headers=CODING, trust_env=False)
        assert found.status_code == 200, found
        assert found.headers.get("content-encoding") == "gzip", found.headers
        assert int(found.headers["content-length"]) == size, found.headers
        etag = found.headers["etag"]
        again = httpx2.get(url, headers=CODING | {"if-none-match": etag}, trust_env=False)
        assert again.status_code == 304, again
        return cls(name, url, pids, etag)

    def round(self, seconds: int, *, unchanged: bool) -> Round:
        before = processes.cpu(*self.pids)
        requests, rate, p99 = wrk(self.url, seconds, {"if-none-match": self.etag} if unchanged else {})
        return Round(rate, p99, 1e6 * (processes.cpu(*self.pids) - before) / requests)


def measure(_: Networks, quick: bool) -> Iterable[Figure]:  # noqa: FBT001
    if shutil.which("wrk") is None:
        raise LeftOutError("wrk is missing (Debian: apt-get install wrk)")
    nginx.find()
    with tempfile.TemporaryDirectory(prefix="unroller-bench-") as folder:
        settings = Settings(data=Path(folder))
        slug = published(settings)
        yield from contest(settings, slug, rounds=3 if quick else 9, seconds=2)


def contest(settings: Settings, slug: str, rounds: int, seconds: int) -> Iterator[Figure]:
    with open_library(settings) as library:
        page = library.store.pages.load(slug, "page.html")
    assert page is not None
    packed = page.forms["gzip"]
    with server.running(settings) as site:
        url = f"{site.address}/t/{slug}"
        pids = tuple(processes.family(site.pid))
        ours = Contestant.of("unroll serve", url, pids, len(packed))
        headers = own_headers(url)
        with nginx.running(f"t/{slug}", page.forms[""], packed, headers) as other:
            theirs = Contestant.of("nginx", f"{other.address}/t/{slug}", other.pids, len(packed))
            for unchanged, share, name in ((False, PAGE_SHARE, "page"), (True, UNCHANGED_SHARE, "304")):
                yield from compared(ours, theirs, name, share, rounds, seconds, unchanged=unchanged)
        yield plain(
            "memory of unroll serve --site-only", processes.memory(*pids), "MB", f"{len(pids)} processes"
        )


def own_headers(url: str) -> dict[str, str]:
    found = httpx2.get(url, headers=CODING, trust_env=False).headers
    return {name: value for name, value in found.items() if name not in LEFT_TO_THE_SERVER}


def compared(
    ours: Contestant,
    theirs: Contestant,
    name: str,
    share: float,
    rounds: int,
    seconds: int,
    *,
    unchanged: bool,
) -> Iterator[Figure]:
    pairs = [
        (ours.round(seconds, unchanged=unchanged), theirs.round(seconds, unchanged=unchanged))
        for _ in range(rounds)
    ]
    ratio = statistics.median(mine.rate / other.rate for mine, other in pairs)
    yield at_least(
        f"{name}: rate beside nginx", ratio, share, note=f"median of {rounds} pairs of {seconds} s"
    )
    middles = [middle(rounds) for rounds in zip(*pairs, strict=True)]
    yield plain(f"{name}: CPU for each request beside nginx", middles[0].cpu / middles[1].cpu, "times")
    for contestant, found in zip((ours, theirs), middles, strict=True):
        figures = f"p99 {found.p99:.1f} ms, CPU {found.cpu:.0f} µs each"
        yield plain(f"{name}: {contestant.name}", found.rate, "requests/s", figures)


def middle(rounds: tuple[Round, ...]) -> Round:
    rates, p99s, cpus = zip(*((one.rate, one.p99, one.cpu) for one in rounds), strict=True)
    return Round(statistics.median(rates), statistics.median(p99s), statistics.median(cpus))


def wrk(url: str, seconds: int, headers: dict[str, str]) -> tuple[int, float, float]:
    """Requests answered, requests per second, and the 99th percentile in ms."""
    given = [item for name, value in (CODING | headers).items() for item in ("-H", f"{name}: {value}")]
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", *given, url]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Socket errors" not in said, said
    assert "Non-2xx" not in said, said
    p99, unit = _found(r"99%\s+([\d.]+)(us|ms|s)\b", said)
    (requests,) = _found(r"(\d+) requests in", said)
    (rate,) = _found(r"Requests/sec:\s+([\d.]+)", said)
    return int(requests), float(rate), float(p99) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit]


def _found(pattern: str, said: str) -> tuple[str, ...]:
    found = re.search(pattern, said)
    assert found, said
    return found.groups()
