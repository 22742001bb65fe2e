"""Copying the pictures of a page once it is published, so that it lasts and tells nobody who reads it.

No page waits for its pictures. What has no copy yet is linked to, and stays a link where it cannot be had.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from unroller.core.errors import InputError, NetworkError, SetupError, UnrollerError
from unroller.core.kinds import HEAD, MEDIA_TYPES, kind_of
from unroller.core.media import AVATAR, Picture
from unroller.flows.copies import MEDIA, wanted
from unroller.flows.library import Library
from unroller.flows.log import log
from unroller.flows.page import make_page
from unroller.pictures import shrink
from unroller.store import Status

TRIES = 4
"""How often a picture is looked for that cannot be had: at first, and at later visits to the thread."""

PATIENCE = 5
"""How often a task comes back to a server that does not answer, before that counts as a try."""

TURN = 60.0
"""Seconds that one thread may take while others wait."""

_ACCEPT = "image/jpeg, image/png, image/gif, image/webp, image/avif;q=0.5, image/*;q=0.1"


def copy_pictures(
    library: Library, slug: str, attempts: int = 1, *, steady: Callable[[], float] = time.monotonic
) -> None:
    """Keep copies of what the page at `slug` shows, and publish it with them.

    `attempts` counts how often this was begun since it was last done.

    Raises:
        NetworkError: a server does not answer now; what is there already is published.
        SetupError: pictures cannot be decoded here, or the folder of pages cannot be written.
    """
    saved = library.store.threads.load(slug)
    if saved is None or saved.status is not Status.PUBLISHED or saved.thread is None:
        return
    pictures, end = wanted(library, saved.thread), steady() + TURN
    copying = _Copying(library, slug, attempts, _room(library, slug, pictures))
    for picture in _lacking(library, slug, pictures):
        if steady() > end:
            library.store.tasks.put(MEDIA, slug)
            break
        copying.take(picture)
        if copying.gone:
            return
    if copying.copied or attempts > 1:  # the time before may have ended between the copies and the page
        make_page(library, slug)
    if copying.later:
        raise copying.later


def _lacking(library: Library, slug: str, pictures: tuple[Picture, ...]) -> list[Picture]:
    """Those that have no copy and were not looked for too often."""
    copies = library.store.copies
    there = copies.find(slug, (picture.address for picture in pictures))
    return [
        picture
        for picture in pictures
        if picture.address not in there and copies.missed(slug, picture.address) < TRIES
    ]


def _room(library: Library, slug: str, pictures: tuple[Picture, ...]) -> int:
    """How many bytes more may be kept with the page."""
    kept = library.store.copies.size(slug, (picture.address for picture in pictures))
    return (library.settings.media.thread_mb << 20) - kept


@dataclass(slots=True)
class _Copying:
    """One turn at the pictures of one page. `room` is in bytes; `silent` are hosts that did not answer.

    `gone`: the page was taken down meanwhile.
    """

    library: Library
    slug: str
    attempts: int
    room: int
    copied: bool = False
    gone: bool = False
    later: NetworkError | None = None
    silent: dict[str, NetworkError] = field(default_factory=dict)

    def take(self, picture: Picture) -> None:
        """Copy it, or note that it cannot be had."""
        host = urlsplit(picture.address).netloc
        try:
            self._copy(picture, host)
        except NetworkError as error:
            self.silent[host] = error
            if self.attempts < PATIENCE:
                self.later = error
            else:
                self._miss(picture, host, error)
        except SetupError:
            raise
        except UnrollerError as error:
            self._miss(picture, host, error)

    def _copy(self, picture: Picture, host: str) -> None:
        # Avatars and emoji are on many pages, and are fetched for one.
        shared = picture.side <= AVATAR
        known = self.library.store.copies.known(picture.address) if shared else {}
        if not known and (error := self.silent.get(host)):
            raise error
        forms = known or _made(self.library, picture)
        size = sum(map(len, forms.values()))
        if size > self.room:
            raise InputError("The thread has more pictures than are kept of one.")
        self.gone = not self.library.store.copies.put(self.slug, picture.address, forms, shared=shared)
        self.copied, self.room = True, self.room - size

    def _miss(self, picture: Picture, host: str, error: UnrollerError) -> None:
        log.info("a picture was not copied", page=self.slug, host=host, why=error.words)
        self.library.store.copies.miss(self.slug, picture.address)


def _made(library: Library, picture: Picture) -> Mapping[str, bytes]:
    """The picture that is elsewhere, made smaller: its forms, by their kinds."""
    found = shrink(_fetched(library, picture.address), picture.side)
    return dict(filter(None, (found.still, found.lighter, found.moving)))


def _fetched(library: Library, address: str) -> bytes:
    """What is at `address`, when it begins like a picture.

    Raises:
        InputError: it is something else.
        NetworkError, RefusedError, WireError: as `HttpClient.request`.
    """
    limit = library.settings.media.file_mb << 20
    reply = library.http.request("GET", address, headers={"accept": _ACCEPT}, limit=limit)
    if reply.status != 200:
        raise InputError(f"There is no picture any more (status {reply.status}).")
    if not MEDIA_TYPES.get(kind_of(reply.body[:HEAD]), "").startswith("image/"):
        raise InputError("That is no picture that is shown here.")
    return reply.body
