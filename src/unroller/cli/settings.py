"""Where the command line takes its settings from."""

from __future__ import annotations

import os
from pathlib import Path

from unroller.config import Settings, load_settings


def settings_here() -> Settings:
    """The settings as the environment, and the file here, give them.

    Raises:
        SetupError: as `load_settings`.
    """
    return load_settings(os.environ, Path.cwd())
