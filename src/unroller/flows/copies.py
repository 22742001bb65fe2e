"""Which pictures of a page are copied, and what it has of them: each where it can be had, and its bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from unroller.core.media import Picture, copies_of, pictures_of
from unroller.core.model import Thread
from unroller.core.ports import Forms, Rules
from unroller.flows.library import Library
from unroller.store import Saved, stem_of

MEDIA = "media"
"""The kind of the task that copies the pictures of a page."""


@dataclass(frozen=True, slots=True)
class Held:
    """What is kept with a page, as a frame wants it. A file that was lost is not among it."""

    media: Mapping[str, str]
    forms: Mapping[str, Forms]
    kept: Mapping[str, bytes]


def is_copied(library: Library, network: str) -> bool:
    """Whether pages of threads there show copies only: the operator and the network may say no."""
    rules = _rules(library, network)
    return library.settings.media.copy and (rules is None or rules.may_copy)


def wanted(library: Library, thread: Thread) -> tuple[Picture, ...]:
    """The pictures of which copies are to be kept with the thread's page, in reading order."""
    if not is_copied(library, thread.ref.network):
        return ()
    rules = _rules(library, thread.ref.network)
    each = rules is not None and rules.shows_each
    return pictures_of(thread, each=each)[: library.settings.media.per_thread]


def held(library: Library, saved: Saved) -> Held:
    """What is kept with the page: files that came with the thread, and copies of pictures."""
    files = dict[str, Path]()
    media, forms = dict[str, str](), dict[str, Forms]()
    at = f"{library.page_url(saved.slug)}/media/"

    def keep(name: str, file: str, others: Forms) -> None:
        if path := library.store.media.file(saved.slug, file):
            files[name], media[name], forms[at + file] = path, at + file, others

    for name in sorted(copies_of(saved.thread)) if saved.thread else ():
        keep(name, name, Forms())
    addresses = [picture.address for picture in wanted(library, saved.thread)] if saved.thread else []
    for address, copy in library.store.copies.find(saved.slug, addresses).items():
        others = Forms(*(name and at + name for name in (copy.lighter, copy.moving)))
        keep(address, copy.still, others)
        if copy.moving.endswith(
            ".gif"
        ):  # in a book or a zip one file has to do, and GIFs are shown everywhere
            files[address] = files[address].with_name(copy.moving)
    return Held(media, forms, _Files(files))


def keep_only(library: Library, slug: str, thread: Thread) -> None:
    """Erase what is kept with the page of pictures that `thread` does not show."""
    stems = {stem_of(picture.address) for picture in wanted(library, thread)}
    library.store.media.keep_only(slug, copies_of(thread), stems)


@dataclass(frozen=True, slots=True)
class _Files(Mapping[str, bytes]):
    """Files by what they go by; each is read when it is asked for."""

    paths: Mapping[str, Path]

    def __getitem__(self, name: str) -> bytes:
        return self.paths[name].read_bytes()

    def __iter__(self) -> Iterator[str]:
        return iter(self.paths)

    def __len__(self) -> int:
        return len(self.paths)


def _rules(library: Library, network: str) -> Rules | None:
    found = library.networks.get(network)
    return found.rules if found else None
