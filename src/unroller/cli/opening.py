"""What the operator's commands begin with: the log and the library."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
import structlog

from unroller.cli.settings import has_library, settings_here
from unroller.core.errors import SetupError
from unroller.flows.library import Library, open_library


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
