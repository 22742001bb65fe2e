"""One rendering at a time for each format. Those who wait take no thread, and there are never too many."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

LONGEST = 32
"""How many may wait for one format."""

PATIENCE = 10.0
"""Seconds after which whoever was sent away may come again."""


class BusyError(Exception):
    """Too many wait already; `words` are for who is sent away."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class Queues:
    """The queues of all formats. For one event loop."""

    def __init__(self) -> None:
        self._locks: dict[str, asyncio.Lock] = {}
        self._inside: Counter[str] = Counter()

    @asynccontextmanager
    async def place(self, kind: str, words: str = "Many are waiting.") -> AsyncIterator[None]:
        """Wait for one's turn; nobody else of the same `kind` has it until the block is left.

        `words` are told to who finds too many waiting.

        Raises:
            BusyError: too many are waiting.
        """
        if self._inside[kind] >= LONGEST:
            raise BusyError(words)
        lock = self._locks.setdefault(kind, asyncio.Lock())
        self._inside[kind] += 1
        try:
            async with lock:
                yield
        finally:
            self._inside[kind] -= 1
            if not self._inside[kind]:  # strangers name kinds, so none stays
                del self._inside[kind], self._locks[kind]
