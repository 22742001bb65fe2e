"""All pictures, films and sounds of a thread, wherever they stand in it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from unroller.core.model import Aside, Gap, Media, Post, Thread

Change = Callable[[Post, int, Media], Media]
"""What becomes of the medium of a post that stands at this place among its media, from 0."""


def media_of(thread: Thread) -> Iterator[Media]:
    """Each medium of each post, quoted and answered ones as well."""
    waiting = [*thread.posts, *(post for aside in thread.elsewhere for post in (*aside.posts, aside.under))]
    for found in (*waiting, thread.context):
        post: Post | None = found if isinstance(found, Post) else None
        while post:
            yield from post.media
            post = post.quote.post if post.quote else None


def copies_of(thread: Thread) -> frozenset[str]:
    """The names of the files that are kept with the thread."""
    return frozenset(media.copy for media in media_of(thread) if media.copy)


def with_media(thread: Thread, change: Change) -> Thread:
    """`thread` with each medium as `change` makes it."""

    def post(found: Post) -> Post:
        media = tuple(change(found, place, media) for place, media in enumerate(found.media))
        quote = found.quote
        if quote and quote.post:
            quote = replace(quote, post=post(quote.post))
        return (
            found
            if (media, quote) == (found.media, found.quote)
            else replace(found, media=media, quote=quote)
        )

    def place(found: Post | Gap) -> Post | Gap:
        return post(found) if isinstance(found, Post) else found

    asides = (
        Aside(place(aside.under), tuple(map(post, aside.posts)), aside.gaps) for aside in thread.elsewhere
    )
    return replace(
        thread,
        posts=tuple(map(post, thread.posts)),
        context=place(thread.context) if thread.context else None,
        elsewhere=tuple(asides),
    )


def at_home(thread: Thread, addresses: Mapping[str, str]) -> Thread:
    """`thread` with the address of the copy of each medium, which `addresses` has, for the remote one."""
    if not addresses:
        return thread

    def change(_post: Post, _place: int, media: Media) -> Media:
        address = addresses.get(media.copy)
        return replace(media, url=address) if address else media

    return with_media(thread, change)


def with_copies_of(thread: Thread, before: Thread) -> Thread:
    """`thread` with the copies that were kept `before` of its media, where those are still the same.

    A network hands out its own addresses: the same post, with as many media of the same kinds and with
    the same descriptions, has the same pictures.
    """
    if not copies_of(before):
        return thread
    known = {post.ref: post.media for post in before.posts}
    known |= {post.ref: post.media for aside in before.elsewhere for post in aside.posts}

    def change(post: Post, place: int, media: Media) -> Media:
        kept = known.get(post.ref, ())
        if media.copy or len(kept) != len(post.media):
            return media
        same = (kept[place].kind, kept[place].alt) == (media.kind, media.alt)
        return replace(media, copy=kept[place].copy) if same else media

    return with_media(thread, change)
