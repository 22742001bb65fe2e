"""What a phone wants to know before it puts the site on its home screen and into its share sheet.

No service worker: none is asked for any longer, and a page that was taken down must not live on in one.
https://www.w3.org/TR/appmanifest/, https://w3c.github.io/web-share-target/
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from unroller.exports.drawing import draw
from unroller.exports.page import PAPER
from unroller.flows.match import either, titles
from unroller.web.desk import Desk
from unroller.web.headers import ALWAYS, ASK_FIRST, NOT_INDEXED

GREEN = "#176b5b"
_LINES = '<path d="M4 5h8M4 8h8M4 11h5" stroke="#fff" stroke-width="1.6" stroke-linecap="round"/>'
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">'
    f'<rect width="16" height="16" rx="4" fill="{GREEN}"/>{_LINES}</svg>'
)
# A phone cuts its own shape out of this one; what is in the middle, it leaves.
_MASKABLE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-4 -4 24 24">'
    f'<rect x="-4" y="-4" width="24" height="24" fill="{GREEN}"/>{_LINES}</svg>'
)
_DRAWN = {"icon-192": (ICON, 192), "icon-512": (ICON, 512), "icon-maskable": (_MASKABLE, 512)}
_DAY = {"cache-control": "max-age=86400"}


def routes(desk: Desk) -> Sequence[BaseRoute]:
    """The addresses of the manifest and the icons."""
    made = _Installing(desk)
    pictures = [Route(f"/{name}.png", _picture) for name in _DRAWN]
    icons = [Route(path, _icon) for path in ("/favicon.svg", "/favicon.ico")]
    return [Route("/manifest.webmanifest", made.manifest), *icons, *pictures]


class _Installing:
    def __init__(self, desk: Desk) -> None:
        self._library = desk.library

    def manifest(self, _: Request) -> Response:
        """What the site is called, looks like, and takes from a share sheet."""
        site, networks = self._library.settings.site, either(titles(self._library.networks))
        found = {
            "id": "/",
            "name": site,
            "short_name": site,
            "description": f"Turns a thread on {networks} into one clean, lasting page.",
            "lang": "en",
            "start_url": "/",
            "scope": "/",
            "display": "minimal-ui",
            "background_color": PAPER[0],
            "theme_color": PAPER[0],
            "icons": list(map(_entry, _DRAWN)),
            "share_target": {
                "action": "/share",
                "method": "GET",
                "enctype": "application/x-www-form-urlencoded",
                "params": {"title": "title", "text": "text", "url": "url"},
            },
        }
        headers = dict((ASK_FIRST, NOT_INDEXED, *ALWAYS))
        return Response(json.dumps(found), headers=headers, media_type="application/manifest+json")


def _entry(name: str) -> dict[str, str]:
    size = _DRAWN[name][1]
    purpose = "maskable" if name == "icon-maskable" else "any"
    return {"src": f"/{name}.png", "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}


async def _icon(_: Request) -> Response:
    return Response(ICON, media_type="image/svg+xml", headers=dict(ALWAYS) | _DAY)


def _picture(request: Request) -> Response:
    name = request.url.path.removeprefix("/").removesuffix(".png")
    return Response(drawn(name), media_type="image/png", headers=dict(ALWAYS) | _DAY)


@cache
def drawn(name: str) -> bytes:
    """The icon of that name as PNG.

    Raises:
        SetupError: typst is missing.
    """
    svg, size = _DRAWN[name]
    page = (
        f"#set page(width: {size}pt, height: {size}pt, margin: 0pt, fill: none)\n"
        f'#image(bytes(sys.inputs.svg), format: "svg", width: 100%, height: 100%)'
    )
    return draw(input=page.encode(), format="png", ppi=72.0, sys_inputs={"svg": svg})
