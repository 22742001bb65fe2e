"""`unroll build`: the library, or one author's threads, as a folder that is a site by itself."""

from __future__ import annotations

import time
from pathlib import Path

import click

from unroller.cli.opening import known_library
from unroller.cli.terminal import bar, put
from unroller.core.errors import InputError
from unroller.core.tolerant import web_link
from unroller.exports.words import counted
from unroller.flows.build import Built, Order
from unroller.flows.build import build as build_site

EPILOG = """\b
A lasting home for your own threads, from your data export:
  unroll import twitter-archive.zip
  unroll build my-threads
Open my-threads/index.html, or copy the folder to any web host.
"""


@click.command(epilog=EPILOG)
@click.argument("dir", type=click.Path(path_type=Path))
@click.option("--author", "authors", multiple=True, metavar="HANDLE", help="Only threads by this account.")
@click.option("--mine", is_flag=True, help="With --author: it is me, so list my unlisted threads too.")
@click.option("--formats", metavar="NAMES", help="Only these formats, as in markdown,epub; none for none.")
@click.option("--title", default="", help="What the site is called.")
@click.option("--url", default="", metavar="ADDRESS", help="Where it will be: for feeds, and cards of links.")
def build(
    dir: Path,  # noqa: A002 - as the help names it
    authors: tuple[str, ...],
    formats: str | None,
    title: str,
    url: str,
    *,
    mine: bool,
) -> None:
    """Write the library to DIR as a static site: pages, lists, feeds, search, and every format.

    It works from any folder and any web host, without a server, and loads nothing from elsewhere.
    Building again makes only what has changed, and takes away what was removed. DIR must be empty or
    built by unroll; files of your own in it stay as they are.
    """
    if mine and not authors:
        raise InputError("--mine says that you are the author: name yourself with --author HANDLE.")
    order = Order(authors, mine, _names(formats), title.strip(), _address(url))
    began = time.monotonic()
    with known_library() as library, bar("Making pages") as show:
        built = build_site(library, dir, order, show)
    put(_told(built, dir, time.monotonic() - began))


def _names(formats: str | None) -> tuple[str, ...] | None:
    if formats is None:
        return None
    names = tuple(name for name in formats.replace(",", " ").split() if name)
    return () if names == ("none",) else names


def _address(url: str) -> str:
    if url and not web_link(url):
        raise InputError(f"{url} is no address of a site: write it with https:// in front.")
    return url.rstrip("/")


def _told(built: Built, folder: Path, seconds: float) -> str:
    done = [f"{counted(built.made, 'thread')} made"]
    done += [f"{built.same:,} unchanged"] if built.same else []
    done += [f"{built.removed:,} removed"] if built.removed else []
    lines = [f"{', '.join(done)}, in {seconds:.1f} s."]
    if built.unlisted:
        lines.append(f"{counted(built.unlisted, 'thread')} in no list, since consent leaves them unlisted.")
    lines.append(f"Open {folder / 'index.html'}")
    return "".join(f"{line}\n" for line in lines)
