"""An import in a process of its own that is killed at any point where something lasting happens.

`python -m tests.flows.import_killing` reads one job a line, forks a process for each, and says how it ended.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from tests.flows.killing import Points, wrap
from unroller.config import load_settings
from unroller.flows.import_archive import Import, make_pages, opened, save_all
from unroller.flows.library import open_library
from unroller.plugins import load_archives


def run(job: dict[str, Any], points: Points) -> None:
    data = Path(job["data"])
    settings = load_settings({"UNROLLER_DATA": str(data)}, data.parent)
    with opened(load_archives(), [Path(job["export"])]) as (chosen,), open_library(settings) as library:
        store: Any = library.store
        wrap(store._database._engine.dialect, "do_commit", points, "commit")
        wrap(store.pages, "put", points, "page")
        wrap(store.media, "put", points, "picture")
        told = Import()
        save_all(library, chosen, told)
        for _ in make_pages(library, told.slugs):
            pass


def fork(job: dict[str, Any]) -> dict[str, Any]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        status = 1
        try:
            run(job, Points(writing, job.get("kill_at")))
            status = 0
        except BaseException as error:  # noqa: BLE001 - the parent has to hear of anything
            print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading) as paper:
        names = paper.read().splitlines()
    _, ended = os.waitpid(child, 0)
    killed = os.WIFSIGNALED(ended) and os.WTERMSIG(ended) == signal.SIGKILL
    return {"killed": killed, "failed": not killed and ended != 0, "points": names}


def main() -> None:
    for line in sys.stdin:
        print(json.dumps(fork(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
