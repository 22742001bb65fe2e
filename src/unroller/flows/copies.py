"""Which pictures of a page are copied, and what it has of them: each where it can be had, and its bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from unroller.core.media import Picture, copies_of, pictures_of
from unroller.core.model import Thread
from unroller.core.ports import Forms, Rules
from unroller.flows.library import Library
from unroller.store import Copy, MediaFiles, Saved, stem_of

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
    found = dict(_held(library, saved.slug, saved.thread)) if saved.thread else {}
    at = f"{library.page_url(saved.slug)}/media/"
    return Held(
        media={name: at + copy.still for name, copy in found.items()},
        forms={
            at + copy.still: Forms(*(file and at + file for file in (copy.lighter, copy.moving)))
            for copy in found.values()
        },
        kept=_Files(library.store.media, saved.slug, found),
    )


def _held(library: Library, slug: str, thread: Thread) -> Iterator[tuple[str, Copy]]:
    for name in sorted(copies_of(thread)):
        if library.store.media.file(slug, name):
            yield name, Copy(name)
    addresses = (picture.address for picture in wanted(library, thread))
    yield from library.store.copies.find(slug, addresses).items()


def keep_only(library: Library, slug: str, thread: Thread) -> None:
    """Erase what is kept with the page of pictures that `thread` does not show."""
    stems = {stem_of(picture.address) for picture in wanted(library, thread)}
    library.store.media.keep_only(slug, copies_of(thread), stems)


@dataclass(frozen=True, slots=True)
class _Files(Mapping[str, bytes]):
    """The bytes of what is kept, by what it goes by; a file is read when it is asked for."""

    media: MediaFiles
    slug: str
    found: Mapping[str, Copy]

    def __getitem__(self, name: str) -> bytes:
        copy = self.found[name]
        # One file has to do in a book or a zip; of what moves, a GIF is shown everywhere.
        file = self.media.file(self.slug, copy.moving if copy.moving.endswith(".gif") else copy.still)
        if file is None:
            raise KeyError(name)
        return file.read_bytes()

    def __iter__(self) -> Iterator[str]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)


def _rules(library: Library, network: str) -> Rules | None:
    found = library.networks.get(network)
    return found.rules if found else None
