"""Objects and collections as their own servers tell them. Nobody is believed about another server's posts.

https://www.w3.org/TR/activitypub/#retrieving-objects, https://www.w3.org/TR/activitystreams-core/#collections
https://swicg.github.io/activitypub-http-signature/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from unroller.core.errors import AbsentError, InputError, RefusedError, WireError
from unroller.core.ports import HttpClient, Reply
from unroller.networks.mastodon import links
from unroller.networks.mastodon.api import GoneError

Wire = dict[str, Any]

# Lemmy and others answer to one of the two only; the specification demands the second.
ACCEPTS = (
    "application/activity+json",
    'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
)
MOST_PAGES = 20
LARGEST = 2_000_000

_COLLECTIONS = frozenset({"Collection", "OrderedCollection", "CollectionPage", "OrderedCollectionPage"})
_ACTORS = frozenset({"Person", "Service", "Application", "Group", "Organization"})


class NoObjectError(InputError):
    """At this address is a page for people, and no post for other servers."""


class Signer(Protocol):
    """Signs requests in the name of this site."""

    def sign(self, url: str) -> Iterator[tuple[str, Mapping[str, str]]]:
        """The ways to sign a GET of `url`, the likeliest first, each by its name and headers; none where off."""

    def worked(self, url: str, way: str) -> None:
        """The server at `url` took this way."""

    def expected(self, url: str) -> bool:
        """Whether this server took a signature before, so that asking without one is in vain."""


class Objects:
    """Reads what servers tell each other."""

    def __init__(self, http: HttpClient, signer: Signer) -> None:
        self._http = http
        self._signer = signer

    def post(self, address: str) -> Wire:
        """The post at `address`, told by the server that its id belongs to, which is its author's.

        Raises:
            AbsentError: there is none; `GoneError`: it was deleted.
            InputError: what is there is no post.
            RefusedError: the server shows it only to those who sign, or are let in.
            NetworkError, WireError: no answer, or one that contradicts itself.
        """
        found = self._authority(address)
        if kind_of(found) in _ACTORS or kind_of(found) in _COLLECTIONS or not owner_of(found):
            raise NoObjectError(f"What is at this address on {links.host(address)} is no post.")
        if links.host(owner_of(found)) != links.host(id_of(found)):
            raise WireError(f"{links.host(address)} tells of a post that it says is somebody else's.")
        return found

    def actor(self, address: str) -> Wire:
        """The account with the id `address`. Raises as `post`."""
        found = self._authority(address)
        if kind_of(found) not in _ACTORS:
            raise WireError(f"{links.host(address)} answered with something other than an account.")
        return found

    def _authority(self, address: str) -> Wire:
        """The object at `address`; where that is another server's, as that server tells it."""
        for _ in range(2):
            found, told_by = self._get(address)
            identity = id_of(found)
            if kind_of(found) == "Tombstone":
                raise GoneError(f"The post was deleted, says {told_by}.")
            if not identity:
                raise NoObjectError(f"What is at this address on {told_by} is no post.")
            if links.host(identity) == told_by:
                return found
            address = identity
        raise WireError(f"{links.host(address)} tells of a post that it says is another server's.")

    def collection(self, start: object, server: str) -> Collection:
        """What a collection of `server` holds, `start` being its id, or the collection as far as it was told."""
        return Collection(self, start, server)

    def page(self, start: object, server: str) -> Wire | None:
        """A collection, or a page of one; `None` where `server` tells no such thing, or another has to be asked."""
        if isinstance(start, dict):
            return start if links.host(id_of(start) or server) == links.host(server) else None
        if not isinstance(start, str) or links.host(start) != links.host(server):
            return None
        try:
            found, told_by = self._get(start)
        except (AbsentError, InputError, RefusedError, WireError):
            return None
        return found if told_by == links.host(server) else None

    def _get(self, address: str) -> tuple[Wire, str]:
        """The object at `address`, and the host that answered in the end."""
        for accept in ACCEPTS:
            reply = self._ask(address, accept)
            if reply.status == 406 or (reply.status < 300 and _is_page(reply)):
                continue
            body = _body(address, reply)
            return body, links.host(reply.url or address)
        raise NoObjectError(
            f"What is at this address on {links.host(address)} is no post of the fediverse: "
            "open the post that you mean and copy its link."
        )

    def _ask(self, address: str, accept: str) -> Reply:
        """The answer to a GET, unsigned first unless that was in vain before."""
        headers = {"accept": accept}
        reply: Reply | None = None
        if not self._signer.expected(address):
            reply = self._http.request("GET", address, headers=headers, limit=LARGEST)
        if reply is None or reply.status in (401, 403):
            for way, signature in self._signer.sign(address):
                reply = self._http.request("GET", address, headers=headers | dict(signature), limit=LARGEST)
                if reply.status not in (401, 403):
                    self._signer.worked(address, way)
                    break
        return reply or self._http.request("GET", address, headers=headers, limit=LARGEST)


@dataclass(slots=True)
class Collection:
    """What a collection holds, page by page, no page twice and no more than `MOST_PAGES`.

    `whole` says, once all was read, whether that was to its end; else `why` says why not.
    """

    objects: Objects
    start: object
    server: str
    whole: bool = False
    why: str = ""
    seen: set[str] = field(default_factory=set)

    def items(self) -> Iterator[object]:
        """Ids, and objects as far as the server itself is their authority, in no order."""
        host = links.host(self.server)
        for page in self._pages():
            for item in _items(page):
                inside = id_of(item) if isinstance(item, dict) else ""
                yield item if not inside or links.host(inside) == host else inside

    def _pages(self) -> Iterator[Wire]:
        at = self.start
        for _ in range(MOST_PAGES):
            page = self.objects.page(at, self.server)
            if page is None:
                self.why = self.why or f"a list of {links.host(self.server)} cannot be read to its end"
                return
            yield page
            at = page.get("next") or (None if kind_of(page).endswith("Page") else page.get("first"))
            if not at:
                self.whole = True
                return
            name = at if isinstance(at, str) else id_of(at)
            if name and name in self.seen:
                self.why = f"a list of {links.host(self.server)} runs in circles"
                return
            self.seen.add(name)
        self.why = f"a list of {links.host(self.server)} does not end"


def id_of(value: object) -> str:
    """The id of an object, or the id that stands in its place; `""` where there is none."""
    name = value.get("id") if isinstance(value, dict) else value
    return name if isinstance(name, str) and links.post_ref(name) else ""


def kind_of(value: Wire) -> str:
    """What kind of object it is, the first where it is of several."""
    kind = value.get("type")
    first = kind[0] if isinstance(kind, list) and kind else kind
    return first if isinstance(first, str) else ""


def owner_of(value: Wire) -> str:
    """The id of whoever wrote an object, the first where several did; `""` where it does not say."""
    named = value.get("attributedTo")
    for one in named if isinstance(named, list) else [named]:
        if name := id_of(one):
            return name
    return ""


def parent_of(value: Wire) -> str:
    """The id of what a post answers; `""` where it answers nothing."""
    named = value.get("inReplyTo")
    return id_of(named[0] if isinstance(named, list) and named else named)


def conversation_of(value: Wire) -> str:
    """What the post's server calls the conversation; `""` where it has no name."""
    for key in ("conversation", "context"):
        named = value.get(key)
        name = named if isinstance(named, str) else id_of(named)
        if name:
            return name
    return ""


def _items(page: Wire) -> list[object]:
    found: list[object] = []
    for key in ("orderedItems", "items"):
        value = page.get(key)
        found += value if isinstance(value, list) else [value] if isinstance(value, str | dict) else []
    return found


def _is_page(reply: Reply) -> bool:
    return "json" not in reply.headers.get("content-type", "")


def _body(address: str, reply: Reply) -> Wire:
    """The object in an answer.

    Raises:
        AbsentError, RefusedError, WireError: there is none.
    """
    host = links.host(address)
    if reply.status == 410:
        raise GoneError(f"The post was deleted, says {host}.")
    if reply.status in (401, 403):
        raise RefusedError(f"{host} shows its posts only to servers that it knows, so there is no page of them.")
    if reply.status in (400, 404, 405, 422):
        raise AbsentError(f"There is no such post on {host}: it was deleted, is not public, or never was.")
    body = reply.json() if reply.status < 300 else None
    if not isinstance(body, dict):
        raise WireError(f"{host} answered with something other than an object (status {reply.status}).")
    return body


