"""Copies of pictures are whole, and once there, wherever the process that makes them is killed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.flows.copy_killing import settings_of
from tests.flows.pictured import Gallery, gallery
from tests.http.servers import answer
from tests.pictures.drawn import photo
from unroller.flows.copies import MEDIA
from unroller.flows.library import open_library
from unroller.flows.page import make_page
from unroller.store import read_page


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Gallery]:
    with gallery(tmp_path / "begun") as made:
        made.at["/a.jpg"] = answer(photo(400, 300), Content_Type="image/jpeg")
        yield made


def run(jobs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "tests.flows.copy_killing"]
    text = "".join(json.dumps(job) + "\n" for job in jobs)
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def files(folder: Path) -> dict[str, bytes]:
    """All that is finished below a page's folder, without when that was."""
    found = (file for file in folder.rglob("[!.]*") if file.is_file())
    return {file.relative_to(folder).as_posix(): content(file) for file in found}


def content(file: Path) -> bytes:
    if file.suffix != ".forms":
        return file.read_bytes()
    page = read_page(file)
    assert page
    return page.forms[""]


def left_behind(folder: Path, slug: str, server: str) -> list[str]:
    """What whoever was killed left unfinished, and the next visit to the thread has not cleared away."""
    for unfinished in (folder / "pages" / slug).rglob(".*"):
        os.utime(unfinished, (0, 0))
    with open_library(settings_of(folder, server)) as library:
        assert library.store.tasks.get(MEDIA, slug) is None
        make_page(library, slug)
    return [file.name for file in (folder / "pages" / slug).rglob(".*")]


@pytest.mark.real
def test_wherever_copying_is_killed_it_ends_the_same_when_it_is_done_again(
    shop: Gallery, tmp_path: Path
) -> None:
    slug = shop.publish("/a.jpg").slug
    shop.library.store.close()

    def job(name: str, **more: Any) -> dict[str, Any]:
        shutil.copytree(shop.library.settings.data, tmp_path / name, dirs_exist_ok=True)
        return {"data": str(tmp_path / name), "allow": shop.server.pair, "hours": 2, **more}

    (done,) = run([job("whole")])
    assert not done["failed"]
    assert {point.split()[1] for point in done["points"]} == {"commit", "page", "disk"}
    wanted = files(tmp_path / "whole" / "pages" / slug)
    assert len([name for name in wanted if name.startswith("media/")]) == 2
    begin = done["points"].index("before disk")  # nothing lasts before that but the claim of the task
    points = [number for number, point in enumerate(done["points"]) if point.startswith("before")]
    kills = [job(f"killed at {point}", kill_at=point) for point in points if point >= begin]
    ends = run([each for kill in kills for each in (kill, kill | {"kill_at": None, "hours": 3})])
    assert all(end["killed"] for end in ends[::2])
    assert not any(end["killed"] or end["failed"] for end in ends[1::2])
    for kill in kills:
        assert files(Path(kill["data"], "pages", slug)) == wanted
        assert left_behind(Path(kill["data"]), slug, shop.server.pair) == []
