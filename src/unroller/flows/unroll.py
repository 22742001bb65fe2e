"""A link in, a thread out, nothing kept."""

from __future__ import annotations

from unroller.core.consent import judge
from unroller.core.model import Thread, Verdict
from unroller.flows.gather import gather
from unroller.flows.library import Library


def unroll(library: Library, link: str) -> tuple[Thread, Verdict]:
    """The whole thread behind `link`, and what its author's signals allow.

    Raises:
        InputError: the link names no post on a network that we know.
        RefusedError: the author, or the operator, does not want the thread shown.
        AbsentError: the post is gone or never was.
        NetworkError, WireError: the network did not answer, or not in a known shape.
    """
    ref = library.match(link)
    network = library.network(ref.network)
    thread = gather(network, ref, wish_of=library.wish_of, bots=library.bots()).thread
    return thread, judge(thread, library.wish_of(thread.author))
