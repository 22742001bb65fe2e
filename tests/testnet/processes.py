"""Servers of others: how they are started, how they say that they are ready, and how they surely end.

Each one gets a standard input to read. When that ends, because whoever holds the other end closed it
or died, the server ends too.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


class NotInstalledError(Exception):
    """What these servers need is not on this machine; the words say what and how to get it."""


def launch(
    command: Sequence[str | Path], port_file: Path, stdin: int, *, env: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a server whose log goes beside `port_file`."""
    with port_file.with_suffix(".log").open("ab") as log:
        return subprocess.Popen(
            [*map(str, command), "--port-file", str(port_file), "--stdin"],
            stdin=stdin,
            stdout=log,
            stderr=log,
            cwd=FOLDER.parent.parent,  # the tests may have gone elsewhere
            env={**os.environ, **(env or {})},
            start_new_session=True,  # Ctrl-C is for whoever started it, who then closes the standard input
        )


def wait_until_ready(process: subprocess.Popen[bytes], port_file: Path, seconds: float = 240) -> Any:
    """What the server wrote about itself."""
    end = time.monotonic() + seconds
    while not port_file.exists():
        if process.poll() is not None or time.monotonic() > end:
            process.kill()
            log = port_file.with_suffix(".log").read_text(errors="replace")[-3000:]
            raise RuntimeError(f"{process.args!r} did not come up:\n{log}")
        time.sleep(0.05)
    return json.loads(port_file.read_text())


def folder_name(what: str) -> str:
    """How the name of a temporary folder of this process begins; see `sweep`."""
    sweep()
    return f"unroller-{what}-{os.getpid()}-"


def sweep() -> None:
    """Remove the temporary folders of processes that were killed before they could."""
    for folder in Path(tempfile.gettempdir()).glob("unroller-*-*-*"):
        pid = folder.name.split("-")[2]
        if pid.isdecimal() and not is_alive(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def running(command: Sequence[str | Path], *, env: Mapping[str, str] | None = None) -> Iterator[Any]:
    """What a server says about itself, for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix=folder_name("ports")) as folder:
        port_file = Path(folder, "ports.json")
        process = launch(command, port_file, subprocess.PIPE, env=env)
        try:
            yield wait_until_ready(process, port_file)
        finally:
            end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """Close the standard input, and wait until the server is gone."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)
