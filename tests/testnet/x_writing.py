"""What the X of the tests lets an account do: log in, answer, and take back.

It keeps X's rules: no text twice, an answer only to who called, refresh tokens good for one use.
https://docs.x.com/x-api/posts/create-post, https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
from datetime import UTC
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.testnet.x_state import Refusal, Request, Route, X, invalid, plain
from tests.testnet.x_words import Wanted, Writer
from tests.testnet.x_world import Person, Said, Wire

_BODY = frozenset({"text", "reply", "quote_tweet_id", "media", "poll", "reply_settings"})
_REPLY = frozenset({"in_reply_to_tweet_id", "exclude_reply_user_ids", "auto_populate_reply_metadata"})
_URL = re.compile(r"https?://\S+|(?<![@\w])\w[\w-]*(?:\.\w[\w-]*)+")


def allow(net: X, url: str, person: Person) -> str:
    """What a browser does in which `person` is logged in and allows the app: where it ends."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["client_id"] == net.logins.client
    assert {"tweet.read", "tweet.write", "users.read", "offline.access"} == set(asked["scope"].split())
    code = secrets.token_urlsafe(16)
    net.logins.codes[code] = (person.id, asked["code_challenge"], asked["redirect_uri"])
    return f"{asked['redirect_uri']}?{urlencode({'state': asked['state'], 'code': code})}"


def log_in(net: X, person: Person) -> tuple[str, str]:
    """An access token and a refresh token of `person`."""
    access, refresh = f"access-{secrets.token_urlsafe(8)}", f"refresh-{secrets.token_urlsafe(8)}"
    net.users[access] = person.id
    net.logins.ends[access] = net.world.now + net.logins.lasts
    net.logins.refresh[refresh] = person.id
    return access, refresh


def call(net: X, by: Person, words: str, *, to: Said | None = None, **how: Any) -> Said:
    """A post by `by` that says `words`, after the names that X puts before an answer by itself."""
    before = f"@{to.by.username} " if to and to.by is not by else ""
    text = before + words
    found = [(match, net.world.named(match[1])) for match in re.finditer(r"@(\w+)", text)]
    mentions = [
        {"start": match.start(), "end": match.end(), "username": one.username, "id": one.id}
        for match, one in found
        if one
    ]
    fields = {"entities": {"mentions": mentions}, "display_text_range": [len(before), len(text)]}
    return net.world.post(by, text, to=to, at=net.world.now, fields=fields | how.pop("fields", {}), **how)


def answers_to(net: X, said: Said) -> list[str]:
    """The texts of all that was ever answered to a post, and not taken back."""
    seen = {one.id: one for one in net.world.posts.values() if one.answers is said and not one.deleted}
    return [one.text for one in seen.values() if one.by.fields.get("bot")]


def token(net: X, request: Request) -> Wire:
    form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
    pair = base64.b64encode(f"{net.logins.client}:{net.logins.secret}".encode()).decode()
    if request.authorization != f"Basic {pair}" or form.get("client_id") != net.logins.client:
        raise Refusal(
            401, {"error": "unauthorized_client", "error_description": "Missing valid authorization header"}
        )
    if form.get("grant_type") == "refresh_token":
        account = _refreshed(net, form.get("refresh_token", ""))
    else:
        account = _exchanged(net, form)
    access, refresh = log_in(net, net.world.people[account])
    return {
        "token_type": "bearer",
        "expires_in": int(net.logins.lasts.total_seconds()),
        "access_token": access,
        "refresh_token": refresh,
        "scope": "tweet.read tweet.write users.read offline.access",
    }


def _refreshed(net: X, refresh: str) -> str:
    """Whose `refresh` is. One that is used twice takes the whole log-in back."""
    if refresh in net.logins.used:
        account = net.logins.used[refresh]
        net.users = {token: who for token, who in net.users.items() if who != account}
        net.logins.refresh = {token: who for token, who in net.logins.refresh.items() if who != account}
    if net.logins.deaf or refresh not in net.logins.refresh:
        raise Refusal(
            400, {"error": "invalid_request", "error_description": "Value passed for the token was invalid."}
        )
    account = net.logins.refresh.pop(refresh)
    net.logins.used[refresh] = account
    return account


def _exchanged(net: X, form: Wire) -> str:
    account, challenge, address = net.logins.codes.pop(form.get("code", ""), ("", "", ""))
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    fits = base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == challenge
    if not account or not fits or form.get("redirect_uri") != address:
        raise Refusal(
            400,
            {
                "error": "invalid_request",
                "error_description": "Value passed for the authorization code was invalid.",
            },
        )
    return account


def me(net: X, request: Request) -> Wire:
    empty = frozenset[str]()
    writer = Writer(net.world, Wanted(net.speaks[0], empty, empty, empty, empty, empty))
    return {"data": writer.user(net.world.people[request.who])}


def create(net: X, request: Request) -> Wire:
    """https://docs.x.com/x-api/posts/create-post ."""
    body = json.loads(request.body)
    for name in (*(body.keys() - _BODY), *(body.get("reply", {}).keys() - _REPLY)):
        raise invalid(name, "", f"The field [{name}] is not known here.")
    by, text = net.world.people[request.who], body.get("text", "")
    if not text or _weight(text) > 280:
        raise Refusal(400, plain(400, "Invalid Request", "Your Tweet text is too long."))
    to = net.world.posts.get(body.get("reply", {}).get("in_reply_to_tweet_id", ""))
    if to is None or to.deleted:
        raise _forbidden("You attempted to reply to a Tweet that is deleted or not visible to you.")
    if not re.search(rf"@{by.username}(?!\w)", to.text, re.IGNORECASE) and not (
        to.quotes and to.quotes.by is by
    ):
        raise _forbidden(
            "Reply to this conversation is not allowed because you have not been mentioned or otherwise "
            "engaged by the author of the post you are replying to."
        )
    if any(one.by is by and one.text == text and not one.deleted for one in net.world.posts.values()):
        raise _forbidden("You are not allowed to create a Tweet with duplicate content.")
    made = net.world.post(by, text, to=to, at=net.world.now)
    net.bill.add(net.world.now.astimezone(UTC).date(), "reply", [made.id])
    return {"data": {"id": made.id, "text": text, "edit_history_post_ids": [made.id]}}


def delete(net: X, request: Request) -> Wire:
    """https://docs.x.com/x-api/posts/delete-post ."""
    said = net.world.posts.get(request.places["id"])
    if said is None or said.deleted:
        raise Refusal(404, plain(404, "Not Found"))
    if said.by.id != request.who:
        raise _forbidden("You are not allowed to delete this Tweet.")
    said.deleted = True
    return {"data": {"deleted": True}}


def _forbidden(detail: str) -> Refusal:
    return Refusal(403, {"title": "Forbidden", "type": "about:blank", "status": 403, "detail": detail})


def _weight(text: str) -> int:
    """https://docs.x.com/fundamentals/counting-characters ."""
    light = (range(4352), range(8192, 8206), range(8208, 8224), range(8242, 8248))
    rest = _URL.sub("", text)
    links = 23 * len(_URL.findall(text))
    return links + sum(1 if any(ord(one) in some for some in light) else 2 for one in rest)


WRITING = [
    Route("POST", "/2/oauth2/token", frozenset(), token, open=True, sells=""),
    Route("GET", "/2/users/me", frozenset({"user.fields"}), me, for_users=True),
    Route("POST", "/2/tweets", frozenset(), create, for_users=True, status=201, sells=""),
    Route("DELETE", "/2/tweets/:id", frozenset(), delete, for_users=True, sells=""),
]
