"""The servers of one test run: started by whoever needs them first, shared by all, ended with the run.

The run's first process holds a named pipe open for as long as it lives. Each server has that pipe as
its standard input, whichever process started it, and so ends with the run, however the run ends.
"""

from __future__ import annotations

import fcntl
import itertools
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import psycopg
import pytest

from tests.testnet import bluesky, mastodon, postgres
from tests.testnet.processes import folder_name, is_alive, launch, wait_until_ready

FOLDER = "TESTNET_RUN"  # environment: where the processes of a run meet

_started: list[subprocess.Popen[bytes]] = []  # kept, so that none is taken for forgotten while the run lasts
_numbers = itertools.count()


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the suite, with all its workers."""

    folder: Path
    pipe: int

    @classmethod
    def begin(cls) -> Self:
        folder = Path(tempfile.mkdtemp(prefix=folder_name("tests")))
        os.mkfifo(folder / "pipe")
        os.environ[FOLDER] = str(folder)
        # Read-write, since opening only for writing waits for a reader. No child inherits it.
        return cls(folder, os.open(folder / "pipe", os.O_RDWR))

    def end(self) -> None:
        """Close the pipe and wait until the last server is gone."""
        pids = [json.loads(file.read_text())["pid"] for file in self.folder.glob("*.json")]
        os.close(self.pipe)
        deadline = time.monotonic() + 30
        while any(is_alive(pid) for pid in pids) and time.monotonic() < deadline:
            time.sleep(0.05)
            for process in _started:
                process.poll()  # a child stays in the process table until it is asked for
        for pid in filter(is_alive, pids):
            os.kill(pid, 9)
        shutil.rmtree(self.folder, ignore_errors=True)


KEY = pytest.StashKey[Run]()


@contextmanager
def alone(name: str) -> Iterator[Path]:
    """The port file of a server, while no other process of this run is starting that server."""
    folder = Path(os.environ[FOLDER])
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder / f"{name}.json"


def shared(name: str, command: Sequence[str | Path], env: Mapping[str, str]) -> Any:
    """What the server `name` of this run says about itself; it is started if it is not there yet."""
    with alone(name) as port_file:
        if port_file.exists():
            return json.loads(port_file.read_text())
        if (failed := port_file.with_suffix(".failed")).exists():
            raise RuntimeError(failed.read_text())
        stdin = os.open(port_file.with_name("pipe"), os.O_RDONLY)
        try:
            process = launch(command, port_file, stdin, env=env)
        finally:
            os.close(stdin)
        _started.append(process)
        try:
            return wait_until_ready(process, port_file)
        except RuntimeError as error:
            failed.write_text(str(error))  # once is enough: the other workers need not try
            raise


def postgres_server() -> str:
    """The address of this run's PostgreSQL."""
    postgres.find("initdb")
    url: str = shared("postgres", postgres.COMMAND, {})["url"]
    return url


def bluesky_network() -> dict[str, Any]:
    """What this run's Bluesky network says about itself."""
    command = bluesky.command()
    known: dict[str, Any] = shared("bluesky", command, bluesky.environment(postgres_server()))
    return known


def mastodon_server() -> dict[str, Any]:
    """What this run's server with Mastodon's API says about itself."""
    known: dict[str, Any] = shared("mastodon", mastodon.command(), {})
    return known


def new_database(server: str) -> Callable[[], str]:
    """Makes fresh databases on `server`; they go with it."""

    def make() -> str:
        name = f"test_{os.getpid()}_{next(_numbers)}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"create database {name}".encode())
        return server.rpartition("/")[0] + "/" + name

    return make
