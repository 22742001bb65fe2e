"""`unroll LINK…`: a thread on paper, in a terminal, or in a file; several as one book."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from unroller.cli.files import write
from unroller.cli.formats import binder, choose
from unroller.cli.settings import has_library, settings_here
from unroller.cli.terminal import columns, is_watched, progress, put, put_painted
from unroller.config import Settings
from unroller.core.errors import InputError, SetupError, UnrollerError
from unroller.core.model import PostRef, Thread, Verdict
from unroller.core.ports import Export, Frame, HttpClient, Part, Reply, Wrapping
from unroller.flows.gather import Reader
from unroller.flows.unroll import Visitor, unroll
from unroller.plugins import load_exports, make_client

Found = tuple[Thread, Verdict, Frame]
Failed = tuple[str, UnrollerError]


def print_thread(link: str, format_name: str | None, output: Path | None, *, verbose: bool) -> None:
    """Write the thread behind `link` where it was asked for.

    Raises:
        UnrollerError: as `unroll`; or the format, or the file, is not to be had.
    """
    settings = settings_here()
    export = choose(load_exports(), format_name, output)
    with (
        progress("Reading the thread …", verbose=verbose) as far,
        _reader(settings, Heard(make_client(settings), far)) as reader,
    ):
        found = _found(reader, link)
    if output is not None:
        write(output, export.render(*found))
    elif not is_watched():
        put(export.render(*found))
    else:
        _show(export, format_name, found)


def print_book(
    links: Sequence[str], format_name: str | None, output: Path | None, title: str, *, verbose: bool
) -> int:
    """Bind the threads behind `links`, each once, in their order; the exit code.

    What cannot be had is left out and named on standard error; the code is then that of the first such.

    Raises:
        UnrollerError: as `print_thread`; or none of the threads could be had.
    """
    settings = settings_here()
    export = binder(choose(load_exports(), format_name, output))
    if output is None and is_watched():
        raise InputError(f"{export.name} is nothing for a terminal: name a file with -o.")
    with progress("Reading the threads …", verbose=verbose) as far:
        parts, failed = _parts(settings, links, Heard(make_client(settings), far))
    if not parts:
        raise failed[0][1]
    data = export.bind(title or _title(parts), parts)
    if output is None:
        put(data)
    else:
        write(output, data)
    for link, error in failed:
        click.echo(f"unroll: {link} is left out: {error.words}", err=True)
    return failed[0][1].exit_code if failed else 0


def _parts(settings: Settings, links: Sequence[str], http: HttpClient) -> tuple[list[Part], list[Failed]]:
    found: dict[PostRef, Part] = {}
    failed: list[Failed] = []
    with _reader(settings, http) as reader:
        for link in dict.fromkeys(links):
            try:
                part = Part(*_found(reader, link))
            except SetupError:
                raise
            except UnrollerError as error:
                failed.append((link, error))
            else:
                found.setdefault(part.thread.ref, part)
    return list(found.values()), failed


def _title(parts: Sequence[Part]) -> str:
    authors = {part.thread.author.id: part.thread.author.name for part in parts}
    return f"Threads by {next(iter(authors.values()))}" if len(authors) == 1 else ""


@contextmanager
def _reader(settings: Settings, http: HttpClient) -> Iterator[Reader]:
    """Who reads; where there is a library, what people told it counts."""
    if not has_library(settings):
        yield Visitor.of(settings, http)
        return
    from unroller.flows.library import open_library  # noqa: PLC0415  (a database takes time to load)

    with open_library(settings, http=http) as library:
        yield library


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
