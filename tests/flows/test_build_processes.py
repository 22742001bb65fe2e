"""A site is made by processes of their own, which may be killed, and on a disk that may be full."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from tests.conftest import leave_out
from tests.flows.shelves import built, files, shelve, written
from unroller.core.errors import SetupError
from unroller.flows.build import Order, build
from unroller.flows.build import threads as made
from unroller.flows.library import Library

pytestmark = pytest.mark.real

Resize = Callable[[int], object]


@pytest.fixture
def in_processes() -> Iterator[None]:
    """Two threads are enough to be made by two processes."""
    with patch.object(made, "FEW", 1), patch.object(os, "sched_getaffinity", lambda _: {0, 1}):
        yield


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[tuple[Path, Resize]]:
    """A disk of one megabyte, and what makes it as large as one says, in kilobytes."""
    folder = tmp_path / "disk"
    folder.mkdir()

    def mount(options: str) -> subprocess.CompletedProcess[bytes]:
        command = ["mount", "-t", "tmpfs", "-o", options, "unroller", str(folder)]
        return subprocess.run(command, capture_output=True, check=False)

    if mount("size=1024k").returncode:
        leave_out("a disk that can be full: only root may mount one")
    yield folder, lambda size: mount(f"remount,size={size}k")
    subprocess.run(["umount", str(folder)], check=True)


def many(library: Library, begin: int, count: int) -> None:
    shelve(
        library, *(written(10 * number + 1, f"Number {number}.") for number in range(begin, begin + count))
    )


def pages(site: Path) -> dict[str, bytes]:
    """All but search: that numbers threads as they came to the site, which these came to in two turns."""
    return {name: data for name, data in files(site).items() if not name.startswith("search/")}


def free(folder: Path) -> int:
    """Kilobytes."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize // 1024


def test_processes_make_the_same_bytes_as_one_alone(
    library: Library, tmp_path: Path, in_processes: None
) -> None:
    many(library, 0, 6)
    with patch.object(
        made, "_files", side_effect=AssertionError("made here")
    ):  # the others do not know of it
        built(library, tmp_path / "many")
    with patch.object(made, "FEW", 1000):
        built(library, tmp_path / "one")
    assert files(tmp_path / "many") == files(tmp_path / "one")


def test_a_process_that_is_killed_is_one_clear_sentence_and_the_next_build_goes_on(
    library: Library, tmp_path: Path, in_processes: None
) -> None:
    site = tmp_path / "site"
    many(library, 0, 2)
    built(library, site)
    before = files(site)
    many(library, 2, 30)

    def kill(*_: int) -> None:
        for process in multiprocessing.active_children():
            assert process.pid
            os.kill(process.pid, signal.SIGKILL)

    with pytest.raises(SetupError, match=r"^A process that made pages was killed.*build again to go on\.$"):
        build(library, site, Order(formats=("markdown", "text")), kill)
    assert multiprocessing.active_children() == []
    assert before.items() <= files(site).items()
    built(library, site)
    built(library, tmp_path / "fresh")
    assert pages(site) == pages(tmp_path / "fresh")


@pytest.mark.parametrize("few", [1, 1000])
def test_a_full_disk_is_one_clear_sentence_and_harms_nothing_that_was_there(
    library: Library, tmp_path: Path, in_processes: None, disk: tuple[Path, Resize], few: int
) -> None:
    folder, resize = disk
    site = folder / "site"
    many(library, 0, 2)
    with patch.object(made, "FEW", few):
        built(library, site)
        before = files(site)
        many(library, 2, 20)
        resize(1024 - free(folder) + 100)
        with pytest.raises(SetupError, match=r"cannot be written: No space left on device\.$"):
            built(library, site)
        after = files(site)
        assert before.items() <= after.items()
        assert not [name for name in after if "/.unroller-" in f"/{name}"]
        resize(8 << 10)
        built(library, site)
    built(library, tmp_path / "fresh")
    assert pages(site) == pages(tmp_path / "fresh")
