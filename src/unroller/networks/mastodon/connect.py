"""Setting the bot up: a log-in through the browser, and a profile that says what the account is.

https://docs.joinmastodon.org/client/authorized/, https://docs.joinmastodon.org/methods/apps/#create
"""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import urlencode

from unroller.core.errors import InputError, SetupError, WireError
from unroller.core.ports import HttpClient, Operator
from unroller.networks.mastodon import links
from unroller.networks.mastodon.session import Account, ApiError, Session, answer, ask

# What the bot does, and no more. Servers that know only the wide ones refuse these.
_NARROW = "read:accounts read:notifications read:search read:statuses"
_SCOPES = (f"{_NARROW} write:accounts write:notifications write:statuses", "read write")
# The server shows the code to the person, who types it: no address of ours needs to be reachable.
_BY_HAND = "urn:ietf:wg:oauth:2.0:oob"
_LONGEST_NOTE = 500
_EXPLANATION = (
    "Bot. Answer a thread with “@{handle} unroll” and I reply with a page that holds all of it. "
    "Your own thread? “@{handle} remove” takes its page down, “optout” keeps all your threads off."
)
_POLICY = {
    f"for_{whom}": "accept"
    for whom in ("not_following", "not_followers", "new_accounts", "private_mentions", "limited_accounts")
}


def server_of(named: str) -> str:
    """The address of the server that an operator names, with or without a scheme.

    Raises:
        InputError: it is none.
    """
    server = links.origin(named.strip().rpartition("@")[2] if "://" not in named else named)
    if not server:
        raise InputError("That is no server: give its address, such as https://server.example.")
    return server


def token_by_browser(http: HttpClient, server: str, operator: Operator) -> str:
    """A token for the account that the operator logs in with.

    Raises:
        SetupError: the server takes no programs, or refuses the code.
    """
    app, scopes = _registered(http, server)
    asked = {
        "response_type": "code",
        "client_id": app["client_id"],
        "redirect_uri": _BY_HAND,
        "scope": scopes,
    }
    operator.send_to(
        f"{server}/oauth/authorize?{urlencode(asked)}", "Log in with the bot's account, and allow its use"
    )
    code = operator.ask("The code that is shown there", "token", secret=True).strip()
    form = app | {"grant_type": "authorization_code", "code": code, "redirect_uri": _BY_HAND, "scope": scopes}
    try:
        told = answer("/oauth/token", ask(http, "POST", f"{server}/oauth/token", form=form))
    except (ApiError, SetupError):
        raise SetupError("The server refuses the code: codes work once, so run the command again.") from None
    if not isinstance(told, dict) or not isinstance(token := told.get("access_token"), str):
        raise WireError("The server answered the code with something that is no token.")
    return token


def _registered(http: HttpClient, server: str) -> tuple[dict[str, str], str]:
    """The id and secret of an app of ours at `server`, and what it may do."""
    for scopes in _SCOPES:
        form = {"client_name": "Unroller", "redirect_uris": _BY_HAND, "scopes": scopes}
        reply = ask(http, "POST", f"{server}/api/v1/apps", form=form)
        if reply.status in (400, 422) and scopes != _SCOPES[-1]:
            continue
        if reply.status >= 300:
            raise SetupError(
                f"{links.host(server)} answered {reply.status}: is it a server with Mastodon's API?"
            )
        told = reply.json()
        names = ("client_id", "client_secret")
        if not isinstance(told, dict) or not all(isinstance(told.get(name), str) for name in names):
            raise WireError("The server registered the bot with something other than an id and a secret.")
        return {name: told[name] for name in names}, scopes
    raise AssertionError


def introduce(account: Account, session: Session) -> str:
    """Mark the account as a bot and explain it on its profile, keeping what is there; say what was done."""
    told = account.get("/api/v1/accounts/verify_credentials")
    source = told.get("source") if isinstance(told, dict) else None
    note, words = introduced(source.get("note") if isinstance(source, dict) else "", session.handle)
    account.change("PATCH", "/api/v1/accounts/update_credentials", {"bot": "true", "note": note})
    with suppress(WireError):  # before Mastodon 4.3, and elsewhere, no mention is held back
        account.change("PATCH", "/api/v2/notifications/policy", _POLICY)
    return f"Logged in as @{session.handle}. {words}"


def introduced(own: object, handle: str) -> tuple[str, str]:
    """A profile's text with an explanation, and words for the operator."""
    own = own.strip() if isinstance(own, str) else ""
    explanation = _EXPLANATION.format(handle=handle)
    if f"@{handle} unroll" in own:
        return own, "The profile says already what the bot does; it is marked as a bot."
    whole = f"{own}\n\n{explanation}".strip()
    if len(whole) > _LONGEST_NOTE and own:
        words = "The profile is marked as a bot. Its text is too long to add to; please say there:"
        return own, f"{words} “{explanation}”"
    return whole, "The profile is marked as a bot and says what it does."
