"""Who and what there is on the X of the tests: accounts, posts, media. Knows nothing of the wire.

Ids are snowflakes, made from the world's own clock, so that they sort as X's do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Self

FIRST_MILLISECOND = 1_288_834_974_657
NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)

Wire = dict[str, Any]


def snowflake(at: datetime, number: int = 0) -> str:
    """The id of what is made at `at`."""
    return str((int(at.timestamp() * 1000) - FIRST_MILLISECOND) << 22 | number % 4096)


@dataclass(eq=False)
class Person:
    """An account. `fields` are parts of its object that have no attribute here."""

    id: str
    username: str
    name: str
    protected: bool = False
    suspended: bool = False
    fields: Wire = field(default_factory=dict)


@dataclass(eq=False)
class Said:
    """A post. `ids` are its versions', oldest first; `fields` are parts of its object as on the wire."""

    ids: list[str]
    by: Person
    text: str
    at: datetime
    conversation: str
    answers: Said | None = None
    answered_id: str = ""
    quotes: Said | None = None
    reposts: Said | None = None
    deleted: bool = False
    fields: Wire = field(default_factory=dict)
    media: list[Wire] = field(default_factory=list)
    poll: Wire | None = None
    past: dict[str, str] = field(default_factory=dict)  # what older versions said, by their ids

    @property
    def id(self) -> str:
        """The id of the newest version."""
        return self.ids[-1]


@dataclass
class World:
    """All that was ever posted, and what time it is."""

    now: datetime = NOON + timedelta(days=1)
    people: dict[str, Person] = field(default_factory=dict)
    posts: dict[str, Said] = field(default_factory=dict)  # by the id of every version
    unsearchable: set[str] = field(default_factory=set)  # ids of conversations, or of posts
    _minute: int = 0
    _numbers: Iterable[int] = field(default_factory=lambda: count(1))

    @classmethod
    def at(cls, now: datetime) -> Self:
        return cls(now=now)

    def number(self) -> int:
        return next(iter(self._numbers))

    def person(self, username: str, *, name: str = "", id_: str = "", **how: Any) -> Person:
        """A new account."""
        made = Person(id_ or str(1000 + self.number()), username, name or username.title(), **how)
        self.people[made.id] = made
        return made

    def named(self, username: str) -> Person | None:
        """The account with this username, in any case."""
        wanted = username.lower()
        return next((one for one in self.people.values() if one.username.lower() == wanted), None)

    def post(
        self, by: Person, text: str = "", *, to: Said | None = None, at: datetime | None = None, **how: Any
    ) -> Said:
        """A new post, a minute after the one before it unless `at` says when."""
        self._minute += 1
        at = at or NOON + timedelta(minutes=self._minute)
        id_ = snowflake(at, self.number())
        said = Said([id_], by, text or f"Post {self._minute}", at, to.conversation if to else id_, **how)
        said.answers, said.answered_id = to, to.id if to else ""
        self.posts[id_] = said
        return said

    def thread(
        self, by: Person, size: int, *, to: Said | None = None, at: datetime | None = None
    ) -> list[Said]:
        """A chain of posts, each of which answers the one before it."""
        made: list[Said] = []
        for place in range(size):
            when = at + timedelta(minutes=place) if at else None
            made.append(self.post(by, f"Post {place + 1} of {size}", to=made[-1] if made else to, at=when))
        return made

    def edit(self, said: Said, text: str, *, minutes: int = 5) -> None:
        """A new version; the older ones can still be asked for by their ids."""
        said.past[said.id] = said.text
        said.ids.append(snowflake(said.at + timedelta(minutes=minutes), self.number()))
        said.text = text
        self.posts[said.id] = said

    def delete(self, said: Said) -> None:
        said.deleted = True

    def public(self) -> list[Said]:
        """Every post that anybody may see, newest first, each once."""
        seen = {said.id: said for said in self.posts.values()}
        shown = (
            said for said in seen.values() if not (said.deleted or said.by.suspended or said.by.protected)
        )
        return sorted(shown, key=lambda said: int(said.id), reverse=True)
