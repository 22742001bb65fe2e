"""Everything that a flow needs, opened once and handed down."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from unroller.config import Settings
from unroller.core.consent import Wish
from unroller.core.errors import InputError, SetupError
from unroller.core.model import Author, PostRef
from unroller.core.ports import Export, HttpClient, Messenger, Network
from unroller.plugins import load_exports, load_networks, make_client
from unroller.store import Store, open_store


def utc_now() -> datetime:
    """The time, aware."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Library:
    """The settings, the store and the plug-ins of one installation."""

    settings: Settings
    store: Store
    networks: Mapping[str, Network]
    exports: Mapping[str, Export]
    clock: Callable[[], datetime]
    sample: bool = False

    def network(self, name: str) -> Network:
        """The network of that name.

        Raises:
            SetupError: this installation does not have it.
        """
        try:
            return self.networks[name]
        except KeyError:
            raise SetupError(f"The network {name} is not part of this installation.") from None

    def messengers(self) -> Iterator[tuple[str, Network, Messenger]]:
        """The networks on which the bot has an account, by name."""
        for name, network in self.networks.items():
            if isinstance(network, Messenger) and network.identity():
                yield name, network, network

    def bots(self) -> frozenset[str]:
        """The ids of the bot's own accounts, on all networks."""
        return frozenset(identity[0] for _, _, bot in self.messengers() if (identity := bot.identity()))

    def wish_of(self, author: Author) -> Wish | None:
        """What `author`, or the operator, told us about the account."""
        return self.store.wishes.of(author)

    def match(self, link: str) -> PostRef:
        """The post that `link` names on whichever network knows it. The ref may be provisional.

        Raises:
            InputError: it is no link, leads to another site, or names no post.
        """
        link = link.strip()
        for network in self.networks.values():
            if ref := network.match(link):
                return ref
        names = ", ".join(network.rules.title for network in self.networks.values())
        if not link:
            raise InputError(f"Paste the link of a post on {names}.")
        if "://" not in link and "/" not in link:
            raise InputError(f"That is not a link. Paste the link of a post on {names}.")
        raise InputError(f"That link does not lead to a post on {names}.")

    def page_url(self, slug: str) -> str:
        """The public address of the thread's page."""
        return f"{self.settings.base_url.rstrip('/')}/t/{slug}"


@contextmanager
def open_library(
    settings: Settings,
    *,
    http: HttpClient | None = None,
    clock: Callable[[], datetime] = utc_now,
    sample: bool = False,
) -> Iterator[Library]:
    """The library that `settings` describe, closed at the end. `http` replaces the polite client."""
    store = open_store(settings.database_url, settings.data / "pages", clock)
    try:
        plugins = load_networks(settings, http or make_client(settings), clock=clock, sessions=store.sessions)
        yield Library(settings, store, plugins.networks, load_exports(), clock, sample)
    finally:
        store.close()
