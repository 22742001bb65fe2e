"""Copying of pictures in a process of its own that is killed at any point where something lasting happens.

Such a point stands around each commit, each published file, and each time that a file or a folder goes to
the disk: before that, a file is written whole but not yet under its name.

`python -m tests.flows.copy_killing` reads one job a line, forks a process for each, and says how it ended.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.flows.killing import Points, serve, work_all, wrap
from unroller.config import Settings
from unroller.flows import work
from unroller.flows.library import open_library


def settings_of(data: Path, server: str) -> Settings:
    """Of a library in that folder which may ask that server on loopback."""
    return Settings(data=data, base_url="https://unroll.example", allow_addresses=(server,), recheck=())


def run(job: dict[str, Any], points: Points) -> None:
    work.LEASE = 600.0  # renewed in the meantime, it would be a point of its own on a slow day
    ahead = timedelta(hours=job["hours"])
    settings = settings_of(Path(job["data"]), job["allow"])
    with open_library(settings, clock=lambda: datetime.now(UTC) + ahead) as library:
        store: Any = library.store
        wrap(store._database._engine.dialect, "do_commit", points, "commit")
        wrap(store.pages, "put", points, "page")
        wrap(os, "fsync", points, "disk")
        work_all(library)


if __name__ == "__main__":
    serve(run)
