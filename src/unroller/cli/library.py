"""The operator's commands on the library: list, refresh, remove, deny, allow."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click

from unroller.cli.opening import known_library, library_here
from unroller.cli.terminal import is_watched, progress, put, put_thread
from unroller.core.errors import InputError
from unroller.core.model import PostRef
from unroller.core.tolerant import clean
from unroller.exports.words import counted
from unroller.flows.deny import Denied
from unroller.flows.deny import allow as lift_denial
from unroller.flows.deny import deny as take_down_all
from unroller.flows.library import Library
from unroller.flows.remove import operator_removes, operator_restores
from unroller.flows.revisit import check
from unroller.flows.target import named
from unroller.store import Entry, Status


@click.command("list")
@click.option("-f", "--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.option("-n", "--limit", type=click.IntRange(min=1), help="Only so many, the newest first.")
def list_threads(form: str, limit: int | None) -> None:
    """List the threads of the library, the newest first.

    Into a pipe one line each, with tabs; with -f json an array of objects with ref, author, title, posts,
    gaps, complete and url.
    """
    rows = _rows(limit)
    if form == "json":
        put(json.dumps(rows, ensure_ascii=False, indent=2) + "\n")
    elif not rows:
        click.echo("There are no threads yet.", err=True)
    elif is_watched():
        _print(rows)
    else:
        put("".join(_line(row) for row in rows))


def _rows(limit: int | None) -> list[dict[str, Any]]:
    with known_library() as library:
        return [_row(library, entry) for entry in library.store.threads.entries(limit)]


def _row(library: Library, entry: Entry) -> dict[str, Any]:
    return {
        "ref": entry.ref.id,
        "author": entry.author_handle,
        "title": entry.title,
        "posts": entry.posts,
        "gaps": entry.gaps,
        "complete": entry.complete,
        "url": library.page_url(entry.slug),
    }


def _line(row: dict[str, Any]) -> str:
    cells = ("author", "posts", "gaps", "title", "url")
    return "\t".join(" ".join(clean(str(row[cell])).split()) for cell in cells) + "\n"


def _print(rows: Sequence[dict[str, Any]]) -> None:
    for row in rows:
        state = (
            "whole"
            if row["complete"]
            else f"{row['gaps']} missing"
            if row["gaps"]
            else "not known to be whole"
        )
        facts = (f"@{row['author']}", counted(row["posts"], "post"), state)
        put_thread(row["title"], " · ".join(facts), row["url"])


@click.command()
@click.argument("thread")
def refresh(thread: str) -> None:
    """Look at a thread's source again now, and make its page what the source says.

    THREAD is the address of its page here, or the link or at-URI of any of its posts.
    """
    with known_library() as library, progress("Looking at the thread again …"):
        saved = library.store.threads.find(named(library, thread))
        if saved is None or saved.thread is None:
            raise InputError("There is no page of that thread here.")
        check(library, saved, saved.thread)
        after = library.store.threads.load(saved.slug)
    if after is None or after.status is not Status.PUBLISHED:
        put(f"The page is gone: {after.why if after else ''}\n")
        return
    put(f"{library.page_url(saved.slug)}\n")


@click.command()
@click.argument("thread")
@click.option("--undo", is_flag=True, help="Let it be shown again when somebody asks for it.")
def remove(thread: str, *, undo: bool) -> None:
    """Take a thread's page down for good: text, pictures, records, every list that names it.

    THREAD is the address of its page here, or the link or at-URI of any of its posts, whether it has
    a page or not: a thread that is removed before anybody asks for it is refused to all who do.
    """
    with library_here() as library:
        ref = named(library, thread)
        if undo:
            _restore(library, ref)
        else:
            saved = operator_removes(library, ref)
            put(f"Removed: {library.page_url(saved.slug)} says so from now on.\n")


def _restore(library: Library, ref: PostRef) -> None:
    saved = library.store.threads.find(ref)
    if saved is None or saved.status is not Status.REMOVED:
        raise InputError("That thread was not removed.")
    operator_restores(library, ref)
    after = library.store.threads.find(ref)
    if after and after.status is Status.REMOVED:
        raise InputError("Its author removed that thread; only the author brings it back.")
    put("It may be shown again: unroll it once more to have its page back.\n")


def _network_option(command: Any) -> Any:
    words = "Which network the account is on; needed where there are several."
    return click.option("--network", metavar="NAME", help=words)(command)


@click.command()
@click.argument("who")
@_network_option
def deny(who: str, network: str | None) -> None:
    """Never show WHO: a handle, a DID, the link of a profile, or a domain with all handles below it.

    Pages that are there are taken down at once. A denial by DID follows the account; one by handle
    follows the handle, and the account too where a page here tells whose handle it is.
    """
    with library_here() as library:
        denied = take_down_all(library, _network(library, network), who)
    put(f"{_told(denied)}\n")


def _told(denied: Denied) -> str:
    also = f" ({', '.join(denied.ids)})" if denied.ids else ""
    done = f"{denied.account}{also} is not shown any more; pages taken down: {denied.pages}."
    if denied.ids or denied.account.startswith("did:"):
        return done
    return f"{done} This follows the name: to follow an account that may change its handle, deny its DID."


@click.command()
@click.argument("who")
@_network_option
def allow(who: str, network: str | None) -> None:
    """Take a denial of WHO back. Pages come back when somebody asks for them."""
    with known_library() as library:
        if not lift_denial(library, _network(library, network), who):
            raise InputError(f"{who} was not denied.")
    put(f"{who} may be shown again.\n")


def _network(library: Library, name: str | None) -> str:
    if name is None and len(library.networks) == 1:
        return next(iter(library.networks))
    if name and name in library.networks:
        return name
    there = ", ".join(library.networks)
    raise InputError(f"Say on which network with --network; there are: {there}.")
