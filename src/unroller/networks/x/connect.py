"""The log-in of the bot: X asks the account's owner in a browser, which brings a code back.

https://docs.x.com/fundamentals/authentication/oauth-2-0/user-access-token
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from urllib.parse import parse_qs, urlencode, urlsplit

from unroller.core.errors import InputError, SetupError
from unroller.core.ports import Operator
from unroller.networks.x.messenger import Bot
from unroller.networks.x.session import SCOPES
from unroller.networks.x.settings import XSettings

AUTHORIZE = "https://x.com/i/oauth2/authorize"

_EXPLANATION = (
    "Bot. Answer a thread with “@{handle} unroll” and I reply with a page that holds all of it. "
    "Your own thread? “@{handle} remove” takes its page down, “optout” keeps all your threads off."
)


def connect(bot: Bot, settings: XSettings, operator: Operator) -> str:
    """Log the bot in, and say what its owner has to do by hand: X lets no program change a profile.

    Raises:
        InputError: what was pasted is not what X sent the browser back with.
        SetupError: X refuses the log-in, or there is nobody at a terminal.
    """
    if not settings.client_id:
        raise SetupError("Set networks.x.client_id: it stands in X's developer console, with the app's keys.")
    state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(64)
    why = "Open this address, log in as the bot's account, and allow the app"
    operator.send_to(address(settings, state, verifier), why)
    try:
        said = operator.ask(f"The address that the browser ends at ({settings.redirect}…)", "redirected")
    except SetupError:  # no setting can stand in for it: it is another one each time
        raise SetupError("“unroll connect x” needs a terminal, where X's answer can be pasted.") from None
    made = bot.log_in(parse_code(said, state), verifier)
    return (
        f"Logged in as @{made.handle}. Please mark the account as automated (on X: Settings, Your account, "
        f"Automation), and say in its profile: “{_EXPLANATION.format(handle=made.handle)}”"
    )


def address(settings: XSettings, state: str, verifier: str) -> str:
    """Where the account's owner allows the app to act for it."""
    digest = hashlib.sha256(verifier.encode()).digest()
    params = {
        "response_type": "code",
        "client_id": settings.client_id,
        "redirect_uri": settings.redirect,
        "scope": SCOPES,
        "state": state,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    return f"{AUTHORIZE}?{urlencode(params)}"


def parse_code(said: str, state: str) -> str:
    """The code in the address that X sent the browser back to.

    Raises:
        InputError: there is none, or it is the answer to another log-in.
        SetupError: whoever was asked said no.
    """
    try:
        told = {name: values[0] for name, values in parse_qs(urlsplit(said.strip()).query).items()}
    except ValueError:
        told = {}
    if told.get("error"):
        raise SetupError("The log-in was not allowed on X: run “unroll connect x” again, and allow it.")
    if not told.get("code"):
        raise InputError("That address has no code in it: copy all of it, to the end, from the browser.")
    if not secrets.compare_digest(told.get("state", "").encode(), state.encode()):
        raise InputError("That address is of another log-in: run “unroll connect x” again.")
    return told["code"]
