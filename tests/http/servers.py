"""Small real servers on loopback whose behaviour each test writes in one function."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Talk = Callable[[socket.socket, bytes], None]


@dataclass
class Server:
    """A listening socket and the request heads that it has read."""

    port: int
    heads: list[str] = field(default_factory=list)

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    @property
    def pair(self) -> str:
        return f"127.0.0.1:{self.port}"


def answer(body: bytes = b"{}", status: int = 200, **headers: str) -> bytes:
    """The bytes of one whole answer, the last on its connection; underscores in names become dashes."""
    lines = [f"HTTP/1.1 {status} Said"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if "Connection" not in headers:
        lines.append("Connection: close")
    if "Content_Length" not in headers:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def say(*answers: bytes) -> Talk:
    """A server that gives these answers in turn, and the last one for ever."""
    left = list(answers)

    def talk(connection: socket.socket, head: bytes) -> None:
        connection.sendall(left.pop(0) if len(left) > 1 else left[0])

    return talk


@contextmanager
def serving(talk: Talk, family: socket.AddressFamily = socket.AF_INET) -> Iterator[Server]:
    """A server that reads one request on each connection and then does `talk`."""
    listener = socket.create_server(("127.0.0.1" if family == socket.AF_INET else "::1", 0), family=family)
    server = Server(listener.getsockname()[1])
    open_now: list[socket.socket] = []
    thread = threading.Thread(target=_listen, args=(listener, server, talk, open_now), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for connection in open_now:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def _listen(listener: socket.socket, server: Server, talk: Talk, open_now: list[socket.socket]) -> None:
    workers = []
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            break
        open_now.append(connection)
        worker = threading.Thread(target=_converse, args=(connection, server, talk), daemon=True)
        workers.append(worker)
        worker.start()
    for worker in workers:
        worker.join(5)


def _converse(connection: socket.socket, server: Server, talk: Talk) -> None:
    with connection, suppress(OSError):
        head = b""
        while b"\r\n\r\n" not in head:
            got = connection.recv(65_536)
            head += got
            if not got or got[:1] == b"\x16":  # gone, or the start of TLS
                break
        server.heads.append(head.decode("latin-1"))
        talk(connection, head)
