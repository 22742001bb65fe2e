"""The bot's log-in: made once, kept across restarts, shared by processes, renewed before it runs out.

https://docs.bsky.app/docs/advanced-guides/api-directory, https://docs.bsky.app/docs/advanced-guides/rate-limits
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from unroller.core.errors import NetworkError, SetupError, WireError
from unroller.core.ports import HttpClient, Params, SessionKeeper
from unroller.networks.bluesky import xrpc
from unroller.networks.bluesky.links import is_did
from unroller.networks.bluesky.listing import parse_home
from unroller.networks.bluesky.settings import BlueskySettings

_EARLY = 120.0
# 300 log-ins a day are allowed; a wrong password is not tried again before the operator can have seen it.
_PAUSE_AFTER_REFUSAL = timedelta(minutes=10)
_STALE = frozenset({"ExpiredToken", "InvalidToken"})


@dataclass(frozen=True, slots=True)
class Session:
    """A log-in. `home` is the account's own server; `login` and `service` are what it was made with.

    `received` is when we got it, in seconds of our own clock.
    """

    did: str
    handle: str
    access: str
    refresh: str
    home: str
    login: str
    service: str
    received: float = 0.0

    def runs_out(self, now: datetime) -> bool:
        """Whether the access token is about to run out, as far as it says so itself.

        Its age is told by our own clock alone, so that a clock that is wrong renews it once, not always.
        """
        lasts = _lifetime(self.access)
        return lasts is not None and now.timestamp() - self.received >= lasts - _EARLY


class Account:
    """Calls with the bot's log-in. Any number of threads may share it."""

    def __init__(
        self,
        http: HttpClient,
        settings: BlueskySettings,
        keeper: SessionKeeper,
        clock: Callable[[], datetime],
    ) -> None:
        self._http = xrpc.Configured(http)
        self._settings = settings
        self._keeper = keeper
        self._clock = clock
        self._lock = threading.Lock()
        self._refused: tuple[datetime, str, str] | None = None
        self._known: Session | None = None
        self._seen: Mapping[str, Any] | None = None  # what was kept when we last looked

    def known(self) -> Session | None:
        """The log-in as it was kept last, without asking anybody."""
        self._known = self._known or self._fitting(self._keeper.load())
        return self._known

    def session(self) -> Session:
        """A log-in that should work.

        Raises:
            SetupError: there is no account, or its password is refused.
            NetworkError: the account's server does not answer.
        """
        with self._lock:
            kept = self._kept()
            if kept is None or kept.runs_out(self._clock()):
                kept = self._renewed(kept)
            self._known = kept
            return kept

    def log_in(self, handle: str, password: str) -> Session:
        """A new log-in, kept in place of whatever was kept."""
        with self._lock:
            self._kept()
            self._known = self._keep(self._made(handle.removeprefix("@").lower(), password))
            return self._known

    def get(self, method: str, params: Params) -> dict[str, Any]:
        """What the account's server answers to a query."""
        return self._call(method, "GET", params=params)

    def post(self, method: str, content: bytes, mime: str = "application/json") -> dict[str, Any]:
        """What the account's server answers to a call."""
        return self._call(method, "POST", content=content, mime=mime)

    def _call(
        self,
        method: str,
        verb: str,
        *,
        params: Params | None = None,
        content: bytes | None = None,
        mime: str = "",
    ) -> dict[str, Any]:
        session = self.session()
        for last in (False, True):
            headers = {"authorization": f"Bearer {session.access}"} | ({"content-type": mime} if mime else {})
            url = f"{session.home}/xrpc/{method}"
            reply = self._http.request(verb, url, params=params, content=content, headers=headers)
            try:
                return xrpc.answer(method, reply)
            except xrpc.XrpcError as error:
                if last or error.name not in _STALE:
                    raise
            session = self._replaced(session)
        raise AssertionError

    def _replaced(self, stale: Session) -> Session:
        """A log-in other than `stale`, which the server no longer takes."""
        with self._lock:
            kept = self._kept()
            self._known = kept if kept and kept != stale else self._renewed(stale)
            return self._known

    def _renewed(self, kept: Session | None) -> Session:
        if kept is not None:
            try:
                return self._keep(self._refreshed(kept))
            except xrpc.XrpcError:
                pass  # run out, or taken back by the account's owner: only the password helps
        password = self._settings.password.reveal()
        if not self._handle() or not password:
            raise SetupError("The bot is not logged in on Bluesky: run “unroll connect bluesky”.")
        return self._keep(self._made(self._handle(), password))

    def _refreshed(self, kept: Session) -> Session:
        method = "com.atproto.server.refreshSession"
        headers = {"authorization": f"Bearer {kept.refresh}"}
        reply = self._http.request("POST", f"{kept.home}/xrpc/{method}", headers=headers)
        return parse_session(xrpc.answer(method, reply), kept.login, kept.service, self._clock())

    def _made(self, handle: str, password: str) -> Session:
        tried = self._refused if self._refused and self._refused[1:] == (handle, password) else None
        if tried and self._clock() - tried[0] < _PAUSE_AFTER_REFUSAL:
            raise SetupError(_REFUSED)
        method, service = "com.atproto.server.createSession", self._settings.service
        body = {"identifier": handle, "password": password}
        try:
            reply = self._http.request("POST", f"{service}/xrpc/{method}", json=body)
            return parse_session(xrpc.answer(method, reply), handle, service, self._clock())
        except xrpc.XrpcError as error:
            self._refused = self._clock(), handle, password
            raise SetupError(_REFUSED_BECAUSE.get(error.name, _REFUSED)) from None

    def _kept(self) -> Session | None:
        """What is kept, if it is of the account and the service that the settings name."""
        self._seen = self._keeper.load()
        return self._fitting(self._seen)

    def _fitting(self, told: Mapping[str, Any] | None) -> Session | None:
        kept = _read(told)
        if kept is None or kept.service != self._settings.service:
            return None
        return kept if self._handle() in ("", kept.login, kept.handle, kept.did) else None

    def _handle(self) -> str:
        return self._settings.handle.removeprefix("@").lower()

    def _keep(self, session: Session) -> Session:
        """Keep `session`; where another process was quicker, return its log-in instead."""
        for _ in range(3):
            if self._keeper.save(asdict(session), unless_changed_from=self._seen):
                return session
            theirs = self._kept()
            if theirs and theirs.did == session.did and not theirs.runs_out(self._clock()):
                return theirs
        raise NetworkError("Several processes log in at once; try again in a moment.", retry_after=5)


_REFUSED = "Bluesky refuses the bot's log-in: check the handle and make a new app password."
_REFUSED_BECAUSE = {
    "AuthFactorTokenRequired": "Bluesky wants a code by e-mail: use an app password, not the account's own.",
    "AccountTakedown": "Bluesky has taken the bot's account down.",
}


def parse_session(body: Mapping[str, Any], login: str, service: str, now: datetime) -> Session:
    """A log-in, as `createSession` and `refreshSession` answer it.

    https://docs.bsky.app/docs/api/com-atproto-server-create-session

    Raises:
        WireError: the answer lacks what makes a log-in.
    """
    did, access, refresh = body.get("did"), body.get("accessJwt"), body.get("refreshJwt")
    if not isinstance(did, str) or not is_did(did) or not isinstance(access, str):
        raise WireError("Bluesky answered a log-in with something that is none.")
    handle, document = body.get("handle"), body.get("didDoc")
    try:
        home = parse_home(document, did) if isinstance(document, dict) else service
    except WireError:
        home = service
    return Session(
        did=did,
        handle=handle if isinstance(handle, str) else "",
        access=access,
        refresh=refresh if isinstance(refresh, str) else "",
        home=home,
        login=login,
        service=service,
        received=now.timestamp(),
    )


def _read(kept: Mapping[str, Any] | None) -> Session | None:
    """A kept log-in; `None` when there is none, or it is of another version of this program."""
    try:
        return Session(**kept) if kept else None
    except TypeError:
        return None


def _lifetime(token: str) -> float | None:
    """For how many seconds a token says that it lasts. It is not verified: only the server's word counts."""
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return float(claims["exp"] - claims["iat"])
    except (IndexError, ValueError, KeyError, TypeError):
        return None
