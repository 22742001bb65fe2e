"""Everything that a flow needs, opened once and handed down."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from unroller.config import Settings
from unroller.core.consent import Wish
from unroller.core.model import Author, PostRef
from unroller.core.ports import Appearing, Export, HttpClient, Messenger, Network
from unroller.flows.match import match, network_of
from unroller.plugins import load_exports, load_networks, make_client
from unroller.store import Store, open_store


def utc_now() -> datetime:
    """The time, aware."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Library:
    """The settings, the store, the plug-ins and the polite client of one installation."""

    settings: Settings
    store: Store
    networks: Mapping[str, Network]
    exports: Mapping[str, Export]
    http: HttpClient
    clock: Callable[[], datetime]
    sample: bool = False

    def network(self, name: str) -> Network:
        """The network of that name.

        Raises:
            SetupError: this installation does not have it.
        """
        return network_of(self.networks, name)

    def messengers(self) -> Iterator[tuple[str, Network, Messenger]]:
        """The networks on which the bot has an account, by name."""
        for name, network in self.networks.items():
            if isinstance(network, Messenger) and network.identity():
                yield name, network, network

    def messenger(self, network: str) -> Messenger | None:
        """The bot on the network of that name; `None` where it has no account."""
        bot: object = self.networks.get(network)
        return bot if isinstance(bot, Messenger) and bot.identity() else None

    def identity(self, network: str) -> tuple[str, str] | None:
        """The bot's own account on that network, as `Messenger.identity`; `None`: it has none there."""
        bot: object = self.networks.get(network)
        return bot.identity() if isinstance(bot, Messenger) else None

    def bots(self, network: str) -> frozenset[str]:
        """The ids of the bot's own accounts there."""
        identity = self.identity(network)
        return frozenset({identity[0]} if identity and identity[0] else ())

    def wish_of(self, author: Author) -> Wish | None:
        """What `author`, or the operator, told us about the account."""
        return self.store.wishes.of(author)

    def is_removed(self, ref: PostRef) -> bool:
        """Whether the post is of a thread that was removed here."""
        return self.store.threads.is_removed(ref)

    def match(self, link: str) -> PostRef:
        """The post that `link` names on whichever network knows it. The ref may be provisional.

        Raises:
            InputError: it is no link, leads to another site, or names no post.
        """
        return match(self.networks, link)

    def page_url(self, slug: str) -> str:
        """The public address of the thread's page."""
        return f"{self.settings.base_url}/t/{slug}"

    def author_url(self, network: str, handle: str) -> str:
        """The public address of the author's page."""
        return f"{self.settings.base_url}{author_path(network, handle)}"


def author_path(network: str, handle: str) -> str:
    """Where on the site the author's page is. An earlier handle, or the account's id, leads there too."""
    return f"/{network}/@{quote(handle, safe='@:')}"


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
        client = http or make_client(settings)
        sessions, spending = store.sessions, store.spending
        plugins = load_networks(settings, client, clock=clock, sessions=sessions, spending=spending)
        for network in plugins.networks.values():
            if isinstance(network, Appearing):
                network.appear(settings.base_url)
        yield Library(settings, store, plugins.networks, load_exports(), client, clock, sample)
    finally:
        store.close()
