"""nginx, serving files as they lie on the disk, for as long as a block lasts."""

from __future__ import annotations

import gzip
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.figures import LeftOutError
from bench.processes import family
from tests.testnet.postgres import free_port

CONFIGURATION = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 100000000;
    open_file_cache max=1000;
    gzip_static on;
    default_type "text/html; charset=utf-8";
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{ listen 127.0.0.1:{port} backlog=1024; root {folder}/pages; {headers} }}
}}
"""


@dataclass(frozen=True, slots=True)
class Nginx:
    address: str
    pids: tuple[int, ...]


def find() -> str:
    """nginx, or where it is missing, why nothing can be compared."""
    found = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    if found is None:
        raise LeftOutError("nginx is missing (Debian: apt-get install nginx-light)")
    return found


@contextmanager
def running(name: str, plain: bytes, packed: bytes, headers: dict[str, str]) -> Iterator[Nginx]:
    """One page under `name`, in two forms, sent with `headers`."""
    program, port = find(), free_port()
    with tempfile.TemporaryDirectory(prefix="unroller-bench-") as place:
        folder = Path(place)
        folder.chmod(0o755)
        file = folder / "pages" / name
        file.parent.mkdir(parents=True)
        file.write_bytes(plain)
        file.with_name(f"{file.name}.gz").write_bytes(packed)
        assert gzip.decompress(packed) == plain
        lines = " ".join(f"add_header {key} {quoted(value)};" for key, value in headers.items())
        configuration = folder / "nginx.conf"
        configuration.write_text(CONFIGURATION.format(folder=folder, port=port, headers=lines))
        process = subprocess.Popen([program, "-p", place, "-c", str(configuration)], stdin=subprocess.DEVNULL)
        try:
            time.sleep(0.5)  # nginx opens its port before it starts its worker
            yield Nginx(f"http://127.0.0.1:{port}", tuple(family(process.pid)))
        finally:
            process.terminate()
            process.wait(10)


def quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
