"""Keys for programs that call the site's API more often than anybody may."""

from __future__ import annotations

import click

from unroller.cli.opening import known_library, library_here
from unroller.cli.terminal import put
from unroller.core.errors import InputError
from unroller.core.tolerant import clean


@click.group()
def keys() -> None:
    """Give keys to programs that call the site's API often.

    Anybody may call it without one, but not as often. A key goes with each call as
    "Authorization: Bearer KEY". Only what tells a key again is kept, so it cannot be shown twice.
    """


@keys.command()
@click.argument("name")
@click.option(
    "--per-minute",
    type=click.IntRange(min=1, max=1_000_000),
    default=1_000,
    show_default=True,
    help="Calls in a minute, those that paste links included.",
)
def add(name: str, per_minute: int) -> None:
    """Make a key for NAME, and print it this once."""
    name = " ".join(clean(name).split())
    if not name or len(name) > 100:
        raise InputError("A name has 1 to 100 characters.")
    with library_here() as library:
        key = library.store.keys.add(name, per_minute)
    if key is None:
        raise InputError(f"{name} has a key already; unroll keys remove ends it.")
    put(f"{key}\n")
    click.echo("Hand it on safely, for it is not shown again.", err=True)


@keys.command("list")
def list_keys() -> None:
    """List them, a line each: name, calls in a minute, since when."""
    with known_library() as library:
        found = library.store.keys.all()
    put("".join(f"{key.name}\t{key.per_minute}\t{key.made_at:%Y-%m-%d}\n" for key in found))


@keys.command()
@click.argument("name")
def remove(name: str) -> None:
    """Make the key of NAME open nothing, from the next call on."""
    with known_library() as library:
        if not library.store.keys.remove(name):
            raise InputError(f"{name} has no key.")
    put(f"The key of {name} opens nothing any more.\n")
