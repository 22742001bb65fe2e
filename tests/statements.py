"""SQL that a process of the tests puts together once, and not once for each library that it opens."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

from sqlalchemy import URL, Engine, create_engine

from unroller.store import sqlite_file


def compile_once() -> None:
    """Let all engines for SQLite share what they compiled: one for each test would begin with nothing."""
    shared = create_engine("sqlite://")
    with shared.connect():
        pass  # a dialect learns at its first connection which SQLite it speaks to, and need not ask again
    patch.object(shared.dialect, "initialize", lambda _: None).start()
    compiled: dict[object, object] = {}

    def engine(url: URL, **how: Any) -> Engine:
        made = create_engine(url, execution_options={"compiled_cache": compiled}, **how)
        made.dialect = shared.dialect
        return made

    patch.object(sqlite_file, "create_engine", engine).start()
