"""The bot's log-in at its own server: made once by the operator, kept across restarts, shared by processes.

https://docs.joinmastodon.org/methods/oauth/, https://docs.joinmastodon.org/methods/accounts/#verify_credentials
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from unroller.core.errors import NetworkError, RefusedError, SetupError, WireError
from unroller.core.ports import HttpClient, Params, Reply, SessionKeeper
from unroller.networks.mastodon import links
from unroller.networks.mastodon.parse import parse_account
from unroller.networks.mastodon.settings import MastodonSettings

Form = Mapping[str, str]


class ApiError(WireError):
    """The bot's own server said no, with an HTTP status."""

    def __init__(self, path: str, status: int) -> None:
        super().__init__(f"The bot's server on the fediverse answered {status} to {path}.")
        self.status = status


@dataclass(frozen=True, slots=True)
class Session:
    """A log-in. `key` is what the server calls the bot's account, `id` and `handle` what everybody does.

    `url` is the account's profile, by which posts mention it. `heard` is the newest notification that was
    taken in, `""` before the first.
    """

    server: str
    token: str = field(repr=False)
    key: str
    id: str
    handle: str
    url: str = ""
    heard: str = ""


class Account:
    """Calls with the bot's log-in. Any number of threads may share it."""

    def __init__(self, http: HttpClient, settings: MastodonSettings, keeper: SessionKeeper) -> None:
        self.http = http
        self._settings = settings
        self._keeper = keeper
        self._lock = threading.Lock()
        self._known: Session | None = None
        self._seen: Mapping[str, Any] | None = None  # what was kept when we last looked

    def known(self) -> Session | None:
        """The log-in as it was kept last, without asking any server."""
        self._known = self._known or self._fitting(self._keeper.load())
        return self._known

    def session(self) -> Session:
        """A log-in that should work.

        Raises:
            SetupError: there is no account, or its server refuses the token.
            NetworkError: its server does not answer.
        """
        with self._lock:
            self._known = self._kept() or self._verified()
            return self._known

    def log_in(self, server: str, token: str) -> Session:
        """A new log-in with `token`, kept in place of whatever was kept.

        Raises:
            SetupError: the server refuses the token.
        """
        with self._lock:
            self._kept()
            self._known = self._keep(self._made(server, token))
            return self._known

    def heard(self, newest: str) -> None:
        """Keep that all notifications up to `newest` are taken in."""
        with self._lock:
            for _ in range(3):
                kept = self._kept()
                if kept is None or kept.heard == newest:
                    return
                self._known = replace(kept, heard=newest)
                if self._keeper.save(asdict(self._known), unless_changed_from=self._seen):
                    return

    def get(self, path: str, params: Params | None = None) -> Any:
        """What the server answers to a question."""
        return self._call("GET", path, params=params)

    def change(self, method: str, path: str, form: Form | None = None, key: str = "") -> Any:
        """What the server answers to a change, made under the Idempotency-Key `key`."""
        return self._call(method, path, form=form, headers={"idempotency-key": key} if key else {})

    def _call(self, method: str, path: str, *, headers: Form | None = None, **how: Any) -> Any:
        session = self.session()
        own = {"authorization": f"Bearer {session.token}", **(headers or {})}
        return answer(path, ask(self.http, method, session.server + path, headers=own, **how))

    def _kept(self) -> Session | None:
        """What is kept, if it is of the server and with the token that the settings name."""
        self._seen = self._keeper.load()
        return self._fitting(self._seen)

    def _fitting(self, told: Mapping[str, Any] | None) -> Session | None:
        kept, token = _read(told), self._settings.token.reveal()
        if kept is None or self._settings.server.rstrip("/") not in ("", kept.server):
            return None
        return kept if token in ("", kept.token) else None

    def _verified(self) -> Session:
        server, token = self._settings.server.rstrip("/"), self._settings.token.reveal()
        if not server or not token:
            raise SetupError(
                "The bot is not logged in on the fediverse: run “unroll connect mastodon SERVER”."
            )
        return self._keep(self._made(server, token))

    def _made(self, server: str, token: str) -> Session:
        path = "/api/v1/accounts/verify_credentials"
        reply = ask(self.http, "GET", server + path, headers={"authorization": f"Bearer {token}"})
        return parse_session(answer(path, reply), server, token)

    def _keep(self, session: Session) -> Session:
        """Keep `session`; where another process was quicker, return its log-in instead."""
        for _ in range(3):
            if self._keeper.save(asdict(session), unless_changed_from=self._seen):
                return session
            theirs = self._kept()
            if theirs and theirs.token == session.token:
                return theirs
        raise NetworkError("Several processes log in at once; try again in a moment.", retry_after=5)


def parse_session(told: object, server: str, token: str) -> Session:
    """A log-in, as `verify_credentials` tells whose it is.

    Raises:
        WireError: the answer is no account.
    """
    account = parse_account(told, links.host(server))
    key = told.get("id") if isinstance(told, dict) else None
    if account is None or not isinstance(key, str):
        raise WireError("The bot's server on the fediverse answered a log-in with something that is none.")
    return Session(server, token, key, account.id, account.handle, account.url)


def ask(
    http: HttpClient,
    method: str,
    url: str,
    *,
    headers: Form | None = None,
    params: Params | None = None,
    form: Form | None = None,
) -> Reply:
    """One request to the operator's own server, where a refusal is nobody's no. `form` is its body.

    Raises:
        SetupError: the address may not be asked.
    """
    content = urlencode(form).encode() if form else None
    own = dict(headers or {}) | ({"content-type": "application/x-www-form-urlencoded"} if form else {})
    try:
        return http.request(method, url, params=params, content=content, headers=own)
    except RefusedError as error:
        words = "Is it your own server? Then name its host and port in allow_addresses."
        raise SetupError(f"{error.words} {words}") from None


def answer(path: str, reply: Reply) -> Any:
    """The JSON in `reply` to `path`.

    Raises:
        SetupError: the token is taken no longer.
        ApiError: the reply is another refusal.
    """
    if reply.status == 401:
        raise SetupError(
            "The bot's server on the fediverse refuses its log-in: run “unroll connect mastodon SERVER”."
        )
    if reply.status >= 300:
        raise ApiError(path, reply.status)
    return reply.json()


def _read(kept: Mapping[str, Any] | None) -> Session | None:
    """A kept log-in; `None` when there is none, or it is of another version of this program."""
    try:
        return Session(**kept) if kept else None
    except TypeError:
        return None
