"""Threads → what the typst template for paper is told: plain values, no markup of any kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from unroller.core.body import Block, BlockKind, Body, Run
from unroller.core.media import is_film, still_of
from unroller.core.model import Author, Card, Gap, Media, Poll, Post, Quote, Thread
from unroller.core.ports import Part
from unroller.core.tolerant import clean, web_link
from unroller.exports import words
from unroller.exports.drawing import fonts, is_right_to_left
from unroller.exports.page import language
from unroller.exports.reading import Missing, Step, read
from unroller.exports.reading import Run as Elsewhere

Node = dict[str, Any]

_DEEPEST = 4


def document(part: Part, pictures: Mapping[str, str]) -> Node:
    """One thread. `pictures` maps what a picture goes by to the file that typst finds it in."""
    sheet = _sheet(part, pictures, "")
    return _head(sheet["title"], [sheet]) | {"bound": False}


def binding(title: str, parts: Sequence[Part], pictures: Sequence[Mapping[str, str]]) -> Node:
    """Many threads under one title, with contents; `pictures` are those of each."""
    pairs = zip(parts, pictures, strict=True)
    sheets = [_sheet(*pair, f"t{number}-") for number, pair in enumerate(pairs, 1)]
    shown = words.line(title) or words.counted(len(parts), "thread")
    facts = words.facts_of_many([part.thread for part in parts])
    return _head(shown, sheets) | {"bound": True, "facts": facts}


def _head(title: str, sheets: Sequence[Node]) -> Node:
    first = sheets[0]
    return {
        "title": title,
        "rtl": is_right_to_left(title),
        "authors": list(dict.fromkeys(sheet["author"] for sheet in sheets)),
        "lang": first["lang"],
        "fonts": first["fonts"],
        "note": "",
        "threads": sheets,
    }


def _sheet(part: Part, pictures: Mapping[str, str], prefix: str) -> Node:
    thread, verdict, frame = part.thread, part.verdict, part.frame
    first = thread.posts[0]
    lang = language(first.languages)
    title = words.line(words.title(thread, verdict)) or "A thread"
    short = lang[:2].lower() or "en"
    each = frame.rules is not None and frame.rules.shows_each
    return {
        "title": title,
        "rtl": is_right_to_left(title),
        "author": words.line(thread.author.name) or words.line(f"@{thread.author.handle}"),
        "by": _by(thread.author),
        "lang": short,
        "fonts": fonts(lang, arabic="Amiri"),
        "facts": words.facts(thread),
        "wholeness": words.line(
            f"{words.wholeness(thread.completeness)}, {words.checked(thread.completeness)}."
        ),
        "source": web_link(first.url) or "",
        "page": web_link(frame.page_url) or "",
        "warning": words.line(verdict.why) or "A warning was placed on this thread"
        if words.is_guarded(thread, verdict)
        else "",
        "nodes": list(_Writer(pictures, short, prefix, each).thread(thread)),
    }


def _by(author: Author) -> Node:
    handle = words.line(f"@{author.handle}")
    return {"name": words.line(author.name), "handle": handle, "link": web_link(author.url) or ""}


def _note(text: str, link: str | None = None, **more: Any) -> Node:
    """Something that we say, not the author."""
    return {"kind": "note", "text": words.line(text), "link": web_link(link) or "", **more}


@dataclass(slots=True)
class _Writer:
    """Writes nodes in reading order; `level` is that of the last heading, since none may be left out.

    `each`: every post stands under its author's names and its time.
    """

    pictures: Mapping[str, str]
    lang: str
    prefix: str = ""
    each: bool = False
    level: int = 1

    def thread(self, thread: Thread) -> Iterator[Node]:
        if thread.context:
            yield from self.other(thread.context, "In answer to:", "The post that this thread answers")
        reading = read(thread)
        yield from self.way(reading.steps)
        for run in reading.elsewhere:
            yield from self.elsewhere(run)
        if thread.answers:
            yield _note(f"The author also answered {words.counted(len(thread.answers), 'other post')}:")
            yield from (_note(f"Answer {n}", url) for n, url in enumerate(thread.answers, 1))

    def elsewhere(self, run: Elsewhere) -> Iterator[Node]:
        self.level = 2
        whose = "" if isinstance(run.under, Gap) else f" by @{run.under.author.handle}"
        yield {"kind": "section", "text": words.line(f"The author went on below a reply{whose}")}
        yield from self.other(run.under, "", "The reply")
        yield from self.way(run.steps)

    def other(self, post: Post | Gap, head: str, what: str) -> Iterator[Node]:
        if isinstance(post, Gap):
            yield _note(words.absent(post, what))
            return
        if head:
            yield _note(head)
        yield self.cited(post)

    def way(self, steps: Iterable[Step | Missing]) -> Iterator[Node]:
        for step in steps:
            if isinstance(step, Missing):
                there = next((gap.url for gap in step.gaps if web_link(gap.url)), "")
                yield _note(words.missing(step), there, anchor=self.prefix + step.anchor)
                continue
            if step.later:
                yield {"kind": "rule", "text": f"Added {words.day(step.post.published)}"}
            yield self.step(step)

    def step(self, step: Step) -> Node:
        node: Node = {
            "kind": "post",
            "anchor": self.prefix + step.anchor,
            "number": str(step.number),
            "link": web_link(step.post.url) or "",
            "lang": _language(step.post) or self.lang,
            "nodes": self.post(step.post),
        }
        if self.each:
            node |= {"by": _by(step.post.author), "at": words.moments(step.post)}
        if step.continues:
            node["continues"] = f"Continues {words.turn(step.continues)}"
            node["to"] = self.prefix + step.continues.anchor
        return node

    def post(self, post: Post, *, nested: bool = False) -> list[Node]:
        nodes = list(self.content(post, nested=nested))
        if reason := words.fold_reason(post):
            return [{"kind": "warned", "text": reason, "nodes": nodes}]
        return nodes

    def content(self, post: Post, *, nested: bool) -> Iterator[Node]:
        yield from self.body(post.body)
        for number, media in enumerate(post.media, 1):
            yield from self.media(media, words.alt(media, number, len(post.media)), post.url)
        if post.quote and not nested:
            yield self.quote(post.quote)
        if post.card:
            yield _card(post.card)
        if post.poll:
            yield _note(words.terms(post.poll))
            yield _poll(post.poll)
        if (revised := words.revised(post)) and not self.each:
            yield _note(revised)

    def body(self, body: Body) -> Iterator[Node]:
        for kind, group in groupby(body, key=_family):
            blocks = list(group)
            if kind is BlockKind.ITEM:
                yield from _lists(blocks)
            elif kind is BlockKind.HEADING:
                yield from map(self.heading, blocks)
            else:
                yield from (node for block in blocks if (node := _single(block)))

    def heading(self, block: Block) -> Node:
        self.level = min(_depth(block) + 2, self.level + 1)
        return _lines(block, kind="heading", level=self.level)

    def quote(self, quote: Quote) -> Node:
        if quote.post:
            return self.cited(quote.post)
        return _note(f"Quoted: {quote.what}", quote.url) if quote.what else _note(words.absent_quote(quote))

    def cited(self, post: Post) -> Node:
        return {
            "kind": "cited",
            "by": _by(post.author),
            "at": words.moments(post) if self.each else words.day(post.published),
            "link": web_link(post.url) or "",
            "lang": _language(post) or self.lang,
            "nodes": self.post(post, nested=True),
        }

    def media(self, media: Media, alt: str, original: str) -> Iterator[Node]:
        file = self.pictures.get(still_of(media))
        if file and not media.sensitive:
            width, height = media.width or 0, media.height or 0
            tall = min(height / width, 20) if width > 0 and height > 0 else 1
            yield {"kind": "picture", "file": file, "alt": clean(alt), "tall": tall}
            if is_film(media):
                yield _note(f"See the {media.kind} in the original post", original)
            return
        head = "Sensitive. " if media.sensitive else ""
        name = "" if media.alt is None else f"{words.kind(media)}: "
        text = f"{head}{name}{alt or 'decoration'}"
        yield _note(text, web_link(media.url) or original, rtl=is_right_to_left(alt))


def _language(post: Post) -> str:
    return language(post.languages)[:2].lower()


def _family(block: Block) -> BlockKind:
    return BlockKind.ITEM if block.kind is BlockKind.NUMBERED else block.kind


def _depth(block: Block) -> int:
    return max(0, min(block.depth, _DEEPEST))


def _single(block: Block) -> Node | None:
    if block.kind is BlockKind.UNKNOWN:
        return _note(block.text.strip() or "Something that cannot be shown here")
    if not block.text.strip():
        return None
    if block.kind is BlockKind.CODE:
        return {"kind": "code", "text": clean(block.text)}
    quoted = block.kind is BlockKind.QUOTE
    return _lines(block, kind="quote" if quoted else "paragraph", depth=_depth(block))


def _lines(block: Block, **more: Any) -> Node:
    return {"runs": _runs(block.runs), "rtl": is_right_to_left(clean(block.text)), **more}


def _runs(runs: Iterable[Run]) -> list[Node]:
    return [
        {
            "lines": clean(run.emoji.alt if run.emoji else run.text).split("\n"),
            "marks": sorted(mark.value for mark in run.marks),
            "link": web_link(run.link) or "",
        }
        for run in runs
    ]


def _lists(blocks: Sequence[Block]) -> Iterator[Node]:
    """Lists, each item with the deeper ones below it."""
    items: list[list[Block]] = []
    for block in blocks:
        if items and _depth(block) > _depth(items[-1][0]):
            items[-1].append(block)
        else:
            items.append([block])
    for kind, group in groupby(items, key=lambda item: item[0].kind):
        yield {
            "kind": "list",
            "numbered": kind is BlockKind.NUMBERED,
            "items": [_lines(head, below=list(_lists(below))) for head, *below in group],
        }


def _card(card: Card) -> Node:
    return {
        "kind": "card",
        "title": words.line(card.title or card.url),
        "text": words.line(card.description),
        "host": words.host(card) if web_link(card.url) else "",
        "link": web_link(card.url) or "",
    }


def _poll(poll: Poll) -> Node:
    return {
        "kind": "poll",
        "choices": [words.line(choice.text) + words.chosen(choice) for choice in poll.choices],
    }
