"""The Mastodon API as a stranger, or the bot's account on its own server, may read it.

https://docs.joinmastodon.org/methods/statuses/, https://docs.joinmastodon.org/methods/accounts/#statuses
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from unroller.config import Secret
from unroller.core.errors import AbsentError, WireError
from unroller.core.ports import HttpClient, Params, Reply
from unroller.networks.mastodon import links
from unroller.networks.mastodon.settings import MastodonSettings

Wire = dict[str, Any]

MOST_AT_ONCE = 20
PAGE = 40
# With a token, a context is up to 8,192 posts.
LARGEST = 40_000_000

_NO_SECRET = Secret()
_NO_POST = "There is no such post on {}: it was deleted, is not public, or never was."


class NoApiError(WireError):
    """The server has no Mastodon API, or keeps it for those who are logged in."""


class GoneError(AbsentError):
    """The post was deleted, and the server says so."""


@dataclass(frozen=True, slots=True)
class Login:
    """The bot's own server, as an origin, and what lets it in there; both empty where it has none."""

    server: str = ""
    token: Secret = _NO_SECRET


def login_of(settings: MastodonSettings, kept: Mapping[str, Any] | None) -> Login:
    """The log-in that is set, or else the one that was `kept` by `unroll connect`."""
    if settings.server and settings.token:
        return Login(links.origin(settings.server), settings.token)
    server, token = ((kept or {}).get(key) for key in ("server", "token"))
    if isinstance(server, str) and isinstance(token, str) and settings.server.rstrip("/") in ("", server):
        return Login(links.origin(server), Secret(token))
    return Login(links.origin(settings.server))


@dataclass(frozen=True, slots=True)
class Context:
    """What stands above a post and below it, in no order. `refresh` is set while the server fetches more."""

    statuses: tuple[Wire, ...]
    refresh: str = ""


class Api:
    """Asks any server. The bot's own server gets the token, and nobody else."""

    def __init__(self, http: HttpClient, login: Callable[[], Login]) -> None:
        self._http = http
        self._login = login

    def status(self, origin: str, name: str) -> Wire:
        """One post.

        Raises:
            AbsentError: there is none that we may see; `GoneError`: it was deleted.
            NoApiError: nobody can be asked this way.
            NetworkError, RefusedError: as the client.
        """
        return _object(origin, self._get(origin, f"/api/v1/statuses/{name}"))

    def some(self, origin: str, names: Sequence[str]) -> list[Wire]:
        """Those of at most `MOST_AT_ONCE` posts that there are, in no order. Raises as `status`."""
        return _objects(origin, self._get(origin, "/api/v1/statuses", {"id[]": list(names)}))

    def context(self, origin: str, name: str) -> Context:
        """What surrounds a post: to strangers 40 above, 60 below, 20 levels deep. Raises as `status`."""
        reply = self._get(origin, f"/api/v1/statuses/{name}/context")
        found = _object(origin, reply)
        above, below = (found.get(key) for key in ("ancestors", "descendants"))
        if not isinstance(above, list) or not isinstance(below, list):
            raise _strange(origin)
        statuses = tuple(status for status in (*above, *below) if isinstance(status, dict))
        return Context(statuses, _refresh(reply) if self._knows_us(origin) else "")

    def listed(self, origin: str, account: str, **bounds: str) -> list[Wire]:
        """A page of what an account wrote: the `PAGE` next after `min_id`, or before `max_id`.

        Raises as `status`.
        """
        params: Params = {"limit": PAGE, "exclude_reblogs": "true", **bounds}
        return _objects(origin, self._get(origin, f"/api/v1/accounts/{account}/statuses", params))

    def history(self, origin: str, name: str) -> list[Wire]:
        """All versions of a post, oldest first. Raises as `status`."""
        return _objects(origin, self._get(origin, f"/api/v1/statuses/{name}/history"))

    def refreshing(self, origin: str, name: str) -> bool:
        """Whether the server is still fetching what it lacks. Raises as `status`.

        https://docs.joinmastodon.org/methods/async_refreshes/
        """
        found = _object(origin, self._get(origin, f"/api/v1_alpha/async_refreshes/{name}"))
        state = found.get("async_refresh")
        return isinstance(state, dict) and state.get("status") == "running"

    def copy_of(self, address: str) -> Wire:
        """The post at `address` as the bot's own server knows it, which fetches it where it does not yet.

        Raises:
            AbsentError: it cannot find it.
            NoApiError: there is no such server, or no token for it.
        """
        own = self._login()
        if not own.server or not own.token:
            raise NoApiError("There is no server of our own to ask for a copy.")
        params: Params = {"q": address, "type": "statuses", "resolve": "true", "limit": 1}
        found = _object(own.server, self._get(own.server, "/api/v2/search", params)).get("statuses")
        if not isinstance(found, list) or not found or not isinstance(found[0], dict):
            raise AbsentError(_NO_POST.format(links.host(address)))
        return found[0]

    def instance(self, origin: str) -> Wire:
        """What a server says of itself. Raises as `status`.

        https://docs.joinmastodon.org/methods/instance/#v2
        """
        return _object(origin, self._get(origin, "/api/v2/instance"))

    @property
    def own(self) -> str:
        """The origin of the bot's own server; `""` where it has none."""
        return self._login().server

    def _knows_us(self, origin: str) -> bool:
        own = self._login()
        return bool(own.token) and origin == own.server

    def _get(self, origin: str, path: str, params: Params | None = None) -> Reply:
        reply: Reply | None = None
        if self._knows_us(origin):
            reply = self._ask(
                origin, path, params, {"authorization": f"Bearer {self._login().token.reveal()}"}
            )
        if (
            reply is None or reply.status == 401
        ):  # a token that is taken no longer hides nothing from strangers
            reply = self._ask(origin, path, params, {})
        if reply.url and links.origin(reply.url) != origin:
            raise NoApiError(f"{links.host(origin)} leaves its answers to another server.")
        return _checked(origin, reply)

    def _ask(self, origin: str, path: str, params: Params | None, headers: Mapping[str, str]) -> Reply:
        own = {"accept": "application/json", **headers}
        return self._http.request("GET", f"{origin}{path}", params=params, headers=own, limit=LARGEST)


def _checked(origin: str, reply: Reply) -> Reply:
    """`reply`, where it is no refusal. A 404 of a server without this API says so in other words."""
    if reply.status == 410:
        raise GoneError(_NO_POST.format(links.host(origin)))
    if reply.status == 404 and isinstance(_error(reply), str):
        raise AbsentError(_NO_POST.format(links.host(origin)))
    if reply.status >= 400:
        raise NoApiError(f"{links.host(origin)} shows its posts to nobody who asks as a program.")
    return reply


def _error(reply: Reply) -> object:
    try:
        body = reply.json()
    except WireError:
        return None
    return body.get("error") if isinstance(body, dict) else None


def _object(origin: str, reply: Reply) -> Wire:
    body = _json(origin, reply)
    if not isinstance(body, dict):
        raise _strange(origin)
    return body


def _objects(origin: str, reply: Reply) -> list[Wire]:
    body = _json(origin, reply)
    if not isinstance(body, list):
        raise _strange(origin)
    return [one for one in body if isinstance(one, dict)]


def _json(origin: str, reply: Reply) -> object:
    try:
        return reply.json()
    except WireError:
        raise _strange(origin) from None


def _strange(origin: str) -> NoApiError:
    return NoApiError(f"{links.host(origin)} answers with something that is not Mastodon's API.")


def _refresh(reply: Reply) -> str:
    """The id that the header names, `""` where it names none: `id="…", retry=3, result_count=2`."""
    for part in reply.headers.get("mastodon-async-refresh", "").split(","):
        key, _, value = part.strip().partition("=")
        name = value.strip('"')
        if key == "id" and name and all(letter.isalnum() or letter in "-_=:." for letter in name):
            return name
    return ""
