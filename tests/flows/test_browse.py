"""What every door asks the library: a page of a list, the place that matches, an author."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.flows import paper
from tests.flows.paper import Faulty, Time
from unroller.core.errors import InputError
from unroller.core.search import Wanted
from unroller.flows.browse import MOST_PAGES, authors, browse, day, profile, want
from unroller.flows.library import Library
from unroller.flows.publish import publish
from unroller.flows.remove import operator_removes
from unroller.store import Saved


def written(library: Library, http: Faulty, clock: Time, by: str, *texts: str, days: int = 0) -> Saved:
    """A thread that was begun so many days ago, and is published a minute after the one before."""
    clock.on(minutes=1)
    at = paper.START - timedelta(days=days)
    return publish(library, paper.thread(http.inner, by, *texts, at=at)[0])


def titles(library: Library, wanted: Wanted = Wanted(), page: int = 1, **how: bool) -> list[str]:  # noqa: B008
    return [found.entry.title for found in browse(library, wanted, page, 2, **how).found]


def test_pages_follow_each_other_and_the_last_one_says_so(
    library: Library, http: Faulty, clock: Time
) -> None:
    for number in range(1, 4):
        written(library, http, clock, "anna", f"Heron number {number}")
    assert titles(library) == ["Heron number 3", "Heron number 2"]
    assert titles(library, page=2) == ["Heron number 1"]
    assert [browse(library, Wanted(), page, 2).more for page in (1, 2, 3)] == [True, False, False]
    assert titles(library, page=3) == []


@pytest.mark.parametrize("page", [0, -1, MOST_PAGES + 1])
def test_there_is_no_such_page(library: Library, page: int) -> None:
    with pytest.raises(InputError, match="counted from 1"):
        browse(library, Wanted(), page)
    with pytest.raises(InputError, match="counted from 1"):
        authors(library, page)


def test_an_authors_threads_can_be_had_by_when_they_were_begun(
    library: Library, http: Faulty, clock: Time
) -> None:
    """An import brings the threads of years in a moment."""
    written(library, http, clock, "anna", "Of this year", days=10)
    written(library, http, clock, "anna", "Of last year", days=400)
    assert titles(library) == ["Of last year", "Of this year"]
    assert titles(library, by_writing=True) == ["Of this year", "Of last year"]


def test_what_was_searched_stands_out_where_the_thread_says_it(
    library: Library, http: Faulty, clock: Time
) -> None:
    written(library, http, clock, "anna", "Birds of the shore.", "The heron waits.")
    (found,) = browse(library, Wanted("HERON")).found
    assert found.passage == (("The ", False), ("heron", True), (" waits.", False))
    (unasked,) = browse(library, Wanted()).found
    assert unasked.passage == ()


@pytest.mark.parametrize("words", ["-heron", "🪿", '"', "\x00", "NEAR(", "' OR 1=1 --"])
def test_any_words_are_fine(library: Library, http: Faulty, clock: Time, words: str) -> None:
    written(library, http, clock, "anna", "The heron waits.")
    assert browse(library, Wanted(words)).found == ()


def test_an_author_is_known_by_every_name_they_had(library: Library, http: Faulty, clock: Time) -> None:
    written(library, http, clock, "anna", "Under the first name", "and more", days=40)
    http.inner.accounts["did:plc:anna"]["handle"] = "anna.new"
    written(library, http, clock, "anna", "Under the new name")
    for name in ("anna.test", "@anna.new", "ANNA.NEW", "did:plc:anna"):
        found = profile(library, "bluesky", name)
        assert found
        assert (found.known.id, found.name, found.author.handle) == ("did:plc:anna", "anna.new", "anna.new")
        assert (found.threads, found.posts, sum(found.months.values())) == (2, 3, 2)
        assert want(library, author=name) == Wanted(author="did:plc:anna")


def test_a_handle_that_somebody_else_bears_by_now_leads_to_them_alone(
    library: Library, http: Faulty, clock: Time
) -> None:
    written(library, http, clock, "anna", "By Anna")
    http.inner.accounts["did:plc:anna"]["handle"] = "elsewhere.test"
    http.inner.accounts["did:plc:bob"]["handle"] = "anna.test"
    written(library, http, clock, "bob", "By Bob")
    bob, anna = (profile(library, "bluesky", name) for name in ("anna.test", "did:plc:anna"))
    assert bob
    assert anna
    assert (bob.known.id, bob.name) == ("did:plc:bob", "anna.test")
    assert (anna.known.id, anna.name) == ("did:plc:anna", "did:plc:anna")


def test_nobody_is_an_author_without_a_thread_that_may_be_listed(
    library: Library, http: Faulty, clock: Time
) -> None:
    only = written(library, http, clock, "anna", "The only one")
    assert [one.handle for one in authors(library)[0]] == ["anna.test"]
    operator_removes(library, only.ref)
    assert profile(library, "bluesky", "anna.test") is None
    assert authors(library) == ((), False)
    unknown = want(library, network="bluesky", author="anna.test")
    assert unknown == Wanted(network="bluesky", author="anna.test")
    assert browse(library, unknown).found == ()


def test_what_is_asked_in_terms_of_somebodys_own_is_understood(
    library: Library, http: Faulty, clock: Time
) -> None:
    written(library, http, clock, "anna", "The heron waits.")
    day = paper.START.date()
    meant = want(library, "-gull heron", author="@Anna.TEST", language="de-AT", since=day, until=day)
    assert meant == Wanted("-gull heron", "", "did:plc:anna", "de", day, day)
    assert want(library, author="anna.test", network="elsewhere").author == "anna.test"
    assert want(library) == Wanted()


def test_a_day_is_a_day_or_an_error_for_people() -> None:
    assert day(" 2026-11-25 ") == date(2026, 11, 25)
    assert day("") is None
    for wrong in ("yesterday", "2026-13-01", "2026-11-25T10:00", "\x00"):
        with pytest.raises(InputError, match="2026-11-25"):
            day(wrong)
