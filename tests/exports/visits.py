"""Pages in a real browser: served from loopback with the site's own policy, media from memory."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler
from typing import Any, Literal

from playwright.sync_api import Browser, Page, Route

from tests.testnet import loopback
from unroller.exports.page import KEYS
from unroller.web.headers import policy

Scheme = Literal["light", "dark"]


@dataclass(slots=True)
class Site:
    """Pages by path, at `address`."""

    address: str
    pages: dict[str, bytes] = field(default_factory=dict)


@contextmanager
def serving() -> Iterator[Site]:
    """A server on loopback for as long as the block runs."""
    site = Site("")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            data = site.pages.get(self.path)
            self.send_response(404 if data is None else 200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header(*policy(KEYS))
            self.send_header("Content-Length", str(len(data or b"")))
            self.end_headers()
            self.wfile.write(data or b"")

        def log_message(self, *_: object) -> None:
            """Be silent."""

    with loopback.serving(Handler) as site.address:
        yield site


@dataclass(slots=True)
class Visit:
    """A page that is open, what it asked for, and what the browser complained about."""

    page: Page
    asked: list[str]
    complaints: list[str]


@contextmanager
def visiting(browser: Browser, url: str, **how: Any) -> Iterator[Visit]:
    """`url`, opened in a window of its own; `how` is as for `window`."""
    with window(browser, **how) as page:
        visit = Visit(page, [], [])
        page.on("request", lambda request: visit.asked.append(request.url))
        page.on("console", lambda message: visit.complaints.append(message.text))
        page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        page.goto(url, wait_until="load")
        yield visit


@contextmanager
def window(
    browser: Browser,
    *,
    width: int = 1280,
    height: int = 900,
    scheme: Scheme = "light",
    scripts: bool = True,
    scale: float = 1,
    media: Literal["screen", "print"] = "screen",
) -> Iterator[Page]:
    """An empty page in a fresh profile, which gets whatever is neither here nor a file from memory."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        java_script_enabled=scripts,
        device_scale_factor=scale,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.emulate_media(media=media)
    page.route(lambda address: not address.startswith(("http://127.0.0.1", "file:")), _medium)
    yield page
    context.close()


def _medium(route: Route) -> None:
    """A plain picture in place of any medium, of the size that its name ends in."""
    size = re.search(r"-(\d+)x(\d+)\.png$", route.request.url)
    width, height = (int(size[1]), int(size[2])) if size else (1200, 800)
    route.fulfill(body=picture(width, height), content_type="image/png")


@cache
def picture(width: int, height: int) -> bytes:
    """A PNG: dusk over the sea, with a light."""
    rows = bytearray()
    for y in range(height):
        share = y / height
        sky = (int(38 + 150 * share), int(60 + 110 * share), int(88 + 60 * share))
        sea = (24, 52, 66)
        row = bytearray(bytes(sea if share > 0.72 else sky) * width)
        if 0.30 < share < 0.72:
            row[3 * (width // 3) : 3 * (width // 3 + width // 40)] = bytes((236, 228, 208)) * (width // 40)
        if 0.26 < share <= 0.30:
            row[3 * (width // 3) : 3 * (width // 3 + width // 40)] = bytes((252, 214, 120)) * (width // 40)
        rows += b"\0" + row
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows), 1)), (b"IEND", b""))
    )
