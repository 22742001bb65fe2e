"""A link in, a thread out, nothing kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from unroller.config import Settings
from unroller.core.consent import Wish, judge
from unroller.core.model import Author, PostRef, Thread, Verdict
from unroller.core.ports import HttpClient, Network
from unroller.flows.gather import Reader, gather
from unroller.flows.match import match, network_of
from unroller.plugins import load_networks, make_client


@dataclass(frozen=True, slots=True)
class Visitor:
    """A reader without a library: no database is opened, and nobody has told us any wish."""

    networks: Mapping[str, Network]

    @classmethod
    def of(cls, settings: Settings, http: HttpClient | None = None) -> Self:
        """A visitor to the networks that `settings` describe. `http` replaces the polite client."""
        return cls(load_networks(settings, http or make_client(settings)).networks)

    def match(self, link: str) -> PostRef:
        """See `match`."""
        return match(self.networks, link)

    def network(self, name: str) -> Network:
        """See `network_of`."""
        return network_of(self.networks, name)

    def wish_of(self, author: Author) -> Wish | None:
        """Nobody has told us anything."""
        return None

    def is_removed(self, ref: PostRef) -> bool:
        """Nothing was ever here."""
        return False

    def bots(self, network: str) -> frozenset[str]:
        """None."""
        return frozenset()


def unroll(reader: Reader, link: str) -> tuple[Thread, Verdict]:
    """The whole thread behind `link`, and what its author's signals allow.

    Raises:
        InputError: the link names no post on a network that we know.
        RefusedError: the author, or the operator, does not want the thread shown.
        AbsentError: the post is gone or never was.
        NetworkError, WireError: the network did not answer, or not in a known shape.
    """
    thread = gather(reader, reader.match(link)).thread
    return thread, judge(thread, reader.wish_of(thread.author))
