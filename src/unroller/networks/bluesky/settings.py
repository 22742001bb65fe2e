"""What an operator can set for Bluesky. Everything but the bot's account has a default that works."""

from __future__ import annotations

from dataclasses import dataclass

from unroller.config import Secret

_NO_SECRET = Secret()


@dataclass(frozen=True, slots=True)
class BlueskySettings:
    """`handle` and `password` (an app password) are the bot's; without them threads are only read.

    `appview` answers public reads, `plc` tells where an account lives, `service` is where the bot
    logs in. `front_ends` are hosts whose links look like those of bsky.app. Labels by `labeler` are
    obeyed. Pages lead to posts and profiles at `web`.
    """

    appview: str = "https://public.api.bsky.app"
    plc: str = "https://plc.directory"
    service: str = "https://bsky.social"
    handle: str = ""
    password: Secret = _NO_SECRET
    front_ends: tuple[str, ...] = ()
    labeler: str = "did:plc:ar7c4by46qjdydhdevvrndac"
    web: str = "https://bsky.app"
