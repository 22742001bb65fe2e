"""Knowing at once that there may be a call: a thread that stays on the line and only rings.

What is said on the line is not read. Streams lose what was said while they were down, so whoever is rung
asks for the notifications themselves.

https://docs.joinmastodon.org/methods/streaming/
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import suppress
from urllib.parse import urlsplit

from unroller.core.errors import UnrollerError, WireError
from unroller.core.ports import Following
from unroller.networks.mastodon.session import Account

PATIENCE = 90.0
"""Seconds without a sign of life. Servers give one every 15 or 30."""

SILENT = 5.0
"""Seconds until the next look while no line stands: 180 looks in 15 minutes, of 300 that are allowed."""

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 300.0
"""Seconds before a line that broke is opened again: twice as long each time that nothing came over it."""

_STREAM = "/api/v1/streaming"


class Bell:
    """Rings for the account's notifications. The line is opened by the first who waits."""

    def __init__(self, account: Account, pause: Callable[[float], object] | None = None) -> None:
        self._line = _Line(account, pause)
        self._thread: threading.Thread | None = None
        weakref.finalize(self, self._line.over.set)  # nobody rings for somebody who has gone

    def wait(self, seconds: float) -> None:
        """Return when it rings; sooner than `seconds` while no line stands."""
        line = self._line
        if self._thread is None and line.can_be_opened:
            self._thread = threading.Thread(target=line.keep, name="a line to the server", daemon=True)
            self._thread.start()
        if line.rung.wait(seconds if line.stands else min(seconds, SILENT)):
            line.rung.clear()

    def close(self) -> None:
        """Leave the line, at its next sign of life."""
        self._line.over.set()


class _Line:
    """The line itself, which does not keep alive whoever waits for it."""

    def __init__(self, account: Account, pause: Callable[[float], object] | None) -> None:
        self.rung, self.over = threading.Event(), threading.Event()
        self.stands = False
        self._account = account
        self._pause = pause or self.over.wait
        self._failures = 0

    @property
    def can_be_opened(self) -> bool:
        return isinstance(self._account.http, Following)

    def keep(self) -> None:
        """Open the line again whenever it breaks, until it is over."""
        while not self.over.is_set():
            with suppress(UnrollerError):  # whoever waits looks often enough meanwhile
                self._hold()
            self._pause(min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(self._failures, 10)))
            self._failures += 1

    def _hold(self) -> None:
        """Ring for all that is said on the line, until it ends."""
        session = self._account.session()
        http, headers = self._account.http, {"authorization": f"Bearer {session.token}"}
        assert isinstance(http, Following)
        for address in self._addresses(session.server):
            try:
                with http.follow(address, headers=headers, patience=PATIENCE) as messages:
                    self._stay(messages)
                return
            except WireError:
                continue  # it is not to be had in this way

    def _stay(self, messages: Iterator[str]) -> None:
        self.stands = True
        self.rung.set()  # for what came while there was no line
        try:
            for _ in messages:
                self._failures = 0
                self.rung.set()
                if self.over.is_set():
                    return
        finally:
            self.stands = False

    def _addresses(self, server: str) -> tuple[str, ...]:
        """Where the notifications may be heard, the best first."""
        told = streaming_server(self._account.get("/api/v2/instance"))
        found = (f"{told}{_STREAM}?stream=user:notification",) if told else ()
        return (*found, f"{server}{_STREAM}/user/notification")


def streaming_server(instance: object) -> str:
    """The address of the server's WebSockets, as it tells of itself; `""` where it does not.

    https://docs.joinmastodon.org/entities/Instance/#streaming_url
    """
    for key in ("configuration", "urls", "streaming"):
        instance = instance.get(key) if isinstance(instance, dict) else None
    if not isinstance(instance, str) or urlsplit(instance).scheme not in ("ws", "wss"):
        return ""
    return instance.rstrip("/")
