"""A pasted link in, a page out a moment later; until then, how far it is."""

from __future__ import annotations

import hashlib

from unroller.core.errors import BudgetError, NetworkError, UnrollerError
from unroller.core.model import PostRef
from unroller.flows.library import Library
from unroller.flows.publish import is_fresh, publish, settled, standing
from unroller.store import Paste, Status

PASTE = "paste"

TRIES = 8
"""A network that does not answer is asked this often, over some minutes, while the reader waits."""


def paste(library: Library, link: str) -> Paste:
    """Have the thread behind `link` published; how far that is.

    Raises:
        InputError: the link names no post on a network that we know.
        RefusedError: the page was removed.
    """
    ref = library.match(link)
    key = key_of(ref)
    if known := settled(library, ref):
        return Paste(key, ref, known.slug, "", 0)
    earlier = library.store.pastes.load(key)
    if earlier and not earlier.exit_code and (not earlier.slug or is_fresh(library, earlier.slug)):
        return earlier
    with library.store.transaction():
        library.store.pastes.put(key, ref)
        library.store.tasks.put(PASTE, key)
    return Paste(key, ref, "", "", 0)


def key_of(ref: PostRef) -> str:
    """A name for the wait that fits an address."""
    return hashlib.sha256(f"{ref.network}\n{ref.id}".encode()).hexdigest()[:20]


def fulfil(library: Library, key: str, attempts: int = 1) -> None:
    """Publish what the reader of the paste `key` waits for, or note why that cannot be.

    Raises:
        NetworkError, WireError, SetupError: not yet; try again later.
    """
    waiting = library.store.pastes.load(key)
    if waiting is None:
        return
    try:
        saved = publish(library, waiting.ref)
    except UnrollerError as error:
        if isinstance(error, BudgetError) and (there := standing(library, waiting.ref)):
            library.store.pastes.settle(key, slug=there.slug)
            return
        final = attempts >= TRIES or isinstance(error, BudgetError) or not isinstance(error, NetworkError)
        library.store.pastes.settle(key, words=error.words, exit_code=error.exit_code if final else 0)
        if final:
            return
        raise
    if saved.status is Status.PUBLISHED:
        library.store.pastes.settle(key, slug=saved.slug)
    else:
        library.store.pastes.settle(key, words=saved.why, exit_code=3)
