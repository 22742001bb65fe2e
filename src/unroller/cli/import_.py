"""`unroll import`: data exports become threads of the library, and their pages."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from unroller.cli.opening import library_here
from unroller.cli.terminal import bar, put
from unroller.core.errors import InputError
from unroller.core.tolerant import clean
from unroller.flows.import_archive import Import, make_pages, save_all
from unroller.flows.library import Library
from unroller.flows.open_archives import Chosen, opened
from unroller.plugins import load_archives


@click.command(
    "import", epilog="For example: unroll import archive-20261124.zip; unroll import outbox.json --all"
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--all", "single", is_flag=True, help="Take posts that stand alone too, not only threads.")
@click.option("-y", "--yes", is_flag=True, help="Yes to what is asked before anything is published.")
@click.option(
    "-f", "--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to report."
)
def import_(paths: Sequence[Path], form: str, *, single: bool, yes: bool) -> None:
    """Make pages of the threads in data exports that networks give their users.

    PATHS are exports as they were downloaded (.zip, .tar.gz), unpacked folders, or single files of them.
    Only public posts are taken. Importing an export again adds nothing; an import that was broken off
    is gone on with in the same way.
    """
    with opened(load_archives(), paths) as chosen:
        for one in chosen:
            _make_sure(one, yes=yes)
        with library_here() as library:
            told = Import()
            try:
                _read_all(library, chosen, told, single=single)
            except KeyboardInterrupt:
                click.echo("\nWhat was read so far is kept; the same command again goes on.", err=True)
                raise
            finally:
                put(_in_json(library, told) if form == "json" else _in_words(told))


def _read_all(library: Library, chosen: Sequence[Chosen], told: Import, *, single: bool) -> None:
    with bar("Reading") as show:
        told.report.advanced = lambda: show(told.report.read, told.report.total)
        for one in chosen:
            save_all(library, one, told, single=single)
    with bar("Making pages") as show:
        for done, _ in enumerate(make_pages(library, told.slugs), 1):
            show(done, len(told.slugs))


def _make_sure(chosen: Chosen, *, yes: bool) -> None:
    """Have the owner say yes where there is a doubt.

    Raises:
        InputError: the answer is no, or there is nobody to ask.
    """
    doubt = "" if yes else chosen.doubt
    if not doubt:
        return
    if not sys.stdin.isatty():
        raise InputError(f"{doubt} Nothing was imported; with --yes it is.")
    if not click.confirm(f"{doubt}\nPublish them?", err=True):
        raise InputError("Nothing was imported.")


def _in_words(told: Import) -> str:
    lines = _counts("Found", told.report.found) + _counts("Threads", told.made)
    lines += _counts("Left out", told.report.left_out) + [f"{note}" for note in told.report.notes]
    return "".join(f"{clean(line)}\n" for line in lines)


def _counts(head: str, counts: Mapping[str, int]) -> list[str]:
    """What was counted, the most first."""
    found = sorted((-count, words) for words, count in counts.items() if count)
    return [f"{head}:", *(f"{-count:>9,}  {words}" for count, words in found)] if found else []


def _in_json(library: Library, told: Import) -> str:
    report: dict[str, Any] = {
        "found": dict(told.report.found),
        "threads": dict(told.made),
        "left_out": {words: count for words, count in told.report.left_out.items() if count},
        "notes": told.report.notes,
        "pages": [library.page_url(slug) for slug in told.slugs],
    }
    return json.dumps(report, ensure_ascii=False, indent=2) + "\n"
