"""`unroll LINK`: a thread on paper, in a terminal, or in a file."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unroller.cli.files import write
from unroller.cli.formats import choose
from unroller.cli.settings import has_library, settings_here
from unroller.cli.terminal import columns, is_watched, progress, put, put_painted
from unroller.config import Settings
from unroller.core.errors import InputError
from unroller.core.model import Thread, Verdict
from unroller.core.ports import Export, Frame, HttpClient, Reply, Wrapping
from unroller.flows.gather import Reader
from unroller.flows.unroll import Visitor, unroll
from unroller.plugins import load_exports, make_client

Found = tuple[Thread, Verdict, Frame]


def print_thread(link: str, format_name: str | None, output: Path | None, *, verbose: bool) -> None:
    """Write the thread behind `link` where it was asked for.

    Raises:
        UnrollerError: as `unroll`; or the format, or the file, is not to be had.
    """
    settings = settings_here()
    export = choose(load_exports(), format_name, output)
    with progress("Reading the thread …", verbose=verbose) as far:
        found = _read(settings, link, Heard(make_client(settings), far))
    if output is not None:
        write(output, export.render(*found))
    elif not is_watched():
        put(export.render(*found))
    else:
        _show(export, format_name, found)


def _read(settings: Settings, link: str, http: HttpClient) -> Found:
    """The thread; where there is a library, what people told it counts."""
    if not has_library(settings):
        return _found(Visitor.of(settings, http), link)
    from unroller.flows.library import open_library  # noqa: PLC0415  (a database takes time to load)

    with open_library(settings, http=http) as library:
        return _found(library, link)


def _found(reader: Reader, link: str) -> Found:
    thread, verdict = unroll(reader, link)
    return thread, verdict, Frame(rules=reader.network(thread.ref.network).rules)


def _show(export: Export, format_name: str | None, found: Found) -> None:
    if not export.media_type.startswith("text/") and not export.media_type.endswith("json"):
        raise InputError(f"{export.name} is nothing for a terminal: name a file with -o.")
    if isinstance(export, Wrapping):
        export = copy(export)
        export.width = columns()
    data = export.render(*found)
    if format_name is None:
        put_painted(data.decode())
    else:
        put(data)


@dataclass(slots=True)
class Heard:
    """A client that says how much it has been asked."""

    http: HttpClient
    far: Callable[[str, str], None]
    answers: int = 0
    received: int = 0

    def request(self, method: str, url: str, **how: Any) -> Reply:
        """See `HttpClient.request`."""
        reply = self.http.request(method, url, **how)
        self.answers += 1
        self.received += len(reply.body)
        self.far(f"{self.answers} answers, {self.received / 1000:,.0f} kB", f"{reply.status} {method} {url}")
        return reply
