"""A thread → Markdown (CommonMark): what the author wrote never turns into markup of its own."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator

from unroller.core.body import Block, BlockKind, Body, Mark, Run
from unroller.core.media import at_home
from unroller.core.model import Author, Card, Gap, Media, MediaKind, Poll, Post, Quote, Thread, Verdict
from unroller.core.ports import Frame, Rules
from unroller.core.tolerant import clean, web_link
from unroller.exports import words
from unroller.exports.book import tag
from unroller.exports.reading import Missing, Step, read
from unroller.exports.reading import Run as Elsewhere

_SPECIAL = re.compile(r"([\\`*_\[\]<>&~|$]|!\Z)")
_LINE_START = re.compile(r"^(\s*\d*)([#+\-=:.)])", re.MULTILINE)
_BREAK = "\\\n"
_MARKS = {Mark.STRONG: "**", Mark.EMPHASIS: "*", Mark.STRUCK: "~~"}


class Markdown:
    """Front matter, then the thread's posts as paragraphs."""

    name = "markdown"
    title = "Markdown"
    media_type = "text/markdown"
    suffix = ".md"

    def render(self, thread: Thread, verdict: Verdict, frame: Frame) -> bytes:
        """The document, as UTF-8, ending with a line feed."""
        thread = at_home(thread, frame.media)
        parts = (part for part in _parts(thread, verdict, frame.rules) if part.strip())
        text = _front(thread, verdict, frame) + "\n\n".join(parts)
        return f"{text}\n".encode(errors="replace")


def _front(thread: Thread, verdict: Verdict, frame: Frame) -> str:
    """What the document is, as YAML; each value is JSON, which is YAML too."""
    fields = {
        "title": words.line(words.title(thread, verdict)),
        "author": words.line(thread.author.name),
        "handle": words.line(f"@{thread.author.handle}"),
        "network": frame.rules.title if frame.rules else words.network_title(thread.ref.network),
        "date": words.stamp(thread.posts[0].published),
        "languages": list(dict.fromkeys(filter(None, (tag(post.languages) for post in thread.posts)))),
        "posts": len(thread.posts),
        "completeness": words.line(words.wholeness(thread.completeness)),
        "checked": words.stamp(thread.completeness.checked_at),
        "source": web_link(thread.posts[0].url),
        "page": web_link(frame.page_url),
    }
    lines = (f"{name}: {json.dumps(value)}" for name, value in fields.items() if value)
    return "\n".join(("---", *lines, "---", "", ""))


def _parts(thread: Thread, verdict: Verdict, rules: Rules | None) -> Iterator[str]:
    each = rules is not None and rules.shows_each
    yield f"# {_line(words.title(thread, verdict))}"
    yield f"{_by(thread.author)} · {words.facts(thread)}"
    yield _note(f"{words.wholeness(thread.completeness)}, {words.checked(thread.completeness)}.")
    if words.is_guarded(thread, verdict):
        yield _note(verdict.why or "A warning was placed on this thread")
    if thread.context:
        yield from _other(thread.context, "In answer to", "The post that this thread answers", each=each)
    reading = read(thread)
    yield from _way(reading.steps, each=each)
    for run in reading.elsewhere:
        yield from _elsewhere(run, each=each)
    if thread.answers:
        links = (_link(f"answer {number}", url) for number, url in enumerate(thread.answers, 1))
        yield f"The author also answered other posts: {', '.join(links)}."


def _elsewhere(run: Elsewhere, *, each: bool) -> Iterator[str]:
    yield "---"
    yield from _other(
        run.under,
        "The author went on below a reply by",
        "A reply that the author went on below",
        each=each,
    )
    yield from _way(run.steps, each=each)


def _other(post: Post | Gap, head: str, what: str, *, each: bool) -> Iterator[str]:
    if isinstance(post, Gap):
        yield _note(words.absent(post, what))
    else:
        yield f"{head} {_signed(post) if each else _by(post.author)}:"
        yield _quoted("\n\n".join(_post(post, nested=True)))


def _way(steps: Iterable[Step | Missing], *, each: bool) -> Iterator[str]:
    for step in steps:
        if isinstance(step, Missing):
            yield _note(words.missing(step))
            continue
        if step.later:
            yield _note(f"Added {words.day(step.post.published)}")
        if step.continues:
            yield _note(f"Continues {words.turn(step.continues)}")
        if each:
            yield f"{_signed(step.post)}:"
        yield from _post(step.post)
        if not each:
            yield _link(f"Post {step.number}", step.post.url)


def _post(post: Post, *, nested: bool = False) -> Iterator[str]:
    if reason := words.fold_reason(post):
        yield f"**{_line(reason)}**"
    yield from _body(post.body)
    for number, media in enumerate(post.media, 1):
        yield _media(media, words.alt(media, number, len(post.media)))
    if post.quote and not nested:
        yield _quote(post.quote)
    if post.card:
        yield _card(post.card)
    if post.poll:
        yield _poll(post.poll)
    if said := words.revised(post):
        yield _note(said)


def _signed(post: Post) -> str:
    """Who wrote `post`, and when, with the link to it."""
    return f"{_by(post.author)}, {_link(words.moments(post), post.url)}"


def _by(author: Author) -> str:
    return f"{_line(author.name)} ({_link('@' + author.handle, author.url)})"


def _media(media: Media, alt: str) -> str:
    said = _line(alt)
    head = "Sensitive: " if media.sensitive else ""
    if media.kind is MediaKind.IMAGE and not media.sensitive and (url := web_link(media.url)):
        return f"![{said}]({_address(url)})"
    kind = "" if media.alt is None else f"{words.kind(media)}: "
    return _link(f"{head}{kind}{alt or 'decoration'}", media.url)


def _quote(quote: Quote) -> str:
    if quote.post:
        said = (f"{_by(quote.post.author)}, {_link(words.day(quote.post.published), quote.post.url)}:",)
        return _quoted("\n\n".join((*said, *_post(quote.post, nested=True))))
    return f"Quoted: {_link(quote.what, quote.url)}" if quote.what else _note(words.absent_quote(quote))


def _card(card: Card) -> str:
    head = _link(card.title or card.url, card.url)
    return f"{head}: {_line(card.description)}" if card.description.strip() else head


def _poll(poll: Poll) -> str:
    choices = (f"- {_line(choice.text)}{words.chosen(choice)}" for choice in poll.choices)
    return "\n".join((_note(words.terms(poll)), "", *choices))


def _note(text: str) -> str:
    """Something that we say, not the author."""
    return f"*{_line(text)}*"


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _body(body: Body) -> Iterator[str]:
    items: list[str] = []
    for block in body:
        if block.kind in (BlockKind.ITEM, BlockKind.NUMBERED):
            items.append(_item(block, len(items)))
            continue
        if items:
            yield "\n".join(items)
            items = []
        yield _block(block)
    if items:
        yield "\n".join(items)


def _item(block: Block, above: int) -> str:
    """One item, no deeper than the items `above` it allow."""
    indent = "   " * max(0, min(block.depth, above, 6))
    mark = "1. " if block.kind is BlockKind.NUMBERED else "-  "
    return f"{indent}{mark}" + _runs(block.runs).replace("\n", f"\n{indent}   ")


def _block(block: Block) -> str:
    match block.kind:
        case BlockKind.CODE:
            return _fenced(clean(block.text))
        case BlockKind.HEADING:
            return f"{'#' * max(2, min(block.depth + 2, 6))} {_runs(block.runs).replace(_BREAK, ' ')}"
        case BlockKind.QUOTE:
            return _quoted(_runs(block.runs))
        case BlockKind.UNKNOWN:
            return _note(block.text or "Something that cannot be shown here")
    return _runs(block.runs)


def _fenced(text: str) -> str:
    longest = max((len(ticks) for ticks in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"


def _runs(runs: Iterable[Run]) -> str:
    """The runs on lines that end with a hard break."""
    text = ""
    runs = tuple(runs)
    for run, after in zip(runs, (*(run.text[:1] for run in runs[1:]), ""), strict=True):
        text += _run(run, text[-1:], after)
    lines = (line.strip() for line in text.split("\n"))
    return _BREAK.join(line for line in lines if line)


def _run(run: Run, before: str, after: str) -> str:
    """`run` between the characters `before` and `after`, which decide what Markdown takes for a mark."""
    if run.emoji:
        return _line(run.emoji.alt)
    if before and before in "*~`":
        said = _escaped(run.text)
    elif Mark.CODE in run.marks and run.text.strip("` \n"):
        said = _code(clean(run.text))
    else:
        said = _marked(run, before, after)
    url = web_link(run.link)
    return f"[{said.strip() or _line(run.link or '')}]({_address(url)})" if url and "\n" not in said else said


def _marked(run: Run, before: str, after: str) -> str:
    """The text between its marks, where Markdown is sure to read them as marks."""
    said = _escaped(run.text)
    if "\n" in run.text or not (_binds(run.text[:1], before) and _binds(run.text[-1:], after)):
        return said
    for mark in sorted(_MARKS.keys() & run.marks):
        said = f"{_MARKS[mark]}{said}{_MARKS[mark]}"
    return said


def _binds(inner: str, outer: str) -> bool:
    """Whether a mark between these two characters belongs to the inner one."""
    loose = not outer or outer.isspace() or unicodedata.category(outer).startswith("P")
    return inner.isalnum() or (loose and unicodedata.category(inner or " ").startswith("P"))


def _code(text: str) -> str:
    longest = max((len(ticks) for ticks in re.findall("`+", text)), default=0)
    ticks = "`" * (longest + 1)
    return f"{ticks} {' '.join(text.split())} {ticks}"


def _link(said: str, url: str | None) -> str:
    usable = web_link(url)
    return f"[{_line(said)}]({_address(usable)})" if usable else _line(said)


def _address(url: str) -> str:
    return "<" + url.replace("\\", "%5C").replace("<", "%3C").replace(">", "%3E") + ">"


def _line(text: str) -> str:
    """`text` on one line."""
    return _escaped(words.line(text))


def _escaped(text: str) -> str:
    """`text` so that Markdown shows it as it is."""
    text = _SPECIAL.sub(r"\\\1", clean(text).replace("\t", " "))
    return _LINE_START.sub(r"\1\\\2", text)
