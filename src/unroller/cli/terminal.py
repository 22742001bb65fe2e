"""What people see: text painted for a terminal, plain for a pipe; progress and errors apart from both."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TextIO

import click

from unroller.core.errors import SetupError
from unroller.core.tolerant import clean

WIDEST = 96
"""Longer lines are hard to read, however wide the terminal is."""

PATIENCE = 1.0
"""Seconds after which people want to see how far a thing is."""

PIPE_CLOSED = 141
"""What programs whose reader went away exit with, as shells count."""


def put(data: bytes | str) -> None:
    """Write to standard output, at once.

    Raises:
        SetupError: whoever called the program has closed it.
        OSError: see `give_up_output`.
    """
    if _stream("stdout") is None:
        raise SetupError("Standard output is closed, so nothing can be printed.")
    click.echo(data, nl=False)


def give_up_output() -> None:
    """What is still buffered must not be tried again when Python ends: standard output leads nowhere now."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def is_watched() -> bool:
    """Whether somebody reads standard output in a terminal."""
    return _is_terminal(_stream("stdout"))


def _stream(name: str) -> TextIO | None:
    """A standard stream; `None` where whoever called the program has closed it, which its type denies."""
    found: TextIO | None = getattr(sys, name)
    return found


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()


def columns() -> int:
    """How wide lines may be."""
    from rich.console import Console  # noqa: PLC0415  (a pipe does without)

    return min(Console().width, WIDEST)


def put_painted(text: str) -> None:
    """Write a thread that is plain text so that its parts are told apart at a glance."""
    from rich.console import Console  # noqa: PLC0415  (a pipe does without)

    from unroller.cli.painting import painted  # noqa: PLC0415

    Console(highlight=False, soft_wrap=True).print(painted(text))


def put_thread(title: str, facts: str, url: str, passage: Iterable[tuple[str, bool]] = ()) -> None:
    """Write of a thread in a list what tells it from others. `passage`: pieces of text, and what matches."""
    from rich.console import Console  # noqa: PLC0415  (a pipe does without)
    from rich.text import Text  # noqa: PLC0415

    console = Console(width=columns(), highlight=False)
    console.print(Text(clean(title), style="bold"))
    console.print(Text(clean(facts), style="dim"))
    if pieces := [(clean(text), "reverse" if hit else "") for text, hit in passage]:
        console.print(Text.assemble(*pieces))
    console.print(Text(f"{url}\n"), soft_wrap=True)


@contextmanager
def progress(words: str, *, verbose: bool = False) -> Iterator[Callable[[str, str], None]]:
    """Say on standard error what is being done, while it lasts and somebody watches.

    The block gets a function that takes how far it is, and what was done last; the latter is said
    only where all of it was asked for.
    """
    if verbose:
        yield lambda _, last: click.echo(last, err=True)
    elif not _is_terminal(_stream("stderr")):
        yield lambda *_: None
    else:
        from rich.console import Console  # noqa: PLC0415  (a pipe does without)
        from rich.markup import escape  # noqa: PLC0415

        with Console(stderr=True).status(escape(words)) as status:
            yield lambda far, _: status.update(escape(f"{words} {far}"))


@contextmanager
def bar(words: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error for what takes longer than a second, where somebody watches.

    The block gets a function that takes how much is done, and of how much; 0 where that is not known.
    """
    if not _is_terminal(_stream("stderr")):
        yield lambda *_: None
        return
    from rich.console import Console  # noqa: PLC0415  (a pipe does without)
    from rich.progress import Progress  # noqa: PLC0415

    begun = time.monotonic()
    shown = Progress(console=Console(stderr=True))
    task = shown.add_task(words, total=None)

    def show(done: int, total: int) -> None:
        if not shown.live.is_started and time.monotonic() - begun > PATIENCE:
            shown.start()
        shown.update(task, completed=done, total=max(done, total) if total else None)

    try:
        yield show
    finally:
        if shown.live.is_started:
            shown.stop()
