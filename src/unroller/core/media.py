"""All pictures, films and sounds of a thread, wherever they stand in it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from msgspec.structs import replace

from unroller.core.body import Body, Emoji, Run
from unroller.core.model import Aside, Author, Gap, Media, MediaKind, Post, Thread
from unroller.core.tolerant import web_link
from unroller.core.value import Value

Change = Callable[[Post, int, Media], Media]
"""What becomes of the medium of a post that stands at this place among its media, from 0."""

WHOLE, SMALL, AVATAR, EMOJI = 1600, 800, 192, 128
"""Pixels of the longer side that pictures are wanted in: twice what they take on a page, for fine screens."""


class Picture(Value, frozen=True):
    """A picture that is elsewhere. `side` is how many pixels are wanted of it, at most."""

    address: str
    side: int


def media_of(thread: Thread) -> Iterator[Media]:
    """Each medium of each post, quoted and answered ones as well."""
    for post in _posts(thread):
        yield from post.media


def copies_of(thread: Thread) -> frozenset[str]:
    """The names of the files that came with the thread, and are kept with it."""
    return frozenset(media.copy for media in media_of(thread) if media.copy)


def pictures_of(thread: Thread, *, each: bool = False) -> tuple[Picture, ...]:
    """What a page of the thread shows that is elsewhere, in reading order, each once.

    That is pictures and the posters of films, and custom emoji, the author's avatar, the pictures of link
    cards. `each`: every post stands under its author's avatar.
    """
    found: dict[str, int] = {}
    for address, side in _shown(thread, each=each):
        if usable := web_link(address):
            found[usable] = max(side, found.get(usable, 0))
    return tuple(Picture(address, side) for address, side in found.items())


def is_film(media: Media) -> bool:
    """Whether it is a film, a GIF in a film's format as well."""
    as_film = media.mime is not None and not media.mime.startswith("image/")
    return media.kind is MediaKind.VIDEO or (media.kind is MediaKind.GIF and as_film)


def still_of(media: Media) -> str:
    """What the picture goes by that stands for `media` where nothing moves, `""` for none.

    That is the name of the file that came with the thread, or the address of the picture elsewhere.
    """
    if media.kind is MediaKind.AUDIO:
        return ""
    return (media.poster if is_film(media) else media.copy or media.url) or ""


def with_media(thread: Thread, change: Change) -> Thread:
    """`thread` with each medium as `change` makes it."""

    def changed(post: Post) -> Post:
        media = tuple(change(post, place, media) for place, media in enumerate(post.media))
        return post if media == post.media else replace(post, media=media)

    return _with_posts(thread, changed)


def at_home(thread: Thread, addresses: Mapping[str, str], *, only: bool = False) -> Thread:
    """`thread` with the addresses of copies for the remote ones.

    `addresses` has them by what the pictures and files go by: see `still_of`. `only`: of pictures that
    have no copy nothing is left but the media, to be linked to.
    """
    if not addresses and not only:
        return thread

    def there(address: str | None) -> str | None:
        return addresses.get(address or "") or (None if only else address)

    def emoji(found: Emoji) -> Emoji | None:
        home = there(found.url)
        return replace(found, url=home) if home else None

    def medium(media: Media) -> Media:
        home = addresses.get(media.copy) or addresses.get(media.url or "")
        return replace(media, url=home or media.url, poster=there(media.poster))

    def writer(author: Author) -> Author:
        emojis = tuple(filter(None, map(emoji, author.emojis)))
        return replace(author, avatar=there(author.avatar), emojis=emojis)

    def post(found: Post) -> Post:
        return replace(
            found,
            author=writer(found.author),
            body=_with_emojis(found.body, emoji),
            media=tuple(map(medium, found.media)),
            card=replace(found.card, image=there(found.card.image)) if found.card else None,
        )

    return replace(_with_posts(thread, post), author=writer(thread.author))


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


def _posts(thread: Thread) -> Iterator[Post]:
    """Every post, the quoted one after the one that quotes it."""
    waiting = [*thread.posts, *(post for aside in thread.elsewhere for post in (*aside.posts, aside.under))]
    for found in (*waiting, thread.context):
        post: Post | None = found if isinstance(found, Post) else None
        while post:
            yield post
            post = post.quote.post if post.quote else None


def _with_posts(thread: Thread, change: Callable[[Post], Post]) -> Thread:
    """`thread` with every post as `change` makes it."""

    def post(found: Post) -> Post:
        quote = found.quote
        if quote and quote.post:
            found = replace(found, quote=replace(quote, post=post(quote.post)))
        return change(found)

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


def _with_emojis(body: Body, change: Callable[[Emoji], Emoji | None]) -> Body:
    if not any(run.emoji for block in body for run in block.runs):
        return body

    def changed(run: Run) -> Run:
        if run.emoji is None:
            return run
        found = change(run.emoji)
        return replace(run, emoji=found, text=run.text if found else run.emoji.alt)

    return tuple(replace(block, runs=tuple(map(changed, block.runs))) for block in body)


def _shown(thread: Thread, *, each: bool) -> Iterator[tuple[str | None, int]]:
    yield from _of_author(thread.author)
    for post in _posts(thread):
        # The thread's own author is shown already; a quote may hold the same account as it was earlier.
        if post.author != thread.author and (each or post.author.id != thread.author.id):
            avatar, *emojis = _of_author(post.author)
            yield from (avatar, *emojis) if each else emojis
        for run in (run for block in post.body for run in block.runs if run.emoji):
            yield run.emoji.url if run.emoji else None, EMOJI
        for media in post.media:
            if not media.copy or is_film(media):
                yield still_of(media), WHOLE
        if post.card:
            yield post.card.image, SMALL


def _of_author(author: Author) -> Iterator[tuple[str | None, int]]:
    yield author.avatar, AVATAR
    yield from ((emoji.url, EMOJI) for emoji in author.emojis)
