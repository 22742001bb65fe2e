"""`unroll book`: threads of the library, bound as one file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from unroller.cli.commands import Format
from unroller.cli.files import write
from unroller.cli.formats import binder, choose
from unroller.cli.opening import known_library
from unroller.cli.terminal import progress
from unroller.core.errors import InputError
from unroller.exports.words import counted
from unroller.flows.book import make_book, select
from unroller.flows.browse import want


@click.command()
@click.argument("words", nargs=-1)
@click.option("--author", default="", metavar="WHO", help="All threads of this handle, or account's id.")
@click.option("--network", default="", metavar="NAME", help="Only threads of this network.")
@click.option("--language", default="", metavar="TAG", help="Only threads in this language, such as de.")
@click.option("--title", metavar="TEXT", help="What the book is called.")
@click.option("-f", "--format", "form", type=Format(), help="epub or pdf. Without: as FILE's name ends.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    required=True,
    help="Write there, all or nothing, in place of what is there.",
)
def book(
    words: tuple[str, ...],
    author: str,
    network: str,
    language: str,
    title: str | None,
    form: str | None,
    output: Path,
) -> None:
    """Bind an author's threads, or those that are found by WORDS, as one file with contents.

    As on the site, only threads that may be listed are found: the newest 100, in the order in which they
    were begun.
    """
    with known_library() as library, progress("Binding …"):
        export = binder(choose(library.exports, form, output))
        wanted = want(library, " ".join(words), network=network, author=author, language=language)
        selection = select(library, wanted)
        if not selection.entries:
            raise InputError("No thread that may be listed was found.")
        selection = replace(selection, title=title or selection.title)
        write(output, make_book(library, export, selection))
    click.echo(f"{counted(len(selection.entries), 'thread')} in {output}", err=True)
