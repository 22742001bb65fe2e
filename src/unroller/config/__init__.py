"""The settings: read once, typed, handed down. Nobody else reads the environment.

One TOML file, every key also as `UNROLLER_…` in the environment, every value also from a file that
`UNROLLER_…_FILE` names. The environment wins. docs/settings.md lists every key.
"""

from unroller.config.settings import Limits, Media, Settings, describe, load_settings
from unroller.config.values import Secret, duration_text, fill, nearest

__all__ = [
    "Limits",
    "Media",
    "Secret",
    "Settings",
    "describe",
    "duration_text",
    "fill",
    "load_settings",
    "nearest",
]
