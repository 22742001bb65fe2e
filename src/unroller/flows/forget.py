"""All data of one network, erased: when access to it ends, or its operator wants no more of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from unroller.core.model import PostRef
from unroller.flows.library import Library
from unroller.flows.remove import take_down
from unroller.store import Status

WHY = "The operator of this site no longer keeps anything of the network that this was on."


def forget(
    library: Library, network: str, far: Callable[[int, int], None] | None = None
) -> Mapping[str, int]:
    """Erase pages, text, records, calls, log-ins and sums of `network`; how many of each there were.

    What authors and the operator said stays, and which threads were removed, by their bare refs. Pages
    go first, so that this can be run again after it was cut short. `far` is told how far it is.
    """
    slugs = library.store.slugs_of(network)
    for done, slug in enumerate(slugs):
        if far:
            far(done, len(slugs))
        _take_down(library, slug)
    counts = library.store.forget(network)
    library.store.scour()
    return counts


def _take_down(library: Library, slug: str) -> None:
    saved = library.store.threads.load(slug)
    if saved and saved.thread:
        take_down(library, PostRef(saved.ref.network, saved.ref.id), status=Status.WITHDRAWN, why=WHY, by="")
    library.store.pages.drop(slug)
