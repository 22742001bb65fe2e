"""The HTML of a post → a body. Pure, in one pass, in linear time, whatever a server sends.

Elements are counted and never nested, so that no depth of theirs is a depth of ours, and an end tag
without a beginning costs nothing. No text is ever taken for markup again: all that comes out is `Body`.

https://docs.joinmastodon.org/spec/activitypub/#sanitization
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from urllib.parse import urlsplit

from unroller.core.body import Block, BlockKind, Body, Emoji, Mark, Run
from unroller.core.tolerant import clean, web_link
from unroller.networks.mastodon.runs import trimmed, with_emojis, without_fallback
from unroller.networks.mastodon.tokens import decoded, flowing, parse_attributes, parse_tokens

# Mastodon allows 500 characters, and long articles have a hundred thousand; what is longer is no post.
MOST = 500_000
DEEPEST = 8

_MARKS = {
    **dict.fromkeys(("b", "strong"), Mark.STRONG),
    **dict.fromkeys(("i", "em", "cite", "dfn", "var"), Mark.EMPHASIS),
    **dict.fromkeys(("code", "kbd", "samp", "tt"), Mark.CODE),
    **dict.fromkeys(("del", "s", "strike"), Mark.STRUCK),
    **dict.fromkeys(("u", "ins"), Mark.UNDERLINED),
}
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LISTS = {"ul": BlockKind.ITEM, "menu": BlockKind.ITEM, "ol": BlockKind.NUMBERED}
# Elements that stand on lines of their own.
_BLOCKS = frozenset({
    "address", "article", "aside", "body", "caption", "center", "dd", "details", "dialog", "dir", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "hr", "html", "legend",
    "main", "nav", "optgroup", "option", "p", "search", "section", "summary", "table", "tbody", "tfoot",
    "thead", "tr",
})  # fmt: skip
_CODES = frozenset({"pre", "listing", "xmp"})
_FILES = frozenset({"audio", "embed", "iframe", "img", "source", "video"})
# The characters by which an element shows where it begins and ends.
_SIGNS = {"q": ("“", "”"), "td": (" ", ""), "th": (" ", "")}
_RUBY = frozenset({"rp", "rt", "ruby"})
# Elements that may hold blocks; all others end where a block begins or ends.
_HOLDERS = (_BLOCKS - {"p"}) | {"blockquote", "li", "ol", "template", "ul"}


def parse_html(
    html: object,
    *,
    mentions: Mapping[str, str],
    emojis: Sequence[Emoji],
    quoted: Collection[str] | None = None,
) -> Body:
    """What a post says: its blocks, as they follow one another.

    `mentions` are the ids of accounts by the addresses that lead to them, `emojis` the custom emoji that
    the text names by their `alt`. `quoted` are the addresses of the post that is quoted: then the words
    that stand for it where quotes are not known ("RE: …") are left out; `None` where nothing is quoted.
    What is longer than `MOST` characters ends with "…".
    """
    if not isinstance(html, str) or not html:
        return ()
    writer = _Writer(mentions, leave_out_quote=quoted is not None)
    for name, end, rest, text in parse_tokens(clean(html[:MOST])):
        writer.tag(name, rest, end=end)
        writer.text(text)
    body = writer.finish("…" if len(html) > MOST else "")
    if quoted:
        body = without_fallback(body, quoted)
    return tuple(with_emojis(body, {emoji.alt: emoji for emoji in emojis})) if emojis else body


def readable(url: str) -> str:
    """The address as people write it: without its scheme and `www.`."""
    rest = url.partition("://")[2].removeprefix("www.")
    return rest.removesuffix("/") if rest.count("/") == 1 else rest


class _Writer:
    """Takes tags and text as they come, and writes blocks."""

    def __init__(self, mentions: Mapping[str, str], *, leave_out_quote: bool) -> None:
        self.mentions, self.leave_out_quote = mentions, leave_out_quote
        self.blocks: list[Block] = []
        self.runs: list[Run] = []
        self.parts: list[str] = []
        self.counts = dict.fromkeys(Mark, 0)
        self.marks: frozenset[Mark] = frozenset()
        self.quotes = self.pre = self.heading = 0
        self.lists: list[tuple[BlockKind, int]] = []
        self.broke = True
        self.link: str | None = None
        self.link_place = (0, 0)
        self.shortened = self.annotated = False
        self.skipped, self.skipped_depth = "", 0

    def tag(self, name: str, rest: str, *, end: bool) -> None:
        """A tag."""
        if self.skipped_depth and not self.skip_ends(name, end=end):
            return
        if end:
            self.end(name)
        elif name:
            self.start(name, rest)

    def text(self, text: str) -> None:
        """Words."""
        if not text or self.skipped_depth:
            return
        text = decoded(text)
        self.parts.append(text if self.pre else flowing(text))
        if self.broke and not text.isspace():
            self.broke = False

    def start(self, name: str, rest: str) -> None:
        """A start tag, with all that stands behind its name."""
        if name == "template" or (self.leave_out_quote and "quote-inline" in rest):
            self.skip(name)
        elif name in _BLOCKS:
            self.boundary()
        elif name == "br":
            self.line_break()
        elif name == "a":
            self.start_link(parse_attributes(rest).get("href", ""))
        elif name == "span":
            self.shortened = self.shortened or "invisible" in rest or "ellipsis" in rest
        elif name in _MARKS:
            self.mark(_MARKS[name], 1)
        elif name in _FILES:
            self.file(parse_attributes(rest))
        else:
            self.structure(name, 1)

    def end(self, name: str) -> None:
        """An end tag."""
        if name in _BLOCKS:
            self.boundary()
        elif name == "a":
            self.end_link()
        elif name in _MARKS:
            self.mark(_MARKS[name], -1)
        elif name != "span":
            self.structure(name, -1)

    def skip(self, name: str) -> None:
        """Leave out all up to the end of this element."""
        if name in _BLOCKS:
            self.boundary()
        self.skipped, self.skipped_depth = name, 1

    def skip_ends(self, name: str, *, end: bool) -> bool:
        """Whether a tag ends what is left out without being its own: its own end tag may be missing."""
        if self.skipped == "rp" or (name in _BLOCKS and self.skipped not in _HOLDERS):
            self.skipped_depth = 0
        elif name == self.skipped:
            self.skipped_depth += -1 if end else 1
        return not self.skipped_depth and name != self.skipped

    def structure(self, name: str, step: int) -> None:
        """The beginning (1) or the end (-1) of an element; those that are not known are but their text."""
        if name == "li":
            self.item(step)
        elif name in _LISTS:
            self.nest(_LISTS[name], step)
        elif name == "blockquote":
            self.finish_block()
            self.quotes = max(0, self.quotes + step)
        elif name in _HEADINGS:
            self.finish_block()
            self.heading = _HEADINGS[name] if step > 0 else 0
        elif name in _CODES:
            self.finish_block()
            self.pre = max(0, self.pre + step)
        elif name in _SIGNS:
            self.parts.append(_SIGNS[name][step < 0])
        elif name in _RUBY:
            self.annotation(name, step)

    def annotation(self, name: str, step: int) -> None:
        """How a word is read, in brackets; those that a page brings itself are left out."""
        if self.annotated:
            self.parts.append(")")
        self.annotated = name == "rt" and step > 0
        if self.annotated:
            self.parts.append("(")
        elif name == "rp" and step > 0:
            self.skip(name)

    def mark(self, mark: Mark, step: int) -> None:
        """Text is set off from here on, or no longer."""
        before, now = self.counts[mark], max(0, self.counts[mark] + step)
        self.counts[mark] = now
        if bool(before) is not bool(now):
            self.finish_run()
            self.marks = frozenset(mark for mark, count in self.counts.items() if count)

    def start_link(self, href: str) -> None:
        """A link begins, and with it ends the one before: links do not nest."""
        self.end_link()
        self.finish_run()
        self.link = web_link(href.strip().replace(" ", "%20"))
        self.link_place, self.shortened = (len(self.blocks), len(self.runs)), False

    def end_link(self) -> None:
        """A link ends: its text is settled, by where it leads."""
        if self.link is None:
            return
        self.finish_run()
        block, place = self.link_place
        if block == len(self.blocks):
            self.runs[place:] = self.settled(self.runs[place:], self.link)
        self.link = None

    def settled(self, runs: list[Run], link: str) -> list[Run]:
        """The runs of a link; an address that is shortened, or not the one it leads to, is made whole."""
        text = "".join(run.text for run in runs).strip()
        if self.shortened or not text or _misleads(text, link):
            self.broke = False
            return [Run(readable(link), self.marks, link)]
        account = self.mentions.get(link)
        if account is not None and text[0] in "@＠":
            return [Run(run.text, run.marks, link, account) for run in runs]
        return runs

    def file(self, attributes: Mapping[str, str]) -> None:
        """A picture or the like amid the text: its description, leading to it; of emoji only that."""
        url, alt = web_link(attributes.get("src")), attributes.get("alt", "").strip()
        if not url or self.pre or "emoji" in attributes.get("class", ""):
            self.parts.append(alt)
        else:
            self.finish_run()
            self.runs.append(Run(alt or readable(url), self.marks, self.link or url))
        self.broke = False

    def item(self, step: int) -> None:
        """An item of a list begins or ends. In a quote it is a paragraph with a sign before it."""
        self.finish_block()
        if step > 0 and self.lists:
            kind, count = self.lists[-1]
            self.lists[-1] = (kind, count + 1)
            if self.quotes:
                self.parts.append(f"{count + 1}. " if kind is BlockKind.NUMBERED else "• ")

    def nest(self, kind: BlockKind, step: int) -> None:
        """A list begins or ends."""
        self.finish_block()
        if step > 0:
            self.lists.append((kind, 0))
        elif self.lists:
            self.lists.pop()

    def line_break(self) -> None:
        """A new line; a second one in a row begins a new paragraph, but not a new item."""
        if self.pre:
            self.parts.append("\n")
        elif not self.broke:
            self.parts.append("\n")
            self.broke = True
        elif not self.lists or self.quotes:
            self.finish_block()

    def boundary(self) -> None:
        """A new paragraph; inside an item, a new line of it."""
        if self.lists and not self.quotes:
            self.line_break()
        else:
            self.finish_block()

    def finish_run(self) -> None:
        """What was collected becomes a run."""
        if self.parts:
            if text := "".join(self.parts):
                self.runs.append(Run(text, self.marks, self.link))
            self.parts.clear()

    def finish_block(self) -> None:
        """What was collected becomes a block, if it says anything."""
        self.finish_run()
        if self.runs:
            kind, depth = self.kind()
            if runs := _code(self.runs) if kind is BlockKind.CODE else trimmed(self.runs):
                self.blocks.append(Block(kind, tuple(runs), min(depth, DEEPEST)))
            self.runs = []
        self.broke = True

    def kind(self) -> tuple[BlockKind, int]:
        """What is being written. Whatever stands in a quote is first of all somebody else's words."""
        if self.quotes:
            return BlockKind.QUOTE, self.quotes - 1
        if self.pre:
            return BlockKind.CODE, 0
        if self.heading:
            return BlockKind.HEADING, self.heading - 1
        if self.lists:
            return self.lists[-1][0], len(self.lists) - 1
        return BlockKind.PARAGRAPH, 0

    def finish(self, ending: str) -> Body:
        """All blocks, with `ending` behind the last word."""
        self.parts.append(ending)
        self.end_link()
        self.finish_block()
        return tuple(self.blocks)


def _code(runs: Sequence[Run]) -> list[Run]:
    """Code as one run, with its own space and without empty lines around it."""
    text = "".join(run.text for run in runs).strip("\n").rstrip()
    return [Run(text)] if text else []


def _misleads(text: str, link: str) -> bool:
    """Whether a link's text is an address on another host than the one that it leads to."""
    if not text.startswith(("http://", "https://", "www.")) or any(map(str.isspace, text)):
        return False
    try:
        shown = urlsplit(text if "://" in text else f"https://{text}").hostname or ""
        leads = urlsplit(link).hostname or ""
    except ValueError:
        return True
    return shown.rstrip("….").removeprefix("www.") != leads.removeprefix("www.")
