"""A throw-away PostgreSQL on loopback. No data of it outlives the block or the program.

    with postgres.running() as url: ...

As a program (`python -m tests.testnet.postgres --port-file FILE`) it lasts until its standard input ends.
"""

from __future__ import annotations

import argparse
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.testnet.processes import NotInstalledError, folder_name
from tests.testnet.processes import running as running_process

COMMAND = (sys.executable, "-m", "tests.testnet.postgres")

# Durability is what tests do not need: the data goes with the server.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "jit": "off",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
}


@contextmanager
def running() -> Iterator[str]:
    """The address of a fresh server's first database."""
    find("initdb")
    with running_process(COMMAND) as known:
        yield known["url"]


def find(name: str) -> Path:
    """A program of PostgreSQL's, from where Debian keeps it or from PATH."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which(name, path=os.pathsep.join([*map(str, folders), os.environ.get("PATH", "")]))
    if found is None:
        raise NotInstalledError(f"{name} is missing: install PostgreSQL (Debian: apt-get install postgresql)")
    return Path(found)


def account() -> dict[str, Any]:
    """Whom to run it as: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            user = pwd.getpwnam(name)
            return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise NotInstalledError(
        "this is root, and there is neither a user postgres nor nobody to run PostgreSQL as"
    )


def make_cluster(folder: Path, identity: dict[str, Any]) -> Path:
    data = folder / "data"
    if identity:
        os.chown(folder, identity["user"], identity["group"])
    options = ("--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
    subprocess.run(
        [find("initdb"), "-D", data, *options], check=True, capture_output=True, cwd=folder, **identity
    )
    return data


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def serve(data: Path, port: int, identity: dict[str, Any]) -> subprocess.Popen[bytes]:
    """Start the server so that it dies with this process, even if this one is killed outright."""
    settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
    command: list[str | Path] = [find("postgres"), "-D", data, "-p", str(port), *settings]
    if setpriv := shutil.which("setpriv"):
        ids = (
            [f"--reuid={identity['user']}", f"--regid={identity['group']}", "--clear-groups"]
            if identity
            else []
        )
        command, identity = [setpriv, "--pdeathsig", "INT", *ids, "--", *command], {}
    return subprocess.Popen(
        command, cwd=data.parent, stdin=subprocess.DEVNULL, start_new_session=True, **identity
    )


def wait_until_ready(process: subprocess.Popen[bytes], port: int) -> None:
    """Wait until it takes queries, which is a moment after it takes connections."""
    for _ in range(600):
        done = subprocess.run([find("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)], check=False)
        if done.returncode == 0:
            return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError("PostgreSQL did not come up")


@contextmanager
def server() -> Iterator[str]:
    identity = account()
    with tempfile.TemporaryDirectory(prefix=folder_name("postgres")) as name:
        port = free_port()
        process = serve(make_cluster(Path(name), identity), port, identity)
        try:
            wait_until_ready(process, port)
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port-file", type=Path, required=True)
    parser.add_argument("--stdin", action="store_true", help="as every server here; it always does")
    port_file: Path = parser.parse_args().port_file
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with server() as url:
        part = port_file.with_suffix(".part")
        part.write_text(json.dumps({"url": url, "pid": os.getpid()}))
        part.rename(port_file)
        sys.stdin.buffer.read()
    port_file.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
