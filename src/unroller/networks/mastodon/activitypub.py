"""Objects and collections as their own servers tell them. Nobody is believed about another server's posts.

https://www.w3.org/TR/activitypub/#retrieving-objects, https://www.w3.org/TR/activitystreams-core/#collections
https://swicg.github.io/activitypub-http-signature/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from unroller.core.errors import AbsentError, InputError, RefusedError, UnrollerError, WireError
from unroller.core.ports import HttpClient, Reply
from unroller.networks.mastodon import links
from unroller.networks.mastodon.api import GoneError
from unroller.networks.mastodon.notes import ACTORS, authors_of
from unroller.networks.mastodon.properties import is_tombstone, types

Wire = dict[str, Any]

# Lemmy and others answer to one of the two only; the specification demands the second.
ACCEPTS = (
    "application/activity+json",
    'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
)
MOST_PAGES = 20
LARGEST = 2_000_000

_PAGES = frozenset({"CollectionPage", "OrderedCollectionPage"})
_COLLECTIONS = frozenset({"Collection", "OrderedCollection"}) | _PAGES


class NoObjectError(InputError):
    """At this address is a page for people, and no post for other servers."""


class Signer(Protocol):
    """Signs requests in the name of this site."""

    def sign(self, url: str) -> Iterator[tuple[str, Mapping[str, str]]]:
        """The ways to sign a GET of `url`, the likeliest first: name and headers; none where off."""

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
        if types(found) & (ACTORS | _COLLECTIONS) or not owner_of(found):
            raise NoObjectError(f"What is at this address on {links.host(address)} is no post.")
        if links.host(owner_of(found)) != links.host(id_of(found)):
            raise WireError(f"{links.host(address)} tells of a post that it says is somebody else's.")
        return found

    def actor(self, address: str) -> Wire:
        """The account with the id `address`. Raises as `post`."""
        found = self._authority(address)
        if not types(found) & ACTORS:
            raise WireError(f"{links.host(address)} answered with something other than an account.")
        return found

    def _authority(self, address: str) -> Wire:
        """The object at `address`, told at the address that is its id; any other may be somebody's file."""
        for _ in range(2):
            found, told_at = self._get(address)
            identity = id_of(found)
            if is_tombstone(found):
                raise GoneError(f"The post was deleted, says {links.host(told_at)}.")
            if not identity:
                raise NoObjectError(f"What is at this address on {links.host(told_at)} is no post.")
            if identity in (address, told_at) and links.host(identity) == links.host(told_at):
                return found
            address = identity
        raise WireError(f"{links.host(address)} tells of a post that it says is another one.")

    def leads_to(self, address: str) -> str:
        """The address of the page for people that `address` leads to; `""` where there is none."""
        try:
            reply = self._http.request("GET", address, headers={"accept": "text/html"}, limit=LARGEST)
        except UnrollerError:
            return ""
        return reply.url if reply.status < 300 else ""

    def collection(self, start: object, server: str) -> Collection:
        """What a collection of `server` holds; `start` is its id, or the part of it that was told."""
        return Collection(self, start, server)

    def page(self, start: object, server: str) -> Wire | None:
        """A collection, or a page of one; `None` where `server` tells no such thing."""
        if isinstance(start, dict):
            return start if links.host(id_of(start) or server) == links.host(server) else None
        if not isinstance(start, str) or links.host(start) != links.host(server):
            return None
        try:
            found, told_at = self._get(start)
        except (AbsentError, InputError, RefusedError, WireError):
            return None
        return found if links.host(told_at) == links.host(server) else None

    def _get(self, address: str) -> tuple[Wire, str]:
        """The object at `address`, and the address that answered in the end."""
        for accept in ACCEPTS:
            reply = self._ask(address, accept)
            if reply.status != 406 and (reply.status >= 300 or _is_object(reply)):
                return _body(address, reply), reply.url or address
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
            at = page.get("next") or (None if types(page) & _PAGES else page.get("first"))
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


def owner_of(value: Wire) -> str:
    """The id of whoever wrote an object, the first where several did; `""` where it does not say."""
    return next(iter(authors_of(value)), "")


def parent_of(value: Wire) -> str:
    """The id of what a post answers; `""` where it answers nothing."""
    named = value.get("inReplyTo")
    return id_of(named[0] if isinstance(named, list) and named else named)


def conversations_of(value: Wire) -> frozenset[str]:
    """What servers call the conversation that a post is in; none where it has no name."""
    named = (value.get(key) for key in ("conversation", "context"))
    names = (name.get("id") if isinstance(name, dict) else name for name in named)
    return frozenset(name for name in names if isinstance(name, str) and name)


def _items(page: Wire) -> list[object]:
    found: list[object] = []
    for key in ("orderedItems", "items"):
        value = page.get(key)
        found += value if isinstance(value, list) else [value] if isinstance(value, str | dict) else []
    return found


def _is_object(reply: Reply) -> bool:
    """Whether an answer says that it is an object; any other JSON may be a file that somebody put there.

    https://www.w3.org/TR/activitypub/#retrieving-objects
    """
    kind = reply.headers.get("content-type", "").lower()
    is_ld = kind.startswith("application/ld+json") and "https://www.w3.org/ns/activitystreams" in kind
    return kind.startswith("application/activity+json") or is_ld


def _body(address: str, reply: Reply) -> Wire:
    """The object in an answer.

    Raises:
        AbsentError, RefusedError, WireError: there is none.
    """
    host = links.host(address)
    if reply.status == 410:
        raise GoneError(f"The post was deleted, says {host}.")
    if reply.status in (401, 403):
        raise RefusedError(
            f"{host} shows its posts only to servers that it knows, so there is no page of them."
        )
    if reply.status in (400, 404, 405, 422):
        raise AbsentError(f"There is no such post on {host}: it was deleted, is not public, or never was.")
    body = reply.json() if reply.status < 300 else None
    if not isinstance(body, dict):
        raise WireError(f"{host} answered with something other than an object (status {reply.status}).")
    return body
