"""`unroll connect NETWORK`: the bot logs in, and its profile says what it is."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass

import click

from unroller.cli.opening import library_here
from unroller.cli.terminal import put
from unroller.core.errors import InputError, SetupError
from unroller.core.ports import Connectable
from unroller.flows.library import Library


@click.command()
@click.argument("network")
@click.argument("account", required=False, default="")
def connect(network: str, account: str) -> None:
    """Log the bot in on NETWORK, mark the account as a bot, and let its profile say what it does.

    ACCOUNT is the bot's handle on Bluesky, its server on the fediverse (https://server.example), and
    needs not be said on X. What is neither given nor set is asked for. Only the log-in is kept, in the
    library; a password is not.
    """
    with library_here() as library:
        found = _connectable(library, network)
        terminal = Terminal(network, library.settings.networks.get(network, {}))
        put(f"{found.connect(account, terminal)}\n")


def _connectable(library: Library, network: str) -> Connectable:
    if network not in library.networks:
        raise InputError(f"There is no network {network}; there are: {', '.join(library.networks)}.")
    found = library.networks[network]
    if not isinstance(found, Connectable):
        raise InputError(f"The bot has no account on {found.rules.title}: there it only reads.")
    return found


@dataclass(frozen=True, slots=True)
class Terminal:
    """The operator, as `ports.Operator`: what is set for `network`, then whoever types."""

    network: str
    given: Mapping[str, object]

    def ask(self, what: str, setting: str, *, secret: bool = False) -> str:
        """See `Operator.ask`."""
        if found := str(self.given.get(setting) or ""):
            return found
        if not sys.stdin.isatty():
            name = f"UNROLLER_{self.network}_{setting}".upper()
            raise SetupError(f"{what}: there is nobody to ask. Set {name}.")
        answer: str = click.prompt(what, hide_input=secret, err=True)
        return answer

    def send_to(self, url: str, why: str) -> None:
        """See `Operator.send_to`. The address is printed in any case: a browser may open elsewhere."""
        click.echo(f"{why}:\n\n    {url}\n", err=True)
        if sys.stdin.isatty():
            click.launch(url)
