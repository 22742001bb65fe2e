"""An address → the post itself, as its author's own server tells it, which is the only authority.

A copy on another server only tells where to ask. It is believed where that server gives no answer and
the copy's server is one that the operator trusts, and then the page says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from unroller.core.errors import AbsentError, InputError, NetworkError, RefusedError, UnrollerError, WireError
from unroller.networks.mastodon import links
from unroller.networks.mastodon.activitypub import Objects, id_of
from unroller.networks.mastodon.api import Api, NoApiError
from unroller.networks.mastodon.statuses import Told, Wire, name_of

_MOST_STEPS = 3


@dataclass(frozen=True, slots=True)
class Spot:
    """A post: `name` on the server that `told` of it, or else `note`, an object. `copy`: it is a copy."""

    told: Told | None = None
    name: str = ""
    note: Wire | None = None
    copy: bool = False


class Finder:
    """Looks posts up. `copies` are hosts whose copies are believed, beside the bot's own server."""

    def __init__(self, api: Api, objects: Objects, copies: tuple[str, ...]) -> None:
        self._api = api
        self._objects = objects
        self._copies = frozenset(host.lower() for host in copies)

    def find(self, address: str) -> Spot:
        """The post at `address`.

        Raises:
            AbsentError: it is gone or never was.
            InputError: what is there is no post.
            RefusedError: its server shows it to nobody like us.
            NetworkError, WireError: there is no telling.
        """
        copy: Spot | None = None
        for _ in range(_MOST_STEPS):
            try:
                spot, home = self._look(address)
            except AbsentError:
                raise
            except UnrollerError as error:
                return self._copied(address, copy, error)
            if home == address or spot.note or (spot.told and spot.told.is_at_home(spot.name)):
                return spot
            copy, address = spot, home
        raise WireError("The servers lead from one to the next without end.")

    def _look(self, address: str) -> tuple[Spot, str]:
        """What the server at `address` tells, and where the post is at home."""
        place = links.place(address)
        if place is None:
            raise InputError("That is no address of a post.")
        if place.id:
            try:
                return self._status(place)
            except NoApiError:
                pass
        return self._object(address)

    def _status(self, place: links.Place) -> tuple[Spot, str]:
        status = self._api.status(place.origin, place.id)
        told, name = Told(place.origin), name_of(status)
        if name is None or not told.take([status]) or links.post_ref(status.get("uri")) is None:
            raise NoApiError(f"{links.host(place.origin)} answered with a post that makes no sense.")
        return Spot(told, name), str(status["uri"])

    def _object(self, address: str) -> tuple[Spot, str]:
        """The post as an object; by the Mastodon API after all where it tells what it is called there."""
        note = self._note(address)
        home = id_of(note)
        for place in self._places(address, note):
            try:
                spot, uri = self._status(place)
            except (NoApiError, AbsentError):
                continue
            if uri == home:
                return spot, home
        return Spot(note=note), home

    def _note(self, address: str) -> Wire:
        """The object at `address`, or else at the page whose address was taken for that of a Mastodon."""
        try:
            return self._objects.post(address)
        except AbsentError:
            page = links.page(address)
            if not page:
                raise
        return self._objects.post(page)

    def _places(self, address: str, note: Wire) -> Iterator[links.Place]:
        """What the post may be called in the API of its own server, but for what was tried already."""
        tried, server = links.place(address), links.origin(id_of(note))
        known = (note.get("id"), note.get("url"))
        for other in known:
            place = links.place(other) if isinstance(other, str) else None
            if place and place.id and place.origin == server and place != tried:
                yield place
                return
        if tried and not tried.id and tried.origin == server:
            shown = links.place(self._objects.leads_to(address))
            if shown and shown.id and shown.origin == server:
                yield shown

    def _copied(self, address: str, copy: Spot | None, error: UnrollerError) -> Spot:
        """A copy that may be believed, since the author's own server gave `error` in place of the post."""
        if isinstance(error, InputError) and copy is None:
            raise error
        if copy is None:
            copy = self._own_copy(address)
        believed = copy and copy.told and self._believes(copy.told.origin)
        if copy is None or not believed:
            raise error
        return Spot(copy.told, copy.name, copy=True)

    def _own_copy(self, address: str) -> Spot | None:
        """The post as the bot's own server knows it."""
        try:
            status = self._api.copy_of(address)
        except (AbsentError, RefusedError, NetworkError, WireError):
            return None
        told, name = Told(self._api.own), name_of(status)
        is_it = name and told.take([status]) and address in (status.get("uri"), status.get("url"))
        return Spot(told, name) if name and is_it else None

    def _believes(self, origin: str) -> bool:
        return origin == self._api.own or links.host(origin) in self._copies
