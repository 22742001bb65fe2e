"""A thread → plain text, wrapped, for a terminal or a letter."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from unroller.core.body import Block, BlockKind, Body, Run
from unroller.core.media import at_home
from unroller.core.model import Author, Gap, Media, Poll, Post, Quote, Thread, Verdict
from unroller.core.ports import Frame
from unroller.core.tolerant import clean, web_link
from unroller.exports import words
from unroller.exports.reading import Missing, Step, read
from unroller.exports.reading import Run as Elsewhere

_WIDE = "WF"


class Text:
    """Paragraphs of at most `width` columns, set apart by empty lines."""

    name = "text"
    title = "Text"
    media_type = "text/plain"
    suffix = ".txt"

    def __init__(self, width: int = 78) -> None:
        self.width = width

    def render(self, thread: Thread, verdict: Verdict, frame: Frame) -> bytes:
        """The text, as UTF-8, ending with a line feed."""
        thread = at_home(thread, frame.media)
        parts = [part for part in _parts(thread, verdict, frame) if part.strip()]
        text = "\n\n".join("\n".join(_wrapped(clean(part), self.width)) for part in parts)
        return f"{text}\n".encode(errors="replace")


def _parts(thread: Thread, verdict: Verdict, frame: Frame) -> Iterator[str]:
    each = frame.rules is not None and frame.rules.shows_each
    title = words.line(words.title(thread, verdict))
    yield f"{title}\n{'=' * min(_columns(title), 60)}"
    yield f"{_by(thread.author)}\n{words.facts(thread)}"
    yield web_link(frame.page_url) or web_link(thread.posts[0].url) or ""
    if words.is_guarded(thread, verdict):
        yield f"[{verdict.why or 'A warning was placed on this thread'}]"
    if thread.context:
        yield from _other(thread.context, "In answer to", "The post that this thread answers", each=each)
    reading = read(thread)
    yield from _way(reading.steps, each=each)
    for run in reading.elsewhere:
        yield from _elsewhere(run, each=each)
    if thread.answers:
        yield "\n".join(
            (f"The author also answered {words.counted(len(thread.answers), 'other post')}:", *thread.answers)
        )
    yield f"{words.wholeness(thread.completeness)}, {words.checked(thread.completeness)}."


def _elsewhere(run: Elsewhere, *, each: bool) -> Iterator[str]:
    yield "* * *"
    yield from _other(
        run.under,
        "The author went on below a reply by",
        "A reply that the author went on below",
        each=each,
    )
    yield from _way(run.steps, each=each)


def _other(post: Post | Gap, head: str, what: str, *, each: bool) -> Iterator[str]:
    if isinstance(post, Gap):
        yield f"[{words.absent(post, what)}]"
    else:
        yield f"{head} {_signed(post, each=each)}"
        yield _quoted("\n\n".join(_post(post, each=each)))


def _way(steps: Iterable[Step | Missing], *, each: bool) -> Iterator[str]:
    for step in steps:
        if isinstance(step, Missing):
            yield f"[{words.missing(step)}]"
            continue
        if step.later:
            yield f"[Added {words.day(step.post.published)}]"
        if step.continues:
            yield f"[Continues {words.turn(step.continues)}{_begins(step.continues)}]"
        if each:
            yield _signed(step.post, each=each)
        yield from _post(step.post, each=each)


def _begins(step: Step | Missing) -> str:
    """The first words of the post, so that it is found without numbers."""
    if isinstance(step, Missing) or words.fold_reason(step.post):
        return ""
    first = " ".join(" ".join(block.text for block in step.post.body).split()[:8])
    return f", “{first} …”" if first else ""


def _post(post: Post, *, each: bool) -> Iterator[str]:
    if reason := words.fold_reason(post):
        yield f"[{reason}]"
    yield _body(post.body)
    for number, media in enumerate(post.media, 1):
        yield _media(media, number, len(post.media))
    if post.quote:
        yield _quote(post.quote, each=each)
    if post.card:
        yield f"[{words.line(post.card.title) or 'Link'}: {words.line(post.card.url)}]"
    if post.poll:
        yield _poll(post.poll)
    if said := words.revised(post):
        yield f"[{said}]"


def _signed(post: Post, *, each: bool) -> str:
    """Who wrote `post`; for a network that wants it of `each`, when and where as well."""
    by = _by(post.author)
    return f"{by}, {words.moments(post)}:\n{web_link(post.url) or ''}".rstrip() if each else f"{by}:"


def _by(author: Author) -> str:
    return words.line(f"{author.name} (@{author.handle})")


def _media(media: Media, number: int, count: int) -> str:
    said = words.line(words.alt(media, number, count))
    kind = "" if media.alt is None else f"{words.kind(media)}: "
    sensitive = "Sensitive. " if media.sensitive else ""
    return f"[{sensitive}{kind}{said or 'decoration'}{f' {media.url}' if web_link(media.url) else ''}]"


def _quote(quote: Quote, *, each: bool) -> str:
    if quote.post:
        whole = _post(quote.post, each=each) if not quote.post.quote else (_body(quote.post.body),)
        return _quoted("\n\n".join((_signed(quote.post, each=each), *whole)))
    return (
        f"[Quoted: {words.line(quote.what)} {words.line(quote.url)}]"
        if quote.what
        else f"[{words.absent_quote(quote)}]"
    )


def _poll(poll: Poll) -> str:
    choices = (f"- {words.line(choice.text)}{words.chosen(choice)}" for choice in poll.choices)
    return "\n".join((f"[{words.terms(poll)}]", *choices))


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.splitlines())


def _body(body: Body) -> str:
    parts: list[str] = []
    tight = False
    for block in body:
        item = block.kind in (BlockKind.ITEM, BlockKind.NUMBERED)
        parts += ["\n" if item and tight else "\n\n", _block(block)]
        tight = item
    return "".join(parts[1:])


def _block(block: Block) -> str:
    text = "".join(map(_run, block.runs))
    indent = "  " * min(block.depth, 6)
    match block.kind:
        case BlockKind.QUOTE:
            return _quoted(text)
        case BlockKind.ITEM | BlockKind.NUMBERED:
            return f"{indent}- {text}"
        case BlockKind.CODE:
            return "\n".join(f"    {line}" for line in text.splitlines())
        case BlockKind.UNKNOWN:
            return f"[{text or 'Something that cannot be shown here'}]"
    return text


def _run(run: Run) -> str:
    """The text, and the address behind it where the text does not say it."""
    url = web_link(run.link)
    if run.emoji or url is None or run.mention or run.text.startswith("#"):
        return run.emoji.alt if run.emoji else run.text
    shown = run.text.removeprefix("https://").removeprefix("http://").rstrip("….")
    return url if shown and url.split("://", 1)[1].startswith(shown) else f"{run.text} ({url})"


_LEAD = re.compile(r"(?:> )*(?: *- | +)?")


def _wrapped(text: str, width: int) -> Iterator[str]:
    for line in text.split("\n"):
        lead = _LEAD.match(line)
        first = lead.group() if lead else ""
        rest = first.replace("-", " ") if "- " in first else first
        lines = _lines(line[len(first) :], max(width - _columns(first), 20))
        yield from ((first if number == 0 else rest) + part for number, part in enumerate(lines))


def _lines(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width` columns; an address longer than that keeps its own line."""
    lines, used = [""], 0
    for word in _words(text):
        columns = _columns(word.rstrip())
        if used and used + columns > width:
            lines[-1] = lines[-1].rstrip()
            lines.append("")
            used = 0
        lines[-1] += word
        used += _columns(word)
    lines[-1] = lines[-1].rstrip()
    return lines


def _words(text: str) -> Iterator[str]:
    """The pieces between which a line may end: words with the space behind, wide characters singly."""
    for word in re.findall(r"\S+\s*", text):
        if any(map(_is_wide, word)):
            yield from re.findall(r"[\u2e80-\uffef](?:[、。，．！？」』）]*\s*)|[^\u2e80-\uffef]+", word)
        else:
            yield word


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in _WIDE


def _columns(text: str) -> int:
    """How many columns `text` takes in a terminal."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if _is_wide(c) else 1 for c in text)
