"""HTML of posts → body, beside plain sanitising of the same input by nh3; and whether bombs are linear.

Both see the same posts, turn by turn, in one process; nh3 only takes out what is unwanted, ours also
makes a body of what is left.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Sequence

import nh3

from bench.assembling import uncollected
from bench.figures import Figure, at_most, plain
from bench.networks import Networks
from bench.prose import POSTS, paragraph
from unroller.networks.mastodon.html import parse_html

MEGABYTE = 1_000_000
SLOWEST = 10.0
LINEAR = 1.6
# nh3 takes minutes for what ours does in a second, so it is given less.
SMALL, LARGE = 8_000, 30_000

BOMBS: dict[str, Callable[[int], str]] = {
    "nested tags": lambda size: "<div>" * size + "x" + "</b>" * size,
    "formatting that never ends": lambda size: "".join(f"<b id={n}>" for n in range(size)) + "<p>x" * size,
    "attributes": lambda size: "<a " + "a=1 " * size + ">x",
    "open quotes": lambda size: '<a "' * size + "<a b='" + '<a b="' * size,
    "nested lists": lambda size: "<ul><li>x" * size,
}


def measure(_: Networks, quick: bool) -> Iterable[Figure]:  # noqa: FBT001
    rounds = 5 if quick else 21
    for name, made in (("posts as Mastodon writes them", posts()), ("an article of 200 KB", [article()])):
        size = sum(len(html.encode()) for html in made) / MEGABYTE
        ours, theirs, ratio = side_by_side(made, rounds)
        note = f"median of {rounds} turns, {len(made)} × {1000 * size / len(made):.1f} KB"
        yield plain(f"{name}: ours", size / ours, "MB/s", note)
        yield plain(f"{name}: nh3", size / theirs, "MB/s", note)
        yield at_most(f"{name}: time of ours, in times of nh3", ratio, SLOWEST, "times")
    for name, bomb in BOMBS.items():
        with uncollected():
            ours, theirs = growth(read, bomb, LARGE), growth(nh3.clean, bomb, SMALL)
        note = f"linear is 2; nh3 {theirs:.1f} times, at {SMALL:,} of them in place of {LARGE:,}"
        yield at_most(f"a bomb of {name}, twice as large", ours, 2 * LINEAR, "times", note)
    spent = min(seconds(read, ["<p>word</p>" * MEGABYTE]) for _ in range(3))
    yield plain("11 MB, of which a post may have half of one", 1000 * spent, "ms")


def posts() -> list[str]:
    """Each of the bench's paragraphs as a post: a mention, a shortened link, a hashtag, words set off."""
    return [post(number) for number in range(8 * len(POSTS))]


def post(number: int) -> str:
    words = paragraph(number).replace("&", "&amp;")
    begin, end = words[: len(words) // 2], words[len(words) // 2 :]
    who, page = f"https://lake.example/@bob{number}", f"www.example.com/reeds/in/spring/{number}"
    more = 'target="_blank" rel="nofollow noopener" translate="no"'
    return (
        f'<p><span class="h-card"><a href="{who}" class="u-url mention">@<span>bob{number}</span></a></span> '
        f'{begin}<br />{end}</p><p><a href="https://{page}" {more}><span class="invisible">https://www.</span>'
        f'<span class="ellipsis">{page[4:28]}</span><span class="invisible">{page[28:]}</span></a> '
        '<a href="https://pond.example/tags/reeds" class="mention hashtag">#<span>reeds</span></a></p>'
    )


def article() -> str:
    """A long text with headings, lists, quotes and code."""
    parts: list[str] = []
    number = 0
    while sum(map(len, parts)) < 200_000:
        words = paragraph(number).replace("&", "&amp;")
        parts.append(f"<h2>{number}</h2>\n<p>{words} <strong>So</strong> it <em>is</em>.</p>\n")
        parts.append(f"<ul>\n<li>{words[:80]}</li>\n<li>{words[80:]}</li>\n</ul>\n")
        parts.append(f"<blockquote><p>{words}</p></blockquote>\n<pre><code>{words}</code></pre>\n")
        number += 1
    return "".join(parts)


def read(html: str) -> object:
    return parse_html(html, mentions={}, emojis=())


def side_by_side(made: Sequence[str], rounds: int) -> tuple[float, float, float]:
    """Median CPU seconds of ours and of nh3, and the median of their ratios, turn by turn."""
    turns = [(seconds(read, made), seconds(nh3.clean, made)) for _ in range(rounds)]
    ours, theirs = (statistics.median(column) for column in zip(*turns, strict=True))
    return ours, theirs, statistics.median(mine / other for mine, other in turns)


def seconds(run: Callable[[str], object], made: Sequence[str]) -> float:
    began = time.process_time()
    for html in made:
        run(html)
    return time.process_time() - began


def growth(run: Callable[[str], object], bomb: Callable[[int], str], size: int) -> float:
    """How much longer a bomb of `size` takes than one of half of it; the best of several rounds each."""
    half, whole = [bomb(size // 2)], [bomb(size)]
    turns = [(seconds(run, half), seconds(run, whole)) for _ in range(7)]
    return min(two for _, two in turns) / min(one for one, _ in turns)
