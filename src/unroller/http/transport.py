"""The bridge from httpx2's requests to a connection pool on our own sockets."""

import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache

import httpcore2
import httpx2

from unroller.core.errors import NetworkError, WireError


class Body(httpx2.SyncByteStream):
    """An answer's body as it comes from the pool."""

    def __init__(self, stream: Iterable[bytes]) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        yield from self._stream

    def close(self) -> None:
        """Give the connection back, or close it when the body was not read to its end."""
        close = getattr(self._stream, "close", None)
        if close is not None:
            close()


class Transport(httpx2.BaseTransport):
    """Sends requests through a pool whose connections `backend` makes.

    Used without `httpx2.Client`, which would keep cookies, read .netrc and proxies from the environment,
    and write whole addresses into the log.
    """

    def __init__(self, backend: httpcore2.NetworkBackend) -> None:
        self._pool = httpcore2.ConnectionPool(
            ssl_context=_trusted(),
            network_backend=backend,
            max_connections=50,
            max_keepalive_connections=20,
            keepalive_expiry=30.0,
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request; httpcore2's own errors come through as they are."""
        url = request.url
        asked = httpcore2.Request(
            method=request.method,
            url=httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        reply = self._pool.handle_request(asked)
        assert isinstance(reply.stream, Iterable)
        return httpx2.Response(status_code=reply.status, headers=reply.headers, stream=Body(reply.stream))

    def close(self) -> None:
        """Close the pool's connections."""
        self._pool.close()


@cache
def _trusted() -> ssl.SSLContext:
    """Whom HTTPS trusts. Reading all certificates takes 8 ms: once in a process."""
    return httpx2.create_ssl_context()


@contextmanager
def our_errors(host: str) -> Iterator[None]:
    """The one border where the libraries' errors become ours."""
    try:
        yield
    except httpcore2.TimeoutException:
        raise NetworkError(f"{host} did not answer in time; try again later.") from None
    except (httpcore2.NetworkError, httpcore2.RemoteProtocolError):
        raise NetworkError(f"{host} could not be reached; try again later.") from None
    except httpx2.DecodingError:
        raise WireError(f"{host} sent an answer that cannot be unpacked.") from None
