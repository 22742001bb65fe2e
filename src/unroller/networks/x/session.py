"""The bot's log-in: made once in a browser, kept across restarts, shared by processes, renewed in time.

A refresh token is good for one use, and X takes the whole log-in back when one is used twice. So whoever
renews says so first in what is kept, and the others wait. An answer that was lost on the way back may
have held the only good token: then the old one is tried once more, after a pause, and when X refuses it,
the operator is told to log in again.

https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from unroller.core.errors import NetworkError, SetupError, WireError
from unroller.core.ports import HttpClient, Reply, SessionKeeper
from unroller.networks.x.settings import XSettings
from unroller.networks.x.snowflake import is_id

SCOPES = "tweet.read tweet.write users.read offline.access"

_EARLY = 600.0
"""Seconds before its end from which on a log-in is renewed: so that there is time to try again."""

_PATIENCE = 60.0
"""Seconds for which a renewal that was begun is left to whoever began it."""

_TRIES = 10
_NOT_LOGGED_IN = "The bot is not logged in on X: run “unroll connect x”."
_LOST = "X no longer knows the bot's log-in: run “unroll connect x” again."


@dataclass(frozen=True, slots=True)
class Session:
    """A log-in, and how far mentions were taken in.

    `ends` and `renewing` (since when somebody renews it; 0: nobody does) are seconds of our own clock.
    `client` is the app that it was made with. `lost`: X refused to renew it.
    """

    id: str
    handle: str
    access: str
    refresh: str
    ends: float
    client: str
    renewing: float = 0.0
    lost: bool = False
    since_id: str = ""


class Account:
    """Calls with the bot's log-in. Any number of threads may share it."""

    def __init__(
        self,
        http: HttpClient,
        settings: XSettings,
        keeper: SessionKeeper,
        clock: Callable[[], datetime],
    ) -> None:
        self._http, self._settings, self._keeper, self._clock = http, settings, keeper, clock
        self._lock = threading.Lock()
        self._known: Session | None = None

    def known(self) -> Session | None:
        """The log-in as it was kept last, without asking anybody; `None` before the first."""
        self._known = self._known or self._kept()
        return self._known

    def latest(self) -> Session:
        """What is kept now, whether its tokens still work or not.

        Raises:
            SetupError: nothing is.
        """
        with self._lock:
            self._known = self._kept()
            if self._known is None:
                raise SetupError(_NOT_LOGGED_IN)
            return self._known

    def session(self) -> Session:
        """A log-in that should work.

        Raises:
            SetupError: there is none, or X has taken it back.
            NetworkError: it has run out, and X does not answer, or another process renews it just now.
        """
        with self._lock:
            kept = self._kept()
            if kept is None:
                raise SetupError(_NOT_LOGGED_IN)
            self._known = self._renewed(kept) if self._left(kept) < _EARLY else kept
            return self._known

    def replaced(self, stale: Session) -> Session:
        """A log-in other than `stale`, which X no longer takes.

        Raises:
            SetupError, NetworkError: as `session`.
        """
        with self._lock:
            kept = self._kept()
            if kept is None:
                raise SetupError(_NOT_LOGGED_IN)
            if kept.access == stale.access:
                kept = self._renewed(replace(kept, ends=0.0))
            self._known = kept
            return kept

    def log_in(self, code: str, verifier: str) -> tuple[str, str, float]:
        """What the code that X sent the browser back with is good for: the tokens, and when they end.

        Raises:
            SetupError: X refuses the code, or the app.
        """
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._settings.redirect,
            "code_verifier": verifier,
        }
        reply = self._asked(form)
        if reply.status != 200:
            raise SetupError(_refused(reply) or "X refuses the log-in: run “unroll connect x” once more.")
        return parse_tokens(reply, self._clock())

    def keep(self, session: Session) -> Session:
        """Keep a new log-in in place of whatever was kept; up to where mentions were read stays."""

        def change(kept: Session | None) -> Session:
            same = kept is not None and kept.id == session.id
            return replace(session, since_id=kept.since_id) if kept and same else session

        with self._lock:
            self._known = self._changed(change)
            return self._known

    def took_in(self, since_id: str) -> None:
        """Remember that all mentions up to `since_id` are in the ledger."""

        def change(kept: Session | None) -> Session | None:
            return replace(kept, since_id=since_id) if kept else None

        with self._lock:
            self._changed(change)

    def _left(self, session: Session) -> float:
        return session.ends - self._clock().timestamp()

    def _renewed(self, kept: Session) -> Session:
        """`kept`, renewed; as it is where that has to wait and it lasts a little longer."""
        if kept.lost:
            raise SetupError(_LOST)
        if not self._begun(kept):
            return self._meanwhile(kept, NetworkError("The log-in on X is renewed just now.", retry_after=5))
        try:
            reply = self._asked({"grant_type": "refresh_token", "refresh_token": kept.refresh})
        except (NetworkError, WireError) as error:
            return self._meanwhile(kept, error)
        if reply.status == 400:
            return self._given_up(kept)
        if reply.status != 200:
            raise SetupError(_refused(reply) or "X refuses to renew the bot's log-in; try again later.")
        access, refresh, ends = parse_tokens(reply, self._clock())
        new = {"access": access, "refresh": refresh or kept.refresh, "ends": ends, "renewing": 0.0}
        return self._passed_on(kept, new)

    def _begun(self, kept: Session) -> bool:
        """Whether the renewal is ours to make; said in what is kept before X is asked."""
        now, ours = self._clock().timestamp(), False

        def change(found: Session | None) -> Session | None:
            nonlocal ours
            busy = found is None or 0 <= now - found.renewing < _PATIENCE
            ours = found is not None and found.refresh == kept.refresh and not busy
            return replace(found, renewing=now) if found and ours else found

        self._changed(change)
        return ours

    def _meanwhile(self, kept: Session, why: NetworkError | WireError) -> Session:
        """Another process's new log-in, or the old one while it lasts."""
        found = self._kept() or kept
        if self._left(found) <= 0 or (found.access == kept.access and kept.ends == 0.0):
            raise why
        return found

    def _given_up(self, kept: Session) -> Session:
        """X knows the refresh token no longer: unless somebody else renewed, only a new log-in helps.

        Raises:
            SetupError: nobody else did.
        """
        found = self._passed_on(kept, {"lost": True, "renewing": 0.0})
        if found.lost:
            raise SetupError(_LOST)
        return found

    def _passed_on(self, kept: Session, values: Mapping[str, Any]) -> Session:
        """What is kept, with `values` if it is still of the generation of `kept`."""

        def change(found: Session | None) -> Session | None:
            ours = found is not None and found.refresh == kept.refresh
            return replace(found, **values) if found and ours else found

        return self._changed(change) or kept

    def _changed(self, change: Callable[[Session | None], Any]) -> Any:
        """Keep what `change` makes of what is kept; it is called again when another process was quicker."""
        for _ in range(_TRIES):
            told = self._keeper.load()
            before = self._fitting(told)
            after = change(before)
            if after == before or self._keeper.save(asdict(after), unless_changed_from=told):
                return after
        raise NetworkError("Several processes log in at once; try again in a moment.", retry_after=5)

    def _asked(self, form: Mapping[str, str]) -> Reply:
        """What X answers at the address for tokens."""
        client, secret = self._settings.client_id, self._settings.client_secret.reveal()
        headers = {"content-type": "application/x-www-form-urlencoded"}
        if secret:
            pair = base64.b64encode(f"{client}:{secret}".encode()).decode()
            headers["authorization"] = f"Basic {pair}"
        content = urlencode({**form, "client_id": client}).encode()
        return self._http.request(
            "POST", f"{self._settings.api}/2/oauth2/token", content=content, headers=headers
        )

    def _kept(self) -> Session | None:
        # Without an app there is no log-in: most libraries have none, and ask nobody.
        return self._fitting(self._keeper.load()) if self._settings.client_id else None

    def _fitting(self, told: Mapping[str, Any] | None) -> Session | None:
        """What is kept, if it is of the app that the settings name."""
        try:
            kept = Session(**told) if told else None
        except TypeError:  # of another version of this program
            return None
        return kept if kept and kept.client == self._settings.client_id else None


def parse_tokens(reply: Reply, now: datetime) -> tuple[str, str, float]:
    """The access token, the refresh token (`""` where there is none), and when the first ends.

    Raises:
        WireError: the answer lacks them.
    """
    body = reply.json()
    told: dict[str, Any] = body if isinstance(body, dict) else {}
    access, refresh, lasts = told.get("access_token"), told.get("refresh_token"), told.get("expires_in")
    if not isinstance(access, str) or not access:
        raise WireError("X answered a log-in with something that is none.")
    seconds = float(lasts) if isinstance(lasts, int | float) and 0 < lasts < 10**9 else 7200.0
    return access, refresh if isinstance(refresh, str) else "", now.timestamp() + seconds


def parse_me(body: object) -> tuple[str, str]:
    """The id and the handle of whom a token is.

    https://docs.x.com/x-api/users/get-my-user

    Raises:
        WireError: the answer lacks them.
    """
    data = body.get("data") if isinstance(body, dict) else None
    told: dict[str, Any] = data if isinstance(data, dict) else {}
    id_, handle = told.get("id"), told.get("username")
    if not isinstance(id_, str) or not is_id(id_) or not isinstance(handle, str):
        raise WireError("X answered whose the log-in is with something other than an account.")
    return id_, handle


def _refused(reply: Reply) -> str:
    """Words where it is the app that X refuses."""
    return "X refuses the app: check client_id and client_secret." if reply.status in (401, 403) else ""
