"""Assembly: is it linear, and how long does the largest conversation take?"""

from __future__ import annotations

import gc
import random
import statistics
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from bench.figures import Figure, at_most, plain
from bench.networks import Networks
from tests.core.build import chain, conversation, post, ref
from unroller.core.assemble import assemble
from unroller.core.conversation import Conversation
from unroller.core.model import Post

SMALL, LARGE, DEEP = 10_000, 100_000, 10_000
LONGEST = 2.0
FEW_FRAMES = 60


def measure(_: Networks, quick: bool) -> Iterable[Figure]:  # noqa: FBT001
    rounds = 3 if quick else 7
    for name, make in (("a chain", chain), ("a random tree of two people", tree)):
        small, large = (conversation(make(count), ref(1)) for count in (SMALL, LARGE))
        best, middle = seconds(large, rounds)
        yield at_most(
            f"{LARGE:,} posts, {name}", middle, LONGEST, "s", f"median CPU of {rounds}; best {best:.2f} s"
        )
        with uncollected():
            ratio = seconds(large, rounds)[0] / seconds(small, rounds)[0]
        note = "linear is 10; garbage collection off"
        yield plain(f"{LARGE:,} posts against {SMALL:,}, {name}", ratio, "times", note)
    yield deep()


def tree(count: int) -> list[Post]:
    """Each post answers a random earlier one; a third of them are somebody else's."""
    chance = random.Random(7)
    people = ["anna"] + [chance.choice(["anna", "anna", "bob"]) for _ in range(count - 1)]
    posts = [post(1)]
    for number in range(2, count + 1):
        above = chance.randrange(1, number)
        parent = ref(above, people[above - 1])
        posts.append(post(number, parent, by=people[number - 1], root=posts[0].ref))
    chance.shuffle(posts)
    return posts


def seconds(made: Conversation, rounds: int) -> tuple[float, float]:
    """CPU seconds: the best round, and the median one."""
    spent = [once(made) for _ in range(rounds)]
    return min(spent), statistics.median(spent)


@contextmanager
def uncollected() -> Iterator[None]:
    """The collector looks through all that there is again and again: its work is not the algorithm's."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def once(made: Conversation) -> float:
    began = time.process_time()
    thread = assemble(made)
    spent = time.process_time() - began
    assert thread.posts
    return spent


def deep() -> Figure:
    """A chain assembled with room for a few dozen frames on the stack."""
    made = conversation(chain(DEEP), ref(DEEP))
    limit, frames = sys.getrecursionlimit(), depth()
    sys.setrecursionlimit(frames + FEW_FRAMES)
    try:
        found = len(assemble(made).posts)
    except RecursionError:
        found = 0
    finally:
        sys.setrecursionlimit(limit)
    limit_shown = f"{DEEP:,} posts"
    return Figure(
        f"a chain {DEEP:,} deep, {FEW_FRAMES} frames of stack", f"{found:,} posts", limit_shown, found == DEEP
    )


def depth() -> int:
    frame, count = sys._getframe(), 0  # noqa: SLF001 - there is no other way to count frames cheaply
    while frame.f_back:
        frame, count = frame.f_back, count + 1
    return count
