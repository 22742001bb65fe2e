"""The real network, started by the first part that needs it, and readers of it that know nothing yet."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from tests.testnet import bluesky, postgres
from tests.testnet.bluesky import Network
from unroller.config import Settings
from unroller.flows.unroll import Visitor
from unroller.http import Polite


class Networks:
    """One network for the whole run, with production's limits: 10 levels of replies, 50 parents."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._bluesky: Network | None = None

    def bluesky(self) -> Network:
        """The network; it ends with the run.

        Raises:
            NotInstalledError: its servers, or PostgreSQL, are not on this machine.
        """
        if self._bluesky is None:
            command = bluesky.command()  # before anything is started: are they installed?
            assert command
            url = self._stack.enter_context(postgres.running())
            self._bluesky = self._stack.enter_context(bluesky.running(url))
        return self._bluesky


def settings_for(network: Network, data: Path = Path("nowhere")) -> Settings:
    """Settings that read `network`, without a bot."""
    servers = (network.pds, network.appview, network.plc)
    own = {
        "appview": network.appview,
        "plc": network.plc,
        "service": network.pds,
        "labeler": network.labeler_did,
    }
    allowed = tuple(urlsplit(server).netloc for server in servers)
    return Settings(data=data, allow_addresses=allowed, networks={"bluesky": own})


def cold_reader(settings: Settings) -> tuple[Visitor, Polite]:
    """A reader that has asked nobody anything, and its client, whose tally says what it cost."""
    client = Polite(allow_addresses=settings.allow_addresses)
    return Visitor.of(replace(settings), client), client
