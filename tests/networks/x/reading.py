"""An `X` that reads the X of the tests, and the talk between it and the core, with a count of its cost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from tests.networks.x import document
from tests.testnet import x
from tests.testnet.x_state import X as Net
from tests.testnet.x_world import Said, World
from unroller.config import Secret
from unroller.core.body import plain
from unroller.core.consent import Wish
from unroller.core.model import Author, PostRef, Thread
from unroller.core.ports import Network
from unroller.flows.gather import gather
from unroller.http import Polite
from unroller.http.client import Patience
from unroller.keeping import Kept, PassingSessions
from unroller.networks.x import X, XSettings


@dataclass(slots=True)
class Reader:
    """Reads as a visitor who has no library."""

    x: X
    net: Net
    wishes: dict[str, Wish] = field(default_factory=dict)

    def match(self, link: str) -> PostRef:
        ref = self.x.match(link)
        assert ref is not None
        return ref

    def network(self, name: str) -> Network:
        assert name == "x"
        return self.x

    def bots(self, network: str) -> frozenset[str]:
        return frozenset()

    def wish_of(self, author: Author) -> Wish | None:
        return self.wishes.get(author.id)

    def is_removed(self, ref: PostRef) -> bool:
        return False

    def thread(self, said: Said | str, *, known: Thread | None = None) -> Thread:
        id_ = said if isinstance(said, str) else said.id
        return gather(self, self.match(f"https://x.com/i/status/{id_}"), known=known).thread


def settings_for(net: Net, **how: Any) -> XSettings:
    return replace(
        XSettings(bearer_token=Secret(net.token), api=net.url, full_archive=net.full_archive), **how
    )


@contextmanager
def reading(world: World | None = None, /, *, field_names: str = "tweet", **how: Any) -> Iterator[Reader]:
    """A reader and its server; `how` is what the server is set to, or the settings of the network."""
    of_settings = {
        name: how.pop(name) for name in list(how) if hasattr(XSettings(), name) and name != "full_archive"
    }
    with x.serving(world, **how) as net:
        client = Polite(
            allow_addresses=(urlsplit(net.url).netloc,),
            patience=Patience(connect=2, read=2, pause=10, total=20),
            clock=lambda: net.world.now,
            sleep=lambda _: None,
        )
        with closing(client):
            settings = settings_for(net, field_names=field_names, **of_settings)
            keeper = Kept("x", PassingSessions())
            yield Reader(X(settings, client, clock=lambda: net.world.now, sessions=keeper), net)
        if document.is_here():
            for route, told in net.told:
                document.check_answer(route, told)


def texts(thread: Thread) -> list[str]:
    return [plain(post.body) for post in thread.posts]
