"""A list of threads → JSON Feed. https://www.jsonfeed.org/version/1.1/"""

from __future__ import annotations

import json
from typing import Any

from unroller.core.model import Author
from unroller.core.ports import Feed, Frame, Item
from unroller.core.tolerant import clean, web_link
from unroller.exports import feed_item, words
from unroller.exports.page import language


def json_feed(feed: Feed) -> bytes:
    """The feed as JSON in UTF-8, with the whole text of each thread."""
    found = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": clean(feed.title),
        "home_page_url": feed.page_url,
        "feed_url": feed.url,
        "next_url": feed.next_url,
        "icon": feed.icon_url,
        "language": "en",
        "items": list(map(_item, feed.items)),
    }
    return json.dumps(_without_empty(found), ensure_ascii=False).encode(errors="replace")


def _item(item: Item) -> dict[str, Any]:
    return _without_empty(
        {
            "id": item.frame.page_url,
            "url": item.frame.page_url,
            "external_url": web_link(item.thread.posts[0].url),
            "title": feed_item.title(item),
            "content_html": feed_item.content(item),
            "date_published": words.stamp(item.appeared),
            "date_modified": words.stamp(item.changed),
            "authors": [_author(item.thread.author, item.frame)],
            "language": language(item.thread.posts[0].languages),
        }
    )


def _author(author: Author, frame: Frame) -> dict[str, Any]:
    avatar = frame.media.get(author.avatar or "") or (None if frame.sealed else author.avatar)
    name = words.line(author.name) or f"@{words.line(author.handle)}"
    return _without_empty({"name": name, "url": web_link(author.url), "avatar": web_link(avatar)})


def _without_empty(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if value not in (None, "")}
