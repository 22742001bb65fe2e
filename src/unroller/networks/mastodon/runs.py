"""What is done to runs once a block is whole: space, custom emoji, the words that stand for a quote. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from msgspec.structs import replace

from unroller.core.body import Block, BlockKind, Body, Emoji, Mark, Run

_EMOJI = re.compile(r"(?<![^\W_])(?<!:):([^\s:]{1,100}):(?![^\W_])(?!:)")
_FALLBACK = re.compile(r"(?:^|\s)(?:RE|QT|QP):\s*\Z", re.IGNORECASE)


def trimmed(runs: list[Run]) -> list[Run]:
    """`runs` without space at the beginning and the end of the block and of its lines."""
    kept: list[Run] = []
    for run in runs:
        text = _lines(run.text) if "\n" in run.text else run.text
        if not kept or kept[-1].text.endswith("\n"):
            text = text.lstrip()
        if text:
            kept.append(run if text == run.text else replace(run, text=text, emoji=None))
    while kept and not (text := kept[-1].text.rstrip()):
        kept.pop()
    if kept and text != kept[-1].text:
        kept[-1] = replace(kept[-1], text=text, emoji=None)
    return kept


def _lines(text: str) -> str:
    first, *between, last = text.split("\n")
    return "\n".join((first.rstrip(" "), *(line.strip(" ") for line in between), last.lstrip(" ")))


def without_fallback(body: Body, quoted: Collection[str]) -> Body:
    """`body` without the "RE: address" at its end that names the quoted post, for those who cannot quote."""
    if not body or len(runs := body[-1].runs) < 2 or runs[-1].link not in quoted:
        return body
    before = _FALLBACK.sub("", runs[-2].text)
    if before == runs[-2].text:
        return body
    kept = trimmed([*runs[:-2], replace(runs[-2], text=before)])
    return (*body[:-1], replace(body[-1], runs=tuple(kept))) if kept else body[:-1]


def with_emojis(body: Body, known: Mapping[str, Emoji]) -> Iterator[Block]:
    """`body` with the emoji that it names, each a run of its own; in code a colon is a colon."""
    for block in body:
        if block.kind is BlockKind.CODE or not any(":" in run.text for run in block.runs):
            yield block
        else:
            yield replace(block, runs=tuple(part for run in block.runs for part in _split(run, known)))


def _split(run: Run, known: Mapping[str, Emoji]) -> Iterator[Run]:
    """`run` in pieces, each either text or one emoji. An emoji stands alone, as Mastodon wants it.

    https://github.com/mastodon/mastodon/blob/main/app/models/custom_emoji.rb (SCAN_RE)
    """
    place = 0
    for match in () if Mark.CODE in run.marks else _EMOJI.finditer(run.text):
        if emoji := known.get(match[0]):
            if match.start() > place:
                yield replace(run, text=run.text[place : match.start()], emoji=None)
            yield replace(run, text=match[0], emoji=emoji)
            place = match.end()
    if place < len(run.text):
        yield replace(run, text=run.text[place:], emoji=None) if place else run
