"""A network that answers at once, in a process of its own: what waits for it waits for nothing.

`python -m bench.stand_in --port-file FILE --stdin --world JSON` lasts until its standard input ends. It
speaks just the HTTP that the client speaks, and makes its answers with the paper network, whose lists it
keeps sorted beforehand.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2

from bench.world import BOT, World
from tests.testnet.processes import running as running_process
from unroller.config import Settings
from unroller.testing import PaperBluesky

Wire = dict[str, Any]

NUMBERS = frozenset(("depth", "parentHeight", "limit"))
STATUS = "stand-in.status"


class QuickBluesky(PaperBluesky):
    """The paper network with an index for each question that would take longer in a large world."""

    def __init__(self, world: World) -> None:
        posts = world.posts()
        super().__init__(world.accounts(), posts)
        self.address = ""
        self.answers: Counter[str] = Counter()
        self.first_asked = self.last_answered = self.spent = 0.0
        self._by_handle = {account["handle"]: did for did, account in self.accounts.items()}
        self._calls = [post["uri"] for post in posts[len(posts) - world.calls :]][::-1]
        self._own: dict[str, list[str]] = defaultdict(list)
        for post in posts:
            self._own[post["uri"].split("/")[2]].append(post["uri"])
        for own in self._own.values():
            own.sort()

    def _did(self, actor: str) -> str:
        return actor if actor in self.accounts else self._by_handle.get(actor, "")

    def _document(self, did: str) -> Wire:
        found = super()._document(did)
        found["service"][0]["serviceEndpoint"] = self.address
        return found

    def _list(self, asked: Wire) -> Wire:
        after = f"at://{asked['repo']}/{asked['collection']}/{asked.get('cursor', '')}"
        uris = [uri for uri in self._own[asked["repo"]] if uri > after][: asked["limit"]]
        records = [
            {"uri": uri, "cid": self.posts[uri]["cid"], "value": self.posts[uri]["record"]} for uri in uris
        ]
        return {"records": records, **({"cursor": uris[-1].rpartition("/")[2]} if uris else {})}

    def _notes(self, asked: Wire) -> Wire:
        self.first_asked = self.first_asked or time.time()
        start = int(asked.get("cursor", 0))
        page = self._calls[start : start + asked["limit"]]
        notes = [self._view(uri) | {"reason": "mention"} for uri in page]
        more = start + len(page) < len(self._calls)
        return {"notifications": notes, **({"cursor": str(start + len(page))} if more else {})}

    def _put(self, body: Wire) -> tuple[int, Wire]:
        parent = body["record"].get("reply", {}).get("parent", {}).get("uri", "")
        self.last_answered = time.time()
        self.answers[parent] += 1
        return super()._put(body)

    def status(self) -> Wire:
        return {
            "answered": len(self.answers),
            "puts": self.answers.total(),
            "first_asked": self.first_asked,
            "last_answered": self.last_answered,
            "requests": len(self.asked),
            "ms_each": 1000 * self.spent / max(1, len(self.asked)),
        }


class Connection(asyncio.Protocol):
    """HTTP/1.1 with Content-Length and connections that stay."""

    def __init__(self, paper: QuickBluesky) -> None:
        self._paper = paper
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            line, *lines = self._buffer[:end].decode("latin-1").split("\r\n")
            headers = dict(line.lower().split(": ", 1) for line in lines)
            whole = end + 4 + int(headers.get("content-length", 0))
            if len(self._buffer) < whole:
                return
            content, self._buffer = self._buffer[end + 4 : whole], self._buffer[whole:]
            self._transport.write(answer(self._paper, line, content))


def answer(paper: QuickBluesky, line: str, content: bytes) -> bytes:
    method, target, _ = line.split(" ")
    url = urlsplit(target)
    if url.path.endswith(STATUS):
        return packed(200, json.dumps(paper.status()).encode())
    began = time.perf_counter()
    reply = paper.request(method, url.path, params=given(url.query), content=content or None)
    made = packed(reply.status, reply.body)
    paper.spent += time.perf_counter() - began
    return made


def given(query: str) -> Wire:
    """The parameters, with the types that the paper network expects."""
    found: Wire = {}
    for name, values in parse_qs(query).items():
        found[name] = values if name == "uris" else int(values[0]) if name in NUMBERS else values[0]
    return found


def packed(status: int, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def serve(world: World, port_file: Path) -> None:
    loop = asyncio.get_running_loop()
    paper = QuickBluesky(world)
    server = await loop.create_server(lambda: Connection(paper), "127.0.0.1", 0)
    paper.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    part = port_file.with_suffix(".part")
    part.write_text(json.dumps({"address": paper.address, "pid": os.getpid()}))
    part.rename(port_file)
    await loop.run_in_executor(None, sys.stdin.buffer.read)


@dataclass(frozen=True, slots=True)
class StandIn:
    """A network that runs."""

    address: str
    http: httpx2.Client

    def status(self) -> Wire:
        found: Wire = self.http.get(f"{self.address}/xrpc/{STATUS}").json()
        return found

    def settings(self, data: Path, *, bot: bool = False, **more: Any) -> Settings:
        """Settings that ask this network for everything."""
        own = dict.fromkeys(("appview", "plc", "service"), self.address)
        account = {"handle": BOT["handle"], "password": "a throw-away password"} if bot else {}
        allowed = (urlsplit(self.address).netloc,)
        return Settings(data=data, allow_addresses=allowed, networks={"bluesky": own | account}, **more)


@contextmanager
def running(world: World) -> Iterator[StandIn]:
    command = [sys.executable, "-m", "bench.stand_in", "--world", json.dumps(asdict(world))]
    with running_process(command) as known, httpx2.Client(timeout=60, trust_env=False) as http:
        yield StandIn(known["address"], http)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port-file", type=Path, required=True)
    parser.add_argument("--stdin", action="store_true", help="as every server here; it always does")
    parser.add_argument("--world", type=json.loads, required=True)
    given = parser.parse_args()
    asyncio.run(serve(World(**given.world), given.port_file))


if __name__ == "__main__":
    main()
