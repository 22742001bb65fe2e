"""What search engines may keep: the pages of all listed threads. https://www.sitemaps.org/protocol.html

Who may be listed may be indexed (`core/consent.py`), so that no verdict has to be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from unroller.core.search import Wanted
from unroller.exports.words import stamp
from unroller.web.desk import Desk, unless_known
from unroller.web.headers import ALWAYS, ASK_FIRST, NOT_INDEXED

SIZE = 2_000
"""Addresses in one file; 50,000 are allowed, but it is made anew whenever somebody asks."""

_SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def routes(desk: Desk) -> Sequence[BaseRoute]:
    """The addresses of the sitemap: a list of files, and the files."""
    made = _Sitemap(desk)
    return [Route("/sitemap.xml", made.files), Route("/sitemap-{number:int}.xml", made.file)]


class _Sitemap:
    def __init__(self, desk: Desk) -> None:
        self._library = desk.library

    def files(self, request: Request) -> Response:
        threads = self._library.store.catalogue.count()
        base, count = self._library.settings.base_url, max(1, -(-threads // SIZE))
        places = ((f"{base}/sitemap-{number}.xml", "") for number in range(1, count + 1))
        return unless_known(request, _xml("sitemapindex", "sitemap", places))

    def file(self, request: Request) -> Response:
        number, library = request.path_params["number"], self._library
        if not 1 <= number <= 10_000:
            raise HTTPException(404)
        entries = library.store.catalogue.find(Wanted(), SIZE, SIZE * (number - 1))
        if number > 1 and not entries:
            raise HTTPException(404)
        places = ((library.page_url(entry.slug), stamp(entry.saved_at)) for entry in entries)
        return unless_known(request, _xml("urlset", "url", places))


def _xml(name: str, each: str, places: Iterable[tuple[str, str]]) -> Response:
    """Addresses, and when what is there last changed; `""` where that is not said."""
    root = Element(name, {"xmlns": _SPACE})
    for address, changed in places:
        one = SubElement(root, each)
        SubElement(one, "loc").text = address
        if changed:
            SubElement(one, "lastmod").text = changed
    body = tostring(root, encoding="utf-8", xml_declaration=True)
    return Response(body, headers=dict((ASK_FIRST, NOT_INDEXED, *ALWAYS)), media_type="application/xml")
