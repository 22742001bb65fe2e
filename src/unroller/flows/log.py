"""The one log: JSON lines when nobody watches, readable lines in a terminal. Never the text of a post."""

from __future__ import annotations

import sys
from typing import Any

import structlog

log: Any = structlog.get_logger("unroller")


def log_to_stderr() -> None:
    """Write the log to standard error, in the form that suits who reads it."""
    watched = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info if not watched else structlog.processors.StackInfoRenderer(),
            structlog.dev.ConsoleRenderer() if watched else structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
