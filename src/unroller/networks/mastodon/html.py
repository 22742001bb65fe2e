"""The HTML of a post → a body. Pure, in one pass, in linear time, whatever a server sends.

Tags are only counted, never nested, so no depth of them is a depth of ours, and an end tag without a
beginning costs nothing. What a browser would take for markup is never shown as text, and no text is
ever taken for markup again: all that comes out is `Body`.

https://docs.joinmastodon.org/spec/activitypub/#sanitization
https://html.spec.whatwg.org/multipage/parsing.html#tokenization
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from html import unescape
from urllib.parse import urlsplit

from unroller.core.body import Block, BlockKind, Body, Emoji, Mark, Run, clean, web_link

# Mastodon allows 500 characters and long articles have a hundred thousand; what is longer is no post.
MOST = 500_000
DEEPEST = 8

_TOKEN = re.compile(
    r"<(?:"
    r"(?P<end>/?)(?P<name>[a-zA-Z][^\s/>]*+)"
    r"(?P<rest>(?:[^>=]++|=\s*+(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z)|[^\s>\"'][^\s>]*+)?)*+)(?:>|\Z)"
    r"|!--(?:-?>|.*?(?:--!?>|\Z))"
    r"|[!?/][^>]*+(?:>|\Z)"
    r")",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"([^\s\"'>/=]++)(?:\s*+=\s*+(?:\"([^\"]*+)\"?|'([^']*+)'?|([^\s>\"'][^\s>]*+)))?+")
_SPACE = re.compile(r"[ \t\n\f]+")
_HUGE_NUMBER = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{7,});?")
_TOKEN_EMOJI = re.compile(r"(?<![^\W_])(?<!:):([^\s:]{1,100}):(?![^\W_])(?!:)")
_FALLBACK = re.compile(r"(?:^|\s)(?:RE|QT|QP):\s*\Z", re.IGNORECASE)
_RAW = {name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in ("script", "style")}

_MARKS = {
    **dict.fromkeys(("b", "strong"), Mark.STRONG),
    **dict.fromkeys(("i", "em", "cite", "dfn", "var"), Mark.EMPHASIS),
    **dict.fromkeys(("code", "kbd", "samp", "tt"), Mark.CODE),
    **dict.fromkeys(("del", "s", "strike"), Mark.STRUCK),
    **dict.fromkeys(("u", "ins"), Mark.UNDERLINED),
}
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LISTS = {"ul": BlockKind.ITEM, "menu": BlockKind.ITEM, "ol": BlockKind.NUMBERED}
# Elements of which each stands on lines of its own.
_BLOCKS = frozenset(
    "address article aside body caption center dd details dialog dir div dl dt fieldset figcaption figure"
    " footer form header hgroup hr html legend main nav optgroup option p search section summary table tbody"
    " tfoot thead tr".split()
)
_SOURCES = frozenset({"img", "video", "audio", "iframe", "embed", "source"})


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
    whole = clean(html) if len(html) <= MOST else clean(html[:MOST]) + "…"
    writer = _Writer(mentions, quoted)
    _walk(whole, writer)
    body = writer.finish()
    if quoted:
        body = _without_fallback(body, quoted)
    return tuple(_with_emojis(body, {emoji.alt: emoji for emoji in emojis})) if emojis else body


def readable(url: str) -> str:
    """The address as people write it: without its scheme and `www.`."""
    rest = url.partition("://")[2] or url
    rest = rest.removeprefix("www.")
    return rest.removesuffix("/") if rest.count("/") == 1 else rest


def _walk(html: str, writer: _Writer) -> None:
    """Give `writer` every piece of text and every tag."""
    place = 0
    while match := _TOKEN.search(html, place):
        begin, place = match.span()
        if begin > match.pos:
            writer.text(html[match.pos : begin])
        if name := match["name"]:
            name = name.lower()
            if match["end"]:
                writer.end(name)
            elif name in _RAW:
                closing = _RAW[name].search(html, place)
                place = closing.start() if closing else len(html)
            else:
                writer.start(name, match["rest"])
    if place < len(html):
        writer.text(html[place:])


def _decoded(text: str) -> str:
    """`text` with its character references resolved; Python's own reader refuses enormous numbers."""
    return clean(unescape(_HUGE_NUMBER.sub("\ufffd", text))) if "&" in text else text


def _attributes(text: str) -> dict[str, str]:
    """What a tag says of itself; of a name that comes twice, the first counts."""
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(text):
        found.setdefault(name.lower(), _decoded(double or single or bare))
    return found


class _Writer:
    """Takes text and tags as they come, and writes blocks."""

    def __init__(self, mentions: Mapping[str, str], quoted: Collection[str] | None) -> None:
        self.mentions, self.quoted = mentions, quoted
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
        self.shortened = False
        self.skipped, self.skipped_depth = "", 0

    def text(self, text: str) -> None:
        """Words, as they stand between two tags."""
        if self.skipped_depth:
            return
        text = _decoded(text)
        if not self.pre:
            text = _SPACE.sub(_space, text)
        self.parts.append(text)
        self.broke = self.broke and not text.strip()

    def start(self, name: str, rest: str) -> None:
        """A start tag, with all that stands behind its name."""
        if self.skipped_depth:
            self.skipped_depth += name == self.skipped
        elif name in _MARKS:
            self.mark(_MARKS[name], 1)
        elif name == "br":
            self.line_break()
        elif name == "a":
            self.start_link(_attributes(rest).get("href", ""))
        elif name == "template" or (self.quoted is not None and "quote-inline" in rest):
            self.skip(name)
        elif name == "span":
            self.shortened = self.shortened or "invisible" in rest or "ellipsis" in rest
        elif name in _SOURCES:
            self.picture(_attributes(rest))
        else:
            self.structure(name, 1)

    def end(self, name: str) -> None:
        """An end tag."""
        if self.skipped_depth:
            self.skipped_depth -= name == self.skipped
        elif name in _MARKS:
            self.mark(_MARKS[name], -1)
        elif name == "a":
            self.end_link()
        else:
            self.structure(name, -1)

    def skip(self, name: str) -> None:
        """Leave out all up to the end of this element; those that close by themselves have no content."""
        if name in _BLOCKS:
            self.boundary()
        self.skipped, self.skipped_depth = name, 1

    def structure(self, name: str, step: int) -> None:
        """The beginning (1) or end (-1) of an element that is more than a part of a line."""
        if name in _BLOCKS:
            self.boundary()
        elif name == "li":
            self.item(step)
        elif name in _LISTS:
            self.nest(_LISTS[name], step)
        elif name == "blockquote":
            self.finish_block()
            self.quotes = max(0, self.quotes + step)
        elif name in _HEADINGS:
            self.finish_block()
            self.heading = _HEADINGS[name] if step > 0 else 0
        elif name in ("pre", "xmp", "listing"):
            self.finish_block()
            self.pre = max(0, self.pre + step)
        else:
            self.inline(name, step)

    def inline(self, name: str, step: int) -> None:
        """Elements that show by a character; all others are but their text."""
        if name in ("td", "th") and step > 0:
            self.parts.append(" ")
        elif name == "rp":
            self.skipped, self.skipped_depth = name, int(step > 0)
        elif name == "rt":
            self.parts.append("(" if step > 0 else ")")
        elif name == "q":
            self.parts.append("“" if step > 0 else "”")

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
        """The runs of a link. An address that was shortened, or is not the one that it leads to, is made whole."""
        text = "".join(run.text for run in runs).strip()
        if self.shortened or not text or _misleads(text, link):
            self.broke = False
            return [Run(readable(link), self.marks, link)]
        account = self.mentions.get(link)
        if account is not None and text[0] in "@＠":
            return [replace(run, mention=account) for run in runs]
        return runs

    def picture(self, attributes: Mapping[str, str]) -> None:
        """Something in the middle of the text that is not text: its description, leading to it."""
        url, alt = web_link(attributes.get("src")), attributes.get("alt", "").strip()
        if not url or "emoji" in attributes.get("class", "") or self.pre:
            self.parts.append(alt)
        else:
            self.finish_run()
            self.runs.append(Run(alt or readable(url), self.marks, self.link or url))
        self.broke = False

    def item(self, step: int) -> None:
        """An item of a list begins or ends."""
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
        """A new line; a second one in a row begins a new paragraph."""
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
        if text := "".join(self.parts):
            self.runs.append(Run(text, self.marks, self.link))
        self.parts.clear()

    def finish_block(self) -> None:
        """What was collected becomes a block, if it says anything."""
        self.finish_run()
        if self.runs:
            kind, depth = self.kind()
            runs = self.code() if kind is BlockKind.CODE else _trimmed(self.runs)
            if runs:
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

    def code(self) -> list[Run]:
        text = "".join(run.text for run in self.runs).strip("\n").rstrip()
        return [Run(text)] if text else []

    def finish(self) -> Body:
        """All blocks."""
        self.end_link()
        self.finish_block()
        return tuple(self.blocks)


def _misleads(text: str, link: str) -> bool:
    """Whether a link's text is an address on another host than the one that it leads to."""
    if not text.startswith(("http://", "https://", "www.")) or any(map(str.isspace, text)):
        return False
    try:
        shown = urlsplit(text if "://" in text else f"https://{text}").hostname or ""
        leads = urlsplit(link).hostname or ""
    except ValueError:
        return True
    return shown.rstrip("….").removeprefix("www.") not in leads.removeprefix("www.")


def _space(found: re.Match[str]) -> str:
    """Space as it is shown: what only lays out the source is one space, what an author typed stays."""
    text = found[0]
    return text if text.count(" ") == len(text) else " "


def _trimmed_lines(text: str) -> str:
    first, *between, last = text.split("\n")
    return "\n".join((first.rstrip(" "), *(line.strip(" ") for line in between), last.lstrip(" ")))


def _trimmed(runs: list[Run]) -> list[Run]:
    """`runs` without space at the beginning and end of the block and of its lines."""
    kept: list[Run] = []
    for run in runs:
        text = _trimmed_lines(run.text) if "\n" in run.text else run.text
        if not kept or kept[-1].text.endswith("\n"):
            text = text.lstrip()
        if text:
            kept.append(run if text is run.text else replace(run, text=text))
    while kept:
        text = kept[-1].text.rstrip()
        if text:
            kept[-1] = replace(kept[-1], text=text)
            break
        kept.pop()
    return kept


def _without_fallback(body: Body, quoted: Collection[str]) -> Body:
    """`body` without the "RE: address" at its end that names the quoted post."""
    if not body or len(runs := body[-1].runs) < 2 or runs[-1].link not in quoted:
        return body
    before = _FALLBACK.sub("", runs[-2].text)
    if before == runs[-2].text:
        return body
    kept = _trimmed([*runs[:-2], replace(runs[-2], text=before)])
    return (*body[:-1], replace(body[-1], runs=tuple(kept))) if kept else body[:-1]


def _with_emojis(body: Body, known: Mapping[str, Emoji]) -> Iterator[Block]:
    """`body` with the custom emoji that it names, each a run of its own; in code a colon is a colon."""
    for block in body:
        if block.kind is BlockKind.CODE or not any(":" in run.text for run in block.runs):
            yield block
        else:
            runs = (part for run in block.runs for part in _split(run, known))
            yield replace(block, runs=tuple(runs))


def _split(run: Run, known: Mapping[str, Emoji]) -> Iterator[Run]:
    """`run` in pieces, each either text or one emoji. An emoji stands alone, as Mastodon wants it.

    https://github.com/mastodon/mastodon/blob/main/app/models/custom_emoji.rb (SCAN_RE)
    """
    if Mark.CODE in run.marks:
        yield run
        return
    place = 0
    for match in _TOKEN_EMOJI.finditer(run.text):
        if emoji := known.get(match[0]):
            if match.start() > place:
                yield replace(run, text=run.text[place : match.start()])
            yield replace(run, text=match[0], emoji=emoji)
            place = match.end()
    if place < len(run.text):
        yield replace(run, text=run.text[place:])
