"""Which addresses are of the web at all, before anybody is asked where they lead."""

import httpx2

from unroller.core.errors import RefusedError
from unroller.core.ports import Params

# The schemes of WebSockets, and those of the same servers.
_AS_WEB = {"ws": "http", "wss": "https"}


def web_address(url: str, params: Params | None = None) -> httpx2.URL:
    """`url` with `params` added to its query, if it is one that may be asked at all."""
    try:
        address = httpx2.URL(url)
        if params:
            address = address.copy_merge_params(
                {key: value if isinstance(value, str | int) else list(value) for key, value in params.items()}
            )
    except (httpx2.InvalidURL, ValueError):
        raise RefusedError("That is not a web address, so it is not asked.") from None
    if address.scheme not in ("http", "https") or not address.host or (address.port or 1) > 65_535:
        raise RefusedError("Only addresses of the web (http and https) are asked.")
    if address.userinfo:
        raise RefusedError(f"An address of {address.host} carries a password, so it is not asked.")
    return address


def stream_address(url: str) -> httpx2.URL:
    """`url` of a stream, if it may be asked: WebSockets have schemes of their own."""
    scheme, _, rest = url.partition("://")
    address = web_address(f"{_AS_WEB.get(scheme, scheme)}://{rest}")
    return address.copy_with(scheme=scheme) if scheme in _AS_WEB else address
