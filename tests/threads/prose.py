"""Threads that are mostly words: one post, a few, 25, 120, and from right to left."""

from __future__ import annotations

from tests.threads.build import author, body, chain, post, thread
from unroller.core.body import Block, BlockKind, Mark, Run
from unroller.core.model import Thread

_LAMP = """
I spent four years restoring a lighthouse on a skerry that no chart agrees about. Here is what it taught me.

The light went out in 1974. Not in a storm: a clerk in the capital struck a line through a budget.
|
For forty-six years nobody climbed the stairs but gulls.

The first thing you learn is that salt is patient. It had gone through three coats of paint, a layer of
lead, and most of the iron, and it had left the shape of each of them standing, so that a door looked like
a door until you put a hand on it.

The second: every keeper leaves a letter. Ours was under the fourth step, in a tobacco tin, dated
11 March 1931.

“If you read this,” it said, “the lens is turned by hand on nights of frost. The clockwork lies.”

The clockwork did lie. It ran eleven seconds fast in the hour, more when it froze, and two ships had known
this and one had not.

So we built it again with the fault in it, and hung the letter beside the weight.

People ask why we would mend a mistake so carefully. I think it is the only part of the place that is
a person.
"""
_MORE = """
The mainland could be seen on one day in nine, and on that day it looked close enough to swim to.

Bread came on Thursdays. Between Thursdays there was a great deal of weather and some fish.

We numbered each pane before taking it out, and then the tide took the box with the numbers.

There is a Norwegian word for the sound that wind makes in a stair, and the carpenter would not tell us.

Lead paint comes off with heat, patience and a mask; it goes back on with a committee.

The archive had eleven drawings of the lantern. No two had the same number of windows. There are twelve.

I kept a log like they did. Most days it says: wind, same; stair, same; us, a little better at it.

When the lens turned for the first time, nobody spoke, and then the cook said that supper was ready.

A light is a promise to people that you will never meet, and you keep it or you do not.
"""


def _posts(text: str) -> tuple[str, ...]:
    """One post for each paragraph; a bar stands for an empty line inside a post."""
    return tuple(" ".join(part.split()).replace(" | ", "\n\n") for part in text.strip().split("\n\n"))


_STORY, _NOTES = _posts(_LAMP), _posts(_MORE)


def one_post() -> Thread:
    return thread(chain(_STORY[0]))


def short() -> Thread:
    """Five posts with a link, a mention, a hashtag, emphasis, a list, a quotation and code."""
    rich = (
        Block(
            BlockKind.PARAGRAPH,
            (
                Run("The letter is "),
                Run("now online", link="https://archive.example/letter"),
                Run(", thanks to "),
                Run(
                    "@bob.example.social",
                    mention="did:plc:bob.example.social",
                    link="https://bsky.app/profile/bob.example.social",
                ),
                Run(". "),
                Run("#lighthouses", link="https://bsky.app/hashtag/lighthouses"),
            ),
        ),
        Block(BlockKind.QUOTE, (Run("The clockwork lies.", frozenset({Mark.EMPHASIS})),)),
        Block(BlockKind.ITEM, (Run("paint: three coats"),)),
        Block(BlockKind.ITEM, (Run("red lead"),), depth=1),
        Block(BlockKind.ITEM, (Run("iron: some"),)),
        Block(BlockKind.CODE, (Run("drift = 11  # seconds in the hour"),)),
    )
    return thread(chain(*_STORY[:3], rich, _STORY[7]))


def essay() -> Thread:
    """25 posts of nothing but text: the size that the page's budget speaks of."""
    texts = [
        *_STORY,
        *_NOTES,
        *(f"{line} That was year {year}." for year, line in enumerate(_NOTES[:7], 1)),
        _STORY[7],
    ]
    return thread(chain(*texts[:25]))


def long() -> Thread:
    """120 posts, the last ones added months later."""
    lines = [*_STORY, *_NOTES]
    posts = list(chain(*(f"{lines[n % len(lines)]} ({n + 1})" for n in range(118))))
    posts += [
        post(60 * 24 * 40 + n, f"Later: {_NOTES[n]}", after=118 if n == 0 else 60 * 24 * 40) for n in range(2)
    ]
    return thread(tuple(posts))


def right_to_left() -> Thread:
    """Arabic and Hebrew, with Latin words and numbers in between."""
    noor = author("noor.example.social", "نور الهاشمي")
    arabic = (
        "قضيتُ أربع سنوات في ترميم منارة على صخرة لا تتفق عليها أي خريطة. هذا ما علّمتني.",
        "انطفأ الضوء عام 1974. لم تكن عاصفة، بل موظف شطب سطرًا من الميزانية في Whitehall.",
        "«إن قرأت هذا»، كتب الحارس، «فالعدسة تُدار باليد في ليالي الصقيع».",
    )
    posts = chain(*arabic, by=noor, languages=("ar",))
    hebrew = post(
        4, "והנה גם בעברית: המגדלור דולק שוב, 12 חלונות ולא 11.", by=noor, after=3, languages=("he",)
    )
    latin = post(5, body("And a last word in English, for Bob."), by=noor, after=4)
    return thread((*posts, hebrew, latin))
