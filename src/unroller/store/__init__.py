"""What the library keeps: threads, wishes, the ledger of mentions, tasks, sessions, spending, pages."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from sqlalchemy import Connection

from unroller.store import forgetting
from unroller.store.arrivals import Arrival
from unroller.store.catalogue import Catalogue, Known, Writer
from unroller.store.copies import Copies, Copy, stem_of
from unroller.store.db import Clock, Database, open_database
from unroller.store.folder import Folder, open_folder
from unroller.store.keys import Key, Keys
from unroller.store.ledger import ANSWER, Call, CallState, Ledger
from unroller.store.media import MediaFiles
from unroller.store.migrate import migrate
from unroller.store.pages import Page, Pages, Stamp, read_page, stamp_of
from unroller.store.pastes import Paste, Pastes
from unroller.store.saved import Entry, Saved, Status
from unroller.store.sessions import Sessions
from unroller.store.spending import Spending
from unroller.store.tasks import Backlog, Task, Tasks
from unroller.store.threads import PAGE, SCOUR, Threads
from unroller.store.wishes import Said, Wishes

__all__ = [
    "ANSWER",
    "PAGE",
    "SCOUR",
    "Arrival",
    "Backlog",
    "Call",
    "CallState",
    "Catalogue",
    "Clock",
    "Copies",
    "Copy",
    "Entry",
    "Folder",
    "Key",
    "Keys",
    "Known",
    "Ledger",
    "MediaFiles",
    "Page",
    "Pages",
    "Paste",
    "Pastes",
    "Said",
    "Saved",
    "Sessions",
    "Spending",
    "Stamp",
    "Status",
    "Store",
    "Task",
    "Tasks",
    "Threads",
    "Wishes",
    "Writer",
    "open_folder",
    "open_store",
    "read_page",
    "stamp_of",
    "stem_of",
]


class Store:
    """Everything that outlives a process. Any thread may use it."""

    def __init__(self, database: Database, pages: Pages) -> None:
        self._database = database
        self.pages = pages
        self.media = MediaFiles(pages)
        self.copies = Copies(pages)
        self.tasks = Tasks(database)
        self.threads = Threads(database, self.tasks)
        self.catalogue = Catalogue(database)
        self.ledger = Ledger(database, self.tasks)
        self.wishes = Wishes(database)
        self.sessions = Sessions(database)
        self.spending = Spending(database)
        self.pastes = Pastes(database)
        self.keys = Keys(database)

    def transaction(self) -> AbstractContextManager[Connection]:
        """All calls inside, by this thread, happen together or not at all; published pages are files.

        An error inside undoes everything: let it out. Keep it short: SQLite has one writer at a time.
        """
        return self._database.transaction()

    def forget(self, network: str) -> dict[str, int]:
        """Erase every row about `network`, as `forgetting.forget`; published pages are not touched."""
        return forgetting.forget(self._database, network)

    def slugs_of(self, network: str) -> tuple[str, ...]:
        """The addresses of all threads of `network` that were ever saved or removed."""
        return forgetting.slugs_of(self._database, network)

    def scour(self) -> None:
        """Write the database's files anew, without what erased rows left between the others."""
        self._database.scour()

    def close(self) -> None:
        """Close every connection."""
        self._database.close()


def open_store(url: str, pages: Path, clock: Clock) -> Store:
    """The store in the database at `url` (SQLite or PostgreSQL), its tables brought up to date.

    `clock` tells the time, aware. `pages` is the folder of published pages.

    Raises:
        SetupError: the database or the folder cannot be opened, or a newer Unroller made it.
        NetworkError: another process holds the database for longer than one should.
    """
    database = open_database(url, clock)
    try:
        migrate(database)
        return Store(database, Pages(pages, clock))
    except BaseException:
        database.close()
        raise
