"""Threads in lists: the newest, an author's, a year's. What a page shows follows from its arguments alone.

`lists.html` has the macros that draw them, for every door; `list_page` is a whole page for a folder.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from unroller.core.ports import Frame
from unroller.exports.page import environment
from unroller.exports.rhythm import Rhythm


@dataclass(frozen=True, slots=True)
class Line:
    """A thread in a list. `at` is when it was begun.

    `author` is empty on a page that is the author's own. `passage` are pieces of the thread's text, and
    whether each is what was searched for.
    """

    title: str
    address: str
    posts: int
    at: datetime
    author: str = ""
    author_address: str = ""
    language: str = ""
    sample: bool = False
    passage: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """Threads under a heading of their own, such as a month; `""` for none."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """A link to another list, and how many are in it: threads, posts.

    `here`: that list is the one on this page. `language` is that of the title, where it is known, and
    `detail` what else tells it from others.
    """

    title: str
    address: str
    threads: int = 0
    posts: int = 0
    here: bool = False
    language: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """Lists to choose between, of which this page has one: `title` is what they differ by."""

    title: str
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """Whose list it is. `network` is the network's name for readers, `address` the profile there.

    `avatar` is the address of a picture.
    """

    name: str
    handle: str
    network: str
    address: str = ""
    avatar: str = ""


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page with a list.

    `years` and `authors` lead to further lists, `newer` and `older` to the pages beside this one.
    `feeds` are (title, media type, address). `lead` is a sentence below the title, `search` the address to
    search at, `""` for no box.

    `choices` lead to lists of less or more. `empty` is the sentence that stands where there is no thread.
    """

    title: str
    parts: tuple[Part, ...]
    lead: str = ""
    person: Person | None = None
    years: tuple[Way, ...] = ()
    authors: tuple[Way, ...] = ()
    newer: Way | None = None
    older: Way | None = None
    feeds: tuple[tuple[str, str, str], ...] = ()
    search: str = ""
    choices: tuple[Choice, ...] = ()
    rhythm: Rhythm | None = None
    empty: str = ""


def list_page(page: ListPage, frame: Frame) -> bytes:
    """The page, as UTF-8."""
    text = environment().get_template("list.html").render(page=page, frame=frame)
    return text.encode(errors="replace")
