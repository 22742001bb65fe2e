"""What an operator can set for the fediverse. Everything but the bot's account has a default that works."""

from __future__ import annotations

from dataclasses import dataclass

from unroller.config import Secret

_NO_SECRET = Secret()


@dataclass(frozen=True, slots=True)
class MastodonSettings:
    """`server` is where the bot's account is (`https://server.example`), `token` lets it in there.

    Without them threads are only read, each from its author's own server. `copies` are hosts whose
    copies of other servers' posts are believed while these servers do not answer; `server` is one of them.
    """

    server: str = ""
    token: Secret = _NO_SECRET
    copies: tuple[str, ...] = ()
