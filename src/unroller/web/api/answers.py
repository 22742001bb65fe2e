"""What the API answers. These types encode the answers and describe them: there is no second description."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

Link = Annotated[str, Meta(extra_json_schema={"format": "uri"})]
Count = Annotated[int, Meta(ge=0)]


class Format(Struct, frozen=True):
    """A format that the thread can be had in, and where."""

    name: str
    media_type: str
    url: Link


class Signature(Struct, frozen=True):
    """Who wrote a thread, as its newest version here has it. `id` never changes, `handle` may."""

    network: str
    id: str
    handle: str
    name: str
    url: Annotated[str, Meta(description="The author’s page here.", extra_json_schema={"format": "uri"})]


class Thread(Struct, frozen=True):
    """A thread that is published here."""

    slug: str
    url: Annotated[str, Meta(description="The thread’s page.", extra_json_schema={"format": "uri"})]
    network: str
    ref: Annotated[str, Meta(description="The permanent, global name of its first post.")]
    title: str
    language: Annotated[str, Meta(description="Such as `de`; empty where it is not known.")]
    author: Signature
    posts: Count
    gaps: Annotated[int, Meta(ge=0, description="Places where posts are missing.")]
    complete: Annotated[bool, Meta(description="Whether it is proven that nothing is missing.")]
    written: Annotated[datetime, Meta(description="When its first post was published.")]
    appeared: Annotated[datetime, Meta(description="When it appeared here.")]
    sample: Annotated[bool, Meta(description="Whether it comes with Unroller; its author is made up then.")]


class WholeThread(Thread, frozen=True):
    """A thread, with all that it can be had as."""

    formats: Annotated[list[Format], Meta(description="The text itself, and what it can be kept as.")]


class Piece(Struct, frozen=True):
    """A piece of a passage; `match`: it is what was searched for."""

    text: str
    match: bool


class FoundThread(Thread, frozen=True):
    """A thread in a list."""

    passage: Annotated[
        list[Piece], Meta(description="The place that has the words; empty where none were asked for.")
    ]


class Threads(Struct, frozen=True):
    """A page of a list of threads. `next` is the address of the page after it, where there is one."""

    threads: list[FoundThread]
    page: int
    next: Link | None


class Writer(Signature, frozen=True):
    """An author with threads that may be listed."""

    threads: Count
    latest: Annotated[datetime, Meta(description="When the newest of the threads appeared here.")]


class Authors(Struct, frozen=True):
    """A page of the list of authors. `next` is the address of the page after it, where there is one."""

    authors: list[Writer]
    page: int
    next: Link | None


class Month(Struct, frozen=True):
    """How many threads the author began in a month."""

    year: int
    month: Annotated[int, Meta(ge=1, le=12)]
    threads: Count


class Author(Signature, frozen=True):
    """An author with threads that may be listed, and how much there is of them."""

    profile: Annotated[str, Meta(description="The account on its network; empty where that is not known.")]
    threads: Count
    posts: Count
    months: list[Month]


class Unrolling(Struct, frozen=True):
    """How far an unroll is. `thread` is there once it is published; `words` say what is being waited for."""

    state: Literal["waiting", "published"]
    words: str
    look: Annotated[str, Meta(description="Where to look again.", extra_json_schema={"format": "uri"})]
    thread: WholeThread | None = None


class Problem(Struct, frozen=True, omit_defaults=True):
    """What went wrong, by RFC 9457. `code` is the last part of `type`, and the same on every site."""

    type: Link
    code: str
    title: str
    status: Annotated[int, Meta(ge=400, le=599)]
    detail: Annotated[str, Meta(description="One sentence: what happened, what to do.")]
    parameter: Annotated[str, Meta(description="Which of the things asked for is wrong.")] | UnsetType = UNSET
    formats: Annotated[list[Format], Meta(description="What the thread can be had as.")] | UnsetType = UNSET


class Embedding(Struct, frozen=True, omit_defaults=True):
    """What may stand for a page of ours on somebody else's. https://oembed.com/#section2.3"""

    type: Literal["link"]
    version: Literal["1.0"]
    title: str
    author_name: str
    author_url: Link
    provider_name: str
    provider_url: Link
    cache_age: Count
    thumbnail_url: Link | UnsetType = UNSET
    thumbnail_width: Count | UnsetType = UNSET
    thumbnail_height: Count | UnsetType = UNSET
