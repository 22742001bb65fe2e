"""What a network must offer, and what it may."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from unroller.core.conversation import Conversation
from unroller.core.model import Author, PostRef
from unroller.core.ports.keeping import Balance


@dataclass(frozen=True, slots=True)
class Rules:
    """What a network demands of whoever shows its posts, and how often it likes to be asked.

    `title` is its name for readers. `pause` is the seconds between two looks for calls. `shows_each`: every
    post stands under its author's picture and names, with its time and the network's `logo`, which is
    the `d` of an SVG path in a box of 24 by 24. `may_copy`: a page may show copies of its pictures.
    """

    title: str
    may_tidy: bool = True
    reply_length: int = 300
    pause: float = 3.0
    shows_each: bool = False
    logo: str = ""
    may_copy: bool = True


@runtime_checkable
class Network(Protocol):
    """A place where threads are."""

    name: str
    rules: Rules

    def match(self, link: str) -> PostRef | None:
        """The post that `link` names, or `None` when the link is not this network's.

        Pure. The ref may be provisional (a handle in place of the permanent id); `fetch` settles it.

        Raises:
            InputError: the link is this network's, but names no post (a profile, a feed).
        """

    def fetch(self, ref: PostRef) -> Conversation:
        """What surrounds `ref`, with the settled ref as its focus.

        Raises:
            AbsentError: the post is gone or never was.
            RefusedError: the post is not public.
            NetworkError, WireError: the network did not answer, or not in a known shape.
        """

    def read(self, refs: Sequence[PostRef], into: Conversation) -> None:
        """Add the posts that `refs` name to `into`; what cannot be had is added as absent.

        Raises:
            NetworkError, WireError: the network did not answer, or not in a known shape.
        """


@runtime_checkable
class Guessing(Protocol):
    """A network whose posts cannot all be told by their links: any server may hold one."""

    def guess(self, link: str) -> PostRef | None:
        """The ref to ask the server for, when no network knows `link` by its shape. Pure.

        `fetch` raises InputError where the server has no such post.
        """


@runtime_checkable
class Appearing(Protocol):
    """A network whose servers ask our own site who asks them."""

    paths: tuple[str, ...]
    """The paths of our site at which it has something to say."""

    def appear(self, site: str) -> None:
        """From now on we are known as `site`, the address of the site. Asks no server."""

    def show(self, path: str, query: Mapping[str, str]) -> tuple[str, bytes] | None:
        """The media type and the bytes of what is at `path`; `None` where there is nothing."""


@runtime_checkable
class Switchable(Protocol):
    """A network that is off until its operator sets something: it knows its links, and reads nothing."""

    def is_on(self) -> bool:
        """Whether threads can be read there. Asks nobody."""


@runtime_checkable
class Costly(Protocol):
    """A network whose answers cost the operator money. Every call is paid for before it is made."""

    def charged_to(self, who: str, check: Callable[[Author], None]) -> Network:
        """The same network for one unroll: `who` pays for it (an account's id, `""` for a visitor).

        `fetch` calls `check` as soon as it knows whose thread it is, and buys nothing more where that raises
        RefusedError: the author said no.
        Its methods raise BudgetError where a call would cost more than the operator allows; what was
        read until then stays in the conversation.
        """

    def balance(self) -> Balance | None:
        """How the operator's money stands; `None` where nothing can be spent, since no keys are set."""
