"""The client itself: redirects, retries, and what becomes of each answer."""

import json as json_codec
import math
import re
import sys
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

import httpcore2
import httpx2

from unroller.core.errors import NetworkError, RefusedError, SetupError, WireError
from unroller.core.ports import Params, Reply
from unroller.http.addresses import endpoint
from unroller.http.pace import Holds, by_endpoint, told_pause, used_up
from unroller.http.sockets import Allowance, CheckedBackend
from unroller.http.tally import Counted, Tally
from unroller.http.transport import Transport, our_errors
from unroller.http.urls import stream_address, web_address

MAX_REDIRECTS = 5
DEFAULT_LIMIT = 8_000_000

# After a 429 that does not say when: long enough for the shortest windows that networks use.
_UNTOLD = 60.0
_PAUSES = (0.5, 1.0, 2.0)
_BROKEN_OFF = (
    *(httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.RemoteProtocolError),
    httpx2.DecodingError,
)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# Mastodon counts calls with one of these on their own: 300 in 15 minutes, beside 300 in 5 for all.
# https://github.com/mastodon/mastodon/blob/main/config/initializers/rack_attack.rb
_PAGING = frozenset({"page", "min_id", "max_id", "since_id"})
_KEPT_ELSEWHERE = frozenset({"accept", "accept-language"})

_NUMBER = re.compile(r"\d+(?=/|$)")
_LONGEST_REASON = 4_000

# Headers, and the framing of a body that comes in many small chunks.
_FRAMING = 1_000_000


def _utc_now() -> datetime:
    return datetime.now(UTC)


class _BusyError(NetworkError):
    """A server named the time at which it may be asked again."""


@dataclass(frozen=True, slots=True)
class _Call:
    """One request, as it stands after redirects. `until` is on the steady clock."""

    method: str
    url: httpx2.URL
    headers: Mapping[str, str]
    content: bytes | None
    limit: int
    until: float

    @property
    def accounts(self) -> tuple[str, ...]:
        """The rate limits that the request falls under, the widest first, whichever ids it names."""
        host = self.url.netloc.decode("ascii")
        pages = (f"pages of {host}",) if self.method == "GET" and _PAGING & self.url.params.keys() else ()
        return host, *pages, f"{self.method} {host}{_NUMBER.sub(':id', self.url.path)}"

    def account(self, headers: Mapping[str, str]) -> str:
        """The rate limit that the headers of an answer speak of."""
        return self.accounts[-1 if self.method != "GET" or by_endpoint(headers) else -2]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the client waits, in seconds: to connect, for the next bytes, in one pause, in all."""

    connect: float = 5.0
    read: float = 15.0
    pause: float = 10.0
    total: float = 40.0


class Polite:
    """The one client. Any number of threads may share it."""

    def __init__(
        self,
        base_url: str = "",
        *,
        allow_addresses: tuple[str, ...] = (),
        patience: Patience = Patience(),
        clock: Callable[[], datetime] = _utc_now,
        steady: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.tally = Tally()
        self._patience = patience
        self._clock = clock
        self._steady = steady
        self._sleep = sleep
        self._holds = Holds(clock)
        self._allowance = Allowance(steady)
        self._allowed = frozenset(map(endpoint, allow_addresses))
        self._transport = Transport(CheckedBackend(self._allowed, self._allowance, self.tally))
        weakref.finalize(self, self._transport.close)  # a client that is let go leaves no socket open
        self._headers = {"accept": "*/*", "accept-encoding": "gzip, br", "user-agent": _user_agent(base_url)}

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Params | None = None,
        json: object = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        limit: int = DEFAULT_LIMIT,
    ) -> Reply:
        """See `unroller.core.ports.HttpClient.request`."""
        own = _lower(headers)
        if json is not None:
            content = json_codec.dumps(json, ensure_ascii=False, allow_nan=False).encode()
            own = {"content-type": "application/json"} | own
        until = self._steady() + self._patience.total
        return self._follow(_Call(method.upper(), web_address(url, params), own, content, limit, until))

    @contextmanager
    def follow(
        self, url: str, *, headers: Mapping[str, str] | None = None, patience: float = 90.0
    ) -> Iterator[Iterator[str]]:
        """See `unroller.core.ports.Following.follow`."""
        from unroller.http import follow  # noqa: PLC0415  (WebSockets cost a fifth of this room's start)

        call = _Call("GET", stream_address(url), _lower(headers), None, 0, math.inf)
        self._check_held(call)
        self.tally.add(Counted(requests=1))
        with ExitStack() as stack:
            try:
                messages = stack.enter_context(self._line(call, patience))
            except follow.NoStreamError as error:
                self._heed(call, error.status, error.headers)
                raise
            yield messages

    def close(self) -> None:
        """Close the connections that are kept for the next request."""
        self._transport.close()

    def _line(self, call: _Call, patience: float) -> AbstractContextManager[Iterator[str]]:
        """A connection of its own, which no deadline ends."""
        from unroller.http import follow  # noqa: PLC0415  (as above)

        backend = CheckedBackend(self._allowed, Allowance(self._steady, sys.maxsize), self.tally)
        headers, opening = self._headers | dict(call.headers), self._patience.connect
        if call.url.scheme in ("ws", "wss"):
            return follow.web_socket(call.url, headers, backend, opening=opening, patience=patience)
        headers |= {"accept": "text/event-stream", "accept-encoding": "identity"}
        steps = {"connect": opening, "pool": opening, "read": patience, "write": opening}
        request = httpx2.Request("GET", call.url, headers=headers, extensions={"timeout": steps})
        return follow.event_stream(Transport(backend), request)

    def _follow(self, call: _Call) -> Reply:
        for _ in range(MAX_REDIRECTS + 1):
            reply = self._persist(call)
            location = reply.headers.get("location")
            if reply.status not in _REDIRECTS or location is None:
                return reply
            call = _redirected(call, location)
        raise WireError(f"{call.url.host} leads from one address to the next without end.")

    def _persist(self, call: _Call) -> Reply:
        """The answer, asked for again after growing pauses when the call may be repeated."""
        for pause in (*_PAUSES, math.inf):
            try:
                return self._once(call)
            except NetworkError as error:
                told = (error.retry_after or 0.0) if isinstance(error, _BusyError) else 0.0
                seconds = max(pause, told)
                longest = min(self._patience.pause, call.until - self._steady())
                if call.method != "GET" or seconds > longest:
                    raise
            self._sleep(seconds)
            self.tally.add(Counted(paused=seconds))
        raise AssertionError("the last pause is endless")

    def _once(self, call: _Call) -> Reply:
        self._check_held(call)
        self._allowance.begin(call.until, 2 * call.limit + _FRAMING)
        began = self._steady()
        try:
            with our_errors(call.url.host):
                return self._ask(call)
        finally:
            self.tally.add(Counted(requests=1, waited=self._steady() - began))

    def _check_held(self, call: _Call) -> None:
        held = self._holds.left(*call.accounts)
        if held > 0:
            raise _BusyError(_wait(call.url.host, held), retry_after=held)

    def _ask(self, call: _Call) -> Reply:
        response = self._transport.handle_request(self._request(call))
        try:
            headers = {name.lower(): value for name, value in response.headers.items()}
            try:
                self._heed(call, response.status_code, headers)
            except NetworkError as error:
                error.status = response.status_code
                error.said = _reason(response) if error.status == 429 else b""
                raise
            return Reply(response.status_code, headers, _body(call, response), str(call.url))
        finally:
            response.close()

    def _request(self, call: _Call) -> httpx2.Request:
        patience = self._patience
        steps = {"connect": patience.connect, "pool": patience.connect}
        steps |= {"read": patience.read, "write": patience.read}
        headers = self._headers | dict(call.headers)
        return httpx2.Request(
            call.method, call.url, headers=headers, content=call.content, extensions={"timeout": steps}
        )

    def _heed(self, call: _Call, status: int, headers: Mapping[str, str]) -> None:
        """Keep to what the headers ask for.

        Raises:
            NetworkError: the answer is that there is none now.
        """
        now, host = self._clock(), call.url.host
        told = told_pause(status, headers, now)
        held = told or used_up(headers, now)
        if held:
            self._holds.place(call.account(headers), held)
        if status == 429 or told is not None:
            seconds = _UNTOLD if told is None else told
            raise _BusyError(_wait(host, seconds), retry_after=seconds)
        if status >= 500:
            raise NetworkError(f"{host} has trouble of its own (status {status}); try again later.")


def _user_agent(base_url: str) -> str:
    try:
        name = f"unroller/{version('unroller')}"
    except PackageNotFoundError:  # run from a folder that nobody installed
        name = "unroller/0"
    return f"{name} (+{base_url})" if base_url else name


def _lower(headers: Mapping[str, str] | None) -> dict[str, str]:
    """`headers` by their names in lower case.

    Raises:
        SetupError: one has characters that no header may have; which ones is not said, for it may be secret.
    """
    for name, value in (headers or {}).items():
        if not (value.isascii() and value.isprintable()):
            raise SetupError(
                f"What is set to be sent as “{name}” has characters that cannot be sent: set it anew."
            )
    return {name.lower(): value for name, value in (headers or {}).items()}


def _redirected(call: _Call, location: str) -> _Call:
    """The call that a redirect asks for. Another origin gets no credentials, http gets nothing of https."""
    host = call.url.host
    if call.method != "GET":
        raise WireError(f"{host} wants a message sent to another address, and messages are sent once.")
    try:
        url = web_address(str(call.url.join(location)))
    except (httpx2.InvalidURL, ValueError):
        raise WireError(f"{host} leads to something that is no address.") from None
    if call.url.scheme == "https" and url.scheme == "http":
        raise RefusedError(f"{host} leads from a private line to an open one, which is not followed.")
    if (url.scheme, url.netloc) == (call.url.scheme, call.url.netloc):
        return replace(call, url=url)
    kept = {name: value for name, value in call.headers.items() if name in _KEPT_ELSEWHERE}
    return replace(call, url=url, headers=kept)


def _body(call: _Call, response: httpx2.Response) -> bytes:
    """The decoded body.

    Raises:
        WireError: it is over the limit, as announced, as sent or when unpacked.
    """
    too_large = WireError(f"{call.url.host} sent more than the {call.limit:,} bytes that were expected.")
    announced = response.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > call.limit:
        raise too_large
    if "," in response.headers.get("content-encoding", ""):  # packed twice unpacks to any size of work
        raise WireError(f"{call.url.host} sent an answer packed more than once.")
    body = bytearray()
    for piece in response.iter_bytes():  # unpacked in pieces of a megabyte at most
        body += piece
        if len(body) > call.limit:
            raise too_large
    return bytes(body)


def _reason(response: httpx2.Response) -> bytes:
    """The beginning of a refusal's body, as far as it can be had; no larger one is ever wanted."""
    said = bytearray()
    with suppress(*_BROKEN_OFF):
        for piece in response.iter_bytes():
            said += piece
            if len(said) >= _LONGEST_REASON:
                break
    return bytes(said[:_LONGEST_REASON])


def _wait(host: str, seconds: float) -> str:
    return f"{host} asks for a pause; try again in {math.ceil(seconds)} seconds."
