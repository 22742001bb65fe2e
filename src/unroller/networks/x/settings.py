"""What an operator can set for X. Nothing is asked, and nothing costs, until there is a token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from unroller.config import Secret
from unroller.networks.x.costs import Costs

_NO_SECRET = Secret()


@dataclass(frozen=True, slots=True)
class XSettings(Costs):
    """`bearer_token` is the app's own (app-only); without it X is not read.

    `full_archive`: the access has search of all posts (pay-per-use and Enterprise have); else threads
    are found of the last seven days. `field_names` is the family of names that is sent, `api` where.
    `front_ends` are hosts whose links look like those of x.com.

    `client_id` and `client_secret` are the app's for log-ins (OAuth 2.0), and `redirect` the address that
    it sends browsers back to, as it stands in X's developer console; without them there is no bot.
    """

    bearer_token: Secret = _NO_SECRET
    full_archive: bool = True
    field_names: Literal["tweet", "post"] = "tweet"
    api: str = "https://api.x.com"
    front_ends: tuple[str, ...] = ()
    client_id: str = ""
    client_secret: Secret = _NO_SECRET
    redirect: str = "http://127.0.0.1:8000/"
