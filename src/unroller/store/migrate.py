"""Bring a database's tables up to date. Runs at every start and is cheap when there is nothing to do."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, select, text

from unroller.core.errors import SetupError
from unroller.store.db import Database
from unroller.store.schema import REVISION, alembic_version

_LOCK = 0x756E726F
"""Held in PostgreSQL while migrating, so that the second of two starters waits; SQLite has one writer."""


def migrate(database: Database) -> None:
    """Run every migration that is lacking, all in one transaction.

    Raises:
        SetupError: a newer Unroller made this database.
    """
    with database.reading() as connection:
        if _is_current(connection):
            return
    with database.transaction() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        if not _is_current(connection):
            _upgrade(connection)


def _is_current(connection: Connection) -> bool:
    if not inspect(connection).has_table(alembic_version.name):
        return False
    found = connection.scalar(select(alembic_version.c.version_num)) or ""
    if found > REVISION:
        raise SetupError(
            f"A newer Unroller made this database (its tables are at {found}, this program knows {REVISION}):"
            " update Unroller, or use the backup from before."
        )
    return found == REVISION


def _upgrade(connection: Connection) -> None:
    # Alembic takes a tenth of a second to import: only a database that needs it pays.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, REVISION)
