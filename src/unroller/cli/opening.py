"""What nearly every command begins with: the settings, the log, the library."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import structlog

from unroller.config import Settings, load_settings
from unroller.core.errors import SetupError
from unroller.flows.library import Library, has_library, open_library


def settings_here() -> Settings:
    """The settings as the environment and the file give them.

    Raises:
        SetupError: as `load_settings`.
    """
    return load_settings(os.environ, Path.cwd())


@contextmanager
def library_here() -> Iterator[Library]:
    """The library that the settings here describe, made if it is not there, closed at the end.

    Raises:
        SetupError: the settings, a plug-in or the database are broken.
    """
    log_less()
    with open_library(settings_here()) as library:
        yield library


@contextmanager
def known_library() -> Iterator[Library]:
    """As `library_here`, but only one that is there: a slip in a setting must not make an empty one.

    Raises:
        SetupError: there is none; or as `library_here`.
    """
    settings = settings_here()
    if not has_library(settings):
        raise SetupError(
            f"There is no library in {settings.data} yet: unroll serve makes one, UNROLLER_DATA says where."
        )
    with library_here() as library:
        yield library


def log_less() -> None:
    """Log only what an operator has to know, unless --verbose was given."""
    if not click.get_current_context().find_root().obj:
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("warning"))
