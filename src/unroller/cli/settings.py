"""Where the command line takes its settings from."""

from __future__ import annotations

import os
from pathlib import Path

from unroller.config import Settings, load_settings


def has_library(settings: Settings) -> bool:
    """Whether `settings` name a library that is there: readers do not make one."""
    file = settings.database_url.removeprefix("sqlite:///")
    return file == settings.database_url or Path(file).exists()


def settings_here() -> Settings:
    """The settings as the environment, and the file here, give them.

    Raises:
        SetupError: as `load_settings`.
    """
    return load_settings(os.environ, Path.cwd())
