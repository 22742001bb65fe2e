"""A list of people to follow → OPML, which feed readers import. https://opml.org/spec2.opml"""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, tostring

from unroller.core.ports import Subscription
from unroller.core.tolerant import clean


def opml(title: str, subscriptions: Iterable[Subscription]) -> bytes:
    """The list as XML in UTF-8. `type` is `rss` for a feed of any kind: that is what the format says."""
    root = Element("opml", {"version": "2.0"})
    SubElement(SubElement(root, "head"), "title").text = clean(title)
    body = SubElement(root, "body")
    for one in subscriptions:
        said = {"type": "rss", "version": "ATOM", "text": one.title, "title": one.title}
        said |= {"xmlUrl": one.feed_url, "htmlUrl": one.page_url}
        SubElement(body, "outline", {name: clean(value) for name, value in said.items()})
    made: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return made
