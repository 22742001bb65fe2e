"""The people, threads and calls of a stand-in network; the same arguments give the same world."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.prose import paragraph
from tests.testnet.records import POST, mention
from unroller.networks.bluesky import tid

Wire = dict[str, Any]

BOT: Wire = {"did": f"did:plc:{'bot':a<24}", "handle": "unroll.example", "labels": ["bot"]}
SPAN = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class World:
    """`threads` threads of `length` posts, each by an author of its own, and `calls` by `callers` people.

    The calls go around the threads, and stand below one post after the other. Everything was written in
    the half hour before `until`, in seconds since 1970.
    """

    threads: int
    length: int
    callers: int
    calls: int
    until: float

    def accounts(self) -> list[Wire]:
        authors = [person("author", number) for number in range(self.threads)]
        return [*authors, *(person("caller", number) for number in range(self.callers)), BOT]

    def posts(self) -> list[Wire]:
        threads = (self.thread(number) for number in range(self.threads))
        return [post for thread in threads for post in thread] + [self.call(n) for n in range(self.calls)]

    def thread(self, number: int) -> list[Wire]:
        uris = self.uris(number)
        return [
            self._post(uri, self._moment(number, place), paragraph(place), uris[:place])
            for place, uri in enumerate(uris)
        ]

    def uris(self, number: int) -> list[str]:
        """The posts of a thread, first to last."""
        author = person("author", number)
        return [self._uri(author, self._moment(number, place)) for place in range(self.length)]

    def call(self, number: int) -> Wire:
        moment = self.threads * self.length + number
        uri = self._uri(person("caller", number % self.callers), moment)
        thread = self.uris(number % self.threads)
        text = f"@{BOT['handle']} unroll"
        made = self._post(uri, moment, text, thread[: 1 + number % self.length])
        made["record"]["facets"] = [mention(text, f"@{BOT['handle']}", BOT["did"])]
        return made

    def link(self, number: int) -> str:
        """The link of a thread's first post, by its author's handle."""
        key = self.uris(number)[0].rpartition("/")[2]
        return f"https://bsky.app/profile/{person('author', number)['handle']}/post/{key}"

    def _moment(self, thread: int, place: int) -> int:
        return thread * self.length + place

    def _time(self, moment: int) -> datetime:
        step = SPAN / (self.threads * self.length + self.calls)
        return datetime.fromtimestamp(self.until, UTC) - SPAN + moment * step

    def _uri(self, author: Wire, moment: int) -> str:
        return f"at://{author['did']}/{POST}/{tid.encode(self._time(moment), moment % 1024)}"

    def _post(self, uri: str, moment: int, text: str, above: list[str]) -> Wire:
        record: Wire = {
            "$type": POST,
            "text": text,
            "createdAt": self._time(moment).isoformat(),
            "langs": ["en"],
        }
        if above:
            record["reply"] = {"root": strong(above[0]), "parent": strong(above[-1])}
        return {"uri": uri, "record": record}


def person(name: str, number: int) -> Wire:
    letters = f"{number:06d}".translate(str.maketrans("0123456789", "abcdefghij"))
    return {
        "did": f"did:plc:{name + letters:a<24}",
        "handle": f"{name}{number}.example",
        "displayName": f"{name.title()} {number}",
    }


def strong(uri: str) -> Wire:
    return {"uri": uri, "cid": "bafyrei" + "a" * 52}
