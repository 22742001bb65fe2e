"""Staying on the line: the messages of a WebSocket, the data of server-sent events, as they come.

https://websockets.readthedocs.io/en/stable/reference/sync/client.html,
https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager

import httpcore2
import httpx2
from websockets.exceptions import (
    ConnectionClosed,
    ConnectionClosedOK,
    InvalidStatus,
    WebSocketException,
)
from websockets.sync.client import ClientConnection, connect

from unroller.core.errors import NetworkError, UnrollerError, WireError
from unroller.http.transport import Transport, our_errors

LARGEST = 1_000_000
"""Bytes of one message. Servers send a post and its author, some kilobytes."""

_LINE_END = re.compile(rb"\r\n|\n|\r")
_SECONDS_TO_CLOSE = 1.0

# The library would write whole requests, tokens included, into a log that somebody turned up.
_SILENT = logging.getLogger("unroller.http.follow")
_SILENT.disabled = True


class NoStreamError(WireError):
    """The server answered with `status`, and with no stream."""

    def __init__(self, host: str, status: int, headers: Mapping[str, str]) -> None:
        super().__init__(f"{host} answered {status} where it was asked to keep sending.")
        self.status = status
        self.headers = headers


@contextmanager
def web_socket(
    url: httpx2.URL,
    headers: Mapping[str, str],
    backend: httpcore2.NetworkBackend,
    *,
    opening: float,
    patience: float,
) -> Iterator[Iterator[str]]:
    """The messages at `url` (ws or wss), over a connection that `backend` makes.

    `opening` are the seconds in which the connection must stand, `patience` those without a sign of life.

    Raises:
        NoStreamError: the server speaks HTTP, and says no.
    """
    secure = url.scheme == "wss"
    with ExitStack() as stack:
        with our_errors(url.host):
            stream = backend.connect_tcp(url.host, url.port or (443 if secure else 80), opening)
        stack.callback(stream.close)
        with _socket_errors(url.host):
            line = connect(
                str(url),
                sock=stream.get_extra_info("socket"),
                ssl=httpx2.create_ssl_context() if secure else None,
                proxy=None,
                compression=None,
                additional_headers={name: headers[name] for name in headers.keys() - {"user-agent"}},
                user_agent_header=headers["user-agent"],
                open_timeout=opening,
                ping_interval=patience / 2,
                ping_timeout=patience / 2,
                close_timeout=_SECONDS_TO_CLOSE,
                max_size=LARGEST,
                logger=_SILENT,
            )
            connection = stack.enter_context(line)
        yield _messages(connection, url.host)


def _messages(connection: ClientConnection, host: str) -> Iterator[str]:
    with _socket_errors(host):
        while True:
            try:
                yield connection.recv(decode=True)
            except ConnectionClosedOK:
                return


@contextmanager
def _socket_errors(host: str) -> Iterator[None]:
    """The border where the library's errors become ours. Errors of ours pass."""
    try:
        yield
    except UnrollerError:
        raise
    except InvalidStatus as error:
        response = error.response
        told = {name.lower(): value for name, value in response.headers.raw_items()}
        raise NoStreamError(host, response.status_code, told) from None
    except ConnectionClosed as error:
        if error.sent is not None and error.sent.code in _OUR_COMPLAINTS:
            raise WireError(f"{host} sent a message that is none, or larger than any.") from None
        raise NetworkError(f"{host} has broken off what it was sending.") from None
    except (OSError, EOFError):  # a certificate that is wrong among them
        raise NetworkError(f"{host} could not be reached; try again later.") from None
    except (WebSocketException, ValueError):
        raise WireError(f"{host} does not speak as WebSockets do.") from None


# What we close a connection with: a frame that breaks the protocol, text that is none, too much of it.
_OUR_COMPLAINTS = frozenset({1002, 1007, 1009})


@contextmanager
def event_stream(transport: Transport, request: httpx2.Request) -> Iterator[Iterator[str]]:
    """The data of each event that `request` brings.

    Raises:
        NoStreamError: the server answers with something else.
    """
    host = request.url.host
    with ExitStack() as stack:
        stack.callback(transport.close)
        with our_errors(host):
            response = transport.handle_request(request)
        stack.callback(response.close)
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if response.status_code != 200 or kind != "text/event-stream":
            told = {name.lower(): value for name, value in response.headers.items()}
            raise NoStreamError(host, response.status_code, told)
        yield _heard(response, host)


def _heard(response: httpx2.Response, host: str) -> Iterator[str]:
    with our_errors(host):
        yield from events(response.iter_bytes(), host)


def events(pieces: Iterable[bytes], host: str) -> Iterator[str]:
    """The data of each event in a stream that comes in `pieces`, however it is cut.

    Raises:
        WireError: an event is larger than any.
    """
    data, size = [], 0
    for line in _lines(pieces, host):
        name, _, value = line.partition(b":")
        if name == b"data":
            data.append(value.removeprefix(b" "))
            size += len(line)
            _check_size(size, host)
        elif not line and data:
            yield b"\n".join(data).decode(errors="replace")
            data, size = [], 0


def _lines(pieces: Iterable[bytes], host: str) -> Iterator[bytes]:
    begun, after_return = bytearray(), False
    for found in pieces:
        piece = found.removeprefix(b"\n") if after_return else found
        after_return = found.endswith(b"\r")
        begun += piece
        if b"\n" in piece or b"\r" in piece:
            *whole, rest = _LINE_END.split(bytes(begun))
            yield from whole
            begun = bytearray(rest)
        _check_size(len(begun), host)


def _check_size(size: int, host: str) -> None:
    if size > LARGEST:
        raise WireError(f"{host} sent a message that is larger than any.")
