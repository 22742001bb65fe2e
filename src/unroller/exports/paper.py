"""A thread → what the typst template for paper is told: plain values, no markup of any kind."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from unroller.core.body import Block, BlockKind, Body, Run, clean, web_link
from unroller.core.media import is_film, still_of
from unroller.core.model import Author, Card, Gap, Media, Poll, Post, Quote, Thread, Verdict
from unroller.core.ports import Frame
from unroller.exports import words
from unroller.exports.drawing import PICTURES, fonts, is_right_to_left
from unroller.exports.page import language
from unroller.exports.reading import Missing, Step, read
from unroller.exports.reading import Run as Elsewhere

Node = dict[str, Any]

_DEEPEST = 4
_KEYCAP = re.compile("\ufe0f?\u20e3")
_SILENT = re.compile("[\u200d\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0000-\U000e007f]")
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
_FIRST_LETTER = 0x1F1E6


def sheet(thread: Thread, verdict: Verdict, frame: Frame, pictures: Mapping[str, str]) -> Node:
    """The whole document. `pictures` maps what a picture goes by to the file that typst finds it in."""
    first = thread.posts[0]
    lang = language(first.languages)
    title = words.line(words.title(thread, verdict)) or "A thread"
    writer = _Writer(pictures)
    return {
        "title": said(title),
        "rtl": is_right_to_left(title),
        "author": said(words.line(thread.author.name)) or "@" + said(words.line(thread.author.handle)),
        "by": _by(thread.author),
        "lang": lang[:2].lower() or "en",
        "fonts": fonts(lang),
        "facts": words.facts(thread),
        "wholeness": said(f"{words.wholeness(thread.completeness)}, {words.checked(thread.completeness)}."),
        "source": web_link(first.url) or "",
        "page": web_link(frame.page_url) or "",
        "warning": said(words.line(verdict.why) or "A warning was placed on this thread")
        if words.is_guarded(thread, verdict)
        else "",
        "nodes": list(writer.thread(thread)),
    }


def said(text: str) -> str:
    """`text` with the name of each picture that no font here has: `[party popper]`."""
    return PICTURES.sub(_names, _KEYCAP.sub("", clean(text)))


def _names(found: re.Match[str]) -> str:
    pictures = _FLAG.sub(_flag, _SILENT.sub("", found[0]))
    if not pictures:
        return found[0] if found[0] == "\u200d" else ""  # a joiner alone shapes letters
    names = (c if c.isascii() else f"[{unicodedata.name(c, 'a picture').lower()}]" for c in pictures)
    return "".join(names)


def _flag(found: re.Match[str]) -> str:
    return f"[flag {''.join(chr(ord(c) - _FIRST_LETTER + ord('A')) for c in found[0])}]"


def _by(author: Author) -> Node:
    handle = said(words.line(f"@{author.handle}"))
    return {"name": said(words.line(author.name)), "handle": handle, "link": web_link(author.url) or ""}


def _note(text: str, link: str | None = None, **more: Any) -> Node:
    """Something that we say, not the author."""
    return {"kind": "note", "text": said(words.line(text)), "link": web_link(link) or "", **more}


@dataclass(slots=True)
class _Writer:
    """Writes nodes in reading order; `level` is that of the last heading, since none may be left out."""

    pictures: Mapping[str, str]
    level: int = 1
    anchors: set[str] = field(default_factory=set)

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
        yield {
            "kind": "section",
            "text": said(words.line(f"The author went on below a reply{whose}")),
        }
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
            self.anchors.add(step.anchor)
            if isinstance(step, Missing):
                there = next((gap.url for gap in step.gaps if web_link(gap.url)), "")
                yield _note(words.missing(step), there, anchor=step.anchor)
                continue
            if step.later:
                yield {"kind": "rule", "text": f"Added {words.day(step.post.published)}"}
            yield self.step(step)

    def step(self, step: Step) -> Node:
        node: Node = {
            "kind": "post",
            "anchor": step.anchor,
            "number": str(step.number),
            "link": web_link(step.post.url) or "",
            "lang": _language(step.post),
            "nodes": self.post(step.post),
        }
        if step.continues:
            node["continues"] = f"Continues {words.turn(step.continues)}"
            node["to"] = step.continues.anchor
        return node

    def post(self, post: Post, *, nested: bool = False) -> list[Node]:
        nodes = list(self.content(post, nested=nested))
        if reason := words.fold_reason(post):
            return [{"kind": "warned", "text": said(reason), "nodes": nodes}]
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
            yield _poll(post.poll)

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
            "day": words.day(post.published),
            "link": web_link(post.url) or "",
            "lang": _language(post),
            "nodes": self.post(post, nested=True),
        }

    def media(self, media: Media, alt: str, original: str) -> Iterator[Node]:
        file = self.pictures.get(still_of(media))
        if file and not media.sensitive:
            width, height = media.width or 0, media.height or 0
            tall = min(height / width, 20) if width > 0 and height > 0 else 1
            yield {"kind": "picture", "file": file, "alt": said(alt), "tall": tall}
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
        return {"kind": "code", "text": said(block.text)}
    quoted = block.kind is BlockKind.QUOTE
    return _lines(block, kind="quote" if quoted else "paragraph", depth=_depth(block))


def _lines(block: Block, **more: Any) -> Node:
    return {"runs": _runs(block.runs), "rtl": is_right_to_left(clean(block.text)), **more}


def _runs(runs: Iterable[Run]) -> list[Node]:
    return [
        {
            "lines": said(run.emoji.alt if run.emoji else run.text).split("\n"),
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
        "title": said(words.line(card.title or card.url)),
        "text": said(words.line(card.description)),
        "host": said(words.host(card)) if web_link(card.url) else "",
        "link": web_link(card.url) or "",
    }


def _poll(poll: Poll) -> Node:
    return {
        "kind": "poll",
        "choices": [said(words.line(choice.text)) + words.chosen(choice) for choice in poll.choices],
    }
