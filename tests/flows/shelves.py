"""Libraries with threads in them, for what builds sites, and a look at the folders that come of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from tests.threads import essay, japanese, right_to_left
from tests.threads.build import DAY, author, chain, post, thread
from unroller.core.consent import judge
from unroller.core.model import Author, Post, PostRef, Thread
from unroller.core.summary import title
from unroller.flows.build import Built, Order, build
from unroller.flows.library import Library
from unroller.store import Saved

FORMATS = ("markdown", "text")
ADA, BEN = author("ada.test", "Ada"), author("ben.test", "Ben")
LINK = re.compile(r'(?:href|src|action)="([^"#]+)"')


def written(number: int, *texts: str, by: Author = ADA, days: int = 0, **more: Any) -> Thread:
    """A thread whose posts are numbered from `number`, which no other thread of the author may have."""
    posts = chain(*([""] * (number - 1)), *texts, by=by, **more)[number - 1 :]
    first = replace(posts[0], parent=None)
    return thread(tuple(_later(post, days) for post in (first, *posts[1:])))


def _later(post: Post, days: int) -> Post:
    return replace(post, published=DAY + timedelta(days=days))


def of_two_years() -> Iterator[Thread]:
    """Threads by several people, in several languages, on two networks: what lists and searches are for."""
    yield from (japanese(), right_to_left(), essay())
    for number in range(18):
        yield written(10 * number + 1, f"Ferry notes, part {18 - number}.", "It was late.", days=-40 * number)
    yield written(1, "Der Leuchtturm steht seit 1811.", "Niemand weiß, für wen.", by=BEN, languages=("de",))
    eve = Author("mastodon", "https://social.example/users/eve", "eve@social.example", "Eve")
    ref = PostRef("mastodon", "https://social.example/users/eve/statuses/1")
    yield thread((post(1, "A bell buoy needs no electricity.", by=eve, ref=ref),))


def shelve(library: Library, *threads: Thread) -> list[Saved]:
    """Have these threads published, as consent allows."""
    save = library.store.threads.save
    return [save(one, judge(one, None), {}, title=title(one)) for one in threads]


def built(library: Library, folder: Path, **order: Any) -> Built:
    """The site, in a few formats that take no time."""
    return build(library, folder, Order(**({"formats": FORMATS} | order)))


def files(folder: Path) -> dict[str, bytes]:
    """All that is there but the notes of the one who wrote it."""
    found = (file for file in folder.rglob("*") if file.is_file() and file.name != ".unroller.json")
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in found}


def naming(folder: Path, words: str) -> list[str]:
    """The files that say `words`."""
    return sorted(name for name, data in files(folder).items() if words.encode() in data)


def links(page: Path) -> Iterator[str]:
    """Where a page leads, and what it loads."""
    yield from LINK.findall(page.read_text("utf-8"))
