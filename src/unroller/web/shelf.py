"""Published pages from memory. One `os.stat` a request tells that a page is still the one on the disk."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

from unroller.exports.page import KEYS
from unroller.store import Page, Pages, Stamp, read_page, stamp_of
from unroller.web.forms import LONGEST, choose
from unroller.web.headers import ALWAYS, ASK_FIRST, NOT_INDEXED, Header, is_known, policy

ROOM = 64_000_000
"""Bytes of pages that are kept in memory; the ones that nobody asked for longest go first."""

_PATH = re.compile(r"/t/([a-z0-9]{12})(?:|(/card\.png)|((?:\.[a-z0-9]{1,10}){1,2}))")
_VARY: Header = ("vary", "accept-encoding")
_REMEMBERED = 32  # ways of naming codings for which a page knows by heart which form to send


@dataclass(frozen=True, slots=True)
class Served:
    """A whole answer, ready to be sent as often as it is asked for."""

    status: int
    headers: list[Header]
    body: bytes


@dataclass(frozen=True, slots=True)
class _Form:
    etag: str
    whole: Served
    unchanged: Served


@dataclass(frozen=True, slots=True)
class _Kept:
    file: str
    stamp: Stamp
    size: int
    forms: Mapping[str, _Form]
    chosen: dict[str, _Form] = field(default_factory=dict)

    def form(self, accept: str) -> _Form:
        found = self.chosen.get(accept)
        if found is None:
            if len(self.chosen) >= _REMEMBERED:
                self.chosen.clear()
            sizes = {name: len(form.whole.body) for name, form in self.forms.items()}
            found = self.chosen[accept] = self.forms[choose(accept, sizes)]
        return found


class Shelf:
    """What is published, by path. For one thread: the event loop's."""

    def __init__(self, pages: Pages, room: int = ROOM) -> None:
        self._pages = pages
        self._room = room
        self._size = 0
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def answer(self, path: str, accept: str, if_none_match: str) -> Served | None:
        """The answer to a GET; `None` when nothing is published at `path`."""
        kept = self._kept.get(path)
        if kept is None or stamp_of(kept.file) != kept.stamp:
            kept = self._read(path)
            if kept is None:
                return None
        else:
            self._kept.move_to_end(path)
        form = kept.form(accept[:LONGEST])
        return form.unchanged if is_known(if_none_match, form.etag) else form.whole

    def _read(self, path: str) -> _Kept | None:
        if forgotten := self._kept.pop(path, None):
            self._size -= forgotten.size
        match = _PATH.fullmatch(path)
        if match is None:
            return None
        name = "card.png" if match[2] else f"thread{match[3]}" if match[3] else "page.html"
        file = self._pages.file(match[1], name)
        page = read_page(file)
        if page is None:
            return None
        kept = _Kept(str(file), page.stamp, sum(map(len, page.forms.values())), _forms(page))
        self._keep(path, kept)
        return kept

    def _keep(self, path: str, kept: _Kept) -> None:
        self._kept[path] = kept
        self._size += kept.size
        while self._size > self._room:
            _, oldest = self._kept.popitem(last=False)
            self._size -= oldest.size


def _forms(page: Page) -> dict[str, _Form]:
    return {name: _form(page, name, body) for name, body in page.forms.items()}


def _form(page: Page, coding: str, body: bytes) -> _Form:
    etag = f'"{page.etag}-{coding}"' if coding else f'"{page.etag}"'
    brief = [("etag", etag), ASK_FIRST, _VARY]
    text = page.media_type.startswith("text/")
    headers = [("content-type", page.media_type + ("; charset=utf-8" if text else "")), *brief]
    if coding:
        headers.append(("content-encoding", coding))
    if (
        page.media_type != "text/html"
    ):  # a page says by itself whether it may be indexed; nothing else of it is for search engines
        headers.append(NOT_INDEXED)
    headers += [policy(KEYS), *ALWAYS]
    return _Form(etag, Served(200, headers, body), Served(304, brief, b""))
