"""Search in a library of a million posts: what each kind of question takes, and what a plain `LIKE` takes.

The words are made up and as uneven as those of people (Zipf); the commonest stands in most threads. 60 in 100
threads are in Latin script, 15 Japanese, 10 Arabic, 5 Hebrew, 10 mixed.
"""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select

from bench.figures import Figure, at_most, plain
from bench.networks import Networks
from unroller.config import Settings
from unroller.core.search import Wanted, tokens
from unroller.flows.browse import browse
from unroller.flows.library import Library, open_library
from unroller.store import schema
from unroller.store.saved import NO_CONTENT
from unroller.store.texts import facts_of

POSTS = 1_000_000
POSTS_A_THREAD = 6
WORDS_A_POST = 25
AUTHORS = 5_000
EACH = 60
"""Questions of each kind."""

_LETTERS = {
    "latin": "abcdefghijklmnopqrstuvwxyzäöüßéñ",
    "japanese": "のにはをたがでてとしれさあいうえか日本人大学生会社新聞時間東京山川田中国語水火木金土",
    "arabic": "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "hebrew": "אבגדהוזחטיכלמנסעפצקרשת",
}
_SHARES = {"latin": 60, "japanese": 15, "arabic": 10, "hebrew": 5, "mixed": 10}
_LANGUAGES = {"latin": "en", "japanese": "ja", "arabic": "ar", "hebrew": "he", "mixed": ""}


def measure(_: Networks, quick: bool) -> Iterable[Figure]:  # noqa: FBT001
    posts = POSTS // 10 if quick else POSTS
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), database_url=f"sqlite:///{folder}/library.db")
        with open_library(settings) as library:
            yield from measured(library, posts, Words(random.Random(1)), Path(folder, "library.db"))


class Words:
    """Made-up words of each script, by how common they are."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.known = {script: self._made(script) for script in _LETTERS}
        self.weights = list(accumulate(1 / (rank + 3) for rank in range(30_000)))

    def _made(self, script: str) -> list[str]:
        letters, shortest = _LETTERS[script], 1 if script == "japanese" else 2
        made: dict[str, None] = {}
        while len(made) < 30_000:
            length = self.chance.randint(shortest, 4 if script == "japanese" else 9)
            made["".join(self.chance.choices(letters, k=length))] = None
        return list(made)

    def post(self, script: str) -> str:
        name = self.chance.choice(list(_LETTERS)) if script == "mixed" else script
        said = self.chance.choices(self.known[name], cum_weights=self.weights, k=WORDS_A_POST)
        return ("" if name == "japanese" else " ").join(said)

    def common(self, script: str = "latin") -> str:
        return self.known[script][self.chance.randint(0, 5)]

    def rare(self, script: str = "latin") -> str:
        return self.known[script][self.chance.randint(5_000, 29_000)]


def measured(library: Library, posts: int, words: Words, file: Path) -> Iterator[Figure]:
    began = time.process_time()
    threads = fill(library, posts, words)
    took = time.process_time() - began
    note = f"{threads:,} threads; the database is {file.stat().st_size / 1e6:,.0f} MB"
    yield plain(f"{posts:,} posts, making them up and entering them", took, "s CPU", note)
    every: list[float] = []
    for kind, asked in questions(words).items():
        times = sorted(timed(library, asked()) for _ in range(EACH))
        every += times
        note = f"p50 {times[EACH // 2]:.1f} ms, worst {times[-1]:.1f} ms"
        yield plain(f"{kind}, p99", times[EACH * 99 // 100], "ms", note)
    every.sort()
    yield at_most("all of these together, p50", every[len(every) // 2], 20, "ms", "from asking to passages")
    yield at_most("all of these together, p99", every[len(every) * 99 // 100], 200, "ms")
    took = by_hand(library, words.rare())
    yield plain("a rare word by LIKE over the same text", took, "ms", "what no index would take")


def questions(words: Words) -> Mapping[str, Callable[[], tuple[Wanted, int]]]:
    """Kinds of questions: what is asked, and for which page."""
    some = words.chance.randint
    return {
        "a rare word": lambda: (Wanted(words.rare()), 1),
        "a common word": lambda: (Wanted(words.common()), 1),
        "a common word, page 100": lambda: (Wanted(words.common()), 100),
        "a common and a rare word": lambda: (Wanted(f"{words.common()} {words.rare()}"), 1),
        "two common words": lambda: (Wanted(f"{words.common()} {words.common()}"), 1),
        "a phrase of common words": lambda: (Wanted(f'"{words.common()} {words.common()}"'), 1),
        "a common word without another": lambda: (Wanted(f"{words.common()} -{words.common()}"), 1),
        "two Japanese characters": lambda: (Wanted(words.rare("japanese")[:2]), 1),
        "one Japanese character": lambda: (Wanted(words.common("japanese")[:1]), 1),
        "an Arabic word": lambda: (Wanted(words.common("arabic")), 1),
        "a word that nobody wrote": lambda: (Wanted("xxqzxxqz"), 1),
        "a common word by one author": lambda: (Wanted(words.common(), author=account(some(0, 4_999))), 1),
        "a common word in one language": lambda: (Wanted(words.common(), language="he"), 1),
        "a common word in one month": lambda: (replace(month(some(0, 35)), words=words.common()), 1),
        "no words: the newest": lambda: (Wanted(), 1),
        "no words: page 1,000": lambda: (Wanted(), 1000),
        "no words: a language": lambda: (Wanted(language="he"), 1),
        "no words: an author": lambda: (Wanted(network="bluesky", author=account(some(0, 4_999))), 1),
        "no words: a month": lambda: (month(some(0, 35)), 1),
    }


def month(number: int) -> Wanted:
    first = date(2023 + number // 12, number % 12 + 1, 1)
    return Wanted(since=first, until=first + timedelta(30))


def account(number: int) -> str:
    return f"did:plc:{number:024d}"


def timed(library: Library, asked: tuple[Wanted, int]) -> float:
    began = time.perf_counter()
    browse(library, *asked)
    return (time.perf_counter() - began) * 1000


def by_hand(library: Library, word: str) -> float:
    began = time.perf_counter()
    query = select(func.count()).select_from(schema.texts).where(schema.texts.c.text.contains(word))
    with library.store.transaction() as connection:
        connection.execute(query).one()
    return (time.perf_counter() - began) * 1000


def fill(library: Library, posts: int, words: Words) -> int:
    """Enter threads as saving does, but for what search never reads: their JSON and their records."""
    threads = 0
    while posts > 0:
        rows = []
        for _ in range(min(5_000, -(-posts // POSTS_A_THREAD))):
            rows.append(made_thread(threads, words))
            threads += 1
            posts -= rows[-1][0]["posts"]
        with library.store.transaction() as connection:
            connection.execute(insert(schema.threads), [thread for thread, _ in rows])
            connection.execute(insert(schema.texts), [said for _, said in rows])
    return threads


def made_thread(number: int, words: Words) -> tuple[dict[str, Any], dict[str, Any]]:
    script = words.chance.choices(list(_SHARES), weights=list(_SHARES.values()))[0]
    count = min(1 + int(words.chance.expovariate(1 / (POSTS_A_THREAD - 1))), 200)
    said = [words.post(script) for _ in range(count)]
    author = words.chance.randint(0, AUTHORS - 1)
    at = datetime(2023, 1, 1, tzinfo=UTC) + timedelta(seconds=words.chance.randint(0, 3 * 365 * 86_400))
    appeared = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=number)
    thread = NO_CONTENT | {
        "slug": f"{number:012d}", "network": "bluesky", "ref": f"at://{account(author)}/p/{number}",
        "status": "published", "why": "", "removed_by": "", "version": 1, "sample": False, "listed": True,
        "first_saved": appeared, "saved_at": appeared, "checked_at": appeared, "title": said[0][:80],
        "author_id": account(author), "author_handle": f"a{author}.example", "author_name": "Somebody",
        "posts": count, "complete": True, "language": _LANGUAGES[script], "written_at": at,
    }  # fmt: skip
    text = "\n\n".join(said)
    facts = facts_of(Wanted(network="bluesky", author=account(author), language=_LANGUAGES[script]))
    folded = f" {' '.join((*facts, *tokens(text)))} "
    row = {"id": int(appeared.timestamp() * 1e6), "slug": thread["slug"], "text": text, "folded": folded}
    return thread, row


if __name__ == "__main__":
    for figure in measure(None, bool(os.environ.get("QUICK"))):  # type: ignore[arg-type]
        print(" | ".join(figure.row))
