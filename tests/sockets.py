"""The suite's fence: nothing connects beyond loopback, and no name is looked up elsewhere."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

strays: list[object] = []


def is_here(host: object) -> bool:
    """Whether `host` is this machine."""
    if not host or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return False


def keep_to_loopback() -> None:
    """From now on other machines are out of reach, as if the cable were pulled."""
    if getattr(socket.socket, "fenced", False):
        return
    look_up = socket.getaddrinfo

    class FencedSocket(socket.socket):
        fenced = True

        def connect(self, address: Any) -> None:
            self._must_be_here(address)
            super().connect(address)

        def connect_ex(self, address: Any) -> int:
            self._must_be_here(address)
            return super().connect_ex(address)

        def _must_be_here(self, address: Any) -> None:
            if self.family in {socket.AF_INET, socket.AF_INET6} and not is_here(address[0]):
                strays.append(address)
                raise OSError(f"a test tried to connect to {address!r}")

    def look_up_here(host: Any, *rest: Any, **more: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if not is_here(name) and not is_address(name):
            raise socket.gaierror(socket.EAI_NONAME, f"tests look up no names beyond this machine: {name!r}")
        return look_up(host, *rest, **more)

    socket.socket = FencedSocket  # type: ignore[misc]
    socket.getaddrinfo = look_up_here


def is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
