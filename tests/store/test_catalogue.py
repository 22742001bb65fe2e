"""Lists and search: what may be listed is found, newest first, and nothing else; on both databases alike."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.store.conftest import BOTH, Clock
from tests.store.test_erasing import files
from tests.store.test_threads import save
from tests.threads.build import BOB, DAY, MIRA, chain, post, thread
from unroller.core.model import Author, Thread, Verdict
from unroller.core.search import Wanted
from unroller.store import Known, Saved, Status, Store, open_store

UNLISTED = Verdict(list=False)


def enter(store: Store, clock: Clock, number: int, text: str, *, by: Author = MIRA, **more: object) -> Saved:
    """A thread that appears a minute after the one before, with its page made."""
    clock.pass_by(minutes=1)
    saved = save(store, thread((post(number, text, by=by, **more),)))  # type: ignore[arg-type]
    store.catalogue.enter(saved)
    return saved


def found(store: Store, words: str, **more: object) -> list[str]:
    entries = store.catalogue.find(Wanted(words, **more), 50)  # type: ignore[arg-type]
    return [entry.title for entry in entries]


def fill(store: Store, clock: Clock) -> Store:
    """Four threads, each in another script."""
    for number, (text, by, language) in enumerate(
        (
            ("The heron waits in the reeds", MIRA, "en"),
            ("Der Reiher wartet im Schilf", BOB, "de-AT"),
            ("鷺は葦の中で待っている", MIRA, "ja"),
            ("انتظر مَالِكُ الحَزِين", BOB, "ar"),
        ),
        1,
    ):
        enter(store, clock, number, text, by=by, languages=(language,), published=DAY + timedelta(number))
    return store


@pytest.fixture(scope="module", params=BOTH)
def shelf(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One for all tests that change nothing."""
    folder, clock = tmp_path_factory.mktemp("shelf"), Clock()
    sqlite = request.param == "sqlite"
    url = f"sqlite:///{folder}/library.db" if sqlite else request.getfixturevalue("new_database")()
    with closing(open_store(url, folder / "pages", clock)) as store:
        yield fill(store, clock)


@pytest.fixture
def own_shelf(store: Store, clock: Clock) -> Store:
    return fill(store, clock)


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        ("HERON", ["The heron waits in the reeds"]),
        ("the reeds heron", ["The heron waits in the reeds"]),
        ('"in the reeds"', ["The heron waits in the reeds"]),
        ('"reeds in the"', []),
        ("reiher -heron", ["Der Reiher wartet im Schilf"]),
        ("heron -reeds", []),
        ('heron -"in the"', []),
        ("葦", ["鷺は葦の中で待っている"]),
        ("待って", ["鷺は葦の中で待っている"]),
        ("مالك الحزين", ["انتظر مَالِكُ الحَزِين"]),
        ("wart", []),
        ("🪿", []),
        ("-heron", []),
    ],
)
def test_words_and_phrases_find_threads_in_every_script(shelf: Store, words: str, titles: list[str]) -> None:
    assert found(shelf, words) == titles


def test_the_newest_comes_first_and_pages_go_on_where_the_last_one_ended(store: Store, clock: Clock) -> None:
    for number in range(1, 6):
        enter(store, clock, number, f"Heron {number}")
    for wanted in (Wanted("heron"), Wanted()):
        pages = [store.catalogue.find(wanted, 2, offset) for offset in (0, 2, 4, 6)]
        titles = [[entry.title[-1] for entry in page] for page in pages]
        assert titles == [["5", "4"], ["3", "2"], ["1"], []]


def test_lists_and_search_are_filtered_by_network_author_language_and_day(shelf: Store) -> None:
    for words in ("", "waits", "wartet"):
        assert found(shelf, words, network="mastodon") == []
        everything = found(shelf, words)
        assert found(shelf, words, network="bluesky") == everything
        mine = [title for title in everything if title.startswith("The")]
        assert [t for t in found(shelf, words, author=MIRA.id) if t.isascii()] == mine
        assert [t for t in found(shelf, words, language="en") if t.isascii()] == mine
    first = DAY.date()
    days = {"since": first + timedelta(2), "until": first + timedelta(3)}
    assert found(shelf, "", **days) == ["鷺は葦の中で待っている", "Der Reiher wartet im Schilf"]
    assert found(shelf, "reiher", **days) == ["Der Reiher wartet im Schilf"]
    assert found(shelf, "heron", **days) == []
    assert found(shelf, "", since=date.max, until=date.max) == []
    assert len(found(shelf, "", since=date.min, until=date.max)) == 4


def test_entries_say_language_and_day(shelf: Store) -> None:
    entry = shelf.catalogue.find(Wanted(language="de"), 1)[0]
    assert (entry.language, entry.written_at) == ("de", DAY + timedelta(2))


HOSTILE = (
    '"', '""', '"a', "'", "''", "NEAR(a b)", "a AND", "NOT a", "a OR b", "folded:a", "a*", "^a", "-", "--",
    "(a", "a:b", "\0", "a\0b", "'; DROP TABLE texts; --", "%", "_", "\\", "a & b | !c", "a <-> b", "\ud800",
    "a" * 10_000, '"' * 10_000, "a " * 5_000, "-a " * 5_000, "日" * 5_000, "\u202e\u2066",
)  # fmt: skip


@pytest.mark.parametrize("words", HOSTILE, ids=lambda words: ascii(words[:12]))
def test_any_words_are_fine(shelf: Store, words: str) -> None:
    found(shelf, words)
    found(shelf, words, network=words, author=words, language=words)
    assert shelf.catalogue.author(words, words) is None


def test_what_may_not_be_listed_is_in_no_list_and_not_found(store: Store, clock: Clock) -> None:
    saved = enter(store, clock, 1, "A heron.")
    again = save(store, thread(chain("A heron.")), UNLISTED)
    store.catalogue.enter(again)
    assert found(store, "heron") == found(store, "") == []
    assert store.catalogue.author("bluesky", MIRA.handle) is None
    assert store.catalogue.authors(9) == ()
    assert store.catalogue.count() == 0
    assert store.catalogue.languages() == store.catalogue.networks() == ()
    assert store.catalogue.texts([saved.slug]) == {}


@pytest.mark.parametrize("status", [Status.REMOVED, Status.WITHDRAWN, Status.EXPIRED])
def test_what_is_taken_down_is_found_no_more_at_once(store: Store, clock: Clock, status: Status) -> None:
    saved = enter(store, clock, 1, "A heron.")
    store.threads.drop(saved.slug, status, "", "author")
    assert found(store, "heron") == found(store, "") == []
    store.catalogue.enter(saved)  # whoever made the page meanwhile
    assert found(store, "heron") == []
    assert store.catalogue.author("bluesky", MIRA.handle) is None


def test_words_that_an_author_deleted_are_found_no_more(store: Store, clock: Clock) -> None:
    clock.pass_by(minutes=1)
    store.catalogue.enter(save(store, thread(chain("A heron.", "And a stork."))))
    assert found(store, "stork") == ["A heron."]
    shorter = save(store, thread(chain("A heron.")))
    assert found(store, "stork") == []
    store.catalogue.enter(shorter)
    assert found(store, "heron") == ["A heron."]


def test_entering_an_older_reading_of_a_thread_changes_nothing(store: Store, clock: Clock) -> None:
    old = enter(store, clock, 1, "A heron.")
    new = save(store, thread((post(1, "A stork."),)))
    store.catalogue.enter(new)
    store.catalogue.enter(old)
    assert found(store, "heron") == []
    assert found(store, "stork") == ["A stork."]


def test_a_thread_that_changes_keeps_its_place(store: Store, clock: Clock) -> None:
    enter(store, clock, 1, "Heron one.")
    enter(store, clock, 2, "Heron two.")
    enter(store, clock, 1, "Heron one, corrected.")
    assert found(store, "heron") == ["Heron two.", "Heron one, corrected."]


def test_erased_words_are_in_no_file_after_scouring(
    sqlite_store: Store, clock: Clock, tmp_path: Path
) -> None:
    saved = enter(sqlite_store, clock, 1, "Wherefore quagmires.")
    enter(sqlite_store, clock, 2, "Some other words.")
    assert b"quagmires" in files(tmp_path)
    sqlite_store.threads.drop(saved.slug, Status.REMOVED, "", "author")
    sqlite_store.scour()
    assert b"quagmires" not in files(tmp_path)
    assert found(sqlite_store, "other") == ["Some other words."]


def renamed(number: int, by: Author) -> Thread:
    return thread((post(number, "Words.", by=by),))


def test_an_author_is_found_by_every_handle_and_by_the_id(store: Store, clock: Clock) -> None:
    later = replace(MIRA, handle="Mira.example")
    enter(store, clock, 1, "One.")
    enter(store, clock, 2, "Two.", by=later)
    known = Known("bluesky", MIRA.id, "Mira.example")
    for name in (MIRA.handle, MIRA.handle.upper(), "mira.example", MIRA.id):
        assert store.catalogue.author("bluesky", name) == known
    assert store.catalogue.author("mastodon", MIRA.handle) is None


def test_a_handle_that_somebody_else_has_now_leads_to_them(store: Store, clock: Clock) -> None:
    enter(store, clock, 1, "One.")
    enter(store, clock, 2, "Two.", by=replace(BOB, handle=MIRA.handle))
    found_now = store.catalogue.author("bluesky", MIRA.handle)
    assert found_now is not None
    assert found_now.id == BOB.id


def test_who_is_gone_leaves_no_handle(store: Store, clock: Clock) -> None:
    from sqlalchemy import func, select

    from unroller.store import schema

    first, second = enter(store, clock, 1, "One."), enter(store, clock, 2, "Two.")
    for saved, left in ((first, 1), (second, 0)):
        store.threads.drop(saved.slug, Status.REMOVED, "", "author")
        with store._database.reading() as connection:
            assert connection.scalar(select(func.count()).select_from(schema.handles)) == left


def test_authors_and_what_they_have_here_are_counted(own_shelf: Store, clock: Clock) -> None:
    enter(own_shelf, clock, 9, "More.", by=MIRA, published=DAY.replace(year=2031, month=2))
    mira, bob = own_shelf.catalogue.authors(9)
    assert (mira.id, mira.threads, mira.latest) == (MIRA.id, 3, clock())
    assert (bob.handle, bob.name, bob.threads) == (BOB.handle, BOB.display_name, 2)
    assert own_shelf.catalogue.authors(1, 1) == (bob,)
    assert own_shelf.catalogue.totals("bluesky", MIRA.id) == (3, 3)
    months = own_shelf.catalogue.months("bluesky", MIRA.id)
    assert list(months.items()) == [((DAY.year, DAY.month), 2), ((2031, 2), 1)]
    assert own_shelf.catalogue.count() == 5
    assert own_shelf.catalogue.networks() == (("bluesky", 5),)
    assert dict(own_shelf.catalogue.languages()) == {"en": 2, "de": 1, "ja": 1, "ar": 1}


def test_an_author_is_listed_by_the_handle_and_name_of_the_newest_thread(store: Store, clock: Clock) -> None:
    enter(store, clock, 1, "One.", by=replace(MIRA, handle="zz.example", display_name="Zz"))
    enter(store, clock, 2, "Two.", by=replace(MIRA, handle="aa.example", display_name="Aa"))
    (writer,) = store.catalogue.authors(9)
    assert (writer.handle, writer.name, writer.threads) == ("aa.example", "Aa", 2)


def test_all_of_a_network_can_be_forgotten(own_shelf: Store) -> None:
    own_shelf.forget("bluesky")
    assert found(own_shelf, "heron") == found(own_shelf, "") == []
    assert own_shelf.catalogue.author("bluesky", MIRA.handle) is None


def test_an_older_library_is_read_when_it_is_opened(store: Store, clock: Clock) -> None:
    """What migration 0003 fills in is what saving writes."""
    from importlib import import_module

    from alembic.migration import MigrationContext
    from alembic.operations import Operations
    from sqlalchemy import select

    from unroller.store import schema

    enter(store, clock, 1, "A heron.", languages=("de-AT",))
    migration = import_module("unroller.store.migrations.versions.0003_lists")
    tables = (schema.threads, schema.handles)

    def rows() -> list[Any]:
        with store._database.reading() as connection:
            return [tuple(connection.execute(select(table)).all()) for table in tables]

    before = rows()
    with store._database.transaction() as connection:
        connection.execute(schema.handles.delete())
        connection.execute(schema.threads.update().values(language="", written_at=None))
        connection.execute(schema.tasks.delete())
        with Operations.context(MigrationContext.configure(connection)):
            migration._fill()
    threads, handles = rows()
    assert threads == before[0]
    assert [row[:3] for row in handles] == [row[:3] for row in before[1]]
    assert store.tasks.get("page", threads[0].slug) is not None
