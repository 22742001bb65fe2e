"""Turns a thread on a social network into one clean, lasting, readable page.

>>> import unroller
>>> thread = unroller.unroll("https://bsky.app/profile/…/post/…")  # doctest: +SKIP
>>> thread.completeness.state, len(thread.posts)                   # doctest: +SKIP
(<Wholeness.WHOLE: 'whole'>, 12)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from unroller.core.body import Block, BlockKind, Run
    from unroller.core.errors import (
        AbsentError,
        InputError,
        NetworkError,
        RefusedError,
        SetupError,
        UnrollerError,
        WireError,
    )
    from unroller.core.model import Author, Completeness, Gap, Media, Post, PostRef, Thread, Wholeness

__version__ = "0.1.0"

__all__ = [
    "AbsentError",
    "Author",
    "Block",
    "BlockKind",
    "Completeness",
    "Gap",
    "InputError",
    "Media",
    "NetworkError",
    "Post",
    "PostRef",
    "RefusedError",
    "Run",
    "SetupError",
    "Thread",
    "UnrollerError",
    "Wholeness",
    "WireError",
    "unroll",
]

_HOMES = ("unroller.core.model", "unroller.core.body", "unroller.core.errors")


def unroll(url: str) -> Thread:
    """The whole thread behind the link `url`, read from its network now; nothing is kept.

    Settings come from the environment and from unroller.toml, as everywhere; none is needed.

    Raises:
        InputError: the link names no post on a network that we know.
        RefusedError: the author does not want the thread shown.
        AbsentError: the post is gone or never was.
        NetworkError, WireError: the network did not answer, or not in a known shape.
        SetupError: a setting or a plug-in is broken.
    """
    import os  # noqa: PLC0415  (`import unroller` is also how the command line begins)
    from pathlib import Path  # noqa: PLC0415

    from unroller.config import load_settings  # noqa: PLC0415
    from unroller.flows.unroll import Visitor, unroll  # noqa: PLC0415

    thread, _ = unroll(Visitor.of(load_settings(os.environ, Path.cwd())), url)
    return thread


def __getattr__(name: str) -> Any:
    """The public types, each imported when it is first asked for."""
    if name in __all__:
        for home in map(import_module, _HOMES):
            if hasattr(home, name):
                return getattr(home, name)
    raise AttributeError(f"module 'unroller' has no attribute {name!r}")
