"""The one log: JSON lines when nobody watches, readable lines in a terminal. Never the text of a post."""

from __future__ import annotations

import sys
from typing import Any

import structlog

log: Any = structlog.get_logger("unroller")


def configure(*, watched: bool) -> None:
    """Write the log to standard error. Tracebacks never show values: these may be posts or secrets."""
    last: list[Any] = (
        [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
        if watched
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    stamped = structlog.processors.TimeStamper(fmt="iso", utc=True)
    structlog.configure(
        processors=[structlog.processors.add_log_level, stamped, *last],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


configure(watched=sys.stderr.isatty())
