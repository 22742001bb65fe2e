"""The bot's own profile: that it is a bot, and what it does.

https://docs.bsky.app/docs/starter-templates/bots
"""

from __future__ import annotations

import json
from typing import Any

from unroller.core.ports import Params
from unroller.networks.bluesky import xrpc
from unroller.networks.bluesky.session import Account, Session

_PROFILE = "app.bsky.actor.profile"
_LONGEST = 256
_EXPLANATION = (
    "Bot. Answer a thread with “@{handle} unroll” and I reply with a page that holds all of it. "
    "Your own thread? “@{handle} remove” takes its page down, “optout” keeps all your threads off."
)


def introduce(account: Account, session: Session) -> str:
    """Put the bot's label and an explanation on the profile, keeping what is there; say what was done."""
    for last in (False, True):
        found = _read(account, session)
        profile, words = introduced(found.get("value"), session.handle)
        body = {
            "repo": session.did,
            "collection": _PROFILE,
            "rkey": "self",
            "record": profile,
            "swapRecord": found.get("cid"),
        }
        try:
            account.post("com.atproto.repo.putRecord", json.dumps(body).encode())
            return f"Logged in as @{session.handle}. {words}"
        except xrpc.XrpcError as error:
            if last or error.name != "InvalidSwap":
                raise
    raise AssertionError


def _read(account: Account, session: Session) -> dict[str, Any]:
    params: Params = {"repo": session.did, "collection": _PROFILE, "rkey": "self"}
    try:
        return account.get("com.atproto.repo.getRecord", params)
    except xrpc.XrpcError as error:
        if error.name != "RecordNotFound":
            raise
        return {}


def introduced(profile: object, handle: str) -> tuple[dict[str, Any], str]:
    """`profile` with the bot's label and an explanation, and words for the operator."""
    made: dict[str, Any] = dict(profile) if isinstance(profile, dict) else {"$type": _PROFILE}
    made["labels"] = _labelled(made.get("labels"))
    own = made.get("description")
    own = own.strip() if isinstance(own, str) else ""
    explanation = _EXPLANATION.format(handle=handle)
    if f"@{handle} unroll" in own:
        return made, "The profile says already that it is a bot and what it does."
    whole = f"{own}\n\n{explanation}".strip()
    if len(whole) > _LONGEST and own:
        words = "The profile is marked as a bot. Its text is too long to add to; please say there:"
        return made, f"{words} “{explanation}”"
    made["description"] = whole
    return made, "The profile is marked as a bot and says what it does."


def _labelled(labels: object) -> dict[str, Any]:
    values = labels.get("values") if isinstance(labels, dict) else None
    kept = [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []
    if not any(value.get("val") == "bot" for value in kept):
        kept.append({"val": "bot"})
    return {"$type": "com.atproto.label.defs#selfLabels", "values": kept}
