"""The author's own list of posts: the second source, which proves that nothing is missing.

It lives on the author's own server and also lists what the network does not show, so it never
supplies words, only what exists and what hangs from what.

https://docs.bsky.app/docs/api/com-atproto-repo-list-records, https://atproto.com/specs/did
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count, pairwise
from typing import Any

from unroller.core.conversation import Sketch
from unroller.core.errors import NetworkError, RefusedError, WireError
from unroller.core.model import PostRef
from unroller.core.ports import HttpClient, Params
from unroller.core.tolerant import web_link
from unroller.networks.bluesky import tid, xrpc
from unroller.networks.bluesky.links import NETWORK, POSTS, is_handle, post_uri, post_url
from unroller.networks.bluesky.parse import parse_reply
from unroller.networks.bluesky.settings import BlueskySettings

Wire = dict[str, Any]

MOST_PAGES = 10
_PAGE = 100
_KEPT = timedelta(hours=1)
_MOST_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Listing:
    """What the list holds from one key on. `whole`: to its end; else not, because of `why`.

    `until` is the time up to which it was read. Without it, what the list lacks proves nothing.
    """

    sketches: tuple[Sketch, ...] = ()
    whole: bool = False
    until: datetime | None = None
    why: str = ""


class _DisorderError(WireError):
    """The list is not one that can be read to its end. What it does not name proves nothing."""

    def __init__(self) -> None:
        super().__init__("the author's own server gave a list that makes no sense")


class Listings:
    """Finds an author's server and reads the list there."""

    def __init__(self, http: HttpClient, settings: BlueskySettings, clock: Callable[[], datetime]) -> None:
        self._http = http
        self._directory = xrpc.Configured(http)
        self._settings = settings
        self._clock = clock
        self._homes: dict[str, tuple[str, datetime]] = {}

    def read(self, did: str, after: str) -> Listing:
        """The posts of `did` whose keys follow `after`, oldest first, in at most ten pages."""
        sketches: list[Sketch] = []
        why = "the author has posted very much since"
        try:
            for page, ended in self._pages(did, after):
                sketches += page
                if ended:
                    return Listing(tuple(sketches), whole=True)
        except _DisorderError as error:
            return Listing(tuple(sketches), why=error.words)
        except (NetworkError, RefusedError, WireError):
            why = "the author's own server did not answer"
        return Listing(tuple(sketches), until=_time(sketches), why=why)

    def _pages(self, did: str, after: str) -> Iterator[tuple[list[Sketch], bool]]:
        """What each page tells of, and whether the list ends with it.

        A page that is not full is likely the last, but only an answer without a cursor proves that.
        """
        home, cursor = self.home(did), after
        sketches: list[Sketch] = []
        for number in count():
            if number > MOST_PAGES or (number == MOST_PAGES and len(sketches) == _PAGE):
                return
            page = self._page(home, did, cursor)
            sketches = [self._sketch(record, did) for record in _records(page)]
            after = _last_in_order(after, sketches)
            following = page.get("cursor")
            yield sketches, following is None
            if not isinstance(following, str) or following <= cursor:
                raise _DisorderError
            cursor = following

    def _page(self, home: str, did: str, cursor: str) -> Wire:
        params: Params = {"repo": did, "collection": POSTS, "limit": _PAGE, "reverse": True, "cursor": cursor}
        return xrpc.get(self._http, home, "com.atproto.repo.listRecords", params)

    def _sketch(self, record: object, did: str) -> Sketch:
        told = record if isinstance(record, dict) else {}
        uri, value = post_uri(told.get("uri")), told.get("value")
        if uri is None or uri.repo != did or not isinstance(value, dict):
            raise _DisorderError
        parent, parent_author, root = parse_reply(value)
        url = post_url(self._settings.web, did, uri.key)
        return Sketch(PostRef(NETWORK, str(uri)), did, uri.key, url, parent, parent_author, root)

    def home(self, did: str) -> str:
        """The address of the server where the account lives.

        Raises:
            WireError: the account's document is lost, or names no server.
        """
        kept = self._homes.get(did)
        if kept and self._clock() - kept[1] < _KEPT:
            return kept[0]
        home = parse_home(self._document(did), did)
        if len(self._homes) >= _MOST_KEPT:
            self._homes.clear()
        self._homes[did] = home, self._clock()
        return home

    def _document(self, did: str) -> Wire:
        if did.startswith("did:plc:"):
            reply = self._directory.request("GET", f"{self._settings.plc}/{did}", limit=1_000_000)
        elif is_handle(host := did.removeprefix("did:web:")):
            reply = self._http.request("GET", f"https://{host}/.well-known/did.json", limit=1_000_000)
        else:
            raise WireError("This account has a kind of id that nobody can look up.")
        return xrpc.answer("a DID document", reply)


def parse_home(document: Wire, did: str) -> str:
    """The address of the account's server, as its DID document says.

    https://atproto.com/specs/did#did-documents

    Raises:
        WireError: the document names none.
    """
    services = document.get("service")
    known = (
        [service for service in services if isinstance(service, dict)] if isinstance(services, list) else []
    )
    homes = [service for service in known if service.get("id") in ("#atproto_pds", f"{did}#atproto_pds")]
    for home in homes:
        if address := web_link(home.get("serviceEndpoint")):
            return address.rstrip("/")
    raise WireError("This account's document names no server.")


def _records(page: Wire) -> list[object]:
    listed = page.get("records")
    if not isinstance(listed, list):
        raise _DisorderError
    return listed


def _last_in_order(after: str, sketches: Sequence[Sketch]) -> str:
    """The last key, where each follows the one before it and the first follows `after`."""
    keys = [after, *(sketch.order for sketch in sketches)]
    if any(one >= following for one, following in pairwise(keys)):
        raise _DisorderError
    return keys[-1]


def _time(sketches: Sequence[Sketch]) -> datetime | None:
    """When the last post that was read was made."""
    return tid.decode(sketches[-1].order) if sketches else None
