"""The formats of feeds, by how their addresses end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from unroller.core.ports import Feed
from unroller.exports.atom import atom
from unroller.exports.jsonfeed import json_feed


@dataclass(frozen=True, slots=True)
class Format:
    """`render` gives the same bytes for the same feed."""

    title: str
    suffix: str
    media_type: str
    render: Callable[[Feed], bytes]


FORMATS = (
    Format("Atom", ".atom", "application/atom+xml", atom),
    Format("JSON Feed", ".json", "application/feed+json", json_feed),
)


def alternates(title: str, address: str, query: str = "") -> tuple[tuple[str, str, str], ...]:
    """The feeds of the list at `address`, as a page names them: (title, media type, address)."""
    end = f"?{query}" if query else ""
    return tuple((f"{title} ({one.title})", one.media_type, f"{address}{one.suffix}{end}") for one in FORMATS)
