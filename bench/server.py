"""`unroll serve --site-only` as an operator starts it, for as long as a block lasts."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.testnet.postgres import free_port
from unroller.config import Settings

UNROLL = str(Path(sys.executable).with_name("unroll"))
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Site:
    address: str
    port: int
    pid: int


@contextmanager
def running(settings: Settings, *options: str) -> Iterator[Site]:
    """A site on a free port, which answers."""
    port = free_port()
    process = start(settings.data, port, *(options or ("--site-only",)))
    try:
        wait_for(port)
        yield Site(f"http://127.0.0.1:{port}", port, process.pid)
    finally:
        stop(process)


def start(data: Path, port: int, *options: str) -> subprocess.Popen[bytes]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("UNROLLER_")}
    return subprocess.Popen(
        [UNROLL, "serve", "--port", str(port), *options],
        env=clean | {"UNROLLER_DATA": str(data)},
        cwd=data,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_for(port: int) -> bytes:
    """The first bytes of the home page, as soon as somebody gives them."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
                connection.sendall(b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
                if found := connection.recv(1000):
                    return found
        except ConnectionError:
            pass
        time.sleep(0.002)
    raise RuntimeError(f"unroll serve did not answer on port {port} within {PATIENCE:.0f} s")
