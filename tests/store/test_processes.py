"""Several processes on one database and one folder, real ones."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.store.conftest import Clock
from tests.store.test_threads import save
from tests.threads.build import author, chain, ref, thread
from unroller.store import Pages, Store

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def start(deed: str, url: str, pages: Path, name: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.store.worker", deed, url, str(pages), name]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)


def outcome(process: subprocess.Popen[str]) -> list[str]:
    said, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return said.split()


def test_four_workers_do_each_of_two_hundred_tasks_once(store: Store, url: str, tmp_path: Path) -> None:
    with store.transaction():
        for number in range(200):
            store.tasks.put("answer", f"task-{number}")
    workers = [start("take_all", url, tmp_path / "pages", f"worker-{n}") for n in range(4)]
    done = [key for worker in workers for key in outcome(worker)]
    assert sorted(done) == sorted(f"task-{number}" for number in range(200))


def test_four_starters_at_once_make_the_tables_once(url: str, tmp_path: Path) -> None:
    starters = [start("look", url, tmp_path / "pages", f"starter-{n}") for n in range(4)]
    assert [outcome(starter) for starter in starters] == [[f"starter-{n}", "()"] for n in range(4)]


def test_many_threads_write_at_once_and_nothing_is_lost(store: Store) -> None:
    def write(number: int) -> None:
        save(store, thread(chain("Words.", "More.", by=author(f"a{number}.example"))))
        store.tasks.put("check", str(number))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))
    assert len(store.threads.entries()) == 40
    assert store.tasks.waiting()[0].waiting == 40


def test_one_thread_saved_by_many_at_once_is_one_page(store: Store) -> None:
    def write(number: int) -> int:
        return save(store, thread(chain("Words.", f"Edit {number}."))).version

    with ThreadPoolExecutor(8) as pool:
        versions = list(pool.map(write, range(16)))
    assert sorted(versions) == list(range(1, 17))
    found = store.threads.find(ref(2))
    assert found is not None
    assert found.version == 16


def test_a_process_killed_before_the_new_name_leaves_the_old_page(
    sqlite_url: str, tmp_path: Path, clock: Clock
) -> None:
    pages = Pages(tmp_path / "pages", clock)
    pages.put("aaaaaaaaaaaa", "page.html", b"old", "text/html")
    dying = start("die_publishing", sqlite_url, tmp_path / "pages", "aaaaaaaaaaaa")
    dying.communicate(timeout=60)
    assert dying.returncode == -signal.SIGKILL
    page = pages.load("aaaaaaaaaaaa", "page.html")
    assert page is not None
    assert page.forms[""] == b"old"
    assert pages.names("aaaaaaaaaaaa") == ("page.html",)
    (unfinished,) = pages.path("aaaaaaaaaaaa").glob(".*")
    os.utime(unfinished, (0, 0))
    pages.put("aaaaaaaaaaaa", "page.html", b"newer", "text/html")
    assert not unfinished.exists()
