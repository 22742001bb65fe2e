"""Threads that come with Unroller, so that there is something to read at once.

They are records in wire form. A network made of paper answers with them, and everything after that
is what happens to any thread: parsed, judged, assembled, saved, published; and marked as a sample.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib.resources import files
from typing import Any

from unroller.config import Settings
from unroller.core.errors import SetupError
from unroller.core.ports import Network
from unroller.flows.gather import gather
from unroller.flows.library import Library
from unroller.flows.publish import keep
from unroller.plugins import load_networks
from unroller.testing import PaperBluesky

FOLDER = "sample"


def sample_settings(settings: Settings) -> Settings:
    """As `settings`, but for a library of its own below the data folder: no sample enters the operator's.

    It is for this machine: the bot has no account there, and the address follows the port.
    """
    networks = {name: _without_account(given) for name, given in settings.networks.items()}
    own = settings.data / FOLDER
    return replace(settings, data=own, database_url="", base_url="", expires=None, networks=networks)


def _without_account(given: Mapping[str, object]) -> Mapping[str, object]:
    return {key: value for key, value in given.items() if key not in ("handle", "password")}


def load_sample(library: Library) -> None:
    """Have the sample's threads in `library`, the newest first. Doing it again adds nothing.

    Raises:
        SetupError: `library` is not the sample's own, or the network that the sample is from is missing.
    """
    if library.settings.data.name != FOLDER:
        raise SetupError("The sample goes into a library of its own; start it with: unroll serve --sample")
    told = list(_told())
    paper = replace(library, networks=_paper(library, told))
    for thread in sorted(told, key=lambda one: str(one["posts"][0]["record"]["createdAt"])):
        keep(library, gather(paper, paper.match(thread["thread"])), sample=True)


def _told() -> Iterator[dict[str, Any]]:
    """Each thread of the sample: the accounts and the posts of its conversation, as a server has them."""
    for file in files("unroller").joinpath(FOLDER).iterdir():
        if file.name.endswith(".json"):
            yield json.loads(file.read_text("utf-8"))


def _paper(library: Library, told: list[dict[str, Any]]) -> dict[str, Network]:
    paper = PaperBluesky(
        [account for thread in told for account in thread["accounts"]],
        [post for thread in told for post in thread["posts"]],
    )
    return dict(load_networks(library.settings, paper, clock=library.clock).networks)
