"""The author's own list of posts: the second source, which proves that nothing is missing.

It lives on the author's own server and also lists what the network does not show, so it never
supplies words, only what exists and what hangs from what.

https://docs.bsky.app/docs/api/com-atproto-repo-list-records, https://atproto.com/specs/did
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from unroller.core.body import web_link
from unroller.core.conversation import Sketch
from unroller.core.errors import NetworkError, RefusedError, WireError
from unroller.core.model import PostRef
from unroller.core.ports import HttpClient, Params
from unroller.networks.bluesky import tid, xrpc
from unroller.networks.bluesky.links import NETWORK, POSTS, is_handle, post_uri, post_url
from unroller.networks.bluesky.parse import parse_reply
from unroller.networks.bluesky.settings import BlueskySettings
from unroller.networks.bluesky.times import parse_time

Wire = dict[str, Any]

MOST_PAGES = 10
_PAGE = 100
_KEPT = timedelta(hours=1)
_MOST_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Listing:
    """What the list holds from one key on. `whole`: to its end; else up to `until`, because of `why`."""

    sketches: tuple[Sketch, ...] = ()
    whole: bool = False
    until: datetime | None = None
    why: str = ""


class Listings:
    """Finds an author's server and reads the list there."""

    def __init__(self, http: HttpClient, settings: BlueskySettings, clock: Callable[[], datetime]) -> None:
        self._http = http
        self._settings = settings
        self._clock = clock
        self._homes: dict[str, tuple[str, datetime]] = {}

    def read(self, did: str, after: str) -> Listing:
        """The posts of `did` whose keys follow `after`, oldest first, in at most ten pages."""
        sketches: list[Sketch] = []
        last: Wire | None = None
        try:
            for records, ended in self._pages(did, after):
                sketches += (sketch for record in records if (sketch := self._sketch(record, did)))
                last = records[-1] if records else last
                if ended:
                    return Listing(tuple(sketches), whole=True)
        except (NetworkError, RefusedError, WireError):
            return Listing(tuple(sketches), until=_time(last), why="the author's own server did not answer")
        return Listing(tuple(sketches), until=_time(last), why="the author has posted very much since")

    def _pages(self, did: str, cursor: str) -> Iterator[tuple[list[Wire], bool]]:
        """The records of each page, and whether the list ends with it.

        A page that is not full is likely the last, but only an answer without a cursor proves that.
        """
        home = self.home(did)
        records: list[Wire] = []
        for number in count():
            if number > MOST_PAGES or (number == MOST_PAGES and len(records) == _PAGE):
                return
            page = self._page(home, did, cursor)
            records = _records(page)
            following = page.get("cursor")
            ended = not records or not isinstance(following, str) or following <= cursor
            yield records, ended
            cursor = str(following)

    def _page(self, home: str, did: str, cursor: str) -> Wire:
        params: Params = {"repo": did, "collection": POSTS, "limit": _PAGE, "reverse": True, "cursor": cursor}
        return xrpc.get(self._http, home, "com.atproto.repo.listRecords", params)

    def _sketch(self, record: Wire, did: str) -> Sketch | None:
        uri, value = post_uri(record.get("uri")), record.get("value")
        if uri is None or uri.repo != did or not isinstance(value, dict):
            return None
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
            url = f"{self._settings.plc}/{did}"
        elif is_handle(host := did.removeprefix("did:web:")):
            url = f"https://{host}/.well-known/did.json"
        else:
            raise WireError("This account has a kind of id that nobody can look up.")
        return xrpc.answer("a DID document", self._http.request("GET", url, limit=1_000_000))


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


def _records(page: Wire) -> list[Wire]:
    listed = page.get("records")
    return [record for record in listed if isinstance(record, dict)] if isinstance(listed, list) else []


def _time(record: Wire | None) -> datetime | None:
    """When the last record that was read was made."""
    if record is None:
        return None
    uri, value = post_uri(record.get("uri")), record.get("value")
    made = parse_time(value.get("createdAt")) if isinstance(value, dict) else None
    return (tid.decode(uri.key) if uri else None) or made
