"""`unroll connect NETWORK`: the bot logs in, and its profile says what it is."""

from __future__ import annotations

import sys

import click

from unroller.cli.opening import library_here
from unroller.cli.terminal import put
from unroller.core.errors import InputError, SetupError
from unroller.core.ports import Connectable
from unroller.flows.library import Library


@click.command()
@click.argument("network")
@click.option("--handle", help="The bot's handle; asked for when neither given nor set.")
def connect(network: str, handle: str | None) -> None:
    """Log the bot in on NETWORK, mark the account as a bot, and let its profile say what it does.

    Handle and password come from the settings, or are asked for. Give an app password, not the
    account's own. Only the log-in is kept, in the library; the password is not.
    """
    with library_here() as library:
        found = _connectable(library, network)
        given = library.settings.networks.get(network, {})
        name = handle or str(given.get("handle") or "") or _asked("The bot's handle", f"{network}_handle")
        password = str(given.get("password") or "") or _asked(
            "App password", f"{network}_password", hide=True
        )
        put(f"{found.connect(name, password)}\n")


def _connectable(library: Library, network: str) -> Connectable:
    if network not in library.networks:
        raise InputError(f"There is no network {network}; there are: {', '.join(library.networks)}.")
    found = library.networks[network]
    if not isinstance(found, Connectable):
        raise InputError(f"The bot has no account on {found.rules.title}: there it only reads.")
    return found


def _asked(what: str, setting: str, *, hide: bool = False) -> str:
    if not sys.stdin.isatty():
        raise SetupError(f"{what}: there is nobody to ask. Set UNROLLER_{setting.upper()}.")
    answer: str = click.prompt(what, hide_input=hide, err=True)
    return answer
