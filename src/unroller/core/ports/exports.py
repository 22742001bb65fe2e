"""What a format must offer, and what it is given besides the thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from unroller.core.model import Thread, Verdict
from unroller.core.ports.networks import Rules


@dataclass(frozen=True, slots=True)
class Forms:
    """Other forms of a picture of ours: addresses of the same as AVIF, and of what moves; `""` for none."""

    lighter: str = ""
    moving: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds a thread on a page: the site that shows it, and what else it has.

    An empty `site` is a page that stands alone. `latest` are (title, address) pairs. `rules` are those
    of the thread's network; `None` where this installation does not have it. `formats` are the
    (title, address) pairs of what else the thread can be had as. `author_url` is where all threads of the
    author are. `root` is the way from the page to the folder of a static site, such as `../../`: then
    styles are files there, and nothing is loaded from elsewhere. It is empty where a server has the page.

    `media` maps what a picture, film or sound goes by, which is its `copy` or its address elsewhere, to the
    address of ours; `kept` maps it to its bytes, and `forms` maps the address of ours to other forms of
    it. `sealed`: the page shows no picture but those, and so asks nobody else for anything.
    """

    site: str = ""
    base_url: str = ""
    page_url: str = ""
    card_url: str = ""
    bot: str = ""
    latest: tuple[tuple[str, str], ...] = ()
    sample: bool = False
    rules: Rules | None = None
    media: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, bytes] = field(default_factory=dict)
    forms: Mapping[str, Forms] = field(default_factory=dict)
    sealed: bool = False
    formats: tuple[tuple[str, str], ...] = ()
    author_url: str = ""
    root: str = ""


@runtime_checkable
class Export(Protocol):
    """A format that a thread can be turned into. `title` is its name for readers."""

    name: str
    title: str
    media_type: str
    suffix: str

    def render(self, thread: Thread, verdict: Verdict, frame: Frame) -> bytes:
        """The whole document. The same arguments give the same bytes."""


@dataclass(frozen=True, slots=True)
class Part:
    """A thread of a book: what `Export.render` is given."""

    thread: Thread
    verdict: Verdict
    frame: Frame = field(default_factory=Frame)


@runtime_checkable
class Binding(Export, Protocol):
    """An export that binds many threads as one document with contents."""

    def bind(self, title: str, parts: Sequence[Part]) -> bytes:
        """The whole document: `parts`, of which there is one, in their order. The same give the same bytes.

        `title` may be any text. Behind a warning no word of a thread is in its entry in the contents.
        """


@runtime_checkable
class Wrapping(Protocol):
    """An export whose lines are at most `width` columns wide."""

    width: int
