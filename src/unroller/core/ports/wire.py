"""What networks are handed to ask with, and what comes back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from unroller.core.errors import WireError
from unroller.core.shallow import shallow

Params = Mapping[str, str | int | bool | Sequence[str]]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered. Header names are in lower case.

    `url` is the address that answered in the end, after redirects.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str = ""

    def json(self) -> Any:
        """The body as JSON. Where it is nested too deeply to be read, `null` stands for what is too deep.

        Raises:
            WireError: it is no JSON.
        """
        try:
            try:
                return json.loads(self.body)
            except RecursionError:
                return json.loads(shallow(self.body.decode(json.detect_encoding(self.body))))
        except (ValueError, RecursionError):
            raise WireError("The network sent something other than the JSON it documents.") from None


class HttpClient(Protocol):
    """The one polite client, as networks are handed it."""

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
        """The answer to one request: any 2xx, or a 4xx other than 429.

        A GET is tried again a few times within one deadline; nothing else ever is.

        Raises:
            NetworkError: no answer, a 5xx or a 429; for anything but a GET the outcome may be unclear.
            RefusedError: the address is private.
            WireError: the answer is larger than `limit` bytes.
        """


@runtime_checkable
class Following(Protocol):
    """A polite client that can also stay on the line; only processes that listen need one."""

    def follow(
        self, url: str, *, headers: Mapping[str, str] | None = None, patience: float = 90.0
    ) -> AbstractContextManager[Iterator[str]]:
        """What a server sends, as it comes, until it closes or the block is left.

        That is each message of a WebSocket (ws, wss), or the data of each server-sent event (http, https).

        Raises:
            NetworkError: no connection, or nothing for `patience` seconds, heartbeats included.
            RefusedError: the address is private.
            WireError: the server answers, but with something else.
        """
