"""The commands that stay: the whole service, or parts of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from unroller.cli.settings import settings_here
from unroller.config import Settings
from unroller.web.serve import serve as run


def _listening(command: Any) -> Any:
    host = click.option("--host", help="The address to listen on; 0.0.0.0 for all. [setting: host]")
    port = click.option("--port", type=click.IntRange(1, 65_535), help="The port. [setting: port]")
    return host(port(command))


@click.command()
@_listening
@click.option("--no-bot", is_flag=True, help="Do not listen for calls; another process does.")
@click.option("--site-only", is_flag=True, help="Neither listen nor work; other processes do.")
@click.option("--sample", is_flag=True, help="A library of its own with threads to read, without the bot.")
def serve(host: str | None, port: int | None, *, no_bot: bool, site_only: bool, sample: bool) -> None:
    """Run the site, listen for calls of the bot, and do the work, until Ctrl-C.

    Nothing has to be set to try it. The bot listens where it has an account: see unroll connect.
    """
    settings = _settings(host, port)
    if sample:
        from unroller.flows.sample import sample_settings  # noqa: PLC0415  (brings the whole library)

        settings = sample_settings(settings)
    listeners = not (no_bot or site_only or sample)
    run(settings, site=True, listeners=listeners, workers=not site_only, sample=sample)


@click.command()
def bot() -> None:
    """Listen for calls and answer them, without a site.

    The pages that it makes lie in the data folder; unroll serve --no-bot shows them.
    """
    run(_settings(), site=False, listeners=True, workers=True)


@click.command()
def work() -> None:
    """Do what waits to be done, beside other processes on the same database.

    Any number may run, on any number of machines with PostgreSQL; one that dies loses nothing.
    """
    run(_settings(), site=False, listeners=False, workers=True)


def _settings(host: str | None = None, port: int | None = None) -> Settings:
    settings = settings_here()
    own = settings.base_url if "base_url" in settings.origins else ""
    return replace(settings, host=host or settings.host, port=port or settings.port, base_url=own)
