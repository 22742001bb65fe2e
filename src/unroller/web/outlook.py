"""Whether there is a way out to the networks: asked once, in the background, for whoever started us."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from unroller.config import Settings
from unroller.core.errors import UnrollerError
from unroller.core.ports import Checkable, HttpClient, Params, Reply
from unroller.plugins import load_networks, make_client


@dataclass(slots=True)
class Listening:
    """An `HttpClient` that remembers whether anybody was asked, and whether anybody answered."""

    http: HttpClient
    asked: bool = False
    answered: bool = False

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Params | None = None,
        json: object = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        limit: int = 8_000_000,
    ) -> Reply:
        """See `HttpClient.request`."""
        self.asked = True
        reply = self.http.request(
            method, url, params=params, json=json, content=content, headers=headers, limit=limit
        )
        self.answered = True
        return reply


def look_out(settings: Settings, say: Callable[[str], None]) -> None:
    """Ask each network for something small, and say one sentence about those that nobody reaches."""
    client = Listening(make_client(settings))
    for network in load_networks(settings, client).networks.values():
        client.asked = client.answered = False
        if isinstance(network, Checkable) and not _reaches(network, client):
            say(
                f"{network.rules.title} cannot be reached from here, so no new thread can be read: "
                "what is in the library is served all the same."
            )


def _reaches(network: Checkable, client: Listening) -> bool:
    with suppress(UnrollerError):
        network.check()
    return client.answered or not client.asked
