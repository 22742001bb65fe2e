"""Every field of every type holds something that wants out."""

from __future__ import annotations

import itertools

from tests.threads.build import CHECKED, DAY, thread
from unroller.core.body import Block, BlockKind, Emoji, Mark, Run
from unroller.core.model import (
    Absence,
    Author,
    Card,
    Choice,
    Gap,
    Media,
    MediaKind,
    Poll,
    Post,
    PostRef,
    Quote,
    Thread,
)

ATTACK = (
    "</script></style></title><img src=x onerror=alert(1)>\"'><b a=`{{7*7}}{% raw %}&lt;\u202eevil\x00\ufeff"
)
SCRIPT = "javascript:alert(1)"
QUOTED = 'https://evil.example/"onmouseover="alert(1)'

_EVE = Author("bluesky", ATTACK, ATTACK, ATTACK, url=SCRIPT, avatar=SCRIPT)


def _runs() -> tuple[Run, ...]:
    return (
        Run(ATTACK, frozenset(Mark), link=SCRIPT, mention=ATTACK),
        Run(ATTACK, link=QUOTED),
        Run(ATTACK, emoji=Emoji(SCRIPT, ATTACK)),
        Run("\n\n" + ATTACK, emoji=Emoji(QUOTED, ATTACK)),
    )


def _post(number: int, quote: Quote | None = None) -> Post:
    kinds = itertools.product(MediaKind, (SCRIPT, QUOTED))
    return Post(
        ref=PostRef("bluesky", f"{ATTACK}{number}"),
        author=_EVE,
        published=DAY,
        url=SCRIPT,
        order=ATTACK,
        body=tuple(Block(kind, _runs(), depth) for kind in BlockKind for depth in (0, 2, 10**9, -5)),
        media=tuple(Media(kind, url, ATTACK, -1, 10**9, SCRIPT, ATTACK) for kind, url in kinds),
        card=Card(QUOTED, ATTACK, ATTACK, SCRIPT),
        poll=Poll((Choice(ATTACK, 3), Choice(ATTACK))),
        warning=ATTACK if number == 2 else "",
        languages=(ATTACK,),
        version=ATTACK,
        quote=quote,
        parent=PostRef("bluesky", f"{ATTACK}{number - 1}"),
    )


def hostile() -> Thread:
    """Three posts whose every text, link and number is an attack."""
    inner = _post(9, Quote(None, what=ATTACK, url=SCRIPT))
    posts = (_post(1, Quote(inner.ref, inner)), _post(2), _post(3, Quote(None, what=ATTACK, url=SCRIPT)))
    gap = Gap(PostRef("bluesky", ATTACK), Absence.DELETED, after=posts[0].ref, url=SCRIPT)
    found = thread(posts, gaps=(gap,), context=inner, answers=(SCRIPT, QUOTED))
    counted = type(found.completeness)(found.completeness.state, 3, 4, CHECKED, ATTACK, ATTACK)
    return Thread(
        ref=found.ref,
        author=_EVE,
        posts=posts,
        completeness=counted,
        gaps=found.gaps,
        context=inner,
        answers=found.answers,
    )
