"""A list of threads → Atom.

https://www.rfc-editor.org/rfc/rfc4287, and pages of it by https://www.rfc-editor.org/rfc/rfc5005#section-3
"""

from __future__ import annotations

from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from unroller.core.model import Author
from unroller.core.ports import Feed, Item
from unroller.core.tolerant import clean, web_link
from unroller.exports import feed_item, words
from unroller.exports.page import language

_TYPE = "application/atom+xml"
_LANG = "xml:lang"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When a feed without a thread last changed: it has to say something."""


def atom(feed: Feed) -> bytes:
    """The feed as XML in UTF-8, with the whole text of each thread."""
    root = Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", _LANG: "en"})
    _text(root, "id", feed.first_url)
    _text(root, "title", feed.title)
    _text(root, "updated", words.stamp(max((item.changed for item in feed.items), default=NEVER)))
    _text(root, "generator", "Unroller")
    if feed.icon_url:
        _text(root, "icon", feed.icon_url)
    links = {"self": feed.url, "first": feed.first_url, "previous": feed.before_url, "next": feed.next_url}
    for rel, url in links.items():
        _link(root, rel, url, _TYPE)
    _link(root, "alternate", feed.page_url, "text/html")
    if not feed.items:  # where no item says who wrote it, the feed has to
        _text(SubElement(root, "author"), "name", feed.site)
    for item in feed.items:
        _entry(SubElement(root, "entry", {_LANG: language(item.thread.posts[0].languages)}), item)
    made: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return made


def _entry(entry: Element, item: Item) -> None:
    _text(entry, "id", item.frame.page_url)
    _text(entry, "title", feed_item.title(item))
    _author(SubElement(entry, "author"), item.thread.author)
    _text(entry, "published", words.stamp(item.appeared))
    _text(entry, "updated", words.stamp(item.changed))
    _link(entry, "alternate", item.frame.page_url, "text/html")
    _link(entry, "via", web_link(item.thread.posts[0].url) or "", "text/html")
    content = SubElement(entry, "content", {"type": "html"})
    content.text = feed_item.content(item)


def _author(parent: Element, author: Author) -> None:
    _text(parent, "name", words.line(author.name) or f"@{words.line(author.handle)}")
    if url := web_link(author.url):
        _text(parent, "uri", url)


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = clean(text)


def _link(parent: Element, rel: str, url: str, media_type: str) -> None:
    if url:
        SubElement(parent, "link", {"rel": rel, "type": media_type, "href": clean(url)})
