"""A `Bluesky` that reads the real network on loopback, and one made of paper."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

from tests.networks.bluesky.reader import Reader
from tests.networks.bluesky.sessions import Kept
from tests.testnet.bluesky import Account, Network
from unroller.config import Secret
from unroller.http import Polite
from unroller.networks.bluesky import Bluesky, BlueskySettings


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def client(bluesky_net: Network) -> Iterator[Polite]:
    addresses = (bluesky_net.pds, bluesky_net.appview, bluesky_net.plc)
    allowed = tuple(urlsplit(address).netloc for address in addresses)
    with closing(Polite(allow_addresses=allowed)) as client:
        yield client


@pytest.fixture
def real_settings(bluesky_net: Network) -> BlueskySettings:
    return BlueskySettings(
        appview=bluesky_net.appview,
        plc=bluesky_net.plc,
        service=bluesky_net.pds,
        labeler=bluesky_net.labeler_did,
    )


@pytest.fixture
def reader(client: Polite, real_settings: BlueskySettings) -> Reader:
    return Reader(Bluesky(real_settings, client, clock=now, sessions=Kept()), client)


@pytest.fixture
def reader_without_lists(bluesky_net: Network, real_settings: BlueskySettings) -> Iterator[Reader]:
    """Reads while no author's own server can be reached: the client refuses private addresses."""
    allowed = tuple(urlsplit(address).netloc for address in (bluesky_net.appview, bluesky_net.plc))
    with closing(Polite(allow_addresses=allowed)) as client:
        yield Reader(Bluesky(real_settings, client, clock=now, sessions=Kept()), client)


@pytest.fixture
def owner(bluesky_net: Network) -> Account:
    """Whose account the bot is."""
    return bluesky_net.account("bot", display_name="Unroll")


@pytest.fixture
def bot(client: Polite, real_settings: BlueskySettings, owner: Account) -> Bluesky:
    settings = replace(real_settings, handle=owner.handle, password=Secret(owner.app_password()))
    return Bluesky(settings, client, clock=now, sessions=Kept())
