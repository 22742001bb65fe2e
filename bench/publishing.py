"""Threads of a stand-in network, published in a library."""

from __future__ import annotations

from bench.world import World
from unroller.flows.library import Library
from unroller.flows.publish import publish
from unroller.store import Saved


def publish_all(library: Library, world: World) -> list[Saved]:
    """Every thread of `world`, through all that any other thread goes through."""
    return [publish(library, library.match(world.link(number))) for number in range(world.threads)]
