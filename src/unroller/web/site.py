"""The process that serves pages: one event loop in granian, the published ones first."""

from __future__ import annotations

import asyncio
import signal

import uvloop
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from unroller.config import Settings
from unroller.flows.library import Library, open_library
from unroller.web.app import make_app
from unroller.web.fast import Fast
from unroller.web.shelf import Shelf

BACKLOG = 1024
SLOWEST_HEAD = 10_000
"""Milliseconds that a client may take to send the head of its request."""


def make_site(library: Library) -> Fast:
    """The whole site, as granian calls it."""
    shelf = Shelf(library.store.pages)
    return Fast(shelf, make_app(library, shelf))


def run_site(settings: Settings, *, sample: bool = False) -> None:
    """Serve until SIGTERM or SIGINT."""
    with open_library(settings, sample=sample) as library:
        uvloop.run(_serve(library))


async def _serve(library: Library) -> None:
    server = Server(
        make_site(library),
        library.settings.host,
        library.settings.port,
        interface=Interfaces.RSGI,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=SLOWEST_HEAD, max_buffer_size=64 * 1024),
        websockets=False,
        backlog=BACKLOG,
        log_enabled=False,
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)
    await server.serve()
