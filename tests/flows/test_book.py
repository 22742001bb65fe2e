"""Threads of the library as one book: which are in it, and that nothing that was taken down ever is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from tests.flows import paper
from tests.flows.paper import Faulty
from tests.flows.test_removal import label
from unroller.core.errors import AbsentError
from unroller.core.model import Thread, Verdict
from unroller.core.ports import Frame, Part
from unroller.core.search import Wanted
from unroller.flows.book import binders, make_book, select
from unroller.flows.library import Library
from unroller.flows.publish import publish
from unroller.flows.remove import operator_removes


class Titles:
    """A book that holds nothing but its title and the first words of its threads."""

    name = title = "titles"
    media_type, suffix = "text/plain", ".titles"

    def __init__(self, library: Library) -> None:
        self.library = library
        self.bound = 0
        self.removing: list[Thread] = []

    def render(self, thread: Thread, verdict: Verdict, frame: Frame) -> bytes:
        return self.bind("", [Part(thread, verdict, frame)])

    def bind(self, title: str, parts: Sequence[Part]) -> bytes:
        self.bound += 1
        for thread in self.removing:
            operator_removes(self.library, thread.ref)
        self.removing = []
        return "\n".join((title, *(part.thread.posts[0].body[0].text for part in parts))).encode()


@pytest.fixture
def titles(library: Library) -> Titles:
    return Titles(library)


def told(library: Library, titles: Titles, wanted: Wanted | None = None) -> list[str]:
    return make_book(library, titles, select(library, wanted or Wanted())).decode().splitlines()


def put(library: Library, http: Faulty, by: str, *texts: str) -> Thread:
    at = paper.START + timedelta(minutes=len(http.inner.posts))
    thread = publish(library, paper.thread(http.inner, by, *texts, at=at)[0]).thread
    assert thread is not None
    return thread


def test_an_authors_threads_and_a_search_are_bound(library: Library, http: Faulty, titles: Titles) -> None:
    put(library, http, "anna", "Lamps and rocks", "More")
    put(library, http, "bob", "Clocks and rocks", "More")
    assert told(library, titles, Wanted(author="did:plc:anna")) == ["Threads by anna.test", "Lamps and rocks"]
    assert told(library, titles, Wanted("rocks")) == [
        "Threads with “rocks”",
        "Lamps and rocks",
        "Clocks and rocks",
    ]


def test_what_may_not_be_listed_is_in_no_book(library: Library, http: Faulty, titles: Titles) -> None:
    put(library, http, "anna", "Lamps", "More")
    clocks = put(library, http, "bob", "Clocks", "More")
    before = select(library, Wanted())
    label(http, clocks.posts[0].ref, "porn")
    publish(library, clocks.ref, force=True)
    assert told(library, titles) == ["Threads", "Lamps"]
    assert make_book(library, titles, before).decode().splitlines() == ["Threads", "Lamps"]


def test_what_is_taken_down_while_the_book_is_made_is_not_in_it(
    library: Library, http: Faulty, titles: Titles
) -> None:
    titles.removing = [put(library, http, "anna", "Lamps", "More")]
    put(library, http, "bob", "Clocks", "More")
    assert told(library, titles) == ["Threads", "Clocks"]
    assert titles.bound == 2


def test_where_all_is_taken_down_meanwhile_there_is_no_book(
    library: Library, http: Faulty, titles: Titles
) -> None:
    titles.removing = [put(library, http, "anna", "Lamps", "More")]
    with pytest.raises(AbsentError):
        told(library, titles)


def test_books_can_be_had_as_epub_and_pdf(library: Library) -> None:
    assert sorted(binders(library)) == [".epub", ".pdf"]
