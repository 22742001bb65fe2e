"""One call to one server: XRPC over the client that we were handed.

https://atproto.com/specs/xrpc
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unroller.core.errors import RefusedError, SetupError, WireError
from unroller.core.ports import HttpClient, Params, Reply

_LONGEST_NAME = 80


class XrpcError(WireError):
    """A server said no. `name` is the error's name in the protocol, `""` where it gave none."""

    def __init__(self, method: str, status: int, name: str) -> None:
        super().__init__(f"A Bluesky server answered {status} {name} to {method}.")
        self.status = status
        self.name = name


class Configured:
    """An `HttpClient` for the servers that the operator named, where a refusal is nobody's no."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http

    def request(self, method: str, url: str, **how: Any) -> Reply:
        """See `unroller.core.ports.HttpClient.request`.

        Raises:
            SetupError: the address may not be asked.
        """
        try:
            return self._http.request(method, url, **how)
        except RefusedError as error:
            words = "Is it your own server? Then name its host and port in allow_addresses."
            raise SetupError(f"{error.words} {words}") from None


def get(
    http: HttpClient,
    server: str,
    method: str,
    params: Params,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """What `server` answers to a query.

    Raises:
        XrpcError: the server said no.
        NetworkError, RefusedError, WireError: as the client.
    """
    return answer(method, http.request("GET", f"{server}/xrpc/{method}", params=params, headers=headers))


def answer(method: str, reply: Reply) -> dict[str, Any]:
    """The object in `reply` to `method`.

    Raises:
        XrpcError: the reply is a refusal.
        WireError: the reply is no JSON object.
    """
    if reply.status >= 400:
        raise XrpcError(method, reply.status, _name(reply))
    body = reply.json()
    if not isinstance(body, dict):
        raise WireError(f"A Bluesky server answered {method} with something other than an object.")
    return body


def _name(reply: Reply) -> str:
    try:
        body = reply.json()
    except WireError:
        return ""
    name = body.get("error") if isinstance(body, dict) else None
    return name[:_LONGEST_NAME] if isinstance(name, str) and name.isascii() and name.isalnum() else ""
