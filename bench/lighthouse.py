"""What Lighthouse says of each kind of page that search engines are meant to find: 100 in all it judges.

Lighthouse looks as a slow telephone would, from figures of this machine's: where that is busy, the score for
speed is that of the best of a few looks. What keeps a page from 100 is printed with it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from typing import Any

from bench.figures import Figure, LeftOutError, at_least, plain
from bench.networks import Networks
from tests.browser import FLAGS
from tests.testnet.bluesky import node
from tests.testnet.processes import FOLDER, NotInstalledError
from tests.web.kinds import PUBLIC, furnished

PROGRAM = FOLDER / "node_modules" / "lighthouse" / "cli" / "index.js"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
LOOKS = 3

Report = dict[str, Any]


def measure(_: Networks, quick: bool) -> Iterable[Figure]:  # noqa: FBT001
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise LeftOutError("Chromium is missing (Debian: apt-get install chromium)")
    if not PROGRAM.exists():
        raise NotInstalledError("Lighthouse is missing: make bench installs it (npm ci in tests/testnet)")
    with furnished() as pages:
        for kind in PUBLIC:
            yield from judged(kind, pages[kind], chromium, 1 if quick else LOOKS)


def judged(kind: str, address: str, chromium: str, looks: int) -> Iterator[Figure]:
    """A figure for each category: the best of some looks, for what disturbs only ever lowers a score."""
    reports: list[Report] = []
    while len(reports) < looks and not any(map(is_perfect, reports)):
        reports.append(look(address, chromium))
    best = max(reports, key=lambda report: sum(score(report, category) for category in CATEGORIES))
    for category in CATEGORIES:
        yield at_least(f"{kind}: {category}", score(best, category), 100, note=shortcomings(best, category))
    yield plain(f"{kind}: largest paint on a slow telephone", paint(best), note=f"{len(reports)} looks")


def look(address: str, chromium: str) -> Report:
    flags = " ".join(flag for flag in FLAGS if " " not in flag)
    command = [
        *(str(node()), str(PROGRAM), address, "--output=json", "--quiet", "--no-enable-error-reporting"),
        f"--only-categories={','.join(CATEGORIES)}",
        f"--chrome-flags=--headless=new {flags}",
    ]
    done = subprocess.run(
        command, env=os.environ | {"CHROME_PATH": chromium}, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"Lighthouse could not look at {address}:\n{done.stderr[-2000:]}")
    report: Report = json.loads(done.stdout)
    return report


def is_perfect(report: Report) -> bool:
    return all(score(report, category) == 100 for category in CATEGORIES)


def score(report: Report, category: str) -> int:
    return round(100 * (report["categories"][category]["score"] or 0))


def paint(report: Report) -> str:
    return str(report["audits"]["largest-contentful-paint"].get("displayValue", ""))


def shortcomings(report: Report, category: str) -> str:
    """The audits that cost the page points."""
    parts = report["categories"][category]["auditRefs"]
    audits = [report["audits"][part["id"]] for part in parts if part["weight"]]
    lost = [audit for audit in audits if audit["score"] is not None and audit["score"] < 1]
    return "; ".join(f"{audit['id']} {audit.get('displayValue', '')}".strip() for audit in lost)
