"""A thread as the chapters of a book, and what XHTML in a book asks of its links, languages and words."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote, urlsplit, urlunsplit

from markupsafe import Markup
from msgspec import structs

from unroller.core.body import Block, Body, Run
from unroller.core.model import Gap, Post
from unroller.core.tolerant import web_link
from unroller.exports import words
from unroller.exports.markup import body_html
from unroller.exports.reading import Missing, Reading, Step

CHAPTER = 100
"""Posts in one file: e-readers are slow with long ones."""

_FIRST_WORDS = 60
_TAG = re.compile(r"[A-Za-z]{2,3}(?=-|\Z)(-[A-Za-z]{4}(?=-|\Z))?(-([A-Za-z]{2}|\d{3})(?=-|\Z))?")
_EMPTY = re.compile(r"<(br|img)\b([^>]*)>")
_NOT_ENCODED = re.compile(r"%(?![0-9A-Fa-f]{2})")
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?")
_SAFE = "/%:=&~+!$,;'()*@"


@dataclass(frozen=True, slots=True)
class Chapter:
    """A file of the book. `under` is what its posts stand below, in the first chapter of such a run.

    `silent`: a warning covers it all, so that the contents say nothing of its words.
    """

    id: str
    title: str
    steps: tuple[Step | Missing, ...]
    heading: str = ""
    under: Post | Gap | None = None
    first: bool = False
    last: bool = False
    silent: bool = False

    @property
    def entries(self) -> Iterator[tuple[str, str]]:
        """What the contents say of each post, and its address."""
        for step in self.steps:
            if isinstance(step, Step):
                said = f"Post {step.number}" if self.silent else entry(step)
                yield said, f"{self.name}#{step.anchor}"

    @property
    def name(self) -> str:
        """The file."""
        return f"{self.id}.xhtml"


def chapters(reading: Reading, title: str, *, silent: bool, prefix: str = "") -> tuple[Chapter, ...]:
    """The whole thread, then what its author wrote below others' replies; all ids begin with `prefix`."""
    found = list(_thread(reading, title))
    for run in reading.elsewhere:
        whose = "" if isinstance(run.under, Gap) else f" by @{run.under.author.handle}"
        head = words.line(f"The author went on below a reply{whose}")
        begin, *more = _parts(run.steps)
        found.append(Chapter(f"text-{len(found) + 1}", head, begin, heading=head, under=run.under))
        for steps in more:
            found.append(Chapter(f"text-{len(found) + 1}", head, steps))
    found[-1] = replace(found[-1], last=True)
    return tuple(replace(chapter, id=f"{prefix}{chapter.id}", silent=silent) for chapter in found)


def _thread(reading: Reading, title: str) -> Iterator[Chapter]:
    parts = list(_parts(reading.steps))
    for number, steps in enumerate(parts, 1):
        posts = [step.number for step in steps if isinstance(step, Step)]
        here = f"Posts {posts[0]}–{posts[-1]}" if posts else "Missing posts"
        yield Chapter(f"text-{number}", title if len(parts) == 1 else here, steps, first=number == 1)


def _parts(steps: Sequence[Step | Missing]) -> Iterator[tuple[Step | Missing, ...]]:
    for start in range(0, max(len(steps), 1), CHAPTER):
        yield tuple(steps[start : start + CHAPTER])


def places(found: Sequence[Chapter]) -> dict[str, str]:
    """Where each anchor is: its file and its name there."""
    return {step.anchor: f"{one.name}#{step.anchor}" for one in found for step in one.steps}


def entry(step: Step) -> str:
    """What the contents say of a post: its first words; behind a warning, the warning."""
    said = words.fold_reason(step.post) or words.line(" ".join(block.text for block in step.post.body))
    if not said and step.post.media:
        said = words.line(words.alt(step.post.media[0], 1, len(step.post.media)))
    short = said if len(said) <= _FIRST_WORDS else f"{said[: _FIRST_WORDS - 1].rstrip()}…"
    return f"{step.number}. {short}" if short else f"Post {step.number}"


def body_xhtml(body: Body, original: str) -> Markup:
    """`body` as XHTML blocks without pictures: a custom emoji is its words."""
    made = body_html(tuple(map(_bookish, body)), address(original) or "")
    return Markup(_EMPTY.sub(r"<\1\2/>", made))  # noqa: S704  all text in it is escaped already


def _bookish(block: Block) -> Block:
    return structs.replace(block, runs=tuple(map(_plain, block.runs)))


def _plain(run: Run) -> Run:
    text = run.emoji.alt if run.emoji else run.text
    return structs.replace(run, text=text, emoji=None, link=address(run.link))


def tag(languages: Sequence[str]) -> str:
    """The first of `languages`, as far as it is well-formed; `""` where it is not.

    https://www.rfc-editor.org/rfc/rfc5646#section-2.1
    """
    found = _TAG.match(languages[0]) if languages else None
    return found[0] if found else ""


def address(url: object) -> str | None:
    """`url` as a valid address: what stands in it unencoded is encoded; `None` where it has no valid host."""
    usable = web_link(url)
    if usable is None:
        return None
    parts = urlsplit(usable)
    try:
        host, port = _host(parts.hostname or ""), parts.port
    except ValueError:
        return None
    place = host if port is None else f"{host}:{port}"
    return urlunsplit((parts.scheme, place, *map(_encoded, (parts.path, parts.query, parts.fragment))))


def _host(name: str) -> str:
    """`name` in ASCII.

    Raises:
        ValueError: it can be no host.
    """
    if ":" in name:
        return f"[{ipaddress.IPv6Address(name)}]"
    name = name.encode("idna").decode()
    if name.rstrip(".").rpartition(".")[2].isdigit():
        return str(ipaddress.IPv4Address(name))
    if len(name) > 253 or not _HOST.fullmatch(name):
        raise ValueError(name)
    if "xn--" in name:
        name.encode().decode("idna")  # raises where it stands for no letters
    return name


def _encoded(part: str) -> str:
    return quote(_NOT_ENCODED.sub("%25", part), safe=_SAFE + "?")
