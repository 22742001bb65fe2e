"""What one client may do in a minute. In memory: it is there against haste, not against war."""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Callable

WINDOW = 60.0
LINKS = 20
MOST_CLIENTS = 100_000


class Turnstile:
    """Counts different links by client; asking again about the same one is free.

    Where more clients come in a minute than can be remembered, the new ones wait for the next.
    """

    def __init__(self, clock: Callable[[], float], links: int = LINKS) -> None:
        self._clock = clock
        self._links = links
        self._lock = threading.Lock()
        self._window = 0
        self._seen: dict[str, set[str]] = {}

    def wait(self, client: str, key: str, most: int | None = None) -> float:
        """Seconds until `client` may ask for `key`; 0 when it may now, and then it is counted.

        `most`: how many links this client may ask for, where that is not what everybody may.
        """
        now = self._clock()
        with self._lock:
            if (window := int(now // WINDOW)) != self._window:
                self._window, self._seen = window, {}
            if key in (seen := self._seen.get(client, set())):
                return 0.0
            if len(seen) >= (most or self._links) or (not seen and len(self._seen) >= MOST_CLIENTS):
                return (window + 1) * WINDOW - now
            self._seen.setdefault(client, seen).add(key)
            return 0.0


class Meter:
    """Counts calls by client.

    Where more clients come in a minute than can be remembered, the new ones wait for the next.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._window = 0
        self._calls: dict[str, int] = {}

    def take(self, client: str, most: int) -> tuple[int, float]:
        """Count a call of `client`, who may make `most` in a minute.

        How many are left, below 0 when this one is too many; and the seconds until the next minute.
        """
        now = self._clock()
        with self._lock:
            if (window := int(now // WINDOW)) != self._window:
                self._window, self._calls = window, {}
            wait = (window + 1) * WINDOW - now
            if client not in self._calls and len(self._calls) >= MOST_CLIENTS:
                return -1, wait
            count = self._calls[client] = self._calls.get(client, 0) + 1
            return most - count, wait


def client_of(peer: str, forwarded_for: str) -> str:
    """Who asks: an address, or the network that one customer has in IPv6.

    A proxy in front connects from a private address and appends whom it speaks for; from anywhere
    else that header is a stranger's word.
    """
    address = _parsed(peer)
    if address is not None and not address.is_global and forwarded_for:
        address = _parsed(forwarded_for.rpartition(",")[2].strip()) or address
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped) if mapped else str(ipaddress.ip_network((address, 64), strict=False))
    return str(address) if address else peer


def is_loopback(peer: str) -> bool:
    """Whether `peer` is this machine."""
    address = _parsed(peer)
    return address is not None and address.is_loopback


def _parsed(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
