"""Which thread a call means."""

from __future__ import annotations

import re

from unroller.core.calls import Mention
from unroller.core.errors import AbsentError, InputError, RefusedError
from unroller.core.model import Absence, Gap, PostRef
from unroller.flows.gather import Gathered, gather
from unroller.flows.library import Library
from unroller.flows.publish import ask
from unroller.store import Saved

STEPS = 8
"""How many lone answers in a row are climbed in search of a thread."""


def target(library: Library, mention: Mention) -> PostRef | None:
    """A post of the thread that `mention` is about; `None` when it names none.

    Below one of the bot's own answers, that is the thread that the answer was about. Without a post
    that it answers or quotes, a link in the call counts.

    Raises:
        InputError: the link in the call names no post.
    """
    if mention.about is not None:
        return library.store.ledger.answer_about(mention.about) or mention.about
    return library.match(mention.link) if mention.link else None


def find_thread(library: Library, ref: PostRef, mention: Mention) -> Gathered:
    """The thread around `ref`; where that is a lone answer under a thread of two posts or more, that thread.

    Raises:
        RefusedError, AbsentError, NetworkError, WireError: as `ask`.
    """
    whose = mention.whose if ref == mention.about else ""
    first = found = ask(library, ref, mention.by, whose=whose)
    for _ in range(STEPS):
        above = found.thread.context
        if len(found.thread.posts) > 1 or found.thread.gaps or above is None:
            break
        try:
            found = ask(library, above.ref, mention.by)
        except AbsentError:
            return first
        except RefusedError:
            if isinstance(above, Gap) and above.reason is Absence.DECLINED:
                raise  # the thread that was meant is by somebody who said no
            return first
    return found if len(found.thread.posts) > 1 else first


def named(library: Library, text: str) -> PostRef:
    """The thread that the operator means by the address of its page, or by the link of any of its posts.

    The network is asked when the library does not know the link.

    Raises:
        InputError: there is no such page, or the link names no post.
        RefusedError, AbsentError, NetworkError, WireError: as `gather`.
    """
    if saved := held(library, text):
        return saved.ref
    if _slug(library, text.strip()):
        raise InputError("There is no page at that address, and there never was.")
    return gather(library, library.match(text)).thread.ref


def held(library: Library, text: str) -> Saved | None:
    """What the library has of the thread that `text` names: by its slug, its page, or the link of any post.

    Raises:
        InputError: it is neither of our pages nor a link to a post.
    """
    if slug := _slug(library, text.strip()):
        return library.store.threads.load(slug)
    return library.store.threads.find(library.match(text))


def _slug(library: Library, text: str) -> str:
    """The last part of the address of one of our pages; `""` when `text` is none."""
    address = re.split("[?#]", text)[0]
    found = re.fullmatch(rf"(?:{re.escape(library.page_url(''))})?([a-z2-7]{{12}})", address)
    return found[1] if found else ""
