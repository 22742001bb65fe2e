"""A library on a Bluesky of paper whose pictures come from a real server by the real polite client."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.flows import paper
from tests.http.servers import Server, Talk, answer, serving
from tests.pictures.drawn import photo
from unroller.config import Media
from unroller.core.model import PostRef
from unroller.core.ports import HttpClient, Reply
from unroller.flows.library import Library, open_library
from unroller.flows.publish import publish
from unroller.flows.revisit import revisit
from unroller.flows.work import work_once
from unroller.http import Polite
from unroller.http.client import Patience
from unroller.store import Saved
from unroller.testing import PaperBluesky


@dataclass(slots=True)
class Both:
    """The paper network for its own servers, the polite client for all others."""

    network: PaperBluesky
    polite: HttpClient

    def request(self, method: str, url: str, **how: Any) -> Reply:
        inner = self.polite if url.startswith("http://") else self.network
        return inner.request(method, url, **how)


@dataclass(slots=True)
class Gallery:
    """A server of pictures: what is at each path is an answer, or a way to talk; all else is a photo."""

    server: Server
    network: PaperBluesky
    library: Library
    clock: paper.Time
    at: dict[str, bytes | Talk]

    def url(self, path: str) -> str:
        return self.server.url(path)

    @property
    def asked(self) -> list[str]:
        """The paths that were asked for."""
        return [head.split()[1] for head in self.server.heads]

    def write(self, *paths: str, text: str = "Look.", **embed: Any) -> list[PostRef]:
        """A thread of two, the first with the pictures at `paths`."""
        images = [
            {"fullsize": self.url(path), "thumb": self.url(path), "alt": f"At {path}"} for path in paths
        ]
        shown = embed or {"$type": "app.bsky.embed.images#view", "images": images}
        first, second = paper.thread(self.network, "anna", text, "And that was it.")
        self.network.posts[first.id]["embed"] = shown
        return [first, second]

    def publish(self, *paths: str, **embed: Any) -> Saved:
        return publish(self.library, self.write(*paths, **embed)[0])

    def work(self) -> None:
        """Do all that is due."""
        while work_once(self.library, "test"):
            pass

    def visit(self, saved: Saved) -> None:
        """Look at the thread's source again, and do what that brings."""
        self.clock.on(hours=1)
        revisit(self.library, saved.slug)
        self.work()

    def page(self, saved: Saved) -> str:
        found = self.library.store.pages.load(saved.slug, "page.html")
        assert found
        return found.forms[""].decode()

    def kept(self, saved: Saved) -> list[str]:
        """The files that are kept with the page."""
        return sorted(file.name for file in (self.library.store.pages.path(saved.slug) / "media").glob("*"))


@contextmanager
def gallery(folder: Path, base_url: str = "https://unroll.example", **media: Any) -> Iterator[Gallery]:
    """A gallery, and a library with these settings of `media`, while the block lasts."""
    at: dict[str, bytes | Talk] = {}

    def talk(connection: socket.socket, head: bytes) -> None:
        said = at.get(head.split()[1].decode(), answer(photo(400, 300), Content_Type="image/jpeg"))
        said(connection, head) if callable(said) else connection.sendall(said)

    with serving(talk) as server:
        network, clock = paper.network(), paper.Time()
        patience = Patience(connect=2, read=1, pause=0.1, total=1)
        http = Both(network, Polite(allow_addresses=(server.pair,), patience=patience))
        settings = replace(paper.settings(folder), base_url=base_url, media=Media(**media))
        with open_library(settings, http=http, clock=clock) as library:
            yield Gallery(server, network, library, clock, at)
