"""A body → HTML. Only the tags named in this file come out, only http(s) links, and all text is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from markupsafe import Markup, escape

from unroller.core.body import Block, BlockKind, Body, Mark, Run
from unroller.core.model import Author
from unroller.core.tolerant import clean, web_link

_TAGS = {
    Mark.STRONG: "strong",
    Mark.EMPHASIS: "em",
    Mark.CODE: "code",
    Mark.STRUCK: "s",
    Mark.UNDERLINED: "u",
}
_LISTS = {BlockKind.ITEM: "ul", BlockKind.NUMBERED: "ol"}
_DEEPEST = 6


def body_html(body: Body, original: str) -> Markup:
    """`body` as HTML blocks. `original` is where to see what cannot be shown."""
    parts: list[Markup] = []
    level = 1
    for kind, group in groupby(body, key=_family):
        blocks = list(group)
        if kind is BlockKind.HEADING:
            for block in blocks:
                level = min(_depth(block) + 2, level + 1)
                parts.append(_tag(f"h{level}", _runs(block.runs)))
        elif kind is BlockKind.ITEM:
            parts.append(_list(blocks))
        elif kind is BlockKind.QUOTE:
            parts.append(_quote(blocks, 0))
        else:
            parts += (_single(block, original) for block in blocks)
    return _join(part for part in parts if part)


def name_html(author: Author) -> Markup:
    """The author's name, with the pictures of the custom emoji that stand in it."""
    known = {emoji.alt: emoji for emoji in author.emojis if emoji.alt}
    if not known:
        return _lines(author.name)
    pieces = re.split(f"({'|'.join(map(re.escape, known))})", author.name)
    return _runs(Run(piece, emoji=known.get(piece)) for piece in pieces if piece)


def _family(block: Block) -> BlockKind:
    return BlockKind.ITEM if block.kind in _LISTS else block.kind


def _depth(block: Block) -> int:
    return max(0, min(block.depth, _DEEPEST - 2))


def _single(block: Block, original: str) -> Markup:
    if block.kind is BlockKind.CODE:
        return Markup('<pre tabindex="0"><code>{}</code></pre>').format(clean(block.text))
    if block.kind is BlockKind.UNKNOWN:
        return _unknown(block, original)
    return _tag("p", _runs(block.runs)) if block.text.strip() or _pictured(block) else Markup("")


def _pictured(block: Block) -> bool:
    return any(run.emoji for run in block.runs)


def _unknown(block: Block, original: str) -> Markup:
    """A note where the post holds something that we do not know."""
    said = clean(block.text).strip() or "Something that cannot be shown here"
    link = web_link(original)
    if link is None:
        return Markup('<p class="note" lang="en">{}</p>').format(said)
    return Markup('<p class="note" lang="en">{} <a href="{}" rel="{}">See the original</a></p>').format(
        said, link, REL
    )


REL = "nofollow ugc noopener"


def _list(blocks: Sequence[Block]) -> Markup:
    parts = []
    for kind, items in groupby(_items(blocks), key=lambda item: item[0].kind):
        inside = (_runs(head.runs) + (_list(below) if below else "") for head, *below in items)
        parts.append(_tag(_LISTS[kind], _join(_tag("li", text) for text in inside)))
    return _join(parts)


def _items(blocks: Iterable[Block]) -> list[list[Block]]:
    """Each item with the deeper ones below it."""
    items: list[list[Block]] = []
    for block in blocks:
        if items and _depth(block) > _depth(items[-1][0]):
            items[-1].append(block)
        else:
            items.append([block])
    return items


def _quote(blocks: Sequence[Block], depth: int) -> Markup:
    parts = []
    for deeper, group in groupby(blocks, key=lambda block: _depth(block) > depth):
        if deeper:
            parts.append(_quote(list(group), depth + 1))
        else:
            parts += (_tag("p", _runs(block.runs)) for block in group)
    return _tag("blockquote", _join(parts))


def _runs(runs: Iterable[Run]) -> Markup:
    return _join(map(_run, runs))


def _run(run: Run) -> Markup:
    inner = _emoji(run) if run.emoji else _lines(run.text)
    for mark in sorted(run.marks):
        inner = _tag(_TAGS[mark], inner)
    if run.mention is not None:
        inner = _tag("bdi", inner)
    if link := web_link(run.link):
        bare = Markup(' class="bare"') if _address(link) == _address(run.text) else ""
        inner = Markup('<a{} href="{}" rel="{}">{}</a>').format(bare, link, REL, inner)
    return inner


def _address(text: str) -> str:
    """`text` as people write an address: without how to get there."""
    return text.strip().removeprefix("https://").removeprefix("http://").rstrip("/")


def _emoji(run: Run) -> Markup:
    if run.emoji is None or (url := web_link(run.emoji.url)) is None:
        return _lines(run.emoji.alt if run.emoji else run.text)
    return Markup('<img class="emoji" src="{}" alt="{}" width="20" height="20" loading="lazy">').format(
        url, clean(run.emoji.alt)
    )


def _lines(text: str) -> Markup:
    return escape(clean(text)).replace("\n", Markup("<br>"))


def _tag(name: str, inner: Markup) -> Markup:
    return Markup(f"<{name}>{{}}</{name}>").format(inner)  # noqa: S704  names come from this file


def _join(parts: Iterable[Markup]) -> Markup:
    return Markup("").join(parts)
