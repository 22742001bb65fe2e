"""`unroll forget --network NAME`: erase all that is kept of a network."""

from __future__ import annotations

import sys

import click

from unroller.cli.opening import known_library
from unroller.cli.terminal import progress, put
from unroller.core.errors import InputError
from unroller.flows.forget import forget as forget_all


@click.command()
@click.option("--network", required=True, metavar="NAME", help="Which network.")
@click.option("--yes", is_flag=True, help="Do not ask first.")
def forget(network: str, *, yes: bool) -> None:
    """Erase all data of a network: pages, text, records, calls, log-ins, and what it cost.

    Needed when access to a network ends. Stop the server first: what runs may fetch anew. What authors
    and the operator said about accounts stays, and the bare refs of threads that were removed, so that
    none of them is shown again. There is no way back.
    """
    with known_library() as library:
        pages = len(library.store.slugs_of(network))
        if not yes and not _confirmed(network, pages):
            raise InputError("Nothing was erased.")
        with progress(f"Erasing {network} …") as far:
            counts = forget_all(library, network, lambda done, of: far(f"{done} of {of} threads", ""))
    done = ", ".join(f"{count} {name}" for name, count in counts.items())
    put(f"Erased of {network}: {done or 'there was nothing'}.\n")
    put("Kept: what authors and you said about accounts, and which threads were removed.\n")


def _confirmed(network: str, pages: int) -> bool:
    if not sys.stdin.isatty():
        raise InputError("Nothing was erased: there is nobody to ask. Add --yes to do it without asking.")
    words = f"Erase all data of {network}, with {pages} threads? There is no way back"
    return bool(click.confirm(words, err=True))
