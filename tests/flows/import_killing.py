"""An import in a process of its own that is killed at any point where something lasting happens.

`python -m tests.flows.import_killing` reads one job a line, forks a process for each, and says how it ended.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.flows.killing import Points, serve, wrap
from unroller.config import load_settings
from unroller.flows.import_archive import Import, make_pages, save_all
from unroller.flows.library import open_library
from unroller.flows.open_archives import opened
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


if __name__ == "__main__":
    serve(run)
