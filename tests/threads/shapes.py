"""Threads that are no plain chain: forks, gaps, an answer to somebody, runs below other people's replies."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from tests.threads.build import BOB, DAY, chain, post, ref, thread, with_why
from unroller.core.model import Absence, Aside, Gap, Thread


def forks() -> Thread:
    """A main line of four, an aside of two below the second post, and a late one below the first."""
    line = chain("How to read a tide table.", "First find the port.", "Then the hour.", "Then be early.")
    aside = (
        post(11, "An aside on ports: some of them moved.", after=2),
        post(12, "One moved twice.", after=11),
    )
    late = post(13, "A year on: the tables are online now.", after=1, published=DAY + timedelta(days=400))
    return thread((line[0], line[1], line[2], line[3], *aside, late))


def gaps() -> Thread:
    """Six of ten posts: the root, a middle run and a leaf are missing, each for its reason."""
    posts = (
        post(2, "It begins with the second post, for the first is gone.", after=1),
        post(3, "Then comes this one.", after=2),
        post(6, "Two are missing above this one.", after=5),
        post(7, "And a fork: this one is plain.", after=6),
        post(9, "This one continues a post that is not public.", after=8),
        post(12, "And this one goes back to the post about the fork.", after=7),
    )
    missing = (
        Gap(ref(1), Absence.DELETED),
        Gap(ref(4), Absence.DELETED, after=ref(3)),
        Gap(ref(5), Absence.DELETED, after=ref(3)),
        Gap(ref(8), Absence.NOT_PUBLIC, after=ref(7), url=f"{posts[3].url}x"),
    )
    found = thread(posts, gaps=missing, ref=ref(1))
    return with_why(found, "3 deleted, one not public")


def elsewhere() -> Thread:
    """A thread that answers Bob, goes on below a reply of his, and has three single answers."""
    asked = post(900, "What is the oldest thing you ever mended?", by=BOB)
    posts = chain("A clock, and it is a long story.", "It had been mended before.", "By somebody like me.")
    first = replace(posts[0], parent=asked.ref, parent_author=BOB.id)
    reply = replace(post(901, "Was it ever right?", by=BOB), parent=posts[2].ref)
    run = (
        replace(post(31, "Twice a day, as they say."), parent=reply.ref),
        post(32, "And once at noon.", after=31),
    )
    hidden = Gap(ref(902, BOB), Absence.DECLINED)
    second = (post(41, "A second run, below a reply that is not shown."), post(42, "Its end.", after=41))
    return thread(
        (first, *posts[1:]),
        context=asked,
        elsewhere=(Aside(reply, run), Aside(hidden, second)),
        answers=tuple(f"https://bsky.app/profile/mira.example.social/post/3a{n}" for n in range(3)),
    )
