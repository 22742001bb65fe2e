"""Who we are to other servers: an actor for the whole site, whose only use is its public key.

https://swicg.github.io/activitypub-http-signature/
https://docs.joinmastodon.org/spec/activitypub/#publicKey, https://docs.joinmastodon.org/spec/webfinger/
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping
from urllib.parse import urlsplit

from unroller.networks.mastodon.signatures import Key, Signatures

ACTOR = "/actor"
OUTBOX = "/actor/outbox"
FINGER = "/.well-known/webfinger"
PATHS = (ACTOR, OUTBOX, FINGER)
NAME = "unroller"

_ACTIVITY = "application/activity+json"


class Instance:
    """Answers, at addresses of our own site, whoever wants to know whose key signed a request."""

    def __init__(self, signatures: Signatures) -> None:
        self._signatures = signatures
        self.site = ""

    def appear(self, site: str) -> None:
        """From now on other servers know us as `site`, if that is an address that they can reach."""
        self.site = site.rstrip("/") if is_reachable(site) else ""
        self._signatures.appear(f"{self.site}{ACTOR}" if self.site else "")

    def show(self, path: str, query: Mapping[str, str]) -> tuple[str, bytes] | None:
        """The kind and the bytes of what is at `path`; `None` where there is nothing."""
        key = self._signatures.key()
        if key is None:
            return None
        if path == ACTOR:
            return _ACTIVITY, _encoded(self._actor(key))
        if path == OUTBOX:
            return _ACTIVITY, _encoded(self._outbox())
        resources = (f"acct:{NAME}@{urlsplit(self.site).netloc}", self.site + ACTOR)
        if path == FINGER and query.get("resource", "") in resources:
            return "application/jrd+json", _encoded(self._finger(resources[0]))
        return None

    def _actor(self, key: Key) -> object:
        name = self.site + ACTOR
        return {
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
            "id": name,
            "type": "Application",
            "preferredUsername": NAME,
            "name": "Unroller",
            "summary": "<p>Reads public threads, to be shown on one page each. Sends nothing.</p>",
            "url": f"{self.site}/",
            "inbox": f"{name}/inbox",
            "outbox": self.site + OUTBOX,
            "manuallyApprovesFollowers": True,
            "discoverable": False,
            "indexable": False,
            "publicKey": {"id": key.id, "owner": name, "publicKeyPem": key.public_pem},
        }

    def _outbox(self) -> object:
        context = "https://www.w3.org/ns/activitystreams"
        name = self.site + OUTBOX
        return {
            "@context": context,
            "id": name,
            "type": "OrderedCollection",
            "totalItems": 0,
            "orderedItems": [],
        }

    def _finger(self, subject: str) -> object:
        link = {"rel": "self", "type": _ACTIVITY, "href": self.site + ACTOR}
        return {"subject": subject, "aliases": [self.site + ACTOR], "links": [link]}


def is_reachable(site: str) -> bool:
    """Whether other servers can ask `site`, as far as its address tells."""
    parts = urlsplit(site)
    name = parts.hostname or ""
    if parts.scheme != "https" or name == "localhost" or name.endswith(".localhost"):
        return False
    try:
        return ipaddress.ip_address(name).is_global
    except ValueError:
        return "." in name


def _encoded(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
