"""Whose words a thread holds, and a thread without the words that are gone."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from unroller.core.model import Absence, Aside, Gap, Post, PostRef, Quote, Thread, Wholeness

_GONE = "posts that were deleted later are not kept"


def own_posts(thread: Thread) -> Iterator[Post]:
    """The author's posts: the chain, then the runs below other people's replies."""
    yield from thread.posts
    for aside in thread.elsewhere:
        yield from aside.posts


def shown_posts(thread: Thread) -> Iterator[Post]:
    """Every post, by anybody, with words on the thread's page: quoted and answered ones as well."""
    waiting = [*own_posts(thread), *(aside.under for aside in thread.elsewhere), thread.context]
    while waiting:
        found = waiting.pop()
        if isinstance(found, Post):
            yield found
            waiting.append(found.quote.post if found.quote else None)


def without(thread: Thread, gone: frozenset[PostRef]) -> Thread | None:
    """`thread` without the words of posts in `gone`; `None` when no post of the author's is left."""
    posts = tuple(_post_without(post, gone) for post in thread.posts if post.ref not in gone)
    if not posts:
        return None
    asides = (_aside_without(aside, gone) for aside in thread.elsewhere)
    said = replace(thread.completeness, state=Wholeness.PARTIAL, found=len(posts), why=_GONE)
    return replace(
        thread,
        posts=posts,
        context=_place_without(thread.context, gone) if thread.context else None,
        elsewhere=tuple(aside for aside in asides if aside.posts),
        completeness=said if len(posts) < len(thread.posts) else thread.completeness,
    )


def _aside_without(aside: Aside, gone: frozenset[PostRef]) -> Aside:
    posts = tuple(_post_without(post, gone) for post in aside.posts if post.ref not in gone)
    return Aside(_place_without(aside.under, gone), posts, aside.gaps)


def _place_without(place: Post | Gap, gone: frozenset[PostRef]) -> Post | Gap:
    if isinstance(place, Gap):
        return place
    return Gap(place.ref, Absence.NOT_FOUND) if place.ref in gone else _post_without(place, gone)


def _post_without(post: Post, gone: frozenset[PostRef]) -> Post:
    if post.quote is None or post.quote.post is None:
        return post
    quoted = post.quote.post
    if quoted.ref in gone:
        return replace(post, quote=Quote(quoted.ref, absence=Absence.NOT_FOUND))
    return replace(post, quote=replace(post.quote, post=_post_without(quoted, gone)))
