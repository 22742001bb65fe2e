"""Which addresses may be asked.

A name is resolved once, every address that comes back is judged, and the connection goes to a judged
address: a name server that answers differently the second time changes nothing.
"""

import ipaddress
import re
import socket
from collections.abc import Iterable

from unroller.core.errors import RefusedError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Global by number, but answered by the machine room: Azure's own wire server.
_NEVER = frozenset({ipaddress.ip_address("168.63.129.16")})
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# Set apart by IANA, and global to `is_global` in some or all releases of Python.
_SET_APART = tuple(
    map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20", "fec0::/10")),
)


def is_public(address: Address) -> bool:
    """Whether anybody on the internet means the same machine by this address.

    >>> is_public(ipaddress.ip_address("93.184.216.34"))
    True
    >>> is_public(ipaddress.ip_address("::ffff:127.0.0.1"))
    False
    """
    if isinstance(address, ipaddress.IPv6Address):
        inner = _embedded(address)
        if inner is not None:
            return is_public(inner)
        if address.scope_id:
            return False
    special = address.is_multicast or address.is_reserved or address.is_unspecified
    return address.is_global and not special and address not in _NEVER and not _is_set_apart(address)


def _is_set_apart(address: Address) -> bool:
    return any(address in network for network in _SET_APART)


def _embedded(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that packets for `address` reach in the end."""
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def endpoint(pair: str) -> tuple[str, int]:
    """The host and port that "host:port" names; an IPv6 address stands in brackets.

    >>> endpoint("[::1]:2583")
    ('::1', 2583)
    """
    found = re.fullmatch(r"\[?(.+?)\]?:(\d+)", pair)
    if found is None:
        raise ValueError(pair)
    return found[1].lower(), int(found[2])


def resolve(host: str, port: int, allowed: frozenset[tuple[str, int]]) -> tuple[str, ...]:
    """The addresses of `host` that may be connected to, in the resolver's order.

    Raises:
        RefusedError: at least one of them is private, and the pair is not an allowed one.
        OSError: the name is unknown.
    """
    addresses = _look_up(host, port)
    if (host.lower(), port) not in allowed and not all(map(_is_public_text, addresses)):
        raise RefusedError(f"{host} is a private address, and those are never asked.")
    return tuple(addresses)


def _look_up(host: str, port: int) -> Iterable[str]:
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError:  # an empty label, or one of more than 63 characters
        raise OSError(f"{host} is no host name") from None
    return dict.fromkeys(str(answer[4][0]) for answer in answers)


def _is_public_text(address: str) -> bool:
    return is_public(ipaddress.ip_address(address))
