"""What an ActivityPub object quotes, in the many ways of saying so. Pure.

https://codeberg.org/fediverse/fep/src/branch/main/fep/044f/fep-044f.md
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from unroller.core.model import Absence, PostRef, Quote
from unroller.core.tolerant import web_link
from unroller.networks.mastodon.links import NETWORK
from unroller.networks.mastodon.properties import id_of, is_tombstone, types
from unroller.networks.mastodon.wire import items, line, objects

_FIELDS = ("quote", "quoteUrl", "quoteUri", "_misskey_quote")
_RELS = frozenset({"https://misskey-hub.net/ns#_misskey_quote", "https://w3id.org/fep/044f#quote"})
_ACTIVITY = re.compile(r"application/(?:activity\+json|ld\+json\s*;.*activitystreams)")


def parse_quote(note: Mapping[str, Any]) -> Quote | None:
    """What a post quotes: named only, since nothing here says that the quoted author agrees.

    https://codeberg.org/fediverse/fep/src/branch/main/fep/044f/fep-044f.md
    https://codeberg.org/fediverse/fep/src/branch/main/fep/e232/fep-e232.md
    """
    for said in filter(None, (note.get(field) for field in _FIELDS)):
        if is_tombstone(said):
            link = web_link(id_of(said))
            return Quote(PostRef(NETWORK, link) if link else None, absence=Absence.DELETED)
        if link := web_link(id_of(said)):
            return Quote(PostRef(NETWORK, link), what="post", url=link)
    linked = next((tag for tag in objects(note.get("tag")) if _is_quote(tag)), {})
    link = web_link(linked.get("href"))
    return Quote(PostRef(NETWORK, link), what="post", url=link) if link else None


def _is_quote(tag: Mapping[str, Any]) -> bool:
    """Whether a tag is a link to a quoted post."""
    if "Link" not in types(tag) or not _ACTIVITY.match(line(tag.get("mediaType"))):
        return False
    rels = {rel for rel in items(tag.get("rel"), 10) if isinstance(rel, str)}
    return bool(rels & _RELS) or line(tag.get("name")).upper().startswith(("RE:", "QT:"))
