"""`unroll search`: the threads of the library that have the words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import click

from unroller.cli.opening import known_library
from unroller.cli.terminal import is_watched, put, put_thread
from unroller.core.tolerant import clean
from unroller.flows.browse import MOST_PAGES, Found, Listing, browse, want


class Day(click.ParamType[date]):
    """A day, as it is written in numbers."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day; fails with a sentence."""
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(
                f"A day is written as year, month and day, such as 2026-01-31, not {value}.", param, ctx
            )


@click.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--network", default="", metavar="NAME", help="Only threads of this network.")
@click.option("--author", default="", metavar="HANDLE", help="Only threads of this author.")
@click.option("--language", default="", metavar="CODE", help="Only threads in this language, such as de.")
@click.option("--since", type=Day(), metavar="DAY", help="Written on this day or later, such as 2026-01-31.")
@click.option("--until", type=Day(), metavar="DAY", help="Written on this day or before.")
@click.option("--page", type=click.IntRange(1, MOST_PAGES), default=1, help="Which page of what is found.")
@click.option("--json", "as_json", is_flag=True, help="As one object, for programs.")
def search(words: Sequence[str], page: int, *, as_json: bool, **asked: Any) -> None:
    """Search for the threads that have all of WORDS.

    '"a phrase"' keeps words together; after --, -word leaves out threads with that word. In a terminal with
    the passages that match; into a pipe one line each, with tabs; with --json an object. What an author
    does not want listed is not found, here neither.
    """
    listing, addresses = _search(" ".join(words), page, **asked)
    if as_json:
        put(_json(listing, addresses))
    elif not listing.found:
        click.echo(
            "Nothing was found." if page == 1 else f"What was found ends before page {page}.", err=True
        )
    elif is_watched():
        _show(listing, addresses)
    else:
        put("".join(map(_line, listing.found, addresses)))


def _search(words: str, page: int, **asked: Any) -> tuple[Listing, list[str]]:
    """What is found, and the addresses of the pages."""
    with known_library() as library:
        listing = browse(library, want(library, words, **asked), page)
        return listing, [library.page_url(found.entry.slug) for found in listing.found]


def _json(listing: Listing, addresses: Sequence[str]) -> str:
    threads = list(map(_row, listing.found, addresses))
    found = {"page": listing.page, "more": listing.more, "threads": threads}
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def _row(found: Found, url: str) -> dict[str, Any]:
    entry = found.entry
    return {
        "network": entry.network,
        "ref": entry.ref.id,
        "author": entry.author_handle,
        "title": entry.title,
        "posts": entry.posts,
        "written": entry.written_at.isoformat(),
        "url": url,
        "passage": [{"text": text, "match": match} for text, match in found.passage],
    }


def _line(found: Found, url: str) -> str:
    entry = found.entry
    passage = "".join(text for text, _ in found.passage)
    cells = (entry.author_handle, f"{entry.written_at:%Y-%m-%d}", entry.title, url, passage)
    return "\t".join(" ".join(clean(cell).split()) for cell in cells) + "\n"


def _show(listing: Listing, addresses: Sequence[str]) -> None:
    for found, url in zip(listing.found, addresses, strict=True):
        entry = found.entry
        put_thread(entry.title, f"@{entry.author_handle} · {entry.written_at:%Y-%m-%d}", url, found.passage)
    if listing.more:
        put(f"There is more: --page {listing.page + 1}\n")
