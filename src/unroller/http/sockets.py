"""The sockets below the client: checked addresses, one deadline, a ceiling for what comes in."""

import math
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import httpcore2

from unroller.core.errors import WireError
from unroller.http.addresses import resolve
from unroller.http.tally import Counted, Tally


class Allowance(threading.local):
    """What the request of this thread may still use: time, and bytes from the wire.

    Every read and write is measured against it, so a server that sends headers, chunks or empty
    compressed blocks for ever is left at the deadline, whatever the layers above make of them.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, room: int = 0) -> None:
        self._clock = clock
        self._until = math.inf
        self._room = room
        self.received = 0

    def begin(self, until: float, room: int) -> None:
        """Start an attempt that ends at `until` on the clock and may receive `room` bytes."""
        self._until, self._room, self.received = until, room, 0

    def timeout(self, wanted: float | None) -> float:
        """How long the next step may take: `wanted` seconds at most."""
        left = self._until - self._clock()
        if left <= 0:
            raise httpcore2.TimeoutException("deadline")
        return left if wanted is None else min(left, wanted)

    def spend(self, size: int) -> None:
        """Note that `size` bytes came in.

        Raises:
            WireError: there was no room for them.
        """
        self.received += size
        if self.received > self._room:
            raise WireError("The network sent far more than was asked for.")


class WatchedStream(httpcore2.NetworkStream):
    """A connection that keeps to the allowance."""

    def __init__(self, stream: httpcore2.NetworkStream, allowance: Allowance, tally: Tally) -> None:
        self._stream = stream
        self._allowance = allowance
        self._tally = tally

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """At most `max_bytes` bytes, counted."""
        data = self._stream.read(max_bytes, self._allowance.timeout(timeout))
        self._tally.add(Counted(received=len(data)))
        self._allowance.spend(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send `buffer`."""
        self._stream.write(buffer, self._allowance.timeout(timeout))

    def close(self) -> None:
        """Close the socket."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        """The same connection under TLS, watched as before."""
        timeout = self._allowance.timeout(timeout)
        return WatchedStream(
            self._stream.start_tls(ssl_context, server_hostname, timeout), self._allowance, self._tally
        )

    def get_extra_info(self, info: str) -> Any:
        """What the connection below knows of itself."""
        return self._stream.get_extra_info(info)


class CheckedBackend(httpcore2.NetworkBackend):
    """Connects to public addresses only. TLS and the Host header still see the name."""

    def __init__(self, allowed: frozenset[tuple[str, int]], allowance: Allowance, tally: Tally) -> None:
        self._allowed = allowed
        self._allowance = allowance
        self._tally = tally
        self._plain = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to the first of the host's addresses that answers, when all of them may be asked."""
        failure: Exception = httpcore2.ConnectError(host)
        for address in self._resolve(host, port):
            seconds = self._allowance.timeout(timeout)
            try:
                stream = self._plain.connect_tcp(address, port, seconds, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
            else:
                return WatchedStream(stream, self._allowance, self._tally)
        raise failure

    def _resolve(self, host: str, port: int) -> tuple[str, ...]:
        try:
            return resolve(host, port, self._allowed)
        except OSError as error:
            raise httpcore2.ConnectError(str(error)) from None
